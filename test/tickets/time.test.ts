/** What time brings: warnings and breaches, the ladder, reports that nobody answers, waits and proofs that end, filing. */
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/config/policy.ts';
import { toId } from '../../src/core/ids.ts';
import type { Incident } from '../../src/core/incident.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import { noteReAlarms } from '../../src/tickets/coupling.ts';
import { toDues } from '../../src/tickets/dues.ts';
import { reportConfirmed } from '../../src/tickets/reporting.ts';
import { moveTicketClocks, stepTicket, sweepTicket, type TicketStep } from '../../src/tickets/step.ts';
import { toAgeMs, toStageTimes } from '../../src/tickets/times.ts';
import type { Transition } from '../../src/tickets/transitions.ts';
import { hospitalPolicy } from '../support/random-tickets.ts';
import {
  BASE_MS,
  COMPLETE,
  createAlarm,
  createAlarmTicket,
  createContext,
  createFreePolicy,
  createFull,
  createOccurrence,
  DESK,
  HOUR_MS,
  MINUTE_MS,
  NORMAL,
  PEOPLE,
  SUPERVISOR,
  withClocks,
} from './fixtures.ts';

/** One clock of ten minutes that warns at eight, and a ladder of three rungs. */
const policy: Policy = createFreePolicy({
  clocks: [
    {
      id: 'repair',
      name: { zh: '处理', en: 'Repair' },
      start: ['received', 'reworked', 'reopened'],
      stop: ['done'],
      limits: [{ match: {}, limitMs: 10 * MINUTE_MS, warnRatio: 0.8, calendar: null }],
      pauses: ['waiting'],
      isEachRound: true,
      isHuman: true,
    },
  ],
  escalation: {
    unansweredMs: 5 * MINUTE_MS,
    ladder: [
      { role: 'supervisor', afterMs: MINUTE_MS },
      { role: 'manager', afterMs: 30 * MINUTE_MS },
      { role: 'leader', afterMs: HOUR_MS },
    ],
    breach: 'foreman',
  },
  report: { match: { priority: ['emergency'] }, recipients: [] },
  proof: [{ match: {}, ms: 24 * HOUR_MS }],
});

const at = (minutes: number) => BASE_MS + minutes * MINUTE_MS;

function start(given: Partial<Ticket> = {}): Ticket {
  return withClocks(createFull({ stage: 'handling', ...given }), policy, BASE_MS);
}

/** Sweeps at each of these minutes, and what each sweep said. */
function sweepAt(ticket: Ticket, minutes: readonly number[], under: Policy = policy) {
  let now = ticket;
  const said = minutes.map((minute) => {
    const step = sweepTicket(now, under, at(minute));
    now = step?.ticket ?? now;
    return step?.events.map(({ type }) => type) ?? [];
  });
  return { ticket: now, said };
}

function must(step: TicketStep | null): TicketStep {
  if (step === null) throw new Error('nothing was due');
  return step;
}

const step = (ticket: Ticket, transition: Transition, minute: number, actor = DESK) =>
  stepTicket(ticket, transition, actor, createContext({ policy, nowMs: at(minute) }));

