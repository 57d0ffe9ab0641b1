/** "Who would be told?": the steps of the ladder by policy and roster, what holds it back, and the gaps that are marked. */
import { describe, expect, test } from 'vitest';
import type { Contact } from '../../src/config/model.ts';
import type { Policy } from '../../src/config/policy.ts';
import type { Calendar } from '../../src/core/calendar.ts';
import { type ContactId, toId } from '../../src/core/ids.ts';
import type { Kind } from '../../src/core/kinds.ts';
import { createDutyView } from '../../src/people/duty.ts';
import { type WhoQuestion, whoWouldBeTold } from '../../src/people/who.ts';
import { assign, makeBook, makeRoster, member, PLACES, SATURDAY_3AM, ZONE } from './fixtures.ts';

const MINUTE_MS = 60_000;
const hours = [{ from: 540, to: 1020 }];
const WORKING: Calendar = {
  id: toId('working'),
  name: { zh: '工作时间', en: 'Working time' },
  timeZone: ZONE,
  week: [hours, hours, hours, hours, hours, [], []],
  holiday: [],
  makeUp: null,
  days: null,
};

type WhoPolicy = Pick<
  Policy,
  | 'calendars'
  | 'priorityOf'
  | 'attendanceFrom'
  | 'flowFrom'
  | 'paths'
  | 'actors'
  | 'forms'
  | 'routing'
  | 'deskDispatches'
  | 'report'
  | 'escalation'
  | 'quiet'
  | 'certificates'
  | 'staff'
  | 'dayEnd'
  | 'clocks'
  | 'incidents'
>;

/** Only what the question goes by. */
function makePolicy(more: Partial<WhoPolicy> = {}): Policy {
  const policy: WhoPolicy = {
    calendars: new Map([[WORKING.id, WORKING]]),
    priorityOf: { 'life-safety': 'emergency', high: 'urgent', medium: 'normal', low: 'normal' },
    attendanceFrom: [
      { match: { priority: ['emergency'] }, attendance: 'emergency' },
      { match: { priority: ['urgent'] }, attendance: 'urgent' },
      { match: {}, attendance: 'next-working-day' },
    ],
    flowFrom: [{ match: {}, flow: 'public-area' }],
    actors: { dispatch: ['desk'] } as unknown as Policy['actors'],
    paths: [{ match: {}, stages: [{ stage: 'dispatched', isOptional: false }] }],
    forms: [],
    routing: [
      { class: 'fire', kind: null, location: null, assignee: 'duty' },
      { class: null, kind: 'lift', location: null, assignee: 'lift-safety' },
      { class: 'engineering', kind: null, location: 'b1', assignee: 'plumbing' },
      { class: 'engineering', kind: null, location: null, assignee: 'engineer' },
    ],
    deskDispatches: [{ priority: ['emergency'] }],
    report: {
      match: { priority: ['emergency'] },
      recipients: [
        { role: 'assignee', when: 'at-once' },
        { role: 'supervisor', when: 'confirmed' },
        { role: 'leader', when: { unansweredMs: 5 * MINUTE_MS } },
      ],
    },
    escalation: {
      unansweredMs: 5 * MINUTE_MS,
      ladder: [
        { role: 'supervisor', afterMs: 0 },
        { role: 'manager', afterMs: 120 * MINUTE_MS },
      ],
      breach: 'supervisor',
    },
    quiet: { severities: ['low'], calendar: WORKING.id },
    dayEnd: null,
    clocks: [],
    incidents: { from: [], joinMs: 0, reportMs: 0, reportWarnRatio: 1, majorGrades: [] },
    certificates: [{ match: {}, kind: 'lift', certificate: 'lift' }],
    staff: {
      approvers: ['supervisor'],
      waitApprovers: ['supervisor'],
      undoBreaches: ['supervisor'],
      contractorDesk: ['desk'],
      workers: ['engineer', 'duty'],
    },
    ...more,
  };
  return policy as Policy;
}

function contact(id: string, kind: Contact['kind'], kinds: readonly Kind[] = []): [ContactId, Contact] {
  const name = { zh: id, en: id };
  return [toId(id), { id: toId(id), name, method: '1', kind, phones: [], for: kinds }];
}
const CONTACTS = new Map([
  contact('plumbers', 'internal'),
  contact('fire-brigade', 'fire-brigade'),
  contact('lift-maintainer', 'maintainer', ['lift']),
  contact('lift-rescue', 'rescue-line', ['lift']),
]);

