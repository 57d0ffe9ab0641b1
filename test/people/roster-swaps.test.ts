/** Swaps of duty: who may approve, what makes one impossible, and what stands on the roster afterwards. */
import { describe, expect, test } from 'vitest';
import type { SwapRequest } from '../../src/core/duty.ts';
import {
  agreeSwap,
  approveSwap as approve,
  dropSwap,
  findSwap,
  requestSwap,
  sortSwaps,
} from '../../src/people/roster-swaps.ts';
import { assign, makeBook, makeRoster, member, SATURDAY_3AM } from './fixtures.ts';

const SUNDAY = '2026-11-29';
const MONDAY = '2026-11-30';
const NOW = SATURDAY_3AM;
const certificate = (validTo: string) => ({ kind: 'electrician-lv', number: '1', validTo });
const { staff } = makeBook(null, [
  member('li', ['desk']),
  member('chen', ['desk']),
  member('gone', ['desk'], { isDisabled: true }),
  member('owner', ['occupant']),
  member('firm', ['contractor']),
  member('eng', ['engineer']),
  member('volt', ['engineer'], { certificates: [certificate('2027-01-01')] }),
  member('late', ['engineer'], { certificates: [certificate(MONDAY)] }),
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
/** As whoever takes over has agreed to it. */
const approveSwap: typeof approve = (roster, id, ...rest) =>
  approve(agreeSwap(roster, id, findSwap(roster, id).to, NOW), id, ...rest);
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

  test('is not approved before whoever takes it over has agreed, and nobody else agrees for him', () => {
    const notAgreed = expect.objectContaining({ code: 'swap-not-agreed' });
    expect(() => approve(ask({ by: 'foreman' }), 's1', 'manager', staff, NOW)).toThrow(notAgreed);
    expect(() => agreeSwap(ask(), 's1', 'li', NOW)).toThrow(
      expect.objectContaining({ code: 'swap-of-others' }),
    );
    expect(agreeSwap(ask(), 's1', 'chen', NOW).swaps).toMatchObject([{ agreedAtMs: NOW }]);
    // He has asked for it himself.
    expect(approve(ask({ by: 'chen' }), 's1', 'manager', staff, NOW).swaps).toEqual([]);
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

  test('of a shift that has begun: who has been on duty so far stays on the record', () => {
    const [first] = ROSTER.assignments;
    const noonMs = new Date(`${first?.date}T12:00:00+08:00`).getTime();
    expect(() => requestSwap(ROSTER, REQUEST, staff, noonMs)).toThrow(/has begun/);
    expect(() => approveSwap(ask(), 's1', 'manager', staff, noonMs)).toThrow(/has begun/);
    expect(approveSwap(ask(), 's1', 'manager', staff, NOW).swaps).toEqual([]);
  });

  test('that would put a person on two posts at once', () => {
    const roster = makeRoster([...ROSTER.assignments, assign(SUNDAY, 'duty-engineer', 'day', 'chen')]);
    expect(() => ask({}, roster)).toThrow(/chen is on duty-engineer at the same time/);
  });

  test.each([
    ['to an occupant', { to: 'owner' }, /owner is from outside/],
    ['to a contractor', { to: 'firm' }, /firm is from outside/],
    ['to somebody without the role of the post', { to: 'eng' }, /eng lacks the role Desk/],
  ])('%s', (_what, more, reason) => {
    expect(() => ask(more)).toThrow(reason);
  });

  describe('of a post that asks for a certificate', () => {
    const POST = 'standby-electrician';
    const roster = makeRoster([
      assign(MONDAY, POST, 'night', 'volt'),
      assign(MONDAY, 'duty-engineer', 'day', 'eng'),
      assign(SUNDAY, POST, 'day', 'volt'),
    ]);
    const of = (more: Partial<SwapRequest>) =>
      ask({ date: MONDAY, post: POST, shift: 'night', from: 'volt', by: 'volt', ...more }, roster);

    test('to somebody without it', () => {
      expect(() => of({ to: 'eng' })).toThrow(/eng has no certificate electrician-lv/);
    });

    test('to somebody whose certificate has run out before the night is over', () => {
      expect(() => of({ to: 'late' })).toThrow(/the certificate electrician-lv of late has run out/);
      expect(of({ to: 'late', date: SUNDAY, shift: 'day' }).swaps).toHaveLength(1);
    });

    test('in return for which the one who asks would need it', () => {
      const back = { date: MONDAY, post: POST, shift: 'night' };
      const asked = { date: MONDAY, post: 'duty-engineer', shift: 'day', from: 'eng', to: 'volt', by: 'eng' };
      expect(() => ask({ ...asked, inReturn: back }, roster)).toThrow(/eng has no certificate/);
      expect(ask(asked, roster).swaps).toHaveLength(1);
    });

    test('also when it is approved only after the certificate is gone', () => {
      const waiting: SwapRequest = {
        ...REQUEST,
        date: MONDAY,
        post: POST,
        shift: 'night',
        from: 'volt',
        to: 'eng',
      };
      expect(() => approveSwap({ ...roster, swaps: [waiting] }, 's1', 'manager', staff, NOW)).toThrow(
        /no certificate/,
      );
    });
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

describe('one that waits and cannot be carried out any more', () => {
  const other: SwapRequest = { ...REQUEST, id: 's2', to: 'he' };
  const book = makeBook(null, [...staff.values(), member('he', ['desk'])]).staff;

  test.each([
    ['because whoever was to take it is gone', { to: 'gone' }],
    [
      'because the other does not have what was given in return',
      { inReturn: { ...IN_RETURN, shift: 'night' } },
    ],
  ])('does not stand in the way of a new one, %s', (_why, more) => {
    const roster = { ...ROSTER, swaps: [{ ...REQUEST, ...more }] };
    expect(requestSwap(roster, other, book, NOW).swaps).toEqual([other]);
  });

  test('is sorted out of a new roster, and the others stay', () => {
    const past: SwapRequest = { ...REQUEST, id: 's3', date: '2026-11-26' };
    const replaced: SwapRequest = { ...REQUEST, id: 's4', date: MONDAY, from: 'li' };
    const { kept, void: gone } = sortSwaps({ ...ROSTER, swaps: [REQUEST, past, replaced] }, staff, NOW);
    expect(kept).toEqual([REQUEST]);
    expect(gone.map(({ swap, reason }) => [swap.id, reason.en])).toEqual([
      ['s3', 'the shift of 2026-11-26 is over'],
      ['s4', `li does not have that shift on ${MONDAY}`],
    ]);
  });
});