describe('a clock', () => {
  test('warns before its limit, is breached at it, and tells each once', () => {
    const { said } = sweepAt(start(), [7.9, 8, 8.1, 9.9, 10, 10.1]);
    expect(said).toEqual([[], ['clock-warned'], [], [], ['clock-breached'], []]);
  });

  test('tells a breach to whom the policy names, and records it with the person who had to act', () => {
    const { events, ticket } = must(sweepTicket(start(), policy, at(10)));
    expect(events).toMatchObject([
      { type: 'clock-breached', detail: { clocks: ['repair'], responsible: 'tom', to: 'foreman' } },
    ]);
    expect(ticket.clocks).toMatchObject([{ isBreachTold: true, responsible: 'tom', breachedAtMs: at(10) }]);
  });

  test('after a week without the gateway says what is over, not what would have been due', () => {
    const { said } = sweepAt(start(), [7 * 24 * 60]);
    expect(said).toEqual([['clock-breached']]);
  });

  test('keeps its time left when the wall clock is set', () => {
    const moved = moveTicketClocks(start(), HOUR_MS, policy, at(4) + HOUR_MS).ticket;
    expect(sweepAt(moved, [67.9, 68]).said).toEqual([[], ['clock-warned']]);
    const back = moveTicketClocks(start(), -HOUR_MS, policy, at(4) - HOUR_MS).ticket;
    expect(sweepAt(back, [-52.1, -52, -50.1, -50]).said).toEqual([
      [],
      ['clock-warned'],
      [],
      ['clock-breached'],
    ]);
  });

  test('stands still while it waits, and goes on when the time of the wait is over', () => {
    const wait: Transition = { type: 'wait', reason: 'part', note: 'n', approver: 'a', untilMs: at(60) };
    const waiting = step(start(), wait, 5).ticket;
    expect(waiting).toMatchObject({ stage: 'waiting', waiting: { from: 'handling', untilMs: at(60) } });
    const { ticket, said } = sweepAt(waiting, [59.9, 60, 62.9, 63]);
    expect(said).toEqual([[], ['resumed'], [], ['clock-warned']]);
    expect(ticket).toMatchObject({ stage: 'handling', waiting: null, stageSinceMs: at(60) });
  });

  test('that waits for a remark waits for one of a person, not for a note of the gateway', () => {
    const [clock] = policy.clocks;
    if (clock === undefined) throw new Error('no clock');
    const remarked: Policy = { ...policy, clocks: [{ ...clock, stop: ['noted'] }] };
    const ticket = withClocks(createAlarmTicket({ stage: 'handling' }), remarked, BASE_MS);
    const noted = noteReAlarms(ticket, createOccurrence({ reAlarms: 3 }), remarked, at(1)).ticket;
    expect(noted.clocks).toMatchObject([{ stoppedAtMs: null }]);
    const context = createContext({ policy: remarked, nowMs: at(2) });
    const remark = stepTicket(noted, COMPLETE.note, DESK, context).ticket;
    expect(remark.clocks).toMatchObject([{ stoppedAtMs: at(2) }]);
  });

  test('is listed with what else will be due, soonest first', () => {
    expect(toDues(start(), policy)).toEqual([
      { clock: 'repair', round: 1, what: 'warn', dueAtMs: at(8) },
      { clock: 'repair', round: 1, what: 'breach', dueAtMs: at(10) },
    ]);
    const warned = sweepAt(start(), [8]).ticket;
    expect(toDues(warned, policy)).toEqual([
      { clock: 'repair', round: 1, what: 'breach', dueAtMs: at(10) },
      { clock: 'ladder', round: 1, what: 'escalate', dueAtMs: at(14) },
    ]);
    const closed = createFull({ stage: 'closed', closedAtMs: BASE_MS });
    expect(toDues(closed, policy)).toEqual([
      { clock: 'archive', round: 1, what: 'archive', dueAtMs: BASE_MS + policy.reopenMs },
    ]);
  });
});

