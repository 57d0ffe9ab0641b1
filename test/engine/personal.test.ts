/** Personal fields of tickets that are still worked on: the desk has to be able to ring back. */
import { expect, test } from 'vitest';
import { defined } from '../../src/core/assert.ts';
import { toPersonalFields } from '../../src/store/personal.ts';
import { createTestLoop } from '../support/loop.ts';
import { createTestModel } from '../support/model.ts';
import { toTicketCommand } from '../support/ticket-command.ts';

const REPORT = {
  class: 'engineering',
  source: 'owner-call',
  channel: 'phone',
  content: 'no water',
  place: 'lobby',
  location: null,
  equipment: null,
  contactName: 'Ms Chen',
  contactMethod: '8123',
  faultKind: null,
  priority: 'urgent',
  impact: null,
  attendance: null,
  flow: null,
  appointment: null,
  slip: null,
  receivedAtMs: null,
} as const;

test('are not destroyed while a ticket needs them, none of those that were named with them either', () => {
  const loop = createTestLoop(createTestModel());
  const open = (content: string) =>
    defined(
      loop.command({
        type: 'open-ticket',
        actor: { username: 'li', roles: ['desk'], groups: [] },
        personal: toPersonalFields('Ms Chen', '8123', 'ab'.repeat(16)),
        ticket: { ...REPORT, content, place: content },
      }).ticket,
      'the ticket',
    );
  const done = open('no water');
  const open2 = open('no light');
  loop.command(toTicketCommand(done, { type: 'cancel', reason: 'false-alarm', note: 'n' }, 'li'));
  const ids = [done, open2].map(({ contact }) => defined(contact.personal, 'personal fields'));
  const destroy = (wanted: readonly string[]) =>
    loop.command({ type: 'destroy-personal', ids: wanted, by: 'xu', reason: 'asked for' });
  const destroyed = () => loop.writes.filter((write) => write.type === 'personal' && write.fields === null);
  const audited = () =>
    loop.writes.filter((write) => write.type === 'audit' && write.entry.action === 'personal-destroy');

  const refusal = { code: 'personal-in-use', params: { number: open2.number } };
  expect(() => destroy(ids)).toThrow(expect.objectContaining(refusal));
  expect([destroyed(), audited()]).toEqual([[], []]);
  destroy(ids.slice(0, 1));
  expect([destroyed().length, audited().length]).toEqual([1, 1]);
});
