/**
 * Service policies as no site would write them, and valid all the same: written down as a file, read by the project's own
 * reader; a row that it finds out of reach is left out until it has nothing to say. The same seed gives the same policy.
 */
import type { Policy } from '../../src/config/policy.ts';
import { readPolicyText } from '../../src/config/policy-file.ts';
import { ACTOR_NAMES, TRANSITION_FIELDS, TRANSITION_NAMES } from '../../src/config/policy-words.ts';
import { createProblems } from '../../src/config/problems.ts';
import { ConfigError } from '../../src/core/errors.ts';
import { GRADE_NAMES } from '../../src/core/incident.ts';
import { isOutsider, ROLE_NAMES } from '../../src/core/roles.ts';
import { SEVERITY_NAMES } from '../../src/core/severity.ts';
import {
  ATTENDANCE_NAMES,
  FLOW_NAMES,
  PRIORITY_NAMES,
  SOURCE_NAMES,
  TICKET_CLASS_NAMES,
} from '../../src/core/ticket.ts';
import { createRandom, randomInteger } from './seed.ts';

type Random = () => number;
type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
type Mutable = { [key: string]: Mutable } | Mutable[] | string | number | boolean | null;

/** Reader's complaints that are followed before a seed is given up; each leaves out at least one row. */
const MAX_REPAIRS = 40;

const PATH = [
  'recorded',
  'dispatched',
  'taken',
  'on-site',
  'diagnosed',
  'planned',
  'agreed',
  'handling',
  'done',
  'accepted',
  'visited',
  'closed',
  'archived',
] as const;
const STEPS = [
  'record',
  'dispatch',
  'take',
  'arrive',
  'diagnose',
  'plan',
  'agree',
  'start',
  'done',
  'accept',
  'visit',
  'close',
] as const;
const NEEDED: readonly string[] = ['done', 'closed', 'archived'];
const STARTS = [
  'received',
  'recorded',
  'dispatched',
  'taken',
  'diagnosed',
  'done',
  'accepted',
  'closed',
  'escalated',
  'urged',
  'reworked',
  'reopened',
  'transferred',
  'reporting',
  'waited',
  'entrapment',
] as const;
const STOPS = [
  'dispatched',
  'taken',
  'arrived',
  'planned',
  'started',
  'done',
  'accepted',
  'visited',
  'reworked',
  'noted',
  'contacted',
  'answered',
  'estimated',
  'resumed',
  'released',
] as const;
const PAUSES = ['waiting', 'rework', 'planned', 'handling', 'done', 'received', 'dispatched'] as const;
const MAY_BE_EMPTY = ['forms', 'guards', 'routing', 'proof', 'deskDispatches', 'ownAcceptance', 'severities'];
const WINDOWS = ['00:00-24:00', '08:00-12:00', '13:30-17:30', '09:00-17:00', '21:00-05:00', '06:00-22:00'];

/** Whoever approves may withdraw (the approvers are the usual ones), and what an emergency needs somebody may do who works. */
const ASKED_FOR = {
  resume: ['foreman', 'supervisor', 'manager', 'leader'],
  'clear-difficult': ['supervisor', 'manager', 'leader'],
  dispatch: ['duty'],
  arrive: ['engineer'],
  'confirm-fire': ['security'],
  'fire-step': ['security'],
  entrapment: ['lift-safety'],
} as const;
const EMERGENCY = { priority: ['emergency'] };

/** @throws Error when no valid policy comes of the seed: the reader is not content with ever fewer rows */
export function randomPolicy(seed: number): Policy {
  const random = createRandom(seed);
  const content = structuredClone(toContent(random)) as Mutable;
  for (let repairs = 0; repairs < MAX_REPAIRS; repairs++) {
    const problems = createProblems();
    const absolute = `${import.meta.dirname}/../../config/policy.yaml`;
    const file = readPolicyText(JSON.stringify(content), { absolute, timeZone: 'Asia/Shanghai' }, problems);
    const paths = pathsOf(() => problems.throwIfAny());
    if (file?.policy) return file.policy;
    // From behind: what is taken out moves nothing that is still to be looked at.
    const helped = paths.toReversed().map((path) => leaveOut(content, path));
    if (!helped.includes(true)) throw new Error(`policy ${seed}: ${paths.join()}`);
  }
  throw new Error(`policy ${seed} is not valid after ${MAX_REPAIRS} repairs`);
}

