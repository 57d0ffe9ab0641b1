/**
 * What keeps an emergency from being ended on paper: its ticket is not cancelled, closed, archived, moved or merged away while
 * people are in the lift, the fire is real or nobody has looked, or its report is owed (service-workflow.md §2 and §3).
 */
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/config/policy.ts';
import { RiserError } from '../../src/core/errors.ts';
import type { IncidentId, TicketId } from '../../src/core/ids.ts';
import type { Incident } from '../../src/core/incident.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import type { TicketClock } from '../../src/core/ticket-clock.ts';
import { requireBackInService } from '../../src/tickets/emergency-end.ts';
import { mergeTickets } from '../../src/tickets/merge.ts';
import { allowedTransitions, isAllowed } from '../../src/tickets/path.ts';
import { stepTicket } from '../../src/tickets/step.ts';
import type { Transition } from '../../src/tickets/transitions.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import {
  BASE_MS,
  createAlarm,
  createContext,
  createFull,
  DESK,
  HOUR_MS,
  refusalOf,
  SUPERVISOR,
  withClocks,
} from './fixtures.ts';
import { createStory, type Story } from './story-rig.ts';

const INCIDENT: Incident = {
  id: 'SJ-1' as IncidentId,
  number: 'SJ-1',
  version: 1,
  site: 'test-site' as never,
  kind: 'fire',
  nature: 'safety-accident',
  grade: 'ordinary',
  verdict: 'open',
  phase: 'first-handling',
  commander: null,
  isDrill: false,
  beganAtMs: BASE_MS,
  lastAtMs: BASE_MS,
  endedAtMs: null,
  location: null,
  place: { zh: '', en: '' },
  tickets: [],
  reportDueAtMs: BASE_MS,
  reportWarnedAtMs: null,
  reportBreachedAtMs: null,
  reports: [],
  plan: null,
};
const MAJOR: Incident = { ...INCIDENT, verdict: 'confirmed', grade: 'major' };
const EMERGENCY = { priority: 'emergency' } as const;
const SHEET = { liftCode: '', rescueLine: '', floor: '7', people: 3, steps: {} } as const;
const OUT = { atMs: BASE_MS, by: 'li', who: 'li', note: '' };
const FIRE = { verdict: 'real', by: 'li', atMs: BASE_MS, how: 'on-site', cause: null, steps: {} } as const;

const cancelling = (
  reason: 'false-alarm' | 'duplicate' | 'withdrawn',
  given: Partial<Ticket>,
  incident: Incident | null = null,
): string => {
  const ticket = createFull({ stage: 'handling', source: 'owner-call', ...given });
  const context = createContext({ incident });
  const agreed = { agreedWith: 'source', how: 'phone', agreedAtMs: BASE_MS } as const;
  const cancel = { type: 'cancel', reason, note: 'n', ...agreed } as const;
  const step = (): unknown => stepTicket(ticket, cancel, DESK, context);
  try {
    step();
    return 'cancelled';
  } catch {
    return refusalOf(step).code;
  }
};

