/**
 * Hash chains over the append-only histories. One chain per table:
 *
 *   content_digest = SHA-256 of the content columns; typed words in the detail of a ticket event are salted digests (words.ts)
 *   hash           = SHA-256 of prev_hash + canonical JSON of {chain, id, plain columns, content_digest}
 *   meta `chain/<table>` = length and last hash, so that rows cut off at the end are missed too
 *
 * Ids count from 1 without gaps. Whoever can rewrite the whole file can rewrite the chain: the chain proves that
 * nothing was changed in passing; export the heads to prove more.
 */
import { createHash } from 'node:crypto';
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import { STORE_LIMITS } from '../limits.ts';

interface ChainColumns {
  /** Columns that are hashed as they are. */
  readonly plain: readonly string[];
  /** Columns that are hashed through `content_digest`. */
  readonly content: readonly string[];
}

export const CHAINS = {
  alarm_event: { plain: ['occurrence', 'alarm_key', 'type', 'at_ms', 'actor'], content: ['note', 'detail'] },
  ticket_event: { plain: ['ticket', 'version', 'type', 'stage', 'at_ms', 'actor'], content: ['detail'] },
  audit: { plain: ['at_ms', 'actor', 'action', 'object'], content: ['detail'] },
  feedback_event: { plain: ['feedback', 'version', 'type', 'at_ms', 'actor'], content: ['detail'] },
} as const satisfies Record<string, ChainColumns>;

export type ChainName = keyof typeof CHAINS;
export const CHAIN_NAMES = Object.keys(CHAINS) as readonly ChainName[];

interface Head {
  readonly length: number;
  readonly hash: string;
}

type Row = Readonly<Record<string, SQLInputValue | SQLOutputValue | undefined>>;

const EMPTY: Head = { length: 0, hash: '0'.repeat(64) };

export interface ChainWriter {
  /** Forgets the heads; call at the start of each transaction, because another process may have appended. */
  readonly begin: () => void;
  /** @returns the id of the row */
  readonly append: (name: ChainName, values: Readonly<Record<string, SQLInputValue>>) => number;
  /** Writes the heads; call before the commit. */
  readonly end: () => void;
}

/** Appends to the chains inside the caller's transaction. */
export function createChainWriter(database: DatabaseSync): ChainWriter {
  /** Prepared when a chain is first written: a database of an earlier version has not all of them. */
  const inserts = new Map<ChainName, StatementSync>();
  const insertOf = (name: ChainName): StatementSync => {
    const insert = inserts.get(name) ?? database.prepare(toInsert(name));
    inserts.set(name, insert);
    return insert;
  };
  const writeHead = database.prepare(
    'insert into meta (name, value) values (?, ?) on conflict (name) do update set value = excluded.value',
  );
  /** Key: chain; heads touched by the current transaction. */
  const heads = new Map<ChainName, Head>();
  return {
    begin: () => heads.clear(),
    append(name, values) {
      const previous = heads.get(name) ?? readHead(database, name);
      const id = previous.length + 1;
      const content = toContentDigest(name, values);
      const hash = toRowHash(name, previous.hash, id, values, content);
      insertOf(name).run({ ...values, id, content_digest: content, prev_hash: previous.hash, hash });
      heads.set(name, { length: id, hash });
      return id;
    },
    end() {
      for (const [name, head] of heads) writeHead.run(`chain/${name}`, JSON.stringify(head));
    },
  };
}

/** One history as it was checked. */
export interface ChainReport {
  readonly name: ChainName;
  readonly rows: number;
  /** Times of the first and the last row, UTC ms; null when there is none. */
  readonly firstAtMs: number | null;
  readonly lastAtMs: number | null;
  /** Hash of the last row: noted elsewhere, it proves later that this much of the history is the same. */
  readonly head: string;
  /** The first places that do not match, e.g. `audit 17: it was changed`; at most as many as were asked for. */
  readonly findings: readonly string[];
  /** How many places do not match in all; beyond the limit only counted. */
  readonly mismatches: number;
}

/** Recomputes every chain in one snapshot. @returns the first places that do not match, e.g. `audit 17: …`. */
export function verifyChains(database: DatabaseSync): readonly string[] {
  return inspectChains(database, STORE_LIMITS.verifyFindings).flatMap(({ findings }) => findings);
}

/**
 * Recomputes every chain in one snapshot, to its end. Takes about 20 s per million rows; other connections read and write
 * meanwhile, and the write-ahead log is not cut back before it is over.
 * @param maxFindings of one chain
 */
