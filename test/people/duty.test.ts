/** Who is on duty and whom to tell: night shifts, stand-by, roles by account and by post, places, disabled accounts. */
import { describe, expect, test } from 'vitest';
import { createDutyView, whoIsOn } from '../../src/people/duty.ts';
import { toShiftSpan } from '../../src/people/shift-time.ts';
import { assign, makeBook, makeRoster, member, PLACES, SATURDAY_3AM } from './fixtures.ts';

const FRIDAY = '2026-11-27';
const SATURDAY = '2026-11-28';
const HOUR_MS = 3_600_000;

const ROSTER = makeRoster([
  assign(FRIDAY, 'desk', 'night', 'li'),
  assign(SATURDAY, 'desk', 'day', 'chen'),
  assign(FRIDAY, 'standby-electrician', 'night', 'liu'),
]);
const PEOPLE = [
  member('chen', ['desk']),
  member('li', ['desk']),
  member('liu', ['engineer'], { groups: ['electrical'] }),
  member('wang', ['engineer'], { groups: ['electrical', 'plumbing'] }),
];
const duty = createDutyView(makeBook(ROSTER, PEOPLE));
const names = (people: readonly { readonly username: string }[]): readonly string[] =>
  people.map(({ username }) => username);

describe('a shift past midnight', () => {
  test('belongs to the day on which it begins', () => {
    expect(duty.on(SATURDAY_3AM, { post: 'desk' }).map(({ assignment }) => assignment.username)).toEqual([
      'li',
    ]);
  });

  test('ends in the instant in which the next one begins, without gap or overlap', () => {
    const changeMs = SATURDAY_3AM + 5 * HOUR_MS;
    const onDesk = (atMs: number) =>
      duty.on(atMs, { post: 'desk' }).map(({ assignment }) => assignment.username);
    expect(onDesk(changeMs - 1)).toEqual(['li']);
    expect(onDesk(changeMs)).toEqual(['chen']);
  });

  test.each([
    ['put on', '2026-03-28', 11],
    ['put back', '2026-10-24', 13],
    ['left alone', '2026-11-27', 12],
  ])('has its hours on the wall when clocks are %s', (_what, date, hours) => {
    const { fromMs, toMs } = toShiftSpan('Europe/Berlin', date, { id: 'night', from: 1200, to: 480 });
    expect((toMs - fromMs) / HOUR_MS).toBe(hours);
  });

  test('that begins and ends at the same time lasts a day', () => {
    const { fromMs, toMs } = toShiftSpan('Asia/Shanghai', SATURDAY, { id: 'all', from: 480, to: 480 });
    expect(toMs - fromMs).toBe(24 * HOUR_MS);
  });
});