describe('cancelling', () => {
  const trapped = { entrapment: SHEET };
  const released = { entrapment: { ...SHEET, steps: { released: OUT } } };
  const alarm = { source: 'equipment-alarm', alarms: [createAlarm()] } as const;
  const overdue = { ...withClocks(createFull(), defaultPolicy, BASE_MS).clocks[0], breachedAtMs: BASE_MS };
  const late = { clocks: [overdue as TicketClock] };
  const twin = { ...late, links: [{ ticket: 'GC-9' as TicketId, kind: 'duplicate' as const }] };
  const gone = { ...alarm, alarms: [createAlarm({ isActive: false, returnedAtMs: BASE_MS })] } as const;

  test.each([
    ['people in the lift, as a false alarm', 'false-alarm', trapped, null, 'missing-fields'],
    ['people in the lift, as a duplicate', 'duplicate', trapped, null, 'missing-fields'],
    [
      'nobody has said how many',
      'false-alarm',
      { entrapment: { ...SHEET, people: null } },
      null,
      'missing-fields',
    ],
    ['nobody in it', 'false-alarm', { entrapment: { ...SHEET, people: 0 } }, null, 'cancelled'],
    ['they were in it, and are out', 'false-alarm', released, null, 'value-not-allowed'],
    ['a real fire', 'false-alarm', { fire: FIRE }, INCIDENT, 'value-not-allowed'],
    ['a fire that nobody has looked at', 'false-alarm', {}, INCIDENT, 'missing-fields'],
    [
      'a fire that was none',
      'false-alarm',
      { fire: { ...FIRE, verdict: 'false-alarm' } },
      INCIDENT,
      'cancelled',
    ],
    ['a confirmed major event, withdrawn', 'withdrawn', {}, MAJOR, 'report-missing'],
    ['a confirmed major event, as a duplicate', 'duplicate', {}, MAJOR, 'report-missing'],
    ['an emergency that nobody has looked at', 'withdrawn', EMERGENCY, INCIDENT, 'value-not-allowed'],
    ['the same, as a duplicate of nothing', 'duplicate', EMERGENCY, INCIDENT, 'value-not-allowed'],
    ['a confirmed event', 'withdrawn', {}, { ...MAJOR, grade: 'ordinary' }, 'value-not-allowed'],
    ['an alarm, which has no reporter', 'withdrawn', alarm, null, 'value-not-allowed'],
    ['an alarm that has returned, likewise', 'withdrawn', gone, null, 'value-not-allowed'],
    [
      'a reported matter whose alarm stands',
      'withdrawn',
      { alarms: alarm.alarms },
      null,
      'value-not-allowed',
    ],
    ['a standing alarm, as a duplicate: it is merged', 'duplicate', alarm, null, 'value-not-allowed'],
    ['an alarm that has returned, as a duplicate', 'duplicate', gone, null, 'cancelled'],
    ['a real fire, as a duplicate of nothing', 'duplicate', { fire: FIRE }, INCIDENT, 'value-not-allowed'],
    [
      'an emergency that nobody has looked at, withdrawn',
      'withdrawn',
      { priority: 'emergency' },
      { ...INCIDENT, kind: 'other' },
      'value-not-allowed',
    ],
    [
      'an emergency, as a duplicate of nothing',
      'duplicate',
      { priority: 'emergency' },
      null,
      'value-not-allowed',
    ],
    ['what was late, as a duplicate of nothing', 'duplicate', late, null, 'value-not-allowed'],
    ['what was late, as a duplicate of another', 'duplicate', twin, null, 'cancelled'],
    ['a standing alarm that is a false one', 'false-alarm', alarm, null, 'cancelled'],
    ['a matter that its reporter has withdrawn', 'withdrawn', {}, null, 'cancelled'],
    [
      'a drill with people in the lift',
      'withdrawn',
      { ...trapped, ...alarm, isDrill: true },
      null,
      'cancelled',
    ],
  ] as const)('%s', (_what, reason, given, incident, expected) => {
    expect(cancelling(reason, given, incident)).toBe(expected);
  });

  test('says which field is missing, and why', () => {
    const ticket = createFull({ stage: 'handling', ...trapped });
    const step: Transition = { type: 'cancel', reason: 'false-alarm', note: 'n' };
    expect(allowedTransitions(ticket, defaultPolicy)).toContain('cancel');
    expect(refusalOf(() => stepTicket(ticket, step, DESK, createContext()))).toMatchObject({
      code: 'missing-fields',
      params: { fields: 'released' },
    });
  });
});

test.each([
  ['default', defaultPolicy],
  ['hospital', hospitalPolicy],
])(
  'under the %s policy two incidents that are real and last are not merged into one ticket',
  (_name, policy) => {
    const REAL: Incident = { ...INCIDENT, verdict: 'confirmed' };
    const OTHER: Incident = { ...REAL, id: 'SJ-2' as IncidentId, number: 'SJ-2' };
    const from = createFull({ stage: 'handling', incident: REAL.id });
    const merging = (of: Incident, other: Incident | null): string => {
      const into = createFull({ id: 'GC-9' as TicketId, stage: 'handling', incident: other?.id ?? null });
      const merge = { type: 'merge', into: into.id, note: 'one matter' } as const;
      const context = createContext({ incident: of, policy });
      try {
        return mergeTickets(from, into, merge, SUPERVISOR, context, { policy, incident: other }).from.ticket
          .stage;
      } catch (error) {
        return error instanceof RiserError ? (error.params['reason'] as { en: string }).en : 'error';
      }
    };
    expect(merging(REAL, OTHER)).toMatch(/two incidents that last, SJ-1 and SJ-2/);
    expect(merging(REAL, REAL)).toBe('merged');
    expect(merging(REAL, null)).toBe('merged');
    expect(merging(REAL, { ...OTHER, endedAtMs: BASE_MS })).toBe('merged');
    expect(merging(REAL, { ...OTHER, verdict: 'false-alarm' })).toBe('merged');
  },
);

