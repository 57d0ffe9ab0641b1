/**
 * Schema of the service policy (`config/policy*.yaml`), version 2. What no schema can say is policy-check.ts. Defaults are
 * written here and nowhere else; figures that a site has to decide on have none.
 */
import Type, { type Static } from 'typebox';
import { GRADE_NAMES } from '../core/incident.ts';
import { KIND_NAMES } from '../core/kinds.ts';
import { RECORD_KIND_NAMES, type RecordKind } from '../core/record-words.ts';
import { ROLE_NAMES, type Role } from '../core/roles.ts';
import { SEVERITY_NAMES, type Severity } from '../core/severity.ts';
import {
  ATTENDANCE_NAMES,
  FLOW_NAMES,
  PRIORITY_NAMES,
  type Priority,
  SOURCE_NAMES,
  TICKET_CLASS_NAMES,
} from '../core/ticket.ts';
import type { TransitionType } from '../tickets/transitions.ts';
import type { Actor, Match } from './policy.ts';
import {
  ACTOR_NAMES,
  FORM_TRANSITIONS,
  PATH_STAGES,
  PAUSE_STAGES,
  START_EVENTS,
  STOP_EVENTS,
  TARGET_NAMES,
  TRANSITION_NAMES,
} from './policy-words.ts';
import { closed } from './schema.ts';
import { Duration, Id, Later, LongTextSchema, oneOf, orNull, ShortString, TextSchema } from './words.ts';

/** Most rows of one list: a policy with more cannot be read by a person any more. */
const MAX_ROWS = 200;
/** Share of a clock's limit at which a warning is due; the documents ask for a warning but give no figure. */
const WARN_RATIO = 0.8;

const span = (value: string) => Type.Unsafe<string>({ ...Duration, default: value });
/** 0 = at once, or none. */
const SpanOrZero = Type.Unsafe<string | 0>({
  anyOf: [{ type: 'integer', minimum: 0, maximum: 0 }, { ...Duration }],
  expected: 'a duration such as 90s, 10min, 8h or 1d, or 0',
});
const Factor = Type.Number({ minimum: 1, maximum: 10, default: 1.5 });
const Few = (value: number) => Type.Integer({ minimum: 1, maximum: 10_000, default: value });
const KeptDays = Type.Integer({ minimum: 1, maximum: 36_500 });
const Ratio = Type.Number({ minimum: 0, maximum: 1 });
const Level = Type.Optional(Type.Unsafe<1 | 2 | 3>({ type: 'integer', minimum: 1, maximum: 3 }));

const some = <const T extends string>(values: readonly T[]) =>
  Type.Array(oneOf(values), { minItems: 1, maxItems: values.length });
const rows = <S extends Parameters<typeof Type.Array>[0]>(items: S, options: object = {}) =>
  Type.Array(items, { maxItems: MAX_ROWS, ...options });
const ruled = { default: [] };
const someRoles = (value: readonly Role[]) =>
  Type.Array(oneOf(ROLE_NAMES), {
    minItems: 1,
    maxItems: ROLE_NAMES.length,
    uniqueItems: true,
    default: [...value],
  });

/** A mapping that has every one of the names. */
const every = <K extends string, V>(names: readonly K[], schema: Parameters<typeof Type.Array>[0]) =>
  Type.Unsafe<Record<K, V>>(closed(Object.fromEntries(names.map((name) => [name, schema]))));

const toMatchSchema = (options: object = {}) =>
  Type.Unsafe<Match>(
    closed(
      {
        class: Type.Optional(some(TICKET_CLASS_NAMES)),
        source: Type.Optional(some(SOURCE_NAMES)),
        flow: Type.Optional(some(FLOW_NAMES)),
        priority: Type.Optional(some(PRIORITY_NAMES)),
        attendance: Type.Optional(some(ATTENDANCE_NAMES)),
        isDifficult: Type.Optional(Type.Boolean()),
      },
      options,
    ),
  );
