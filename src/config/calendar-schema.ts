/** Schemas of calendars (`calendars:` of a site file) and of tables of holidays (`config/holidays-*.yaml`). */
import Type, { type Static, type TSchema } from 'typebox';
import { closed } from './schema.ts';
import { Id, orNull, ShortString, TextSchema, Version1 } from './words.ts';

/** Monday first, as in `Calendar.week`. */
export const DAY_NAMES = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
type DayName = (typeof DAY_NAMES)[number];
export type DayKey = DayName | `${DayName}-${DayName}`;

/** Usual ones first: a message about an unknown key lists no more than the first. */
const USUAL: readonly DayKey[] = [...DAY_NAMES, 'mon-fri', 'mon-sat', 'mon-sun', 'sat-sun'];
const RANGES = DAY_NAMES.flatMap((first) =>
  DAY_NAMES.filter((last) => last !== first).map((last) => `${first}-${last}` as const),
);
const DAY_KEYS: readonly DayKey[] = [...new Set([...USUAL, ...RANGES])];

const WindowsSchema = Type.Array(
  Type.String({
    pattern: '^([01]\\d|2[0-3]):[0-5]\\d-(([01]\\d|2[0-3]):[0-5]\\d|24:00)$',
    expected: 'hours such as "08:30-12:00" (24:00 = end of the day; 22:00-06:00 ends on the next day)',
  }),
  { maxItems: 24 },
);

export const CalendarSchema = closed({
  id: Id,
  name: TextSchema,
  /** Default: the site's. */
  timeZone: Type.Optional(ShortString),
  /** Days that are not named have no hours. */
  week: Type.Unsafe<Partial<Record<DayKey, string[]>>>(
    closed(Object.fromEntries(DAY_KEYS.map((key): [string, TSchema] => [key, Type.Optional(WindowsSchema)]))),
  ),
  holiday: Type.Optional(WindowsSchema),
  makeUp: Type.Optional(orNull(WindowsSchema)),
  /** Name of a table of holidays, without `.yaml`. */
  days: Type.Optional(Id),
});
export type CalendarEntry = Static<typeof CalendarSchema>;

const DateText = Type.String({
  pattern: '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$',
  expected: 'a date such as "2026-10-01"',
});
const DaysSchema = Type.Array(closed({ from: DateText, to: Type.Optional(DateText), name: TextSchema }), {
  maxItems: 1_000,
  default: [],
});

export const DayTableSchema = closed({
  version: Version1,
  /** Notice that it is from. */
  source: Type.String({ minLength: 1, maxLength: 1000 }),
  from: DateText,
  to: DateText,
  holidays: DaysSchema,
  makeUp: DaysSchema,
});
export type DayTableFile = Static<typeof DayTableSchema>;