describe('the archive', () => {
  const archive = (incident: Incident | null): string => {
    const ticket = createFull({ stage: 'closed', closedAtMs: BASE_MS });
    const context = createContext({ incident, nowMs: BASE_MS + 100 * HOUR_MS });
    const step = (): unknown => stepTicket(ticket, { type: 'archive' }, DESK, context);
    try {
      step();
      return 'archived';
    } catch {
      return refusalOf(step).code;
    }
  };

  test.each([
    ['nobody has confirmed', INCIDENT, 'incident-lasts'],
    ['is real and has not ended', { ...MAJOR, grade: 'ordinary' }, 'incident-lasts'],
    ['is real and has ended', { ...MAJOR, grade: 'ordinary', endedAtMs: BASE_MS }, 'archived'],
    ['owes its report', { ...MAJOR, endedAtMs: BASE_MS }, 'report-missing'],
    ['was a false alarm', { ...INCIDENT, verdict: 'false-alarm' }, 'archived'],
    ['is a drill', { ...INCIDENT, verdict: 'test', isDrill: true }, 'archived'],
    ['is over', null, 'archived'],
  ] as const)('of an incident that %s', (_what, incident, expected) => {
    expect(archive(incident)).toBe(expected);
  });
});

describe('a lift in which people were runs again unsigned', () => {
  const untilMs = BASE_MS + 1;
  const grave = { severity: 'life-safety' } as const;
  test.each([
    ['not while its alarm is in service', [grave], false],
    ['once its alarm is out of service', [{ ...grave, outOfServiceUntilMs: untilMs }], true],
    ['not while its alarm is only shelved', [{ ...grave, shelvedUntilMs: untilMs }], false],
    ['not for its button', [grave, { severity: 'high', outOfServiceUntilMs: untilMs }], false],
    ['not for the button alone', [{ severity: 'high', outOfServiceUntilMs: untilMs }], false],
  ] as const)('%s', (_what, alarms, isLet) => {
    const entrapment = { ...SHEET, steps: { released: OUT } };
    const ticket = createFull({
      entrapment,
      alarms: alarms.map((alarm) => ({ ...createAlarm(), ...alarm })),
    });
    const ask = (): void => requireBackInService(ticket, null, BASE_MS);
    if (isLet) expect(ask).not.toThrow();
    else expect(refusalOf(ask).code).toBe('missing-fields');
  });
});

/** A fire of one detector, closed. */
function fireOf(story: Story): Ticket {
  story.feed({ 'smoke-1': 1 });
  story.to('09-22 10:02');
  return story.ticket();
}

function leadTo(story: Story, policy: Policy): void {
  const { stage } = story.ticket();
  if (stage === 'recorded' || stage === 'received')
    story.act('foreman-tan', { type: 'dispatch', assignee: 'guard-feng' });
  const steps: readonly Transition[] = [
    { type: 'take', readBack: 'x' },
    { type: 'arrive', how: 'by-hand' },
    { type: 'start' },
    { type: 'done', result: 'x', testResult: 'x' },
  ];
  // Whatever the policy's path has of them.
  for (const step of steps) if (isAllowed(story.ticket(), step.type, policy)) story.act('guard-feng', step);
  story.act('area-gu', { type: 'accept', opinion: 'ok' });
}