const PEOPLE = [
  member('li', ['desk']),
  member('wang', ['engineer'], { groups: ['plumbing'] }),
  member('liu', ['engineer']),
  member('boss', ['supervisor'], { ways: [] }),
  member('wu', ['manager']),
];
const ROSTER = makeRoster([
  assign('2026-11-27', 'desk', 'night', 'li'),
  assign('2026-11-27', 'standby-electrician', 'night', 'liu'),
]);

const equipment = (kind: Kind): WhoQuestion['equipment'] => ({
  kind,
  location: PLACES.room,
  responsible: null,
  contact: toId('plumbers'),
});

function ask(
  question: Partial<WhoQuestion> = {},
  policy = makePolicy(),
  roster: typeof ROSTER | null = ROSTER,
  people = PEOPLE,
) {
  const duty = createDutyView(makeBook(roster, people));
  const asked = { atMs: SATURDAY_3AM, severity: 'high' as const, class: null, equipment: null, ...question };
  return whoWouldBeTold(asked, { policy, duty, contacts: CONTACTS, timeZone: ZONE });
}

const toLines = ({ steps }: ReturnType<typeof ask>): readonly string[] =>
  steps.map(
    ({ id, when, assignee, people }) =>
      `${id} [${when.en}] ${assignee}: ${people.map(({ username }) => username).join(',')}`,
  );

describe('Saturday at 03:00', () => {
  test('a high alarm goes to whoever is on stand-by, then up the ladder with its times', () => {
    expect(toLines(ask())).toEqual([
      'assigned [at once (dispatched by the gateway)] liu: liu',
      'escalation [level 1: a warning is unanswered for 5 min] supervisor: boss',
      'escalation [level 2: nobody acts for another 2 h] manager: wu',
      'breach [a clock is breached] supervisor: boss',
    ]);
  });

  test('an emergency goes to the desk first, and is reported to those above as the policy says', () => {
    expect(toLines(ask({ severity: 'life-safety' })).slice(0, 5)).toEqual([
      'dispatch [at once (confirms or redirects)] desk: li',
      'assigned [when the desk has dispatched it] liu: liu',
      'report [reported at once] liu: liu',
      'report [reported when the desk has confirmed it] supervisor: boss',
      'report [reported when nobody answers for 5 min] leader: li',
    ]);
  });

  test('an alarm that wakes nobody is told from Monday morning on', () => {
    expect(ask({ severity: 'low' }).heldUntilMs).toBe(Date.UTC(2026, 10, 30, 1));
    expect(ask().heldUntilMs).toBeNull();
    expect(ask({ severity: 'low', atMs: Date.UTC(2026, 10, 30, 1) }).heldUntilMs).toBeNull();
    const never = makePolicy({ quiet: { severities: ['low'], calendar: null } });
    // Without hours to wait for, somebody is told at night rather than nobody ever.
    expect(ask({ severity: 'low' }, never).heldUntilMs).toBeNull();
    expect(ask({ severity: 'medium' }).heldUntilMs).toBe(Date.UTC(2026, 10, 30, 1));
  });
});

describe('the first recipient', () => {
  test('is by class, kind and place of the equipment: the table goes up from the room to the floor', () => {
    expect(ask({ equipment: equipment('pump') }).steps[0]?.assignee).toBe('plumbing');
    const crew = member('gao', ['lift-safety', 'duty'], {
      certificates: [{ kind: 'lift', number: '1', validTo: '2027-01-01' }],
    });
    const to = (question: Partial<WhoQuestion>) =>
      ask(question, makePolicy(), ROSTER, [...PEOPLE, crew]).steps[0];
    expect(to({ equipment: equipment('lift') })?.assignee).toBe('lift-safety');
    expect(to({ equipment: equipment('fire-panel') })?.assignee).toBe('duty');
    expect(to({ equipment: equipment('pump'), class: 'fire' })?.assignee).toBe('duty');
  });

  test('is who is there of those who work on tickets, where nobody holds the role of the table', () => {
    expect(ask({ class: 'fire' }).steps[0]).toMatchObject({ id: 'assigned', assignee: 'liu' });
  });

  test('is the desk where nobody has the certificate, unless people may be in danger', () => {
    const lift = { equipment: equipment('lift') };
    expect(ask(lift).steps.map(({ id }) => id)).not.toContain('assigned');
    expect(ask(lift).steps[0]).toMatchObject({ id: 'dispatch', assignee: 'desk' });
    const assigned = ask({ ...lift, severity: 'life-safety' }).steps.find(({ id }) => id === 'assigned');
    expect(assigned).toMatchObject({ assignee: 'liu' });
    expect(assigned?.gaps.at(-1)?.en).toBe('liu holds no valid certificate lift');
  });

  test('is the person named on the equipment before any table', () => {
    const named = { kind: 'pump' as const, location: PLACES.room, responsible: 'wu', contact: null };
    expect(toLines(ask({ equipment: named }))[0]).toBe(
      'assigned [at once (dispatched by the gateway)] wu: wu',
    );
  });

  test('is the desk alone when no row fits', () => {
    expect(toLines(ask({ class: 'cleaning' }))[0]).toBe(
      'dispatch [at once (confirms or redirects)] desk: li',
    );
    expect(ask({ class: 'cleaning' }).steps.filter(({ id }) => id === 'assigned')).toEqual([]);
  });
});