export function inspectChains(database: DatabaseSync, maxFindings: number): readonly ChainReport[] {
  database.exec('begin');
  try {
    return CHAIN_NAMES.filter((name) => hasTable(database, name)).map((name) =>
      inspectChain(database, name, maxFindings),
    );
  } finally {
    database.exec('rollback');
  }
}

/** JSON with sorted keys, so that equal values have equal text. What JSON drops (undefined, NaN) is dropped here too. */
export function toCanonicalJson(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner: unknown) => (isPlainObject(inner) ? sortKeys(inner) : inner)) ??
    'null'
  );
}

function inspectChain(database: DatabaseSync, name: ChainName, maxFindings: number): ChainReport {
  const findings: string[] = [];
  let [mismatches, rows] = [0, 0];
  let firstAtMs: number | null = null;
  let lastAtMs: number | null = null;
  const note = (place: number, wrong: string): void => {
    mismatches++;
    if (findings.length < maxFindings) findings.push(`${name} ${place}: ${wrong}`);
  };
  let previous = EMPTY;
  const reworded = name === 'ticket_event' ? readReworded(database) : NONE;
  for (const row of database.prepare(`select * from ${name} order by id`).iterate()) {
    const id = Number(row['id']);
    const wrong = findMismatch(name, row, previous, reworded);
    if (wrong !== null) note(id, wrong);
    // Going on from what the row says names each wrong place once instead of everything behind the first.
    previous = { length: id, hash: String(row['hash']) };
    lastAtMs = Number(row['at_ms']);
    firstAtMs ??= lastAtMs;
    rows++;
  }
  const head = readHead(database, name);
  if (head.length !== previous.length || head.hash !== previous.hash)
    note(previous.length, `the chain should end with row ${head.length}`);
  return { name, rows, firstAtMs, lastAtMs, head: previous.hash, findings, mismatches };
}

/** A copy that an earlier version has made lacks the histories that came later. */
function hasTable(database: DatabaseSync, name: ChainName): boolean {
  const find = "select 1 from sqlite_master where type = 'table' and name = ?";
  return database.prepare(find).get(name) !== undefined;
}

/** Key: event whose own words have gone since; value: digest of what is left of it, which words-proof.ts proves. */
type Reworded = ReadonlyMap<number, string>;
const NONE: Reworded = new Map();

function readReworded(database: DatabaseSync): Reworded {
  if (!hasWords(database)) return NONE;
  const rows = database.prepare('select event, digest from reworded').all();
  return new Map(rows.map(({ event, digest }) => [Number(event), String(digest)]));
}

/** Databases of before version 5 of the schema have none. */
export function hasWords(database: DatabaseSync): boolean {
  return database.prepare("select 1 from sqlite_schema where name = 'words'").get() !== undefined;
}

function findMismatch(name: ChainName, row: Row, previous: Head, reworded: Reworded): string | null {
  const id = previous.length + 1;
  if (row['id'] !== id) return `row ${id} is missing`;
  if (row['prev_hash'] !== previous.hash) return 'does not follow the row before it';
  const content = toContentDigest(name, row);
  const chained = row['content_digest'];
  if (chained !== content && reworded.get(id) !== content) return 'its text was changed';
  if (row['hash'] !== toRowHash(name, previous.hash, id, row, typeof chained === 'string' ? chained : ''))
    return 'it was changed';
  return null;
}

export function toContentDigest(name: ChainName, values: Row): string {
  return sha256(toCanonicalJson(CHAINS[name].content.map((column) => values[column])));
}

function toRowHash(name: ChainName, prevHash: string, id: number, values: Row, content: string): string {
  const plain = Object.fromEntries(CHAINS[name].plain.map((column) => [column, values[column]]));
  return sha256(prevHash + toCanonicalJson({ ...plain, chain: name, id, content }));
}

function readHead(database: DatabaseSync, name: ChainName): Head {
  const row = database.prepare('select value from meta where name = ?').get(`chain/${name}`);
  return row === undefined ? EMPTY : (JSON.parse(String(row['value'])) as Head);
}

function toInsert(name: ChainName): string {
  const columns = [
    'id',
    ...CHAINS[name].plain,
    ...CHAINS[name].content,
    'content_digest',
    'prev_hash',
    'hash',
  ];
  return `insert into ${name} (${columns.join(', ')}) values (${columns.map((column) => `:${column}`).join(', ')})`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sortKeys(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