describe('a confirmed major fire', () => {
  const start = () => {
    const story = createStory(defaultPolicy, '09-22 10:00');
    const fire = fireOf(story);
    story.act('guard-feng', { type: 'confirm-fire', verdict: 'real', how: 'on-site' });
    story.incident({
      type: 'grade',
      grade: 'major',
      nature: 'safety-accident',
      commander: 'boss-wu',
      reason: 'big',
    });
    const [major] = story.incidents();
    if (major === undefined) throw new Error('no incident');
    return { story, fire, major };
  };
  /** A second incident, to which the ticket would be moved. */
  const other = (story: Story): Incident => {
    story.feed({ trapped: 1 });
    story.to('09-22 10:40');
    const found = story.incidents().at(-1);
    if (found === undefined) throw new Error('no incident');
    return found;
  };
  const join =
    (story: Story, { id, version }: Incident, ticket: TicketId) =>
    () =>
      story.loop.command({
        type: 'incident',
        incident: id,
        version,
        change: { type: 'join', ticket },
        by: 'desk-li',
      });

  test('is not left by joining another incident', () => {
    const { story, fire, major } = start();
    const lift = other(story);
    expect(refusalOf(join(story, lift, fire.id))).toMatchObject({
      code: 'report-missing',
      params: { incident: major.number },
    });
    expect(story.loop.tickets().find(({ id }) => id === fire.id)?.incident).toBe(major.id);
  });

  test('takes the ticket of another with it when that is merged the other way', () => {
    const { story, fire, major } = start();
    const lift = other(story);
    const into = lift.tickets[0] ?? fire.id;
    story.follow(fire);
    story.act('desk-li', { type: 'merge', into, note: 'one event' });
    expect(story.loop.tickets().find(({ id }) => id === into)?.incident).toBe(major.id);
    expect(story.incidents().find(({ id }) => id === major.id)?.tickets).toContain(into);
  });

  test('is not cancelled', () => {
    const { story } = start();
    const cancel = { type: 'cancel', reason: 'withdrawn', note: 'x' } as const;
    expect(story.refusal('desk-li', cancel)).toBe('report-missing');
  });

  test('is joined by every further detector until it is ended, and by none after that', () => {
    const { story, major } = start();
    story.to('09-22 11:30');
    story.feed({ 'smoke-2': 1 });
    story.to('09-22 11:31');
    expect(story.incidents()).toHaveLength(1);
    expect(story.incidents()[0]?.tickets).toHaveLength(2);
    // A detector that calls and that nobody has looked at is not ended with the others.
    expect(() => story.incident({ type: 'end', note: '' })).toThrow(
      expect.objectContaining({ code: 'value-not-allowed' }),
    );
    story.feed({ 'smoke-2': 0 });
    // Nor does it end while it burns.
    expect(() => story.incident({ type: 'end', note: '' })).toThrow(
      expect.objectContaining({ code: 'value-not-allowed' }),
    );
    story.feed({ 'smoke-1': 0 });
    // A panel that was reset says nothing of a fire that is real.
    expect(() => story.incident({ type: 'end', note: '' })).toThrow(
      expect.objectContaining({ code: 'value-not-allowed' }),
    );
    const [burning] = story.loop.tickets().filter(({ fire }) => fire?.verdict === 'real');
    if (burning === undefined) throw new Error('no real fire');
    story.follow(burning);
    story.act('guard-feng', { type: 'fire-step', step: 'extinguished', who: '', note: '' });
    story.incident({ type: 'end', note: '' });
    story.to('09-22 14:00');
    story.report('desk-li', {
      class: 'fire',
      priority: 'emergency',
      content: '冒烟',
      equipment: 'panel' as never,
    });
    expect(story.incidents().map(({ id }) => id)).toEqual([major.id, expect.not.stringMatching(major.id)]);
  });
});

test.each([
  ['default', defaultPolicy, 'desk-li'],
  ['hospital', hospitalPolicy, 'boss-wu'],
] as const)('a fire that nobody has looked at is not closed: %s', (_name, policy, closer) => {
  const story = createStory(policy, '09-22 10:00');
  fireOf(story);
  story.feed({ 'smoke-1': 0 });
  story.to('09-22 10:10');
  leadTo(story, policy);
  if (policy === defaultPolicy)
    story.act('desk-li', { type: 'visit', how: 'phone', isRepaired: true, isSatisfied: true });
  expect(story.refusal(closer, { type: 'close' })).toBe('missing-fields: verdict');
  story.act('guard-feng', { type: 'confirm-fire', verdict: 'false-alarm', how: 'on-site', cause: '蒸汽' });
  story.act(closer, { type: 'close' });
  expect(story.ticket().stage).toBe('closed');
});

