/** Who learns of a swap of duty, in the inbox: the colleague who is asked, the supervisor who must agree, then those it moves. */
import { expect, test } from 'vitest';
import type { SwapRequest } from '../../src/core/duty.ts';
import type { MessageId } from '../../src/core/ids.ts';
import { type SwapOutcome, toSwapTelling } from '../../src/notify/swap-tellings.ts';
import { createToMessages } from '../../src/notify/to-messages.ts';
import { makeRoster } from '../people/fixtures.ts';
import { defaultPolicy } from '../support/random-tickets.ts';
import { createDuty } from './fixtures.ts';

const SWAP: SwapRequest = {
  id: '5f0c7a8e-1111-4222-8333-444455556666',
  date: '2026-11-28',
  post: 'duty-engineer',
  shift: 'night',
  from: 'gao',
  to: 'wang',
  inReturn: null,
  reason: '家中有事',
  by: 'gao',
  atMs: 1_000,
};
const PEOPLE = {
  engineer: ['gao', 'wang'],
  supervisor: ['boss-wu'],
  desk: ['li'],
  manager: ['sun'],
} as const;

function tell(
  outcome: SwapOutcome,
  by: string,
  swap = SWAP,
  people: Readonly<Record<string, readonly string[]>> = PEOPLE,
) {
  let made = 0;
  const toMessages = createToMessages({
    duty: () => createDuty(people),
    channels: [{ id: 'inbox', kinds: null, roles: null, reachesContacts: false }],
    timeZone: 'Asia/Shanghai',
  });
  const notice = { swap, outcome, by, atMs: 5_000, note: '' };
  const telling = toSwapTelling(notice, makeRoster([]), (name) => ({ zh: `名${name}`, en: name }));
  const view = {
    nowMs: 5_000,
    nextId: () => `m${++made}` as MessageId,
    has: () => false,
    messagesOf: () => [],
    policyOf: () => defaultPolicy,
  };
  return toMessages([], [], view, [], [telling]);
}
const who = (messages: ReturnType<typeof tell>) => messages.map(({ recipient }) => recipient);

test('a request asks the person who would take over; once that one has agreed, the supervisor', () => {
  const [asked, ...more] = tell('asked', 'gao');
  expect(more).toEqual([]);
  const [giver, boss, ...others] = tell('agreed', 'wang');
  expect(others).toEqual([]);
  expect(giver).toMatchObject({ recipient: 'gao' });
  expect(asked).toMatchObject({ recipient: 'wang', kind: 'information', ticket: null, notBeforeMs: 5_000 });
  expect(asked?.subject.zh).toContain('2026-11-28 duty-engineer 夜班：名gao与名wang换班');
  expect(asked?.body.zh).toBe('名gao申请换班（家中有事）。请同意换班，或撤回。换班 5f0c7a8e');
  expect(boss).toMatchObject({ recipient: 'boss-wu' });
  expect(boss?.body.en).toBe('wang has agreed to the swap. Approve or refuse the swap. Swap 5f0c7a8e');
});

test('whoever makes the roster asks in the name of both: both are told', () => {
  expect(who(tell('asked', 'sun', { ...SWAP, by: 'sun' }))).toEqual(['gao', 'wang']);
});

test('a supervisor who has a part in it is not asked to agree to it: whoever stands in is', () => {
  const people = { ...PEOPLE, supervisor: ['gao'] };
  const told = who(tell('agreed', 'gao', { ...SWAP, from: 'wang', to: 'gao' }, people));
  expect(told).toContain('wang');
  expect(told.filter((name) => name !== 'wang')).not.toEqual([]);
  expect(told).not.toContain('gao');
});

test.each([
  ['approved', 'boss-wu', ['gao', 'wang'], '已批准换班'],
  ['refused', 'boss-wu', ['gao', 'wang'], '未批准换班'],
  ['withdrawn', 'wang', ['gao'], '撤回换班申请'],
] as const)('a swap that is %s by %s is told to %j', (outcome, by, told, words) => {
  const messages = tell(outcome, by);
  expect(who(messages)).toEqual(told);
  for (const { body } of messages) expect(body.zh).toContain(words);
});