describe('the ladder', () => {
  test('is climbed rung by rung when nobody answers a warning', () => {
    const { ticket, said } = sweepAt(start(), [8, 13.9, 14, 43.9, 44, 103.9, 104, 1_000]);
    expect(said.map((types) => types.filter((type) => type === 'escalated').length)).toEqual([
      0, 0, 1, 0, 1, 0, 1, 0,
    ]);
    expect(ticket.escalation).toEqual({ level: 3, sinceMs: at(104), reason: 'repair', nextAtMs: null });
  });

  test('gives each rung its time, whatever other warning stays unanswered meanwhile', () => {
    const second = {
      ...(policy.clocks[0] as Policy['clocks'][number]),
      id: 'arrival',
      start: ['escalated'] as const,
    };
    const two: Policy = { ...policy, clocks: [...policy.clocks, second] };
    // Rung one at 14; the second clock runs from there, warns at 22, and nobody answers that for five minutes either.
    const { said } = sweepAt(start(), [8, 10, 14, 22, 24, 28, 43.9, 44], two);
    expect(said.map((types) => types.filter((type) => type === 'escalated').length)).toEqual([
      0, 0, 1, 0, 0, 0, 0, 1,
    ]);
  });

  test('names the rung and who stands on it', () => {
    const warned = sweepAt(start(), [8, 10]).ticket;
    expect(must(sweepTicket(warned, policy, at(14))).events).toMatchObject([
      { type: 'escalated', by: 'gateway', detail: { level: 1, role: 'supervisor', reason: 'repair' } },
    ]);
  });

  test('is left as soon as the person who has it takes a step, whatever it is', () => {
    const warned = sweepAt(start(), [8]).ticket;
    const note = { ...policy, actors: { ...policy.actors, note: ['taker'] as const } };
    const context = createContext({ policy: note, nowMs: at(9) });
    const answered = stepTicket(warned, COMPLETE.note, PEOPLE.taker, context).ticket;
    expect(answered.clocks).toMatchObject([{ answeredAtMs: at(9) }]);
    expect(sweepAt(answered, [10, 14, 100]).said).toEqual([['clock-breached'], [], []]);
  });

  test('is not left by a mere note of somebody else, nor by being urged', () => {
    const warned = sweepAt(start(), [8]).ticket;
    for (const type of ['note', 'urge'] as const) {
      const { ticket } = step(warned, COMPLETE[type], 9);
      expect(ticket.clocks).toMatchObject([{ answeredAtMs: null }]);
    }
    expect(step(warned, COMPLETE.urge, 9).ticket.urges).toBe(1);
  });

  test('stops where it is when the supervisor answers', () => {
    const climbed = sweepAt(start(), [8, 10, 14]).ticket;
    const supervisor = { ...policy, actors: { ...policy.actors, answer: ['supervisor'] as const } };
    const context = createContext({ policy: supervisor, nowMs: at(20) });
    const answered = stepTicket(climbed, COMPLETE.answer, SUPERVISOR, context).ticket;
    expect(answered.escalation).toMatchObject({ level: 1, nextAtMs: null });
    expect(sweepAt(answered, [44, 1_000]).said).toEqual([[], []]);
  });

  test('is climbed by whoever cannot handle it, and goes on unless somebody answers', () => {
    const asked = step(start(), COMPLETE.escalate, 1);
    expect(asked.events).toMatchObject([{ type: 'escalated', detail: { level: 1, role: 'supervisor' } }]);
    expect(asked.ticket.escalation.nextAtMs).toBe(at(31));
    expect(sweepAt(asked.ticket, [30.9, 31]).said.map((types) => types.includes('escalated'))).toEqual([
      false,
      true,
    ]);
  });

  test('begins at the bottom again with a new round', () => {
    const climbed = sweepAt(start({ stage: 'done' }), [8, 14, 44]).ticket;
    expect(step(climbed, COMPLETE.reject, 50).ticket.escalation).toMatchObject({ level: 0, nextAtMs: null });
  });

  test('keeps its time when the wall clock is set', () => {
    const warned = sweepAt(start(), [8]).ticket;
    const moved = moveTicketClocks(warned, HOUR_MS, policy, at(9) + HOUR_MS).ticket;
    expect(toDues(moved, policy).find(({ clock }) => clock === 'ladder')?.dueAtMs).toBe(at(74));
    const climbed = sweepAt(start(), [8, 14]).ticket;
    const back = moveTicketClocks(climbed, -HOUR_MS, policy, at(15) - HOUR_MS).ticket;
    expect(back.escalation).toMatchObject({ sinceMs: at(-46), nextAtMs: at(-16) });
  });
});

describe('the report of an emergency', () => {
  const reporting: Policy = { ...policy, clocks: [], report: hospitalPolicy.report };
  const emergency = createFull({ stage: 'recorded', priority: 'emergency', takenBy: null });
  const reported = must(
    stepTicket(
      { ...emergency, stage: 'received' },
      COMPLETE.record,
      DESK,
      createContext({ policy: reporting, nowMs: BASE_MS }),
    ),
  );

  test('goes at once to those who are to know at once', () => {
    expect(reported.events.map(({ type }) => type)).toContain('reporting');
    expect(reported.ticket.reports.map(({ to }) => to)).toEqual(['duty', 'assignee']);
  });

  test('goes to the next when those before do not answer in time, once', () => {
    const { said, ticket } = sweepAt(reported.ticket, [1.9, 2, 2.1, 100], reporting);
    expect(said).toEqual([[], ['reporting'], [], []]);
    expect(ticket.reports.at(-1)).toMatchObject({ to: 'supervisor', atMs: at(2) });
  });

  test('goes no further once somebody has acted', () => {
    const context = createContext({ policy: reporting, nowMs: at(1) });
    const { ticket } = stepTicket(reported.ticket, COMPLETE.dispatch, DESK, context);
    expect(ticket.reports.slice(0, 2)).toMatchObject([{ answeredAtMs: at(1) }, { answeredAtMs: at(1) }]);
    expect(sweepAt(ticket, [2, 100], reporting).said).toEqual([[], []]);
  });

  test('goes to the leader when it is confirmed: by the desk’s dispatch, of a fire by its confirmation', () => {
    const incident = createIncident({ kind: 'fire' });
    const dispatch = (given: object) =>
      stepTicket(emergency, COMPLETE.dispatch, DESK, createContext({ policy: reporting, ...given })).ticket;
    const toldBy = ({ reports }: Ticket) => reports.map(({ to }) => to);
    expect(toldBy(dispatch({}))).toContain('leader');
    expect(toldBy(dispatch({ incident }))).not.toContain('leader');
    const confirm = (verdict: 'real' | 'false-alarm') =>
      stepTicket(
        createFull({ ...emergency, class: 'fire', incident: incident.id }),
        { type: 'confirm-fire', verdict, how: 'camera', cause: 'steam' },
        DESK,
        createContext({ policy: reporting, incident }),
      ).ticket;
    expect(toldBy(confirm('real'))).toContain('leader');
    expect(toldBy(confirm('false-alarm'))).not.toContain('leader');
    expect(toldBy(must(reportConfirmed(emergency, reporting, at(3))).ticket)).toEqual(['leader']);
  });

  test('is due for what becomes one later', () => {
    const reclassify: Transition = { type: 'reclassify', priority: 'emergency', reason: 'burst main' };
    const context = createContext({ policy: reporting, nowMs: at(1) });
    const { events } = stepTicket(createFull({ stage: 'dispatched' }), reclassify, DESK, context);
    expect(events.map(({ type }) => type)).toEqual([
      'reclassified',
      'priority-raised',
      'emergency-began',
      'reporting',
    ]);
  });
});