function pathsOf(fail: () => void): readonly string[] {
  try {
    fail();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ path }) => path);
    throw error;
  }
}

/** Takes the innermost row that may go out of its list; the last row of a list is for all. @returns whether that helps */
function leaveOut(content: Mutable, path: string): boolean {
  const parts = [...path.matchAll(/([\w-]+)|\[(\d+)\]/g)].map(([, name, index]) => name ?? Number(index));
  let at: Mutable | undefined = content;
  let found: readonly [Mutable[], number] | null = null;
  for (const [depth, part] of parts.entries()) {
    const rows: Mutable[] | null = Array.isArray(at) ? at : null;
    const row: Mutable | undefined = childOf(at, part);
    if (rows !== null && typeof part === 'number' && row !== undefined) {
      if (rows.length > 1 || MAY_BE_EMPTY.includes(String(parts[depth - 1]))) found = [rows, part];
      else if (depth === 1 && parts[2] === 'match') return matchAll(row);
    }
    at = row;
  }
  if (found === null) return false;
  found[0].splice(found[1], 1);
  return true;
}

function childOf(at: Mutable | undefined, part: string | number): Mutable | undefined {
  return typeof at === 'object' && at !== null ? (at as Record<string | number, Mutable>)[part] : undefined;
}

function matchAll(row: Mutable): boolean {
  (row as { match: Mutable }).match = {};
  return true;
}

/** Never of emergencies. */
function toAlsoMay(random: Random): Json {
  const match = { ...(toMatch(random) as object), priority: some(random, ['urgent', 'normal'], 1, 2) };
  return {
    match,
    step: pick(random, TRANSITION_NAMES),
    actors: some(random, ['desk', 'duty', 'first-receiver'], 1, 3),
  };
}

function toContent(random: Random): Json {
  const calendars = some(random, ['c1', 'c2', 'c3'], 1, 3);
  return {
    version: 2,
    name: { zh: '随机', en: 'Random' },
    calendars: calendars.map((id) => toCalendar(random, id)),
    priorityOf: {
      ...Object.fromEntries(SEVERITY_NAMES.map((name) => [name, pick(random, PRIORITY_NAMES)])),
      'life-safety': 'emergency',
    },
    flowFrom: [
      ...list(random, 2, () => ({ match: toEarly(random, false), flow: pick(random, FLOW_NAMES) })),
      { flow: pick(random, FLOW_NAMES) },
    ],
    attendanceFrom: [
      ...list(random, 3, () => ({
        match: toEarly(random, true),
        attendance: pick(random, ATTENDANCE_NAMES),
      })),
      { attendance: pick(random, ATTENDANCE_NAMES) },
    ],
    paths: [
      toPath(random, EMERGENCY, ['on-site', 'accepted']),
      ...list(random, 3, () => toPath(random, toMatch(random))),
      toPath(random, {}),
    ],
    forms: list(random, 2, (at) => toForm(random, at)),
    // No policy is one without these two.
    priorityFrom: [
      { class: ['fire'], priority: 'emergency' },
      { class: ['help'], kind: 'lift', priority: 'emergency' },
    ],
    actors: Object.fromEntries(
      TRANSITION_NAMES.map((name) => [
        name,
        [...new Set([...toActors(random), ...(ASKED_FOR[name as keyof typeof ASKED_FOR] ?? [])])],
      ]),
    ),
    ...(chance(random, 0.5) && { alsoMay: list(random, 2, () => toAlsoMay(random)) }),
    guards: list(random, 6, () => toGuard(random)),
    ownAcceptance: list(random, 2, () => toMatch(random)),
    clocks: [toClock(random, 0, calendars), ...list(random, 6, (at) => toClock(random, at + 1, calendars))],
    routing: list(random, 4, () => ({
      ...(chance(random, 0.7) && { class: pick(random, TICKET_CLASS_NAMES) }),
      ...(chance(random, 0.3) && { kind: pick(random, ['pump', 'lift'] as const) }),
      assignee: pick(random, ['ann', 'engineer', 'night-crew', 'security']),
    })),
    deskDispatches: list(random, 2, () => toMatch(random)),
    report: { match: pick(random, REPORTED), recipients: toRecipients(random) },
    escalation: {
      unanswered: span(random, 1, 60),
      ladder: [
        { role: pick(random, HOUSE), after: toSpanOrZero(random) },
        ...list(random, 3, () => ({ role: pick(random, HOUSE), after: toSpanOrZero(random) })),
      ],
      breach: pick(random, HOUSE),
    },
    quiet: {
      severities: some(random, ['high', 'medium', 'low'], 0, 2),
      calendar: chance(random, 0.5) ? pick(random, calendars) : null,
    },
    reopen: span(random, 600, 2_000),
    proof: list(random, 2, () => ({ match: toMatch(random), for: toSpanOrZero(random) })),
    falseAlarm: { raises: randomInteger(random, 1, 3), within: span(random, 1, 2_000) },
    overrideGrace: span(random, 1, 600),
    proposeDone: chance(random, 0.5) ? span(random, 1, 600) : null,
    duplicate: span(random, 1, 60),
    incidents: {
      from: [EMERGENCY, ...list(random, 2, () => toMatch(random))],
      join: span(random, 1, 60),
      report: span(random, 10, 600),
      majorGrades: GRADE_NAMES.slice(0, randomInteger(random, 1, 3)),
    },
    alarms: { reAlarmEscalateAt: randomInteger(random, 1, 4) },
  };
}