describe('whom to tell', () => {
  test('are those on duty, and nobody else', () => {
    expect(duty.recipientsOf('desk', SATURDAY_3AM)).toEqual(['li']);
    expect(names(duty.usersWith('desk', SATURDAY_3AM))).toEqual(['li', 'chen']);
  });

  test('are those on stand-by when nobody is on duty', () => {
    expect(duty.recipientsOf('engineer', SATURDAY_3AM)).toEqual(['liu']);
    expect(duty.person('liu', SATURDAY_3AM)).toMatchObject({
      standing: 'standby',
      post: 'standby-electrician',
    });
  });

  test('are all who hold the role when nobody is on duty or stand-by', () => {
    const sundayMs = SATURDAY_3AM + 48 * HOUR_MS;
    expect(duty.recipientsOf('engineer', sundayMs)).toEqual(['liu', 'wang']);
    expect(duty.person('liu', sundayMs)).toMatchObject({ standing: 'off', post: null, untilMs: null });
  });

  test('of a role nobody holds are none', () => {
    expect(duty.recipientsOf('leader', SATURDAY_3AM)).toEqual([]);
  });

  test('of a group are its members by their standing', () => {
    expect(duty.recipientsOf('electrical', SATURDAY_3AM)).toEqual(['liu']);
    expect(duty.recipientsOf('plumbing', SATURDAY_3AM)).toEqual(['wang']);
  });

  test('of a user is this user, on duty or not', () => {
    expect(duty.recipientsOf('wang', SATURDAY_3AM)).toEqual(['wang']);
  });

  test('a name that is role and user means the role', () => {
    const both = createDutyView(makeBook(ROSTER, [...PEOPLE, member('desk', ['desk'])]));
    expect(both.recipientsOf('desk', SATURDAY_3AM)).toEqual(['li']);
  });

  test('includes whoever is on a post of the role without holding it by account', () => {
    const lent = makeRoster([assign(FRIDAY, 'desk', 'night', 'wang')]);
    const view = createDutyView(makeBook(lent, PEOPLE));
    expect(view.recipientsOf('desk', SATURDAY_3AM)).toEqual(['wang']);
  });

  test('who is on a post of the role comes before who holds it and is on duty elsewhere', () => {
    const roster = makeRoster([
      assign(FRIDAY, 'duty-engineer', 'night', 'wang'),
      assign(FRIDAY, 'desk', 'night', 'liu'),
    ]);
    const view = createDutyView(makeBook(roster, PEOPLE));
    expect(view.recipientsOf('engineer', SATURDAY_3AM)).toEqual(['wang']);
    expect(names(view.usersWith('engineer', SATURDAY_3AM))).toEqual(['wang', 'liu']);
  });

  test('a disabled account is told nothing', () => {
    const people = PEOPLE.map((one) => (one.username === 'li' ? { ...one, isDisabled: true } : one));
    const view = createDutyView(makeBook(ROSTER, people));
    expect(view.recipientsOf('desk', SATURDAY_3AM)).toEqual(['chen']);
    expect(view.recipientsOf('li', SATURDAY_3AM)).toEqual([]);
  });

  test('without a roster are all who hold the role', () => {
    const view = createDutyView(makeBook(null, PEOPLE));
    expect(view.recipientsOf('desk', SATURDAY_3AM)).toEqual(['chen', 'li']);
    expect(view.nextOn('desk', SATURDAY_3AM)).toBeNull();
  });
});

describe('places', () => {
  const people = [
    member('a-other', ['engineer'], { areas: [PLACES.tower] }),
    member('b-anywhere', ['engineer']),
    member('c-there', ['engineer'], { areas: [PLACES.b1] }),
  ];
  const view = createDutyView(makeBook(null, people));

  test('put those first who are responsible for the place or what it lies in', () => {
    expect(names(view.usersWith('engineer', SATURDAY_3AM, PLACES.b1))).toEqual([
      'a-other',
      'c-there',
      'b-anywhere',
    ]);
    expect(names(view.usersWith('engineer', SATURDAY_3AM, PLACES.tower))).toEqual([
      'a-other',
      'b-anywhere',
      'c-there',
    ]);
  });

  test('do not decide before duty does', () => {
    const roster = makeRoster([assign(FRIDAY, 'duty-engineer', 'night', 'b-anywhere')]);
    const onDuty = createDutyView(makeBook(roster, people));
    expect(onDuty.recipientsOf('engineer', SATURDAY_3AM, PLACES.room)).toEqual(['b-anywhere']);
  });

  test('a query by area leaves out those who are responsible for others', () => {
    const roster = makeRoster([
      assign(FRIDAY, 'duty-engineer', 'night', 'c-there'),
      assign(FRIDAY, 'duty-engineer', 'night', 'b-anywhere'),
    ]);
    const { staff } = makeBook(roster, people);
    const inTower = whoIsOn(roster, staff, SATURDAY_3AM, { area: [PLACES.tower] });
    expect(inTower.map(({ assignment }) => assignment.username)).toEqual(['b-anywhere']);
    expect(whoIsOn(roster, staff, SATURDAY_3AM, { area: [PLACES.room, PLACES.b1] })).toHaveLength(2);
  });
});

test('an assignment of an unknown post or shift puts nobody on duty', () => {
  const roster = makeRoster([assign(FRIDAY, 'none', 'night', 'li'), assign(FRIDAY, 'desk', 'none', 'li')]);
  expect(whoIsOn(roster, new Map(), SATURDAY_3AM)).toEqual([]);
});

test('the next assignment of a post is found within a week', () => {
  expect(duty.nextOn('desk', SATURDAY_3AM)?.assignment.username).toBe('chen');
  expect(duty.nextOn('desk', SATURDAY_3AM + 48 * HOUR_MS)).toBeNull();
});
