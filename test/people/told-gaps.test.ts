/** Gaps of those whom the policy tells although the roster has no post for them: the ladder must not end in nothing. */
import { describe, expect, test } from 'vitest';
import { createDutyView } from '../../src/people/duty.ts';
import { findToldGaps, toToldNames } from '../../src/people/told-gaps.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import { assign, makeBook, makeRoster, member, SATURDAY_3AM, ZONE } from './fixtures.ts';

const HOUR_MS = 3_600_000;
const SPAN = { fromMs: SATURDAY_3AM - 24 * HOUR_MS, toMs: SATURDAY_3AM + 24 * HOUR_MS };
const ROSTER = makeRoster([
  assign('2026-11-27', 'desk', 'night', 'li'),
  assign('2026-11-28', 'desk', 'day', 'li'),
]);
const LI = member('li', ['desk']);

function gaps(names: readonly string[], people = [LI], roster: typeof ROSTER | null = ROSTER) {
  return findToldGaps(createDutyView(makeBook(roster, people)), names, SPAN, ZONE);
}
const kinds = (...given: Parameters<typeof gaps>) =>
  gaps(...given).map(({ post, kind }) => `${post} ${kind}`);

test('the policies in force name report, ladder, breach, day end, routing and dispatch, each once', () => {
  for (const policy of [defaultPolicy, hospitalPolicy]) {
    const names = toToldNames(policy);
    const { ladder, breach } = policy.escalation;
    expect(names).toEqual(expect.arrayContaining([...ladder.map(({ role }) => role), breach]));
    expect(names).toEqual(expect.arrayContaining(policy.routing.map(({ assignee }) => assignee)));
    expect(new Set(names).size).toBe(names.length);
    expect(names).not.toContain('assignee');
  }
});

describe('a rung of the ladder', () => {
  test('that nobody holds is one gap of the whole stretch, in both languages', () => {
    expect(gaps(['leader'])).toEqual([
      {
        ...SPAN,
        kind: 'nobody',
        post: 'leader',
        username: null,
        detail: 'policy',
        text: {
          zh: '领导 2026-11-27 03:00 – 2026-11-29 03:00 服务标准要求通知，但无人可通知',
          en: 'Leader 2026-11-27 03:00 – 2026-11-29 03:00 told by the policy, and there is nobody',
        },
      },
    ]);
  });

  test('whose only holder has a disabled account is nobody', () => {
    expect(kinds(['manager'], [LI, member('wu', ['manager'], { isDisabled: true })])).toEqual([
      'manager nobody',
    ]);
  });

  test('whose people have no way to be reached says whom', () => {
    const found = gaps(['manager'], [LI, member('wu', ['manager'], { ways: [] })]);
    expect(found).toMatchObject([{ kind: 'unreachable', username: 'wu', ...SPAN }]);
    const two = [member('wu', ['manager'], { ways: [] }), member('he', ['manager'], { ways: [] })];
    expect(gaps(['manager'], two)).toMatchObject([{ kind: 'unreachable', username: null }]);
  });

  test('whose people have a telephone and no shift is told off duty', () => {
    expect(kinds(['manager'], [LI, member('wu', ['manager'])])).toEqual(['manager off-duty']);
    expect(kinds(['manager'], [LI, member('wu', ['manager'])], null), 'without a roster all are').toEqual([]);
  });

  test('that has somebody on duty at times is the business of the roster at others', () => {
    expect(kinds(['desk'])).toEqual([]);
  });

  test('is a gap only while the one who can be reached is not on', () => {
    const silent = member('si', ['desk'], { ways: [] });
    const roster = makeRoster([...ROSTER.assignments, assign('2026-11-28', 'desk', 'night', 'si')]);
    const found = gaps(['desk'], [LI, silent], roster);
    const from = Date.UTC(2026, 10, 28, 12);
    expect(found).toMatchObject([{ kind: 'unreachable', username: 'si', fromMs: from, toMs: SPAN.toMs }]);
  });

  test('may be a group or a person of the routing table', () => {
    const people = [LI, member('wang', ['engineer'], { groups: ['plumbing'], ways: [] })];
    expect(kinds(['plumbing', 'wang', 'nobody-here'], people)).toEqual([
      'plumbing unreachable',
      'wang unreachable',
      'nobody-here nobody',
    ]);
  });
});

test('a quarter of a large roster is looked through in reasonable time', () => {
  const people = Array.from({ length: 60 }, (_, at) => member(`p-${at}`, ['engineer']));
  const days = Array.from({ length: 92 }, (_, day) =>
    new Date(SATURDAY_3AM + day * 86_400_000).toISOString(),
  );
  const roster = makeRoster(
    days.flatMap((day, at) =>
      ['day', 'night'].flatMap((shift) =>
        ['desk', 'duty-engineer'].map((post, more) =>
          assign(day.slice(0, 10), post, shift, `p-${(at + more) % 60}`),
        ),
      ),
    ),
  );
  const view = createDutyView(makeBook(roster, people));
  const span = { fromMs: SATURDAY_3AM, toMs: SATURDAY_3AM + 92 * 86_400_000 };
  expect(findToldGaps(view, toToldNames(defaultPolicy), span, ZONE).length).toBeLessThan(200);
});