/** One role at least: a step that only a named person may take may wait for ever. */
function toActors(random: Random): readonly string[] {
  return [...new Set<string>([pick(random, ROLE_NAMES), ...some(random, ACTOR_NAMES, 0, 3)])];
}

function toCalendar(random: Random, id: string): Json {
  const days = pick(random, ['mon-fri', 'mon-sun', 'mon-sat', 'tue-sun']);
  return {
    id,
    name: { zh: id, en: id },
    week: { [days]: some(random, WINDOWS, 1, 2) },
    ...(chance(random, 0.7) && { days: 'holidays-cn', holiday: some(random, WINDOWS, 0, 1) }),
  };
}

function toPath(random: Random, match: Json, also: readonly string[] = []): Json {
  const needed = [...NEEDED, ...also];
  const stages = PATH.filter((stage) => needed.includes(stage) || chance(random, 0.65));
  const optional = stages.filter(
    // Work in public areas is begun at once: no path for it asks for an agreement.
    (stage) => !needed.includes(stage) && (stage === 'agreed' || chance(random, 0.3)),
  );
  return { match, stages: ['received', ...stages], optional };
}

function toForm(random: Random, at: number): Json {
  const from = randomInteger(random, 0, STEPS.length - 2);
  const transitions = STEPS.slice(from, from + randomInteger(random, 2, 4));
  const name = { zh: `表单${at}`, en: `Form ${at}` };
  return { id: `form-${at}`, name, match: toMatch(random), transitions };
}

function toGuard(random: Random): Json {
  const transition = pick(
    random,
    TRANSITION_NAMES.filter((name) => TRANSITION_FIELDS[name].length > 0),
  );
  const fields: readonly string[] = TRANSITION_FIELDS[transition];
  const match = toMatch(random);
  return { transition, match, fields: some(random, fields, 1, 2), rule: { zh: '须填写', en: 'asked for' } };
}

function toClock(random: Random, at: number, calendars: readonly string[]): Json {
  const byAppointment = chance(random, 0.15);
  // What other limits mean to an appointment is shown by examples.
  const first = byAppointment ? [toLimit(random, toMatch(random), true, calendars)] : [];
  const limits = byAppointment
    ? first
    : [
        ...list(random, 3, () => toLimit(random, toMatch(random, true), false, calendars)),
        toLimit(random, chance(random, 0.7) ? {} : toMatch(random), false, calendars),
      ];
  return {
    id: `clock-${at}`,
    name: { zh: `时限${at}`, en: `Clock ${at}` },
    start: byAppointment ? ['appointment'] : some(random, STARTS, 1, 3),
    stop: [...some(random, STOPS, 1, 3), 'archived'],
    limits,
    pauses: some(random, PAUSES, 0, 2),
    isEachRound: chance(random, 0.6),
    isEachStart: chance(random, 0.2),
    isHuman: chance(random, 0.8),
  };
}