test('an archived ticket joins no incident', () => {
  const story = createStory(defaultPolicy, '09-22 10:00');
  story.report('desk-li', { class: 'enquiry', priority: 'normal', contactMethod: '' });
  const asked = story.ticket();
  story.act('desk-li', { type: 'dispatch', assignee: 'wang' });
  story.act('wang', { type: 'take', readBack: 'x' }, { type: 'done', result: 'x' });
  story.act('service-qian', { type: 'accept', opinion: 'ok' });
  story.act('desk-li', {
    type: 'visit',
    how: 'phone',
    isRepaired: true,
    isSatisfied: true,
    isChargeAgreed: true,
  });
  story.act('desk-li', { type: 'close' });
  story.to('09-23 12:00');
  story.act('desk-li', { type: 'archive' });
  const { version } = story.ticket();
  story.feed({ 'smoke-1': 1 });
  const fire = story.incidents().at(-1);
  if (fire === undefined) throw new Error('no incident');
  const join = (): unknown =>
    story.loop.command({
      type: 'incident',
      incident: fire.id,
      version: fire.version,
      change: { type: 'join', ticket: asked.id },
      by: 'desk-li',
    });
  expect(refusalOf(join).code).toBe('wrong-stage');
  const last = story.loop.ticketEvents.findLast(({ ticket }) => ticket.id === asked.id);
  expect(last?.ticket).toMatchObject({ version, incident: null });
});

describe('waiting', () => {
  const WAIT: Transition = {
    type: 'wait',
    reason: 'part',
    note: 'a bulb',
    approver: 'foreman',
    untilMs: BASE_MS + 24 * HOUR_MS,
  };
  const alarms = [createAlarm({ severity: 'life-safety' })];
  const verdict = (name: 'real' | 'false-alarm') => ({ fire: { ...FIRE, verdict: name } });
  const waiting = (given: Partial<Ticket>): string => {
    const ticket = createFull({ stage: 'handling', priority: 'emergency', ...given });
    const step = (): unknown => stepTicket(ticket, WAIT, SUPERVISOR, createContext({ nowMs: BASE_MS }));
    try {
      step();
      return 'waits';
    } catch {
      return refusalOf(step).code;
    }
  };

  test.each([
    ['people in the lift', { entrapment: SHEET }, 'missing-fields'],
    ['nobody knows how many', { entrapment: { ...SHEET, people: null } }, 'missing-fields'],
    ['they are out', { entrapment: { ...SHEET, steps: { released: OUT } } }, 'waits'],
    ['a fire that nobody has looked at', { class: 'fire', alarms }, 'value-not-allowed'],
    ['a real fire', { class: 'fire', alarms, ...verdict('real') }, 'value-not-allowed'],
    ['a detector that was a false alarm', { class: 'fire', alarms, ...verdict('false-alarm') }, 'waits'],
    ['people in the lift, in a drill', { entrapment: SHEET, isDrill: true }, 'waits'],
  ] as const)('%s', (_what, given, expected) => {
    expect(waiting(given)).toBe(expected);
  });
});

test('a lift is out of service by its own alarms, all of them, and by no shelf of another one', () => {
  const entrapment = { ...SHEET, steps: { released: OUT } };
  const trapped = createAlarm({ severity: 'life-safety' });
  const button = { ...createAlarm({ severity: 'high' }), shelvedUntilMs: BASE_MS + HOUR_MS };
  const out = { outOfServiceUntilMs: BASE_MS + HOUR_MS };
  const asks = (...alarms: Ticket['alarms']): boolean => {
    try {
      requireBackInService(createFull({ entrapment, alarms }), null, BASE_MS);
      return false;
    } catch {
      return true;
    }
  };
  expect(asks(trapped, button), 'the button is shelved').toBe(true);
  expect(asks({ ...trapped, shelvedUntilMs: BASE_MS + HOUR_MS })).toBe(true);
  expect(asks({ ...trapped, ...out }, button)).toBe(false);
  expect(asks({ ...trapped, ...out }, trapped), 'one of two').toBe(true);
  expect(asks({ ...button, ...out }), 'of people it had none').toBe(true);
});
