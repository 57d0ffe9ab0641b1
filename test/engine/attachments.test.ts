/** Files of tickets as the engine's own writes leave them in the database: known to the sweep of the folder, and proved. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { toId } from '../../src/core/ids.ts';
import type { Attachment, Ticket } from '../../src/core/ticket.ts';
import { makeDirectory } from '../../src/store/data-directory.ts';
import { inspectStore } from '../../src/store/sqlite/inspect.ts';
import type { WriteBatch } from '../../src/store/store.ts';
import { openTestStore } from '../store/support/open.ts';
import { createTestLoop, type TestLoop } from '../support/loop.ts';
import { createTestModel } from '../support/model.ts';
import { toTicketCommand } from '../support/ticket-command.ts';

const BYTES = Buffer.from('a photo');
const PHOTO: Attachment = {
  id: toId('file-1'),
  name: 'pump.jpg',
  mediaType: 'image/jpeg',
  bytes: BYTES.length,
  sha256: createHash('sha256').update(BYTES).digest('hex'),
  by: 'engineer',
  atMs: 0,
  stage: 'dispatched',
} as never;

function createTickets(): { readonly loop: TestLoop; readonly at: (index: number) => Ticket } {
  const trip = (id: string) => ({
    id,
    type: 'state',
    points: ['fault'],
    params: { point: 'fault', in: [1] },
  });
  const equipment = ['pump', 'fan'].map((id) => ({
    id,
    points: [{ name: 'fault' }],
    rules: [trip(`${id}-trip`)],
  }));
  const loop = createTestLoop(createTestModel({ equipment }));
  loop.feed({ 'pump/fault': 1, 'fan/fault': 1 });
  return { loop, at: (index) => loop.tickets()[index] as Ticket };
}

const attach = ({ loop, at }: ReturnType<typeof createTickets>): void =>
  void loop.command(toTicketCommand(at(0), { type: 'attach', attachment: PHOTO }));

async function store({ loop }: ReturnType<typeof createTickets>) {
  const opened = await openTestStore();
  const batch: WriteBatch = { writes: loop.writes };
  await opened.store.commit(batch);
  const folder = join(opened.directory, 'attachments');
  makeDirectory(folder);
  return { ...opened, folder };
}

test('a file that is attached is known in the database, and its loss is found', async () => {
  const tickets = createTickets();
  attach(tickets);
  const { store: opened, directory, folder } = await store(tickets);
  expect(await opened.queries.knownAttachments([PHOTO.id, 'file-other'])).toEqual(new Set([PHOTO.id]));
  await opened.close();
  expect(inspectStore(directory, []).outside).toMatchObject({ mismatches: 1 });
  writeFileSync(join(folder, PHOTO.id), BYTES);
  expect(inspectStore(directory, []).outside).toMatchObject({ attachments: { files: 1 }, mismatches: 0 });
});

test('a ticket that is merged hands its files over, once', async () => {
  const tickets = createTickets();
  attach(tickets);
  const into = tickets.at(1).id;
  tickets.loop.command(toTicketCommand(tickets.at(0), { type: 'merge', into, note: 'one matter' }));
  expect(tickets.at(1).attachments.map(({ id }) => id)).toEqual([PHOTO.id]);
  const { store: opened } = await store(tickets);
  expect(await opened.queries.knownAttachments([PHOTO.id])).toEqual(new Set([PHOTO.id]));
});