/** Left out = all tickets. */
const MatchSchema = toMatchSchema({ default: {} });

/** What is known when a ticket's flow is looked up, and then its attendance. */
const early = <const F extends readonly string[]>(flows: F) =>
  Type.Unsafe<Match>(
    closed(
      {
        class: Type.Optional(some(TICKET_CLASS_NAMES)),
        source: Type.Optional(some(SOURCE_NAMES)),
        priority: Type.Optional(some(PRIORITY_NAMES)),
        ...(flows.length > 0 && { flow: Type.Optional(some(flows)) }),
      },
      { default: {} },
    ),
  );

const ClockSchema = closed({
  id: Id,
  name: TextSchema,
  start: some(START_EVENTS),
  stop: some(STOP_EVENTS),
  limits: rows(
    closed({
      match: MatchSchema,
      limit: SpanOrZero,
      warnRatio: Type.Number({ exclusiveMinimum: 0, maximum: 1, default: WARN_RATIO }),
      calendar: orNull(Id, { default: null }),
      lead: Type.Optional(Duration),
    }),
    { minItems: 1 },
  ),
  pauses: Type.Array(oneOf(PAUSE_STAGES), { maxItems: PAUSE_STAGES.length, default: [] }),
  isEachRound: Type.Boolean({ default: false }),
  isEachStart: Type.Optional(Type.Boolean()),
  isHuman: Type.Boolean({ default: true }),
  responsible: Type.Optional(
    Type.Array(oneOf(ACTOR_NAMES), { minItems: 1, maxItems: ACTOR_NAMES.length, uniqueItems: true }),
  ),
});

const ReportSchema = closed({
  match: MatchSchema,
  recipients: rows(
    closed({
      role: oneOf([...ROLE_NAMES, 'assignee']),
      when: Type.Union([oneOf(['at-once', 'confirmed']), closed({ unanswered: Duration })], {
        expected: 'at-once, confirmed, or a mapping such as { unanswered: 2min }',
      }),
    }),
    { minItems: 1 },
  ),
});

const EscalationSchema = closed({
  unanswered: Duration,
  ladder: rows(closed({ role: oneOf(ROLE_NAMES), after: SpanOrZero }), { minItems: 1 }),
  breach: oneOf(ROLE_NAMES),
});

/** Life safety is never quiet (alarms.md B7). */
const QuietSchema = closed(
  {
    severities: Type.Array(
      Type.Unsafe<Exclude<Severity, 'life-safety'>>(
        Type.String({
          enum: SEVERITY_NAMES.filter((severity) => severity !== 'life-safety'),
          expected: 'high, medium or low (life safety is never quiet)',
        }),
      ),
      { maxItems: SEVERITY_NAMES.length, default: ['low'] },
    ),
    calendar: orNull(Id, { default: null }),
  },
  { default: {} },
);

/** Which of `limit` and `workingDays` is given, policy-check-feedback.ts looks at. */
const FeedbackLimitSchema = (value: { readonly limit?: string; readonly workingDays?: number }) =>
  closed(
    {
      limit: Type.Optional(Duration),
      workingDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 250 })),
      calendar: orNull(Id, { default: null }),
      warnRatio: Type.Number({ exclusiveMinimum: 0, maximum: 1, default: WARN_RATIO }),
    },
    { default: value },
  );

/** Figures of source 001; without a calendar every day is a working day, which is the stricter reading. */
const FeedbackSchema = closed(
  {
    handling: FeedbackLimitSchema({ limit: '24h' }),
    result: FeedbackLimitSchema({ workingDays: 7 }),
    analysis: FeedbackLimitSchema({ limit: '30d' }),
    breach: oneOf(ROLE_NAMES, { default: 'supervisor' }),
  },
  { default: {} },
);