describe('gaps', () => {
  test('are people whom nobody can ring, and steps with nobody', () => {
    const answer = ask({ severity: 'life-safety' });
    expect(answer.steps.flatMap(({ assignee, gaps }) => gaps.map(({ en }) => `${assignee}: ${en}`))).toEqual([
      'supervisor: nobody is on duty or stand-by',
      'supervisor: boss has no way to be reached but the inbox',
      'leader: nobody can be told: leader; told instead: Desk',
      'supervisor: nobody is on duty or stand-by',
      'supervisor: boss has no way to be reached but the inbox',
      'manager: nobody is on duty or stand-by',
      'supervisor: nobody is on duty or stand-by',
      'supervisor: boss has no way to be reached but the inbox',
    ]);
  });

  test('of the roster at that instant are named: the uncovered post, the missing certificate', () => {
    const texts = ask().gaps.map(({ en }) => en);
    const policys = texts.filter((text) => text.includes('told by the policy'));
    expect(
      policys.map((text) => text.split(' 2026')[0]),
      'beside those of the steps',
    ).toEqual(['Leader', 'Duty person', 'Lift safety manager', 'plumbing']);
    expect(texts).toHaveLength(2 + policys.length);
    expect(texts[0]).toMatch(/^duty-engineer .* nobody is on duty$/);
    expect(texts[1]).toMatch(/^standby-electrician .* liu has no certificate electrician-lv$/);
  });

  test('are steps that no account may take, on whatever path they are', () => {
    const held = (policy: Policy) =>
      ask({}, policy).gaps.filter(({ en }) => en.startsWith('Nobody can take'));
    const actors = { dispatch: ['archivist'] } as unknown as Policy['actors'];
    expect(held(makePolicy())).toEqual([]);
    expect(held(makePolicy({ actors })).map(({ en }) => en)).toEqual([
      'Nobody can take the step dispatch (Dispatched) that the policy demands: no active account holds: Archive manager',
    ]);
  });

  test('are a roster that is not there, and one that has ended', () => {
    expect(ask({}, makePolicy(), null).gaps[0]).toMatchObject({ zh: '没有排班表：只能按角色通知' });
    expect(ask({ atMs: SATURDAY_3AM + 7 * 86_400_000 }).gaps[0]).toEqual({
      zh: '排班只排到 2026-11-27',
      en: 'the roster ends on 2026-11-27',
    });
  });
});

test('outside numbers are those of the equipment, of its kind, and the fire brigade for a fire', () => {
  const idsOf = (question: Partial<WhoQuestion>) => ask(question).contacts.map(({ id }) => id);
  expect(idsOf({ equipment: equipment('lift') })).toEqual(['plumbers', 'lift-maintainer', 'lift-rescue']);
  expect(idsOf({ class: 'fire' })).toEqual(['fire-brigade']);
  expect(idsOf({})).toEqual([]);
});

test('whoever would get it without the certificate of its kind is a gap of the step', () => {
  const named = { kind: 'lift' as const, location: PLACES.room, responsible: 'wu', contact: null };
  const { steps } = ask({ equipment: named, severity: 'life-safety' });
  const assigned = steps.find(({ id }) => id === 'assigned');
  expect(assigned).toMatchObject({ assignee: 'wu' });
  expect(assigned?.gaps.at(-1)?.en).toBe('wu holds no valid certificate lift');
});

test('the proposal asks for the certificate of the kind', () => {
  const { proposal } = ask({ equipment: equipment('lift') });
  expect(proposal.best).toBeNull();
  expect(proposal.candidates[0]?.reasons[0]?.en).toBe('no certificate lift');
});
