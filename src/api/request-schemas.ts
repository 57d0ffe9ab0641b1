/** Shapes of what clients send: parameters, query strings, bodies. Closed: a field that is not here is refused. */
import Type, { type Static, type TProperties } from 'typebox';
import { ID_PATTERN, MAX_ID_LENGTH } from '../core/ids.ts';
import { LIMITS } from '../core/limits.ts';
import { PRIORITY_NAMES, TICKET_CLASS_NAMES } from '../core/ticket.ts';
import { ROLES } from '../people/permissions.ts';
import type { Role } from '../store/store.ts';
import type { TransitionType } from '../tickets/transitions.ts';

export const closed = <P extends TProperties>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });
export const oneOf = <const T extends readonly string[]>(values: T, options: object = {}) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...values], ...options });

export const Id = Type.String({ pattern: ID_PATTERN, maxLength: MAX_ID_LENGTH });
export const LongText = Type.String({ maxLength: LIMITS.textChars });
export const ShortText = Type.String({ maxLength: LIMITS.shortTextChars });

// --- parameters ---------------------------------------------------------------------------------------------------

/** Ids that the gateway gives: occurrences and tickets; equipment ids fit too. */
export const IdParams = closed({ id: Type.String({ minLength: 1, maxLength: 100 }) });
export const PointParams = closed({
  equipment: Id,
  point: Type.String({ minLength: 1, maxLength: MAX_ID_LENGTH }),
});
export const RuleParams = closed({ equipment: Id, rule: Id });

// --- query strings ------------------------------------------------------------------------------------------------

export const paging = {
  limit: Type.Integer({ minimum: 1, maximum: LIMITS.pageRows, default: 100 }),
  offset: Type.Integer({ minimum: 0, default: 0 }),
};
const equipment = Type.Optional(Id);

export const PageQuery = closed(paging);
export const PointsQuery = closed({ equipment });
/** Samples of one curve: more than a screen has pixels across is no use. */
const MAX_HISTORY_POINTS = 2_000;
/** A list of 50 ids at their longest. */
const MAX_POINT_LIST_CHARS = 50 * (2 * MAX_ID_LENGTH + 2);
/** Latest time that can be asked for: the last of JavaScript's dates. */
export const LAST_MS = 8.64e15;
export const instant = (description: string) =>
  Type.Optional(
    Type.Integer({ minimum: 0, maximum: LAST_MS, description: `UTC milliseconds; ${description}` }),
  );
const range = {
  from: instant('default: an hour before `to`'),
  to: instant('default and latest: now'),
};
const maxPoints = Type.Integer({ minimum: 1, maximum: MAX_HISTORY_POINTS, default: 500 });
/** How many ids, and whether there are such points, is judged in history-range.ts, which names each. */
const points = (description: string) =>
  Type.String({ minLength: 1, maxLength: MAX_POINT_LIST_CHARS, description });
export const HistoryQuery = closed({ ...range, maxPoints });
export const HistoriesQuery = closed({
  points: points('equipment/point, separated by commas, at most 20'),
  ...range,
  maxPoints,
});
export const InstantQuery = closed({
  at: instant('default and latest: now'),
  equipment,
});
export const ExportQuery = closed({
  points: points('equipment/point, separated by commas, at most 50'),
  ...range,
  format: oneOf(['csv', 'xlsx'], { default: 'csv' }),
  kind: oneOf(['readings', 'buckets'], {
    default: 'readings',
    description:
      'readings: one row each, one point after the other; buckets: one row a time, columns for each point',
  }),
  step: Type.Optional(
    Type.Integer({
      minimum: 1,
      description:
        'Of buckets, milliseconds: 1, 2, 5, 10, 15, 30 s or min, 1, 2, 3, 6, 12 h, 1, 2, 7 d; default: what fits the range',
    }),
  ),
  language: Type.Optional(
    oneOf(['zh', 'en'], { description: 'Of headings and words; default: by Accept-Language, else zh' }),
  ),
});
export const WritesQuery = closed({
  equipment,
  point: Type.Optional(Type.String({ minLength: 1, maxLength: 2 * MAX_ID_LENGTH + 1 })),
  limit: paging.limit,
});
export const TicketsQuery = closed({
  state: oneOf(['open', 'closed', 'all'], { default: 'open' }),
  equipment,
  ...paging,
});