describe('the proof of a repair', () => {
  const done = step(
    createAlarmTicket({ stage: 'handling', alarms: [createAlarm(NORMAL)] }),
    COMPLETE.done,
    0,
  );

  test('begins with DONE when the condition is normal, and ends proven: a first fix', () => {
    expect(done.events.map(({ type }) => type)).toEqual(['done', 'proof-started']);
    const { ticket, said } = sweepAt(done.ticket, [24 * 60 - 1, 24 * 60, 24 * 60 + 1]);
    expect(said).toEqual([[], ['proof-ended'], []]);
    expect(ticket).toMatchObject({ isFirstFix: true, proof: { state: 'proven' }, stage: 'done' });
  });

  test('after a rework proves a repair, but no first fix', () => {
    const { ticket } = sweepAt({ ...done.ticket, reworkCount: 1, round: 2, isFirstFix: false }, [24 * 60]);
    expect(ticket).toMatchObject({ isFirstFix: false, proof: { state: 'proven' } });
  });

  test('goes on after the close, and ends with the filing', () => {
    const closed = { ...done.ticket, stage: 'closed', closedAtMs: at(60) } as const;
    expect(sweepAt(closed, [24 * 60]).ticket.isFirstFix).toBe(true);
    expect(sweepAt({ ...closed, stage: 'archived' }, [24 * 60]).said).toEqual([[]]);
  });

  test('waits where the alarm still stands, and begins paused where it cannot be seen', () => {
    const of = (alarm: Parameters<typeof createAlarm>[0]) =>
      step(createAlarmTicket({ stage: 'handling', alarms: [createAlarm(alarm)] }), COMPLETE.done, 0).ticket
        .proof;
    expect(of({})).toBeNull();
    expect(of({ ...NORMAL, blindSinceMs: BASE_MS })).toMatchObject({ state: 'paused', leftMs: 24 * HOUR_MS });
  });

  test('keeps its time left when the wall clock is set', () => {
    const moved = moveTicketClocks(done.ticket, HOUR_MS, policy, at(1) + HOUR_MS).ticket;
    expect(moved.proof?.endsAtMs).toBe(BASE_MS + 25 * HOUR_MS);
  });

  test('of a matter without alarms, or where the policy asks for none, is known at the close', () => {
    const visited = createFull({ stage: 'visited' });
    expect(step(visited, COMPLETE.close, 1).ticket).toMatchObject({ isFirstFix: true, proof: null });
    const again = step({ ...visited, reworkCount: 1 }, COMPLETE.close, 1).ticket;
    expect(again.isFirstFix).toBe(false);
    const none = createContext({ policy: { ...policy, proof: [] } });
    const ticket = createAlarmTicket({ stage: 'handling', alarms: [createAlarm(NORMAL)] });
    expect(stepTicket(ticket, COMPLETE.done, DESK, none).ticket.proof).toBeNull();
  });
});

function createIncident(given: Partial<Incident> = {}): Incident {
  return {
    id: toId('sj-1'),
    number: 'SJ20260922-01',
    version: 1,
    site: toId('test-site'),
    kind: 'other',
    nature: 'facility-failure',
    grade: 'major',
    verdict: 'confirmed',
    phase: 'aftermath',
    commander: null,
    isDrill: false,
    beganAtMs: BASE_MS,
    lastAtMs: BASE_MS,
    endedAtMs: null,
    reportWarnedAtMs: null,
    reportBreachedAtMs: null,
    location: null,
    place: { zh: '', en: '' },
    tickets: [],
    reportDueAtMs: BASE_MS,
    reports: [],
    plan: null,
    ...given,
  };
}

