/**
 * The proof of a database's histories from outside: read-only, beside a running gateway or without one. Changes nothing
 * and takes no lock on the directory; bringing an old schema up to date is open.ts's work.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { RiserError } from '../../core/errors.ts';
import { STORE_LIMITS } from '../limits.ts';
import { CHAIN_NAMES, type ChainName, type ChainReport, inspectChains } from './chain.ts';
import { MIGRATIONS } from './migrations.ts';
import { findDamage, readVersion, toOpenError } from './open.ts';
import { inspectOutside, type OutsideReport } from './outside.ts';
import { DATABASE_FILE } from './protocol.ts';

/** Version of the schema since which something lies outside the chains. */
const OUTSIDE_SINCE = 4;

/** The end of a history as somebody has noted it: `alarm_event:1234:9f86d0…`. */
export interface NotedHead {
  readonly name: ChainName;
  readonly row: number;
  readonly hash: string;
}

export interface Inspection {
  /** Version of the schema. */
  readonly schema: number;
  readonly chains: readonly ChainReport[];
  /** What the chains hold digests of; null = the database is older than that. */
  readonly outside: OutsideReport | null;
  /** Noted heads that are no longer in the histories. */
  readonly missed: readonly NotedHead[];
}

/**
 * @param directory the data directory
 * @param noted heads of earlier checks: they show even a history that was cut off or written again as a whole
 * @throws RiserError `data-damaged` (also where the file is no database), `data-too-new`, `data-not-writable` (not
 * there, or not to be read), `store-failed`.
 */
export function inspectStore(directory: string, noted: readonly NotedHead[]): Inspection {
  const path = join(directory, DATABASE_FILE);
  try {
    const database = new DatabaseSync(path, { readOnly: true, timeout: STORE_LIMITS.busyMs });
    try {
      return inspect(database, directory, noted);
    } finally {
      database.close();
    }
  } catch (error) {
    throw toOpenError(path, error);
  }
}

/** @returns null when the text is none. */
export function parseNotedHead(text: string): NotedHead | null {
  const [, name, row, hash] = /^([a-z_]+):(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  const known = CHAIN_NAMES.find((one) => one === name);
  return known === undefined || hash === undefined ? null : { name: known, row: Number(row), hash };
}

export function toHeadText({ name, row, hash }: NotedHead): string {
  return `${name}:${row}:${hash}`;
}

function inspect(database: DatabaseSync, directory: string, noted: readonly NotedHead[]): Inspection {
  const path = join(directory, DATABASE_FILE);
  const damage = findDamage(database);
  if (damage.length > 0) throw new RiserError('data-damaged', { path, reason: damage.join('; ') });
  const schema = hasSchema(database) ? readVersion(database) : 0;
  const known = MIGRATIONS.at(-1)?.version ?? 0;
  if (schema > known) throw new RiserError('data-too-new', { found: schema, known });
  if (schema < 1) throw new RiserError('data-damaged', { path, reason: 'not a database of the gateway' });
  const chains = inspectChains(database, STORE_LIMITS.verifyPrinted);
  const outside =
    schema < OUTSIDE_SINCE ? null : inspectOutside(database, directory, STORE_LIMITS.verifyPrinted);
  return { schema, chains, outside, missed: noted.filter((head) => !isThere(database, head)) };
}

function hasSchema(database: DatabaseSync): boolean {
  return database.prepare("select 1 from sqlite_schema where name = 'meta'").get() !== undefined;
}

function isThere(database: DatabaseSync, { name, row, hash }: NotedHead): boolean {
  return database.prepare(`select hash from ${name} where id = ?`).get(row)?.['hash'] === hash;
}
