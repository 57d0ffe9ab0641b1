/**
 * What the gateway's own records say of a stretch of time: alarms as stretches, how people judged them, and what was changed.
 * Reads the database read-only, also beside a running gateway; it takes no lock and changes nothing.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type AlarmEventType, NO_MARKS, type Occurrence } from '../core/alarm.ts';
import type { OccurrenceId } from '../core/ids.ts';
import type { Ticket } from '../core/ticket.ts';
import type { RuleChangeRow } from '../store/store.ts';
import type { IncidentVerdict } from './port.ts';
import { type Stretch, Stretches } from './stretches.ts';

/** As the store names it (store/sqlite/protocol.ts). */
export const DATABASE_FILE = 'riser.db';

export interface Judged {
  readonly verdict: IncidentVerdict;
  readonly ticketNumber: string | null;
}

export interface Recorded {
  /** Those that stood at some time of the range, in order of beginning. */
  readonly stretches: readonly Stretch[];
  readonly judged: ReadonlyMap<OccurrenceId, Judged>;
  /** Approved changes of rules, UTC ms. */
  readonly ruleChanges: readonly Pick<RuleChangeRow, 'equipment' | 'rule' | 'reviewedAtMs'>[];
  /** When another configuration was loaded, UTC ms. */
  readonly siteChangesMs: readonly number[];
}

export const NOTHING_RECORDED: Recorded = {
  stretches: [],
  judged: new Map(),
  ruleChanges: [],
  siteChangesMs: [],
};

/** Wait for a lock of the writer. */
const BUSY_MS = 5_000;
/** What is not active any more after it. */
const ENDINGS: readonly AlarmEventType[] = ['returned', 'latched', 'ended'];

/**
 * Nothing where there is no database.
 * @param fromMs UTC ms, included @param toMs excluded
 * @throws the error of SQLite when it cannot be read
 */
export function readRecorded(dataDirectory: string, fromMs: number, toMs: number): Recorded {
  const path = join(dataDirectory, DATABASE_FILE);
  if (!existsSync(path)) return NOTHING_RECORDED;
  const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
  try {
    const occurrences = readOccurrences(database, fromMs, toMs);
    return {
      stretches: readStretches(database, occurrences, fromMs, toMs),
      judged: new Map(occurrences.map((row) => [row.id, readJudged(database, row)])),
      ruleChanges: readRuleChanges(database, fromMs, toMs),
      siteChangesMs: readSiteChanges(database, fromMs, toMs),
    };
  } finally {
    database.close();
  }
}

/** Whether the condition still holds after an event of this type. */
export function isStanding(type: AlarmEventType): boolean {
  return !ENDINGS.includes(type);
}

function readOccurrences(database: DatabaseSync, fromMs: number, toMs: number): readonly Occurrence[] {
  const rows = database
    .prepare(
      `select doc from occurrence where raised_at_ms < ? and (ended_at_ms is null or ended_at_ms >= ?)
       order by raised_at_ms`,
    )
    .all(toMs, fromMs);
  const occurrences = rows.map(({ doc }) => ({ ...NO_MARKS, ...(JSON.parse(String(doc)) as Occurrence) }));
  // What only late readings tell of was never decided live.
  return occurrences.filter(({ isRetroactive }) => isRetroactive !== true);
}

function readStretches(
  database: DatabaseSync,
  occurrences: readonly Occurrence[],
  fromMs: number,
  toMs: number,
): readonly Stretch[] {
  const events = database.prepare(
    'select type, at_ms, detail from alarm_event where occurrence = ? and at_ms < ? order by id',
  );
  const all = occurrences.flatMap((occurrence) => {
    const stretches = new Stretches();
    for (const row of events.iterate(occurrence.id, toMs)) {
      const type = String(row['type']) as AlarmEventType;
      const detail = JSON.parse(String(row['detail'])) as Readonly<Record<string, unknown>>;
      const isHidden = ['shelf', 'outOfService', 'suppression'].some((name) => name in detail);
      stretches.add({
        ...toStretchBase(occurrence),
        type,
        atMs: Number(row['at_ms']),
        isActive: isStanding(type),
        isTold: !isHidden,
      });
    }
    return stretches.all();
  });
  return all.filter((it) => it.toMs >= fromMs).toSorted((one, other) => one.fromMs - other.fromMs);
}

/** What a stretch takes over from its occurrence. */
export function toStretchBase({
  key,
  equipment,
  rule,
  ruleVersion,
  severity,
  equipmentName,
  text,
  id,
  isDrill,
}: Occurrence): Omit<Stretch, 'fromMs' | 'toMs' | 'isTold'> {
  return { key, equipment, rule, ruleVersion, severity, equipmentName, text, occurrence: id, isDrill };
}

function readJudged(database: DatabaseSync, { ticket: id }: Occurrence): Judged {
  const row =
    id === null ? undefined : database.prepare('select doc from ticket where id = ?').get(String(id));
  if (row === undefined) return { verdict: 'unjudged', ticketNumber: null };
  const ticket = JSON.parse(String(row['doc'])) as Ticket;
  return { verdict: toVerdict(ticket), ticketNumber: ticket.number };
}

function toVerdict({ stage, cancellation }: Ticket): IncidentVerdict {
  if (stage === 'closed') return 'confirmed';
  return cancellation?.reason === 'false-alarm' ? 'false-alarm' : 'unjudged';
}

function readRuleChanges(database: DatabaseSync, fromMs: number, toMs: number): Recorded['ruleChanges'] {
  if (!hasTable(database, 'rule_change')) return [];
  const rows = database
    .prepare("select doc from rule_change where state in ('approved', 'superseded') order by seq")
    .all();
  return rows
    .map(({ doc }) => JSON.parse(String(doc)) as RuleChangeRow)
    .filter(({ reviewedAtMs }) => reviewedAtMs !== null && reviewedAtMs >= fromMs && reviewedAtMs < toMs)
    .map(({ equipment, rule, reviewedAtMs }) => ({ equipment, rule, reviewedAtMs }));
}

/** The first one loaded what there is: only others are changes. */
function readSiteChanges(database: DatabaseSync, fromMs: number, toMs: number): readonly number[] {
  const rows = database.prepare('select loaded_at_ms from config_version order by id').all();
  return rows
    .slice(1)
    .map((row) => Number(row['loaded_at_ms']))
    .filter((ms) => ms >= fromMs && ms < toMs);
}

/** Data directories of earlier versions lack some. */
function hasTable(database: DatabaseSync, name: string): boolean {
  return (
    database.prepare("select 1 from sqlite_master where type = 'table' and name = ?").get(name) !== undefined
  );
}