describe('closing, opening again, filing', () => {
  const closed = createFull({ stage: 'closed', closedAtMs: BASE_MS });
  const windowMs = policy.reopenMs;
  const take = (
    transition: Transition,
    nowMs: number,
    given: Partial<Parameters<typeof createContext>[0]> = {},
  ) => stepTicket(closed, transition, DESK, createContext({ policy, nowMs, ...given }));

  test('a visit that finds it unrepaired or unsatisfactory is rework, and says so on the record', () => {
    for (const bad of [{ isRepaired: false }, { isSatisfied: false }]) {
      const visit = { ...COMPLETE.visit, note: 'still dripping', ...bad } as Transition;
      const made = step(createFull({ stage: 'accepted' }), visit, 1);
      expect(made.events.map(({ type }) => type)).toEqual(['visited', 'reworked']);
      expect(made.ticket).toMatchObject({ stage: 'rework', visit: bad, reworkCount: 1 });
    }
  });

  test('a closed ticket is opened again within the window, as another round', () => {
    const { ticket } = take(COMPLETE.reopen, BASE_MS + windowMs);
    expect(ticket).toMatchObject({
      stage: 'rework',
      round: 2,
      reworkCount: 1,
      isFirstFix: false,
      closedAtMs: null,
    });
    expect(() => take(COMPLETE.reopen, BASE_MS + windowMs + 1)).toThrow(
      expect.objectContaining({ code: 'reopen-too-late' }),
    );
  });

  test('it is filed only after the window', () => {
    expect(() => take(COMPLETE.archive, BASE_MS + windowMs)).toThrow(
      expect.objectContaining({ code: 'archive-too-early' }),
    );
    expect(take(COMPLETE.archive, BASE_MS + windowMs + 1).ticket.stage).toBe('archived');
  });

  test('a confirmed major incident is filed only with its final report, and when it is over; a false alarm or a test needs none', () => {
    const file = (incident: Incident) => () => take(COMPLETE.archive, BASE_MS + windowMs + 1, { incident });
    expect(file(createIncident())).toThrow(
      expect.objectContaining({ code: 'report-missing', params: { incident: 'SJ20260922-01' } }),
    );
    const first = { kind: 'first' } as Incident['reports'][number];
    expect(file(createIncident({ reports: [first] }))).toThrow();
    const over = { reports: [first, { ...first, kind: 'final' }], endedAtMs: BASE_MS } as const;
    expect(file(createIncident(over))().ticket.stage).toBe('archived');
    for (const fine of [
      { verdict: 'false-alarm' },
      { verdict: 'test' },
      { grade: 'ordinary', endedAtMs: BASE_MS },
    ] as const)
      expect(file(createIncident(fine))().ticket.stage).toBe('archived');
    for (const lasting of [
      { ...over, endedAtMs: null },
      { grade: 'ordinary', endedAtMs: null },
      { grade: 'ordinary', verdict: 'open', endedAtMs: BASE_MS },
    ] as const)
      expect(file(createIncident(lasting))).toThrow(
        expect.objectContaining({ code: 'incident-lasts', params: { incident: 'SJ20260922-01' } }),
      );
  });
});

describe('the times of the stages', () => {
  test('add up to the age of the ticket, also over a step of the wall clock', () => {
    const received = withClocks(
      createFull({ stage: 'received', takenBy: null, assignee: null }),
      policy,
      BASE_MS,
    );
    let ticket = step(received, COMPLETE.record, 2).ticket;
    ticket = step(ticket, COMPLETE.dispatch, 5).ticket;
    ticket = moveTicketClocks(ticket, -HOUR_MS, policy, at(6 - 60)).ticket;
    ticket = step(ticket, COMPLETE.take, 8 - 60).ticket;
    const lengths = toStageTimes(ticket).map(({ stage, fromMs, toMs }) => [
      stage,
      ((toMs ?? at(10 - 60)) - fromMs) / MINUTE_MS,
    ]);
    expect(lengths).toEqual([
      ['received', 2],
      ['recorded', 3],
      ['dispatched', 3],
      ['taken', 2],
    ]);
    expect(toAgeMs(ticket, at(10 - 60))).toBe(10 * MINUTE_MS);
  });

  test('end with the ticket', () => {
    const cancelled = step(createFull({ stage: 'taken' }), COMPLETE.cancel, 30).ticket;
    expect(toAgeMs(cancelled, at(1_000))).toBe(30 * MINUTE_MS);
  });
});
