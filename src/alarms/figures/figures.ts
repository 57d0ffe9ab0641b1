/**
 * The alarm figures of a site as one value that is never changed, only replaced by the next (step.ts): what each alarm did
 * per local day (cell.ts), what the whole site saw per 10 minutes, floods, and what runs on. Views are made by view.ts,
 * saving is snapshot.ts's business.
 */
import type { AlarmKey } from '../../core/ids.ts';
import type { Severity } from '../../core/severity.ts';
import type { Cell } from './cell.ts';
import { emptyShards, type Shards } from './shards.ts';

/** Sliding: more than 10 annunciations within the last 10 minutes, until they are fewer than 5. */
export interface Flood {
  readonly beganAtMs: number;
  /** null while it lasts. */
  readonly endedAtMs: number | null;
  /** Annunciations inside, those that began it included. */
  readonly alarms: number;
  /** Most within 10 minutes. */
  readonly peak: number;
}

export interface DayFigures {
  /** Local date, `YYYY-MM-DD`. */
  readonly date: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Annunciations of the whole site by interval of 10 minutes since the day began. */
  readonly intervals: readonly number[];
  /** Most annunciations within any 10 minutes (sliding). */
  readonly windowMax: number;
  /** Those that began on this day and are over. */
  readonly floods: readonly Flood[];
  /** Key: alarm key. */
  readonly cells: Shards<Cell>;
  /** Changes that found no place among the cells of this day. */
  readonly uncounted: number;
}

/** What must be known of an alarm to count the next event. Times are UTC ms. */
export interface AlarmMemory {
  /** Last two annunciations. */
  readonly lastMs: number | null;
  readonly previousMs: number | null;
  /** When the present stretch was raised, if it was annunciated then. */
  readonly stretchMs: number | null;
  /** A stretch that was counted as fleeting: it is not if the alarm comes again at once. */
  readonly fleeting: { readonly raisedMs: number; readonly returnedMs: number } | null;
  readonly activeSinceMs: number | null;
  /** In B or C since. */
  readonly standingSinceMs: number | null;
  /** Waits for an acknowledgement since. */
  readonly waitingSinceMs: number | null;
  readonly blindSinceMs: number | null;
  readonly shelvedSinceMs: number | null;
  /** Of the last shelving: told twice, it counts once. */
  readonly shelvedAtMs: number | null;
  readonly outSinceMs: number | null;
  readonly reAlarms: number;
  /** As after the last event, for rows of the history that do not say it. */
  readonly isActive: boolean;
  readonly isAcknowledged: boolean;
  readonly severity: Severity;
}

export const NO_MEMORY: AlarmMemory = {
  lastMs: null,
  previousMs: null,
  stretchMs: null,
  fleeting: null,
  activeSinceMs: null,
  standingSinceMs: null,
  waitingSinceMs: null,
  blindSinceMs: null,
  shelvedSinceMs: null,
  shelvedAtMs: null,
  outSinceMs: null,
  reAlarms: 0,
  isActive: false,
  isAcknowledged: false,
  severity: 'low',
};

/** The last 10 minutes of the site, in seconds of UTC. */
export interface Sliding {
  /** Seconds with annunciations and how many, oldest first. */
  readonly seconds: readonly (readonly [second: number, count: number])[];
  readonly count: number;
  readonly flood: Flood | null;
}

/** A row of a history: the same number in another history has another hash. */
export interface Cursor {
  readonly id: number;
  readonly hash: string;
}

export interface Figures {
  /** IANA zone whose days are counted in. */
  readonly timeZone: string;
  /** Since when anything is counted: before it there are no figures, rather than zeros. */
  readonly sinceMs: number;
  /** Ascending; only days on which something happened. */
  readonly days: readonly DayFigures[];
  /** Key: alarm key. */
  readonly alarms: Shards<AlarmMemory>;
  readonly sliding: Sliding;
  /** Last rows of the histories that are counted. */
  readonly alarmCursor: Cursor;
  readonly ticketCursor: Cursor;
  /** Cells of all days. */
  readonly cells: number;
  /** Events of days that are no longer kept. */
  readonly tooOld: number;
}

export const BEGINNING: Cursor = { id: 0, hash: '' };

/** @param sinceMs now, where nothing has happened before */
export function createFigures(timeZone: string, sinceMs: number): Figures {
  return {
    timeZone,
    sinceMs,
    days: [],
    alarms: emptyShards(),
    sliding: { seconds: [], count: 0, flood: null },
    alarmCursor: BEGINNING,
    ticketCursor: BEGINNING,
    cells: 0,
    tooOld: 0,
  };
}

/** `site/equipment/rule`. */
export function splitKey(key: string): { readonly equipment: string; readonly rule: string } {
  const [, equipment = '', rule = ''] = key.split('/');
  return { equipment, rule };
}

/** For keys that a record keeps as text. */
export function toKey(key: string): AlarmKey {
  return key as AlarmKey;
}
