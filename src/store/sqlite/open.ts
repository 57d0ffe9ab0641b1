/**
 * Opens riser.db: settings, check, migrations. Used by the writer's thread; readers open the file themselves after
 * the writer has answered.
 */
import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { RiserError } from '../../core/errors.ts';
import { STORE_LIMITS } from '../limits.ts';
import { MIGRATIONS, type Migration } from './migrations.ts';
import { upgradeClocks, upgradeTickets } from './ticket-upgrade.ts';

/** Tickets of earlier versions of the schema have another shape. */
const TICKETS_SINCE = 4;
/** Clocks of earlier ones do not say whether they run, and are there for tickets that were cancelled. */
const CLOCKS_SINCE = 9;

/** Primary result codes of SQLite (https://sqlite.org/rescode.html). */
const SQLITE = {
  perm: 3,
  readOnly: 8,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  constraint: 19,
  notADatabase: 26,
} as const;

/**
 * Opens for writing, checks the file, brings the schema up to date. The caller closes it.
 * @throws RiserError `data-damaged`, `data-too-new`, `data-not-writable`, `store-failed` (locked for too long).
 */
export function openDatabase(path: string, migrations: readonly Migration[] = MIGRATIONS): DatabaseSync {
  let database: DatabaseSync | null = null;
  try {
    createPrivately(path);
    database = new DatabaseSync(path, { timeout: STORE_LIMITS.busyMs, enableForeignKeyConstraints: true });
    configure(database, path);
    check(database, path);
    migrate(database, migrations);
    return database;
  } catch (error) {
    database?.close();
    throw toOpenError(path, error);
  }
}

/** Whether the fault lies with the disk, not with what was to be written. */
export function isStorageFault(error: unknown): boolean {
  const code = toPrimaryCode(error);
  return code !== null && code !== SQLITE.constraint;
}

/** Whether what was to be written contradicts what is stored: the writer's mistake, whatever the disk does. */
export function isConstraintFault(error: unknown): boolean {
  return toPrimaryCode(error) === SQLITE.constraint;
}

/** Before SQLite makes it readable for everybody: it holds password hashes. The log files take its mode over. */
function createPrivately(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
}

function configure(database: DatabaseSync, path: string): void {
  const mode = database.prepare('pragma journal_mode = wal').get();
  if (mode?.['journal_mode'] !== 'wal') {
    throw new RiserError('data-not-writable', {
      path,
      reason: 'the file system cannot hold a write-ahead log',
    });
  }
  // FULL: an answered commit survives a power cut, not only a crash (https://sqlite.org/pragma.html#pragma_synchronous).
  database.exec('pragma synchronous = full');
  // What is deleted or replaced is overwritten: personal fields that were destroyed must not stand on in free pages.
  database.exec('pragma secure_delete = on');
  // Between the commits as long as there is a moment (log-upkeep.ts); in the middle of one only when there was none.
  database.exec(`pragma wal_autocheckpoint = ${STORE_LIMITS.logPages}`);
  database.exec(`pragma journal_size_limit = ${STORE_LIMITS.journalBytes}`);
}

function check(database: DatabaseSync, path: string): void {
  const findings = findDamage(database);
  if (findings.length === 0) return;
  throw new RiserError('data-damaged', { path, reason: findings.join('; ') });
}

/** The first three places where the file itself is not sound. */
export function findDamage(database: DatabaseSync): readonly string[] {
  return database
    .prepare('pragma quick_check(3)')
    .all()
    .map((row) => String(row['quick_check']))
    .filter((finding) => finding !== 'ok');
}

function migrate(database: DatabaseSync, migrations: readonly Migration[]): void {
  const known = migrations.at(-1)?.version ?? 0;
  database.exec('begin immediate');
  try {
    database.exec(
      'create table if not exists meta (name text primary key, value text not null) strict, without rowid',
    );
    const found = readVersion(database);
    if (found > known) throw new RiserError('data-too-new', { found, known });
    for (const step of migrations.filter(({ version }) => version > found)) step.up(database);
    if (found < TICKETS_SINCE && known >= TICKETS_SINCE) upgradeTickets(database);
    else if (found < CLOCKS_SINCE && known >= CLOCKS_SINCE) upgradeClocks(database);
    if (found < known) writeVersion(database, known);
    database.exec('commit');
  } catch (error) {
    if (database.isTransaction) database.exec('rollback');
    throw error;
  }
}

/** Version of the schema; 0 = none yet. */
export function readVersion(database: DatabaseSync): number {
  const row = database.prepare("select value from meta where name = 'schema_version'").get();
  return row === undefined ? 0 : Number(row['value']);
}

function writeVersion(database: DatabaseSync, version: number): void {
  database
    .prepare(
      "insert into meta (name, value) values ('schema_version', ?) on conflict (name) do update set value = excluded.value",
    )
    .run(String(version));
}

/** The error that a person is told, whatever it was that a database did not let be done with it. */
export function toOpenError(path: string, error: unknown): RiserError {
  if (error instanceof RiserError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  switch (toPrimaryCode(error)) {
    case SQLITE.corrupt:
    case SQLITE.notADatabase:
      return new RiserError('data-damaged', { path, reason }, { cause: error });
    case SQLITE.perm:
    case SQLITE.readOnly:
    case SQLITE.full:
    case SQLITE.cannotOpen:
      return new RiserError('data-not-writable', { path, reason }, { cause: error });
    default:
      return isSystemError(error)
        ? new RiserError('data-not-writable', { path, reason: error.code }, { cause: error })
        : new RiserError('store-failed', { reason }, { cause: error });
  }
}

/** Extended codes carry the primary one in their low byte. */
function toPrimaryCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null;
  return error.errcode & 0xff;
}

function isSystemError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';
}
