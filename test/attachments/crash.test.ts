/** Whatever moment a process is killed at, a name without `.partial` is a whole file; and backups hold the files. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { createAttachments } from '../../src/attachments/attachments.ts';
import { makeBackup } from '../../src/backup/make.ts';
import { planRestore, restore } from '../../src/backup/restore.ts';
import { toId } from '../../src/core/ids.ts';
import { MIGRATIONS } from '../../src/store/sqlite/migrations.ts';
import { openTestStore } from '../store/support/open.ts';
import * as rows from '../store/support/rows.ts';
import { startProcess } from '../support/process.ts';
import { temporaryDirectory } from '../support/temp.ts';
import { makePhoto, toSource } from './support/files.ts';

const CHILD = fileURLToPath(new URL('./support/receive-and-die.ts', import.meta.url));
const WHOLE = makePhoto(20_000);

async function receiveUntil(step: number, when: 'before' | 'after') {
  const directory = temporaryDirectory();
  await using child = await startProcess(process.execPath, [CHILD, directory, String(step), when]);
  await child.waitForExit(60_000);
  return { folder: join(directory, 'attachments'), directory, out: child.stdout() };
}

async function reopen(directory: string) {
  const attachments = createAttachments({
    directory,
    known: (ids) => Promise.resolve(new Set(ids)),
    wallMs: Date.now,
    onSweepFailed: () => undefined,
    limits: { reserveBytes: 0 },
  });
  await attachments.start();
  onTestFinished(() => attachments.stop());
  return attachments;
}

test('kill -9 before and after each step leaves a whole file or none, and room for the next', async () => {
  const { out } = await receiveUntil(0, 'before');
  const steps = Number(/^steps (\d+)$/m.exec(out)?.[1]);
  expect(steps).toBeGreaterThanOrEqual(8);
  const whole: boolean[] = [];
  for (let step = 1; step <= steps; step++) {
    const { folder, directory, out: said } = await receiveUntil(step, step % 2 === 0 ? 'after' : 'before');
    expect(said).toBe('');
    const visible = readdirSync(folder).filter((name) => !name.endsWith('.partial'));
    for (const name of visible)
      expect([step, name, readFileSync(join(folder, name)).equals(WHOLE)]).toEqual([step, 'a-1', true]);
    whole.push(visible.length === 1);
    const attachments = await reopen(directory);
    expect(readdirSync(folder)).toEqual(visible);
    expect(attachments.counters().files).toBe(visible.length);
    if (visible.length === 0)
      await attachments.receive(toSource(WHOLE), { id: toId('a-1'), name: '', by: 'wang' });
    expect(readFileSync(join(folder, 'a-1')).equals(WHOLE)).toBe(true);
  }
  // It becomes visible once, late, and stays so.
  expect(whole).toEqual(whole.toSorted((one, other) => Number(one) - Number(other)));
  expect([whole[0], whole.at(-1)]).toEqual([false, true]);
}, 120_000);

test('a backup holds the attachments and not what is being received; restored, the proof is intact', async () => {
  const { store, directory } = await openTestStore();
  const attachments = await reopen(directory);
  const kept = await attachments.receive(toSource(WHOLE), { id: toId('a-1'), name: 'p.jpg', by: 'wang' });
  await store.commit({
    writes: [
      rows.ticket('t-1', { attachments: [kept] }),
      rows.ticketEvent('t-1', { attachment: kept }),
      { type: 'attachment', ticket: toId('t-1'), attachment: kept },
    ],
  });
  writeFileSync(join(directory, 'attachments', 'a-2.partial'), WHOLE.subarray(0, 100));
  expect(await store.verify()).toEqual([]);
  const to = join(temporaryDirectory(), 'backups');
  const { path } = await makeBackup({
    data: directory,
    to,
    site: 'tower',
    version: '0',
    bytesPerS: Number.POSITIVE_INFINITY,
  });
  const data = join(temporaryDirectory(), 'restored');
  const options = { from: path, data, schema: MIGRATIONS.at(-1)?.version ?? 0 };
  await restore(await planRestore(options), options);
  expect(readdirSync(join(data, 'attachments'))).toEqual(['a-1']);
  const { store: restored } = await openTestStore(data);
  expect(await restored.verify()).toEqual([]);
  const found = await restored.queries.ticket('t-1');
  expect(found?.attachments[0]?.sha256).toBe(createHash('sha256').update(WHOLE).digest('hex'));
});