// --- people -------------------------------------------------------------------------------------------------------

/** Longest password looked at: argon2id reads all of it. */
const Password = Type.String({ minLength: 1, maxLength: LIMITS.shortTextChars });
const ROLE_NAMES = Object.keys(ROLES) as readonly Role[];

export const LoginBody = closed({ username: ShortText, password: Password });
export const NewUserBody = closed({
  username: Type.String({ pattern: ID_PATTERN, maxLength: MAX_ID_LENGTH }),
  displayName: closed({ zh: ShortText, en: ShortText }),
  roles: Type.Array(oneOf(ROLE_NAMES), { minItems: 1, maxItems: ROLE_NAMES.length, uniqueItems: true }),
  password: Password,
});
export const PasswordBody = closed({ password: Password });
/** For requests whose path says everything: no body, or an empty object. */
export const EmptyBody = Type.Union([closed({}), Type.Null()]);
export const UsernameParams = closed({ username: ShortText });

// --- tickets ----------------------------------------------------------------------------------------------

export const NewTicketBody = closed({
  source: oneOf([
    'owner-call',
    'company-relay',
    'desk-relay',
    'internal-need',
    'instruction',
    'first-receiver',
  ]),
  channel: oneOf(['counter', 'phone', 'page']),
  class: oneOf(TICKET_CLASS_NAMES),
  priority: oneOf(PRIORITY_NAMES),
  content: Type.String({ minLength: 1, maxLength: LIMITS.textChars, pattern: '\\S' }),
  equipment: Type.Optional(Type.Union([Id, Type.Null()])),
  location: Type.Optional(Type.Union([Id, Type.Null()])),
  place: Type.Optional(ShortText),
  contactName: Type.Optional(ShortText),
  contactMethod: Type.Optional(ShortText),
});
export type NewTicketInput = Static<typeof NewTicketBody>;

const version = Type.Integer({ minimum: 1, description: 'Version of the ticket that the caller saw' });
const text = Type.Optional(LongText);

/**
 * One body per transition. What a stage asks for stays optional here: the engine refuses a missing field with the rule
 * that asks for it (`missing-fields`), which tells people more than a schema can.
 */
export const TRANSITION_BODIES = {
  dispatch: closed({ version, assignee: Type.Optional(ShortText), note: text }),
  take: closed({ version, readBack: text }),
  arrive: closed({ version, how: oneOf(['by-hand', 'qr-code'], { default: 'by-hand' }) }),
  start: closed({ version, diagnosis: text, plan: text }),
  done: closed({
    version,
    result: text,
    materials: text,
    amountYuan: Type.Optional(Type.Number({ minimum: 0, maximum: 1e9 })),
  }),
  accept: closed({ version, opinion: text, manualReading: Type.Optional(ShortText) }),
  reject: closed({ version, reason: text }),
  visit: closed({
    version,
    how: Type.Optional(oneOf(['phone', 'in-person'])),
    isSatisfied: Type.Optional(Type.Boolean()),
    note: text,
  }),
  close: closed({ version }),
  cancel: closed({ version, reason: Type.Optional(oneOf(['false-alarm', 'duplicate'])), note: text }),
  note: closed({ version, note: text }),
} as const satisfies Record<TransitionType, ReturnType<typeof closed>>;

// --- writing ------------------------------------------------------------------------------------------------------

/** Whether there is a reason and how long it may be is judged in writing/: `reason-required` tells people more. */
const reason = LongText;
export const WriteBody = closed({
  value: Type.Number({ description: 'In the unit of the point; 0 or 1 of a boolean' }),
  reason,
});
export const LockOutBody = closed({ reason });

// --- simulation ---------------------------------------------------------------------------------------------------

export const FaultFields = closed({ equipment: Id, fault: Id });
