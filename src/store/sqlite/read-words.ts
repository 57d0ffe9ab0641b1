/**
 * Events of tickets as they are shown: what was typed put back into their detail; in the place of what was redacted stands the
 * replacement, in that of what was destroyed nothing.
 */
import type { Kysely } from 'kysely';
import { toTypedParts, withParts } from '../../core/typed-words.ts';
import { STORE_LIMITS } from '../limits.ts';
import type { GonePart, HistoryEntry } from '../store.ts';
import type { Database } from './database.ts';
import { parse } from './rows.ts';

type Detail = HistoryEntry['detail'];

export interface StoredEvent {
  readonly id: number;
  readonly type: string;
  readonly by: string;
  /** JSON as in the chain. */
  readonly detail: string;
}

export interface OpenedEvent {
  readonly detail: Detail;
  /** Parts whose words are there. */
  readonly typed: readonly string[];
  readonly gone: readonly GonePart[];
}

type WordsRow = Pick<Database['words'], 'event' | 'field' | 'text' | 'act'>;

/** What has taken words away. */
interface Act {
  readonly how: GonePart['how'];
  readonly atMs: number;
  readonly by: string;
  readonly reason: string;
  readonly replacement: string;
}

/** A replacement may be redacted itself; beyond so many in a row nothing is shown. */
const MAX_DEPTH = 4;

/** Key: id of the event. */
export async function openEvents(
  database: Kysely<Database>,
  events: readonly StoredEvent[],
  depth = 0,
): Promise<ReadonlyMap<number, OpenedEvent>> {
  const marked = events.filter(({ detail }) => detail.includes('"$words"') || detail.includes('"$gone"'));
  const rows = Map.groupBy(
    await readWords(
      database,
      marked.map(({ id }) => id),
    ),
    ({ event }) => event,
  );
  const acts = await readActs(database, [...rows.values()].flat(), depth);
  return new Map(events.map((event) => [event.id, open(event, rows.get(event.id) ?? [], acts)]));
}

function open(
  { type, by, detail: doc }: StoredEvent,
  rows: readonly WordsRow[],
  acts: ReadonlyMap<string, Act>,
): OpenedEvent {
  const detail = parse(doc) as Detail;
  const own = toTypedParts({ type, by, detail }).map(({ field }) => field);
  if (rows.length === 0) return { detail, typed: own, gone: [] };
  const shown = new Map<string, unknown>();
  const gone: GonePart[] = [];
  const typed = [...own];
  for (const { field, text, act } of rows) {
    const taken = act === null ? undefined : acts.get(act);
    shown.set(field, text === null ? (taken?.replacement ?? '') : parse(text));
    if (text !== null) typed.push(field);
    else if (taken !== undefined) gone.push(toGonePart(field, taken));
  }
  return { detail: withParts(detail, shown), typed, gone };
}

function toGonePart(field: string, { how, atMs, by, reason }: Act): GonePart {
  return { field, how, atMs, by, reason };
}

async function readWords(
  database: Kysely<Database>,
  events: readonly number[],
): Promise<readonly WordsRow[]> {
  const found: WordsRow[] = [];
  for (let at = 0; at < events.length; at += STORE_LIMITS.idsPerQuestion) {
    const rows = await database
      .selectFrom('words')
      .select(['event', 'field', 'text', 'act'])
      .where('event', 'in', events.slice(at, at + STORE_LIMITS.idsPerQuestion))
      .execute();
    found.push(...rows);
  }
  return found;
}

/** Key: as `words.act`. */
async function readActs(
  database: Kysely<Database>,
  rows: readonly WordsRow[],
  depth: number,
): Promise<ReadonlyMap<string, Act>> {
  const names = [...new Set(rows.flatMap(({ act }) => (act === null ? [] : [act])))];
  const acts = new Map<string, Act>();
  if (names.length === 0 || depth >= MAX_DEPTH) return acts;
  const idsOf = (table: string) =>
    names.filter((name) => name.startsWith(`${table}/`)).map((name) => Number(name.slice(table.length + 1)));
  for (const [id, act] of await readRedactions(database, idsOf('ticket_event'), depth))
    acts.set(`ticket_event/${id}`, act);
  for (const id of idsOf('audit')) {
    const row = await database
      .selectFrom('audit')
      .select(['at_ms', 'actor', 'detail'])
      .where('id', '=', id)
      .executeTakeFirst();
    if (row === undefined) continue;
    const { reason } = parse(row.detail) as Detail;
    acts.set(`audit/${id}`, {
      how: 'destroyed',
      atMs: row.at_ms,
      by: row.actor,
      reason: typeof reason === 'string' ? reason : '',
      replacement: '',
    });
  }
  return acts;
}

async function readRedactions(
  database: Kysely<Database>,
  ids: readonly number[],
  depth: number,
): Promise<readonly (readonly [number, Act])[]> {
  const events: {
    readonly id: number;
    readonly type: string;
    readonly by: string;
    readonly detail: string;
    readonly atMs: number;
  }[] = [];
  for (let at = 0; at < ids.length; at += STORE_LIMITS.idsPerQuestion) {
    const rows = await database
      .selectFrom('ticket_event')
      .select(['id', 'type', 'actor as by', 'detail', 'at_ms as atMs'])
      .where('id', 'in', ids.slice(at, at + STORE_LIMITS.idsPerQuestion))
      .execute();
    events.push(...rows);
  }
  const opened = await openEvents(database, events, depth + 1);
  return events.map(({ id, by, atMs }) => {
    const { reason = '', replacement = '' } = opened.get(id)?.detail ?? {};
    return [
      id,
      { how: 'redacted', atMs, by, reason: String(reason), replacement: String(replacement) },
    ] as const;
  });
}
