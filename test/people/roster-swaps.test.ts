/** Swaps of duty: who may approve, what makes one impossible, and what stands on the roster afterwards. */
import { describe, expect, test } from 'vitest';
import type { SwapRequest } from '../../src/core/duty.ts';
import { approveSwap, dropSwap, requestSwap } from '../../src/people/roster-swaps.ts';
import { assign, makeBook, makeRoster, member, SATURDAY_3AM } from './fixtures.ts';

const SUNDAY = '2026-11-29';
const MONDAY = '2026-11-30';
const NOW = SATURDAY_3AM;
const { staff } = makeBook(null, [
  member('li', ['desk']),
  member('chen', ['desk']),
  member('gone', ['desk'], { isDisabled: true }),
]);
const ROSTER = makeRoster([
  assign(SUNDAY, 'desk', 'day', 'li'),
  assign(MONDAY, 'desk', 'day', 'chen'),
  assign('2026-11-26', 'desk', 'day', 'li'),
]);
const REQUEST: SwapRequest = {
  id: 's1',
  date: SUNDAY,
  post: 'desk',
  shift: 'day',
  from: 'li',
  to: 'chen',
  inReturn: null,
  reason: '家中有事',
  by: 'li',
  atMs: NOW,
};
const IN_RETURN = { date: MONDAY, post: 'desk', shift: 'day' };

const ask = (more: Partial<SwapRequest> = {}, roster = ROSTER) =>
  requestSwap(roster, { ...REQUEST, ...more }, staff, NOW);
const refused = { code: 'swap-not-possible' };

describe('a swap', () => {
  test('changes nothing until another person has approved it', () => {
    const asked = ask();
    expect(asked.assignments).toEqual(ROSTER.assignments);
    expect(asked.swaps).toHaveLength(1);
    const done = approveSwap(asked, 's1', 'manager', staff, NOW);
    expect(done.assignments[0]).toEqual({
      ...assign(SUNDAY, 'desk', 'day', 'chen'),
      swappedFrom: 'li',
      approver: 'manager',
    });
    expect(done.swaps).toEqual([]);
  });

  test('with one in return hands both over', () => {
    const done = approveSwap(ask({ inReturn: IN_RETURN }), 's1', 'manager', staff, NOW);
    expect(done.assignments.slice(0, 2).map(({ username, swappedFrom }) => [username, swappedFrom])).toEqual([
      ['chen', 'li'],
      ['li', 'chen'],
    ]);
  });

  test.each(['li', 'chen'])('is not approved by %s, who is part of it', (approver) => {
    expect(() => approveSwap(ask(), 's1', approver, staff, NOW)).toThrow(
      expect.objectContaining({ code: 'swap-approver' }),
    );
  });

  test('is not approved by whoever asked for it, part of it or not', () => {
    expect(() => approveSwap(ask({ by: 'foreman' }), 's1', 'foreman', staff, NOW)).toThrow(
      expect.objectContaining({ code: 'swap-approver' }),
    );
  });

  test('that is dropped leaves the roster as it was', () => {
    expect(dropSwap(ask(), 's1')).toEqual({ ...ROSTER, swaps: [] });
    expect(() => dropSwap(ROSTER, 's1')).toThrow(expect.objectContaining({ code: 'not-found' }));
  });
});

describe('impossible are swaps', () => {
  test.each([
    ['of a shift that the person does not have', { shift: 'night' }],
    ['with oneself', { to: 'li' }],
    ['with nobody', { to: 'nobody' }],
    ['with a disabled account', { to: 'gone' }],
    ['of a shift that is over', { date: '2026-11-26' }],
    ['in return for what the other does not have', { inReturn: { ...IN_RETURN, shift: 'night' } }],
  ])('%s', (_what, more) => {
    expect(() => ask(more)).toThrow(expect.objectContaining(refused));
  });

  test('that would put a person on two posts at once', () => {
    const roster = makeRoster([...ROSTER.assignments, assign(SUNDAY, 'duty-engineer', 'day', 'chen')]);
    expect(() => ask({}, roster)).toThrow(/chen is on duty-engineer at the same time/);
  });

  test('that wait already', () => {
    expect(() => requestSwap(ask(), { ...REQUEST, id: 's2' }, staff, NOW)).toThrow(
      expect.objectContaining(refused),
    );
  });

  test('that do not fit any more when they are approved', () => {
    const moved = { ...ask(), assignments: ROSTER.assignments.slice(1) };
    expect(() => approveSwap(moved, 's1', 'manager', staff, NOW)).toThrow(expect.objectContaining(refused));
  });
});
