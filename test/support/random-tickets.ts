/** Clocks, settings and marks of tickets as no site would think of them, in whole minutes: for properties. */
import * as fc from 'fast-check';
import type { ClockLimit, ClockPolicy, Match, Policy } from '../../src/config/policy.ts';
import { readPolicy } from '../../src/config/policy-file.ts';
import { createProblems } from '../../src/config/problems.ts';
import { defined } from '../../src/core/assert.ts';
import {
  ATTENDANCE_NAMES,
  FLOW_NAMES,
  PRIORITY_NAMES,
  SOURCE_NAMES,
  TICKET_CLASS_NAMES,
} from '../../src/core/ticket.ts';
import type { ClockSettings, TicketMark } from '../../src/core/ticket-clock.ts';

export const MINUTE_MS = 60_000;
/** 2026-09-29 08:00 in Shanghai, a Tuesday: the holidays of October and their make-up days follow. */
export const START_MS = Date.UTC(2026, 8, 29, 0, 0, 0);

/** One of the shipped ones, by the name of its file. @throws Error when it has problems */
export function readShippedPolicy(name: string): Policy {
  const problems = createProblems();
  const file = readPolicy(`${import.meta.dirname}/../../config/${name}`, problems);
  problems.throwIfAny();
  return defined(file?.policy, `policy ${name}`);
}

export const defaultPolicy = readShippedPolicy('policy.yaml');
export const hospitalPolicy = readShippedPolicy('policy-hospital.yaml');

const EVENTS = [
  'recorded',
  'dispatched',
  'taken',
  'arrived',
  'diagnosed',
  'planned',
  'started',
  'waited',
  'resumed',
  'done',
  'accepted',
  'visited',
  'closed',
  'reworked',
  'reopened',
  'escalated',
  'answered',
  'reclassified',
  'noted',
  'transferred',
  'contacted',
] as const satisfies readonly TicketMark['type'][];
const STAGES = ['received', 'dispatched', 'handling', 'waiting', 'planned', 'done'] as const;

const some = <T>(values: readonly T[]) =>
  fc.option(fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }), { nil: undefined });

const match: fc.Arbitrary<Match> = fc
  .record({
    class: some(TICKET_CLASS_NAMES),
    priority: some(PRIORITY_NAMES),
    attendance: some(ATTENDANCE_NAMES),
    isDifficult: fc.option(fc.boolean(), { nil: undefined, freq: 4 }),
  })
  .map((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)));

const calendars = [...defaultPolicy.calendars.values(), ...hospitalPolicy.calendars.values()];

const limit: fc.Arbitrary<ClockLimit> = fc.record({
  match,
  limitMs: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 2_000 })).map(toMs),
  warnRatio: fc.constantFrom(0.5, 0.8, 1),
  calendar: fc.option(fc.constantFrom(...calendars.map(({ id }) => id)), { nil: null }),
});

const plainClock = fc.record({
  start: fc.uniqueArray(fc.constantFrom('received', ...EVENTS), { minLength: 1, maxLength: 3 }),
  stop: fc.uniqueArray(fc.constantFrom(...EVENTS, 'appointed'), { minLength: 1, maxLength: 3 }),
  limits: fc.array(limit, { minLength: 1, maxLength: 4 }),
  pauses: fc.uniqueArray(fc.constantFrom(...STAGES), { maxLength: 2 }),
  isEachRound: fc.boolean(),
  isEachStart: fc.boolean(),
});
/** One limit each: what other limits mean to an appointment is shown by examples. */
const appointmentClock = fc.record({
  start: fc.constant(['appointment'] as const),
  stop: fc.uniqueArray(fc.constantFrom(...EVENTS), { minLength: 1, maxLength: 2 }),
  limits: fc
    .record({ lead: fc.nat(60), limit: fc.nat(60) })
    .map(({ lead, limit: minutes }) => [
      { match: {}, limitMs: toMs(minutes), warnRatio: 0.5, calendar: null, leadMs: toMs(lead) },
    ]),
  pauses: fc.uniqueArray(fc.constantFrom(...STAGES), { maxLength: 1 }),
  isEachRound: fc.boolean(),
});

export const randomClocks: fc.Arbitrary<readonly ClockPolicy[]> = fc
  .array(fc.oneof({ weight: 4, arbitrary: plainClock }, { weight: 1, arbitrary: appointmentClock }), {
    minLength: 1,
    maxLength: 5,
  })
  .map((clocks) =>
    clocks.map(
      (clock, index): ClockPolicy => ({
        ...clock,
        id: `clock-${index}`,
        name: { zh: `时限${index}`, en: `Clock ${index}` },
        isHuman: true,
      }),
    ),
  );

/** A shipped policy by name, or clocks of its own: a counter-example is then short enough to read. */
export type PolicyChoice = 'default' | 'hospital' | readonly ClockPolicy[];

export const anyChoice: fc.Arbitrary<PolicyChoice> = fc.oneof(
  { weight: 6, arbitrary: randomClocks },
  fc.constant('default' as const),
  fc.constant('hospital' as const),
);

/** Random clocks stand in the default policy, in the calendars of both. */
export function toPolicy(choice: PolicyChoice): Policy {
  if (choice === 'default') return defaultPolicy;
  if (choice === 'hospital') return hospitalPolicy;
  const known = new Map(calendars.map((calendar) => [calendar.id, calendar]));
  return { ...defaultPolicy, version: 'random', calendars: known, clocks: choice };
}

export const randomSettings: fc.Arbitrary<ClockSettings> = fc.record({
  class: fc.constantFrom(...TICKET_CLASS_NAMES),
  source: fc.constantFrom(...SOURCE_NAMES),
  flow: fc.constantFrom(...FLOW_NAMES),
  priority: fc.constantFrom(...PRIORITY_NAMES),
  attendance: fc.constantFrom(...ATTENDANCE_NAMES),
  isDifficult: fc.boolean(),
});

const step = fc.record({
  afterMinutes: fc.oneof(fc.nat(5), fc.nat(90), fc.nat(900)),
  type: fc.constantFrom(...EVENTS),
  stage: fc.constantFrom(...STAGES),
  settings: fc.option(randomSettings, { nil: undefined, freq: 3 }),
  appointmentMinutes: fc.option(fc.nat(240), { nil: undefined, freq: 6 }),
});

export interface RandomCourse {
  readonly marks: readonly TicketMark[];
  readonly nowMs: number;
}

/** In the order of time; the clocks are looked at some time after the last mark. */
export const randomCourse: fc.Arbitrary<RandomCourse> = fc
  .record({
    first: randomSettings,
    delay: fc.nat(3_000),
    steps: fc.array(step, { maxLength: 14 }),
    rest: fc.nat(2_000),
  })
  .map(({ first, delay, steps, rest }) => {
    let atMs = START_MS + toMs(delay);
    const marks: TicketMark[] = [{ atMs, type: 'received', stage: 'received', settings: first }];
    for (const { afterMinutes, type, stage, settings, appointmentMinutes } of steps) {
      atMs += toMs(afterMinutes);
      marks.push({
        atMs,
        type: appointmentMinutes === undefined ? type : 'appointed',
        stage,
        ...(settings !== undefined && { settings }),
        ...(appointmentMinutes !== undefined && { appointmentMs: atMs + toMs(appointmentMinutes) }),
      });
    }
    return { marks, nowMs: atMs + toMs(rest) };
  });

export function toMs(minutes: number): number {
  return minutes * MINUTE_MS;
}