/** Figures of alarms.md B1 and B7 where it gives some; the others are ours. */
const AlarmTimesSchema = closed(
  {
    shelveMax: closed(
      { high: orNull(span('2h')), medium: orNull(span('8h')), low: orNull(span('8h')) },
      { default: {} },
    ),
    shelfReminder: span('15min'),
    reAlarm: closed(
      {
        'life-safety': orNull(span('10min')),
        high: orNull(span('1h')),
        medium: orNull(span('8h')),
        low: orNull(Duration, { default: null }),
      },
      { default: {} },
    ),
    reAlarmEscalateAt: Few(3),
    flood: closed(
      { enter: Few(10), leave: Few(5), window: span('10min'), digest: span('90s'), max: span('2h') },
      { default: {} },
    ),
    chatter: closed(
      { raises: Few(3), within: span('1min'), factor: Factor, cap: span('1h') },
      { default: {} },
    ),
    firstOut: span('2min'),
    longOutOfService: span('7d'),
  },
  { default: {} },
);

/** Schema of each part of the file: a part without mistakes is checked further also where another has some. */
export const POLICY_PARTS = {
  version: Type.Literal(2),
  name: TextSchema,
  calendars: rows(Later, ruled),
  priorityOf: every<Severity, Priority>(SEVERITY_NAMES, oneOf(PRIORITY_NAMES)),
  priorityFrom: rows(
    closed({
      class: Type.Optional(some(TICKET_CLASS_NAMES)),
      kind: Type.Optional(oneOf(KIND_NAMES)),
      words: Type.Optional(Type.Array(ShortString, { minItems: 1, maxItems: 100 })),
      unlike: Type.Optional(Type.Array(ShortString, { minItems: 1, maxItems: 100 })),
      event: Type.Optional(oneOf(['fire', 'entrapment'])),
      urgency: Level,
      complexity: Level,
      scope: Level,
      priority: oneOf(PRIORITY_NAMES),
    }),
    ruled,
  ),
  flowFrom: rows(closed({ match: early([]), flow: oneOf(FLOW_NAMES) }), { minItems: 1 }),
  attendanceFrom: rows(closed({ match: early(FLOW_NAMES), attendance: oneOf(ATTENDANCE_NAMES) }), {
    minItems: 1,
  }),
  paths: rows(
    closed({
      match: MatchSchema,
      stages: some(PATH_STAGES),
      optional: Type.Array(oneOf(PATH_STAGES), { maxItems: PATH_STAGES.length, default: [] }),
    }),
    { minItems: 1 },
  ),
  forms: rows(
    closed({
      id: Id,
      name: TextSchema,
      match: MatchSchema,
      transitions: Type.Array(oneOf(FORM_TRANSITIONS), { minItems: 2, maxItems: FORM_TRANSITIONS.length }),
      actors: Type.Optional(
        Type.Array(oneOf(ACTOR_NAMES), { minItems: 1, maxItems: ACTOR_NAMES.length, uniqueItems: true }),
      ),
    }),
    ruled,
  ),
  actors: every<TransitionType, Actor[]>(
    TRANSITION_NAMES,
    Type.Array(oneOf(ACTOR_NAMES), { maxItems: ACTOR_NAMES.length }),
  ),
  alsoMay: Type.Optional(
    rows(
      closed({
        match: MatchSchema,
        step: oneOf(TRANSITION_NAMES),
        actors: Type.Array(oneOf(ACTOR_NAMES), {
          minItems: 1,
          maxItems: ACTOR_NAMES.length,
          uniqueItems: true,
        }),
      }),
    ),
  ),
  guards: rows(
    closed({
      transition: oneOf(TRANSITION_NAMES),
      match: MatchSchema,
      fields: Type.Array(ShortString, { minItems: 1, maxItems: 20 }),
      rule: LongTextSchema,
    }),
    ruled,
  ),
  ownAcceptance: rows(toMatchSchema(), ruled),
  clocks: rows(ClockSchema, { minItems: 1 }),
  routing: Type.Array(
    closed({
      class: Type.Optional(oneOf(TICKET_CLASS_NAMES)),
      kind: Type.Optional(oneOf(KIND_NAMES)),
      location: Type.Optional(Id),
      assignee: ShortString,
    }),
    { maxItems: 1000, default: [] },
  ),
  deskDispatches: rows(toMatchSchema(), ruled),
  report: ReportSchema,
  escalation: EscalationSchema,
  quiet: QuietSchema,
  reopen: span('24h'),
  proof: rows(closed({ match: MatchSchema, for: SpanOrZero }), ruled),
  repeat: closed({ day: span('1d'), week: span('7d') }, { default: {} }),
  falseAlarm: closed({ raises: Few(3), within: span('24h') }, { default: {} }),
  overrideGrace: span('30min'),
  proposeDone: orNull(Duration, { default: null }),
  duplicate: span('30min'),
  perPerson: closed({ urges: Few(6), uploads: Few(30), within: span('1h') }, { default: {} }),
  dayEnd: orNull(closed({ match: MatchSchema, calendar: Id, limit: Duration, to: oneOf(ROLE_NAMES) }), {
    default: null,
  }),
  offHours: orNull(closed({ match: MatchSchema, calendar: Id }), { default: null }),
  lateEntry: closed({ hold: span('15min'), within: span('1h'), oldest: span('30d') }, { default: {} }),
  incidents: closed({
    from: rows(toMatchSchema(), ruled),
    join: span('30min'),
    report: span('2h'),
    reportWarnRatio: Type.Number({ exclusiveMinimum: 0, maximum: 1, default: WARN_RATIO }),
    responsible: Type.Optional(
      Type.Array(oneOf(ROLE_NAMES), { minItems: 1, maxItems: ROLE_NAMES.length, uniqueItems: true }),
    ),
    majorGrades: Type.Array(oneOf(GRADE_NAMES), { maxItems: GRADE_NAMES.length }),
  }),
  // Range: policy-check-danger.ts.
  drills: Type.Optional(closed({ longest: Duration })),
  feedback: FeedbackSchema,
  staff: closed(
    {
      approvers: someRoles(['supervisor', 'manager', 'leader']),
      waitApprovers: someRoles(['foreman', 'supervisor', 'manager', 'leader']),
      undoBreaches: someRoles(['supervisor', 'manager', 'leader']),
      contractorDesk: someRoles(['desk', 'duty']),
      workers: someRoles(['engineer', 'duty']),
    },
    { default: {} },
  ),
  certificates: rows(
    closed({
      match: MatchSchema,
      kind: Type.Optional(oneOf(KIND_NAMES)),
      certificate: Id,
      inEmergency: Type.Optional(oneOf(['refuse', 'warn'])),
    }),
    ruled,
  ),
  retention: closed(
    {
      personalDays: Type.Integer({ minimum: 1, maximum: 36_500, default: 1095 }),
      // Their words and files: the skeleton of a ticket and its chain stay in any case. Left out or null = kept.
      ticketDays: Type.Optional(orNull(KeptDays)),
      fileDays: Type.Optional(orNull(KeptDays)),
      // Typed words of what is no ticket, by kind, from when it is over. A kind that is left out = kept.
      recordDays: Type.Optional(
        Type.Unsafe<Partial<Record<RecordKind, number>>>(
          closed(Object.fromEntries(RECORD_KIND_NAMES.map((kind) => [kind, Type.Optional(KeptDays)]))),
        ),
      ),
    },
    { default: {} },
  ),
  targets: Type.Unsafe<Partial<Record<(typeof TARGET_NAMES)[number], number>>>(
    closed(Object.fromEntries(TARGET_NAMES.map((name) => [name, Type.Optional(Ratio)])), { default: {} }),
  ),
  alarms: AlarmTimesSchema,
  explain: closed({ wait: span('5s'), settle: span('60s') }, { default: {} }),
} as const;

export const PolicySchema = closed(POLICY_PARTS);
export type PolicyContent = Static<typeof PolicySchema>;
