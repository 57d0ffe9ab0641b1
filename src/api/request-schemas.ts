/** Shapes of what clients send: parameters, query strings, bodies. Closed: a field that is not here is refused. */
import Type, { type Static, type TProperties } from 'typebox';
import { ID_PATTERN, MAX_ID_LENGTH } from '../core/ids.ts';
import { LIMITS } from '../core/limits.ts';
import { ROLE_NAMES } from '../core/roles.ts';
import {
  ATTENDANCE_NAMES,
  CHANNEL_NAMES,
  FLOW_NAMES,
  PRIORITY_NAMES,
  SOURCE_NAMES,
  STAGE_NAMES,
  TICKET_CLASS_NAMES,
} from '../core/ticket.ts';

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
/** Of an upload, where the fields do not stand in its body. */
export const AttachQuery = closed({
  version: Type.Optional(
    Type.Integer({ minimum: 1, description: 'Version of the ticket that the caller saw' }),
  ),
  occurredAtMs: instant('late entry: when it really happened'),
});
export type AttachInput = Static<typeof AttachQuery>;
export const AttachmentParams = closed({
  id: Type.String({ minLength: 1, maxLength: 100 }),
  attachment: Type.String({ minLength: 1, maxLength: 100 }),
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
const short = Type.Optional(Type.String({ minLength: 1, maxLength: LIMITS.shortTextChars }));
/** All that are given must hold. */
export const ticketFilters = {
  equipment,
  number: short,
  class: Type.Optional(oneOf(TICKET_CLASS_NAMES)),
  stage: Type.Optional(oneOf(STAGE_NAMES)),
  priority: Type.Optional(oneOf(PRIORITY_NAMES)),
  assignee: short,
  location: Type.Optional(Id),
  faultKind: short,
  text: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: LIMITS.shortTextChars,
      description:
        'Words of content, place, equipment, diagnosis, plan, result, number, or of the name of the fault kind; all must be there',
    }),
  ),
  from: instant('received then or later'),
  to: instant('received before'),
};
export const TicketsQuery = closed({
  state: oneOf(['open', 'closed', 'all'], { default: 'open' }),
  ...ticketFilters,
  ...paging,
});
export type TicketsQueryInput = Static<typeof TicketsQuery>;

// --- people -------------------------------------------------------------------------------------------------------

/** Longest password looked at: argon2id reads all of it. */
const Password = Type.String({ minLength: 1, maxLength: LIMITS.shortTextChars });

export const LoginBody = closed({ username: ShortText, password: Password });
export const NewUserBody = closed({
  username: Type.String({ pattern: ID_PATTERN, maxLength: MAX_ID_LENGTH }),
  displayName: closed({ zh: ShortText, en: ShortText }),
  roles: Type.Array(oneOf(ROLE_NAMES), { minItems: 1, maxItems: ROLE_NAMES.length, uniqueItems: true }),
  password: Password,
});
/** `version` of a person, as the caller has read it. */
export const SeenVersion = Type.String({
  ...ShortText,
  description: 'Version that the caller saw; `staff-changed` when somebody was faster',
});
export const UserBody = closed({
  version: SeenVersion,
  displayName: closed({ zh: ShortText, en: ShortText }),
  roles: Type.Array(oneOf(ROLE_NAMES), { minItems: 1, maxItems: ROLE_NAMES.length, uniqueItems: true }),
});
export const PasswordBody = closed({ version: SeenVersion, password: Password });
export const AccountBody = closed({ version: SeenVersion });
/** For requests whose path says everything: no body, or an empty object. */
export const EmptyBody = Type.Union([closed({}), Type.Null()]);
export const UsernameParams = closed({ username: ShortText });

// --- tickets ----------------------------------------------------------------------------------------------

const isBoundedTime = { minimum: 0, maximum: LAST_MS };
const level = Type.Unsafe<1 | 2 | 3>({ type: 'integer', minimum: 1, maximum: 3 });
/** Sources and channels of matters that people report or bring from a round. */
const REPORT_SOURCES = SOURCE_NAMES.filter((name) => name !== 'equipment-alarm');
const REPORT_CHANNELS = CHANNEL_NAMES.filter((name) => name !== 'alarm');

export const NewTicketBody = closed({
  source: oneOf(REPORT_SOURCES),
  channel: oneOf(REPORT_CHANNELS),
  class: oneOf(TICKET_CLASS_NAMES),
  priority: Type.Optional(
    Type.Union([oneOf(PRIORITY_NAMES), Type.Null()], { description: 'Left out = from the impact' }),
  ),
  impact: Type.Optional(
    Type.Union([closed({ urgency: level, complexity: level, scope: level }), Type.Null()]),
  ),
  attendance: Type.Optional(Type.Union([oneOf(ATTENDANCE_NAMES), Type.Null()])),
  flow: Type.Optional(Type.Union([oneOf(FLOW_NAMES), Type.Null()])),
  content: Type.String({ minLength: 1, maxLength: LIMITS.textChars, pattern: '\\S' }),
  faultKind: Type.Optional(Type.Union([ShortText, Type.Null()])),
  equipment: Type.Optional(Type.Union([Id, Type.Null()])),
  location: Type.Optional(Type.Union([Id, Type.Null()])),
  place: Type.Optional(ShortText),
  contactName: Type.Optional(ShortText),
  contactMethod: Type.Optional(ShortText),
  appointment: Type.Optional(
    Type.Union([
      closed({ fromMs: Type.Integer(isBoundedTime), toMs: Type.Integer(isBoundedTime) }),
      Type.Null(),
    ]),
  ),
  slip: Type.Optional(
    Type.Union([ShortText, Type.Null()], { description: 'Late entry (补录): number of the paper slip' }),
  ),
  receivedAtMs: Type.Optional(
    Type.Union([Type.Integer(isBoundedTime), Type.Null()], {
      description: 'Late entry: real time of receipt; left out = now',
    }),
  ),
  isDrill: Type.Optional(
    Type.Boolean({
      description: 'A drill of people and telephones; needs `drill.run`. Its record is made when it ends',
    }),
  ),
  isNewMatter: Type.Optional(
    Type.Boolean({
      description: 'Another matter than what the same person has reported from there: a ticket of its own',
    }),
  ),
});
export type NewTicketInput = Static<typeof NewTicketBody>;

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
