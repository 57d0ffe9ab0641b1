/** Reads of what the alarm engine keeps: controls, storms and their members, changes of rules, drills, figures. */
import type { Kysely } from 'kysely';
import type { AlarmControl, Occurrence, Storm } from '../../core/alarm.ts';
import type { EquipmentId } from '../../core/ids.ts';
import { STORE_LIMITS } from '../limits.ts';
import type {
  BootState,
  DrillRow,
  HistoryEntry,
  Page,
  RuleChangeRow,
  RuleMemoryRow,
  StoreQueries,
} from '../store.ts';
import { countAll, type Database } from './database.ts';
import { openLines } from './read-record-words.ts';
import { type PageRequest, parse, toLimit, toOccurrence, toPage } from './rows.ts';

type EngineQueries = Pick<
  StoreQueries,
  | 'alarmsBetween'
  | 'alarmControls'
  | 'alarmKeyHistory'
  | 'storms'
  | 'storm'
  | 'stormMembers'
  | 'ruleChanges'
  | 'drills'
  | 'figures'
>;

export function createEngineQueries(database: Kysely<Database>): EngineQueries {
  return {
    alarmsBetween: (fromMs, toMs, limit) => readBetween(database, fromMs, toMs, limit),
    alarmControls: () => readControls(database, STORE_LIMITS.controlRows),
    alarmKeyHistory: (key, limit) => readKeyHistory(database, key, limit),
    storms: (page) => readStorms(database, page),
    async storm(id) {
      const row = await database.selectFrom('storm').select('doc').where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : (parse(row.doc) as Storm);
    },
    stormMembers: (id, page) => readMembers(database, id, page),
    ruleChanges: (filter) => readChanges(database, filter),
    drills: () => readDrills(database),
    async figures(after, limit) {
      const rows = await database
        .selectFrom('figures')
        .selectAll()
        .where('part', '>', after)
        .orderBy('part')
        .limit(toLimit(limit, STORE_LIMITS.figuresParts))
        .execute();
      return rows.map(({ part, doc }) => ({ part, doc: parse(doc) }));
    },
  };
}

/** The engine's part of the boot state: all of it, whatever the limits of questions are. */
export async function readEngineState(
  database: Kysely<Database>,
): Promise<Pick<BootState, 'controls' | 'storms' | 'memories' | 'drills'>> {
  const storms = await database
    .selectFrom('storm')
    .select('doc')
    .where('ended_at_ms', 'is', null)
    .orderBy('began_at_ms')
    .execute();
  const memories = await database.selectFrom('rule_memory').select('doc').orderBy('alarm_key').execute();
  return {
    controls: await readControls(database, null),
    storms: storms.map(({ doc }) => parse(doc) as Storm),
    memories: memories.map(({ doc }) => parse(doc) as RuleMemoryRow),
    drills: await readDrills(database),
  };
}

/** Three questions, each over an index of its own: raised inside, still open, ended inside or after. */
async function readBetween(
  database: Kysely<Database>,
  fromMs: number,
  toMs: number,
  limit: number,
): Promise<readonly Occurrence[]> {
  if (!(fromMs < toMs)) return [];
  const rows = database.selectFrom('occurrence').select(['id', 'raised_at_ms', 'doc']);
  const inside = rows.where('raised_at_ms', '>=', fromMs).where('raised_at_ms', '<', toMs);
  const earlier = rows.where('raised_at_ms', '<', fromMs);
  const found = await inside
    .unionAll(earlier.where('ended_at_ms', 'is', null))
    .unionAll(earlier.where('ended_at_ms', '>', fromMs))
    .orderBy('raised_at_ms')
    .orderBy('id')
    .limit(toLimit(limit, STORE_LIMITS.betweenRows))
    .execute();
  return found.map(({ doc }) => toOccurrence(doc));
}

/** @param limit null = all of them */
async function readControls(
  database: Kysely<Database>,
  limit: number | null,
): Promise<readonly AlarmControl[]> {
  const rows = database.selectFrom('alarm_control').select('doc').orderBy('alarm_key');
  const found = await (limit === null ? rows : rows.limit(limit)).execute();
  return found.map(({ doc }) => parse(doc) as AlarmControl);
}

async function readKeyHistory(
  database: Kysely<Database>,
  key: string,
  limit: number,
): Promise<readonly HistoryEntry[]> {
  const rows = await database
    .selectFrom('alarm_event')
    .select(['id', 'at_ms as atMs', 'type', 'actor as by', 'note', 'detail'])
    .where('alarm_key', '=', key)
    .orderBy('id', 'desc')
    .limit(toLimit(limit, STORE_LIMITS.historyRows))
    .execute();
  return openLines(database, 'alarm_event', rows);
}

async function readStorms(database: Kysely<Database>, page: PageRequest): Promise<Page<Storm>> {
  const { limit, offset } = toPage(page);
  const rows = database.selectFrom('storm');
  const items = await rows
    .select('doc')
    .orderBy('began_at_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .offset(offset)
    .execute();
  const total = await countAll(rows);
  return { items: items.map(({ doc }) => parse(doc) as Storm), total };
}

async function readMembers(
  database: Kysely<Database>,
  id: string,
  page: PageRequest,
): Promise<Page<Occurrence>> {
  const { limit, offset } = toPage(page);
  const rows = database.selectFrom('occurrence').where('storm', '=', id);
  const items = await rows
    .select('doc')
    .orderBy('raised_at_ms')
    .orderBy('id')
    .limit(limit)
    .offset(offset)
    .execute();
  const total = await countAll(rows);
  return { items: items.map(({ doc }) => toOccurrence(doc)), total };
}

async function readChanges(
  database: Kysely<Database>,
  filter: Parameters<StoreQueries['ruleChanges']>[0],
): Promise<Page<RuleChangeRow>> {
  const { limit, offset } = toPage(filter);
  let rows = database.selectFrom('rule_change');
  if (filter.equipment !== undefined) rows = rows.where('equipment', '=', filter.equipment);
  if (filter.rule !== undefined) rows = rows.where('rule', '=', filter.rule);
  if (filter.state !== undefined) rows = rows.where('state', '=', filter.state);
  const items = await rows.select('doc').orderBy('seq', 'desc').limit(limit).offset(offset).execute();
  const total = await countAll(rows);
  return { items: items.map(({ doc }) => parse(doc) as RuleChangeRow), total };
}

async function readDrills(database: Kysely<Database>): Promise<ReadonlyMap<EquipmentId, DrillRow>> {
  const rows = await database.selectFrom('drill').selectAll().orderBy('equipment').execute();
  return new Map(rows.map(({ equipment, doc }) => [equipment as EquipmentId, parse(doc) as DrillRow]));
}
