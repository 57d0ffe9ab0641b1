/** Schema of roster files (排班表, `version: 1`): closed, defaults written here and nowhere else. */
import Type, { type Static, type TProperties } from 'typebox';
import { Id, oneOf, orNull, ShortString, TextSchema, Version1 } from '../config/words.ts';
import { CONTACT_WAYS } from '../core/duty.ts';
import { SYSTEMS, type System } from '../core/kinds.ts';
import { ROLE_NAMES } from '../core/roles.ts';
import { ROSTER_LIMITS } from './roster-limits.ts';

const closed = <P extends TProperties>(properties: P, options: object = {}) =>
  Type.Object(properties, { ...options, additionalProperties: false });
const list = <S extends Parameters<typeof Type.Array>[0]>(items: S, maxItems: number) =>
  Type.Array(items, { maxItems, default: [] });

const DateText = Type.String({
  pattern: '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$',
  expected: 'a date such as 2026-11-28',
});
const TimeText = Type.String({
  pattern: '^(([01]\\d|2[0-3]):[0-5]\\d|24:00)$',
  expected: 'a time of day such as "08:00" (24:00 = end of the day)',
});
const User = Type.String({ ...Id, expected: 'a user name' });
const Few = 50;

const ShiftSchema = closed({
  id: Id,
  name: TextSchema,
  from: TimeText,
  /** At or before `from` it ends on the next day. */
  to: TimeText,
});

const PostSchema = closed({
  id: Id,
  name: TextSchema,
  role: oneOf(ROLE_NAMES),
  group: orNull(ShortString, { default: null }),
  /** Hours that must be covered; null = always. */
  calendar: orNull(Id, { default: null }),
  standby: Type.Boolean({ default: false }),
  certificates: list(Id, Few),
});

const PatternSchema = closed({
  post: Id,
  from: DateText,
  to: DateText,
  /** One word for each day: id, name or first character of a shift; 休, rest or - for none. */
  cycle: Type.Array(Type.String({ maxLength: 64 }), { minItems: 1, maxItems: 366 }),
  people: Type.Array(User, { minItems: 1, maxItems: ROSTER_LIMITS.people }),
  step: Type.Optional(Type.Integer({ minimum: 0, maximum: 366 })),
  /** Only days on which the calendar has open hours (`open`) or has none (`closed`): every rest day in turn. */
  days: Type.Optional(closed({ calendar: Id, are: oneOf(['open', 'closed']) })),
});

const AssignmentSchema = closed({
  date: DateText,
  post: Id,
  shift: Type.String({ minLength: 1, maxLength: 64 }),
  username: User,
  /** Takes the place of what a pattern gives this person on that day and shift. */
  swappedFrom: orNull(User, { default: null }),
  approver: orNull(User, { default: null }),
});

const MemberSchema = closed({
  username: User,
  groups: list(ShortString, Few),
  specialities: Type.Unsafe<System[]>(list(oneOf(Object.keys(SYSTEMS)), Few)),
  certificates: list(closed({ kind: Id, number: ShortString, validTo: DateText }), Few),
  ways: list(closed({ way: oneOf(CONTACT_WAYS), address: ShortString }), 10),
  areas: list(Id, Few),
  language: oneOf(['zh', 'en'], { default: 'zh' }),
  firm: orNull(Id, { default: null }),
});

export const RosterSchema = closed({
  version: Version1,
  /** IANA zone; default: the site's. */
  timeZone: Type.Optional(ShortString),
  /** Hours on duty in a row that are still no gap; default 24. */
  longestHours: Type.Optional(Type.Number({ minimum: 1, maximum: 168 })),
  shifts: Type.Array(ShiftSchema, { minItems: 1, maxItems: ROSTER_LIMITS.shifts }),
  posts: Type.Array(PostSchema, { minItems: 1, maxItems: ROSTER_LIMITS.posts }),
  patterns: list(PatternSchema, ROSTER_LIMITS.patterns),
  assignments: list(AssignmentSchema, ROSTER_LIMITS.assignments),
  /** Beside the accounts, which are made with `user add`: replaces what is known of these people. */
  staff: list(MemberSchema, ROSTER_LIMITS.people),
});
export type RosterFile = Static<typeof RosterSchema>;
