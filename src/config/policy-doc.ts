/**
 * A policy as plain JSON and back: what is stored, hashed and compared. Calendars hold maps, which JSON does not know; all
 * else is plain data already.
 */
import type { Calendar, DayTable } from '../core/calendar.ts';
import type { Text } from '../core/text.ts';
import { toDigest } from './digest.ts';
import { deepFreeze } from './freeze.ts';
import type { Policy } from './policy.ts';

export type PolicyDoc = Omit<Policy, 'calendars'> & { readonly calendars: readonly CalendarDoc[] };

type CalendarDoc = Omit<Calendar, 'days'> & { readonly days: DayTableDoc | null };
type DayTableDoc = Omit<DayTable, 'holidays' | 'makeUpDays'> & {
  readonly holidays: Readonly<Record<string, Text>>;
  readonly makeUpDays: Readonly<Record<string, Text>>;
};

/** Plain data that `JSON.stringify` loses nothing of. */
export function toPolicyDoc({ calendars, ...rest }: Policy): PolicyDoc {
  return { ...rest, calendars: [...calendars.values()].map(toCalendarDoc) };
}

/** @param doc what `toPolicyDoc` has made, also after JSON; it is trusted @returns frozen */
export function fromPolicyDoc({ calendars, ...rest }: PolicyDoc): Policy {
  const known = new Map(calendars.map((doc) => [doc.id, fromCalendarDoc(doc)]));
  const actors = { ...ACTORS_OF_EARLIER_VERSIONS, ...rest.actors };
  const incidents = { ...INCIDENTS_OF_EARLIER_VERSIONS, ...rest.incidents };
  const retention = { ...RETENTION_OF_EARLIER_VERSIONS, ...rest.retention };
  return deepFreeze({ ...OF_EARLIER_VERSIONS, ...rest, actors, incidents, retention, calendars: known });
}

/** Rules that stored versions lack: a ticket keeps those that it was opened under. */
const OF_EARLIER_VERSIONS: Pick<
  Policy,
  'ownAcceptance' | 'lateEntry' | 'dayEnd' | 'offHours' | 'staff' | 'perPerson' | 'feedback'
> = {
  ownAcceptance: [{}],
  staff: {
    approvers: ['supervisor', 'manager', 'leader'],
    waitApprovers: ['foreman', 'supervisor', 'manager', 'leader'],
    undoBreaches: ['supervisor', 'manager', 'leader'],
    contractorDesk: ['desk', 'duty'],
    workers: ['engineer', 'duty'],
  },
  perPerson: { urges: 6, uploads: 30, withinMs: 60 * 60_000 },
  dayEnd: null,
  offHours: null,
  lateEntry: { holdMs: 15 * 60_000, withinMs: 60 * 60_000, oldestMs: 30 * 86_400_000 },
  feedback: {
    handling: { limitMs: 24 * 3_600_000, workingDays: null, calendar: null, warnRatio: 0.8 },
    result: { limitMs: null, workingDays: 7, calendar: null, warnRatio: 0.8 },
    analysis: { limitMs: 30 * 86_400_000, workingDays: null, calendar: null, warnRatio: 0.8 },
    breach: 'supervisor',
  },
};
const INCIDENTS_OF_EARLIER_VERSIONS: Pick<Policy['incidents'], 'reportWarnRatio'> = { reportWarnRatio: 0.8 };
const RETENTION_OF_EARLIER_VERSIONS: Pick<Policy['retention'], 'ticketDays' | 'fileDays'> = {
  ticketDays: null,
  fileDays: null,
};
/** Steps that they do not name: nobody takes one on a ticket of theirs. */
const ACTORS_OF_EARLIER_VERSIONS: Pick<
  Policy['actors'],
  'contact' | 'clear-difficult' | 'enter-dwelling' | 'sample-visit'
> = {
  contact: [],
  'clear-difficult': ['supervisor', 'manager', 'leader'],
  'enter-dwelling': [],
  'sample-visit': [],
};

/** Follows the content, its tables of holidays included; remarks, the order of keys and of calendars do not count. */
export function toPolicyVersion(content: Omit<Policy, 'version'>): string {
  const { version: _version, calendars, ...rest } = toPolicyDoc({ version: '', ...content });
  return toDigest({ ...rest, calendars: Object.fromEntries(calendars.map((doc) => [doc.id, doc])) });
}

function toCalendarDoc({ days, ...rest }: Calendar): CalendarDoc {
  if (days === null) return { ...rest, days };
  const { holidays, makeUpDays, ...table } = days;
  return {
    ...rest,
    days: {
      ...table,
      holidays: Object.fromEntries(holidays),
      makeUpDays: Object.fromEntries(makeUpDays),
    },
  };
}

function fromCalendarDoc({ days, ...rest }: CalendarDoc): Calendar {
  if (days === null) return { ...rest, days };
  const { holidays, makeUpDays, ...table } = days;
  return {
    ...rest,
    days: {
      ...table,
      holidays: new Map(Object.entries(holidays)),
      makeUpDays: new Map(Object.entries(makeUpDays)),
    },
  };
}