/** Whole minutes of which every share that is warned at is whole as well. */
function toLimit(random: Random, match: Json, byAppointment: boolean, calendars: readonly string[]): Json {
  const minutes = 20 * (chance(random, 0.6) ? randomInteger(random, 1, 6) : randomInteger(random, 6, 80));
  return {
    match,
    limit: `${minutes}min`,
    warnRatio: pick(random, [0.25, 0.5, 0.8, 1]),
    calendar: byAppointment || chance(random, 0.4) ? null : pick(random, calendars),
    ...(byAppointment && chance(random, 0.8) && { lead: span(random, 1, 120) }),
  };
}

/** Nobody from outside answers for the house, and no emergency is left out of the report: others are refused. */
const HOUSE = ROLE_NAMES.filter((role) => !isOutsider(role));
const REPORTED: readonly Json[] = [{}, { priority: ['emergency'] }, { priority: ['emergency', 'urgent'] }];

function toRecipients(random: Random): Json {
  const toWhen = (): Json =>
    pick(random, ['at-once', 'confirmed', { unanswered: span(random, 1, 30) }] as const);
  const first = pick(random, HOUSE);
  const others = some(random, [...HOUSE, 'assignee'], 0, 3).filter((role) => role !== first);
  return [{ role: first, when: 'at-once' }, ...others.map((role) => ({ role, when: toWhen() }))];
}

function toMatch(random: Random, hasDifficult = false): Json {
  return {
    ...(chance(random, 0.3) && { class: some(random, TICKET_CLASS_NAMES, 1, 4) }),
    ...(chance(random, 0.2) && { source: some(random, SOURCE_NAMES, 1, 5) }),
    ...(chance(random, 0.2) && { flow: some(random, FLOW_NAMES, 1, 2) }),
    ...(chance(random, 0.5) && { priority: some(random, PRIORITY_NAMES, 1, 2) }),
    ...(chance(random, 0.2) && { attendance: some(random, ATTENDANCE_NAMES, 1, 3) }),
    ...(hasDifficult && chance(random, 0.2) && { isDifficult: chance(random, 0.7) }),
  };
}

/** Of what is known before the flow, or before the attendance. */
function toEarly(random: Random, hasFlow: boolean): Json {
  return {
    ...(chance(random, 0.4) && { class: some(random, TICKET_CLASS_NAMES, 1, 4) }),
    ...(chance(random, 0.4) && { source: some(random, SOURCE_NAMES, 1, 5) }),
    ...(chance(random, 0.5) && { priority: some(random, PRIORITY_NAMES, 1, 2) }),
    ...(hasFlow && chance(random, 0.3) && { flow: some(random, FLOW_NAMES, 1, 2) }),
  };
}

function toSpanOrZero(random: Random): Json {
  return chance(random, 0.3) ? 0 : span(random, 1, 240);
}

function span(random: Random, fromMinutes: number, toMinutes: number): string {
  return `${randomInteger(random, fromMinutes, toMinutes)}min`;
}

function chance(random: Random, share: number): boolean {
  return random() < share;
}

function pick<T>(random: Random, values: readonly T[]): T {
  return values[randomInteger(random, 0, values.length - 1)] as T;
}

/** In the order of the values. */
function some<T>(random: Random, values: readonly T[], min: number, max: number): readonly T[] {
  const count = randomInteger(random, min, Math.min(max, values.length));
  const chosen = new Set<T>();
  while (chosen.size < count) chosen.add(pick(random, values));
  return values.filter((value) => chosen.has(value));
}

function list<T>(random: Random, max: number, make: (at: number) => T): readonly T[] {
  return Array.from({ length: randomInteger(random, 0, max) }, (_, at) => make(at));
}
