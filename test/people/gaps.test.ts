/** Gaps of a roster, one kind at a time. Uncovered and doubly taken minutes are recounted in duty-property.test.ts. */
import { describe, expect, test } from 'vitest';
import { toCertificateNotices } from '../../src/people/certificates.ts';
import { findGaps, MAX_GAP_DAYS } from '../../src/people/gaps.ts';
import { assign, makeBook, makeRoster, member, POSTS } from './fixtures.ts';

const DAY_MS = 86_400_000;
/** Friday 2026-11-27, 08:00 in Shanghai. */
const FRIDAY_8AM = Date.UTC(2026, 10, 27);
const FRIDAY = '2026-11-27';
const STANDBY = { posts: POSTS.filter(({ id }) => id === 'standby-electrician') };

function gapsOf(person: ReturnType<typeof member>, more = {}) {
  const roster = makeRoster(
    [
      assign(FRIDAY, 'standby-electrician', 'day', person.username),
      assign(FRIDAY, 'standby-electrician', 'night', person.username),
    ],
    { ...STANDBY, ...more },
  );
  return findGaps(makeBook(roster, [person]), FRIDAY_8AM, FRIDAY_8AM + DAY_MS);
}

const certificate = (validTo: string) => ({ kind: 'electrician-lv', number: '1', validTo });

describe('a stand-by electrician', () => {
  test('who holds the certificate and can be reached leaves no gap', () => {
    expect(gapsOf(member('liu', ['engineer'], { certificates: [certificate('2026-11-28')] }))).toEqual([]);
  });

  test('without the certificate is a gap of each shift, with its name and times in both languages', () => {
    const gaps = gapsOf(member('liu', ['engineer']));
    expect(gaps.map(({ kind, detail }) => [kind, detail])).toEqual([
      ['certificate-missing', 'electrician-lv'],
      ['certificate-missing', 'electrician-lv'],
    ]);
    expect(gaps[0]?.text.zh).toBe(
      'standby-electrician 2026-11-27 08:00 – 2026-11-27 20:00 liu 无证书 electrician-lv',
    );
  });

  test('whose certificate runs out at midnight is a gap of the night, not of the day', () => {
    const gaps = gapsOf(member('liu', ['engineer'], { certificates: [certificate(FRIDAY)] }));
    expect(gaps).toMatchObject([{ kind: 'certificate-expired', fromMs: FRIDAY_8AM + DAY_MS / 2 }]);
  });

  test('whose newer certificate still holds is none', () => {
    const certificates = [certificate('2020-01-01'), certificate('2030-01-01')];
    expect(gapsOf(member('liu', ['engineer'], { certificates }))).toEqual([]);
  });

  test('without any way to be reached is a gap', () => {
    const gaps = gapsOf(member('liu', ['engineer'], { ways: [], certificates: [certificate('2030-01-01')] }));
    expect(gaps.map(({ kind }) => kind)).toEqual(['unreachable', 'unreachable']);
  });

  test('whose account lacks the role of the post is a gap', () => {
    const gaps = gapsOf(member('liu', ['desk'], { certificates: [certificate('2030-01-01')] }));
    expect(gaps.map(({ kind, detail }) => [kind, detail])).toEqual([
      ['role-missing', 'engineer'],
      ['role-missing', 'engineer'],
    ]);
  });

  test('whose account is disabled leaves the hours uncovered', () => {
    const gaps = gapsOf(member('liu', ['engineer'], { isDisabled: true }));
    expect(gaps.map(({ kind }) => kind)).toEqual(['nobody', 'unknown-person', 'unknown-person']);
    expect(gaps[0]).toMatchObject({ fromMs: FRIDAY_8AM, toMs: FRIDAY_8AM + DAY_MS });
  });
});

test('a person on two posts at once is told with both', () => {
  const roster = makeRoster([
    assign(FRIDAY, 'desk', 'day', 'li'),
    assign(FRIDAY, 'duty-engineer', 'day', 'li'),
  ]);
  const gaps = findGaps(
    makeBook(roster, [member('li', ['desk', 'engineer'])]),
    FRIDAY_8AM,
    FRIDAY_8AM + 1000,
  );
  expect(gaps.filter(({ kind }) => kind === 'twice')).toMatchObject([
    { post: 'duty-engineer', detail: 'desk' },
  ]);
});

test('a post whose calendar is not there has to be covered always', () => {
  const posts = POSTS.slice(0, 1).map((one) => ({ ...one, calendar: 'gone' as never }));
  const gaps = findGaps(makeBook(makeRoster([], { posts }), []), FRIDAY_8AM, FRIDAY_8AM + DAY_MS);
  expect(gaps).toMatchObject([{ kind: 'nobody', fromMs: FRIDAY_8AM, toMs: FRIDAY_8AM + DAY_MS }]);
});

test('more than a quarter is not looked through, nor a stretch that ends before it begins', () => {
  const book = makeBook(makeRoster([]), []);
  expect(() => findGaps(book, 0, (MAX_GAP_DAYS + 1) * DAY_MS)).toThrow(RangeError);
  expect(() => findGaps(book, 1, 0)).toThrow(RangeError);
});

describe('certificates that run out', () => {
  const holders = [
    member('a', ['engineer'], { certificates: [certificate('2026-12-20')] }),
    member('b', ['engineer'], { certificates: [certificate('2026-11-20')] }),
    member('c', ['engineer'], { certificates: [certificate('2027-11-20')] }),
    member('d', ['engineer'], { certificates: [certificate('2026-12-28')] }),
    member('e', ['engineer'], { certificates: [certificate('2026-12-29'), certificate('2026-11-01')] }),
    member('f', ['engineer'], { certificates: [certificate('2026-11-20')], isDisabled: true }),
  ];

  test('within 30 days are listed, soonest first, those that have run out before all', () => {
    const { staff } = makeBook(null, holders);
    const notices = toCertificateNotices(staff, '2026-11-28', 30);
    expect(notices.map(({ username, daysLeft }) => [username, daysLeft])).toEqual([
      ['b', -8],
      ['a', 22],
      ['d', 30],
    ]);
  });
});

test('more hours in a row than the roster allows are a gap from that moment on, over all posts, not counting stand-by', () => {
  const people = [member('li', ['desk']), member('volt', ['engineer'])];
  const roster = makeRoster([
    assign('2026-11-27', 'desk', 'night', 'li'),
    assign('2026-11-28', 'desk', 'day', 'li'),
    assign('2026-11-28', 'desk', 'night', 'li'),
    assign('2026-11-30', 'desk', 'day', 'li'),
  ]);
  const from = Date.UTC(2026, 10, 28, 6);
  const long = (more: object = {}) =>
    findGaps(makeBook({ ...roster, ...more }, people), from, from + 3 * DAY_MS)
      .filter(({ kind }) => kind === 'too-long')
      .map(({ username, fromMs, toMs, detail, text }) => [
        username,
        fromMs,
        toMs,
        detail,
        text.zh.slice(-14),
      ]);
  const at = (day: number, hour: number) => Date.UTC(2026, 10, day, hour - 8);
  expect(long()).toEqual([['li', at(28, 20), at(29, 8), '36', ' li 连续值班 36 小时']]);
  expect(long({ longestHours: 36 })).toEqual([]);
});
