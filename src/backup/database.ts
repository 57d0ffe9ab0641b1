/**
 * A copy of riser.db while the gateway writes to it, and the proof that the copy is sound.
 *
 * SQLite's online backup begins again whenever another connection has written, so under steady commits it never ends
 * (measured: 250 commits a second, and after 8 s nothing of 80 MB was copied). A read transaction on the source holds it
 * to one state of the database: with a write-ahead log readers and the writer do not wait for each other. The log grows
 * meanwhile and is cut back later.
 */
import { backup, DatabaseSync } from 'node:sqlite';
import { RiserError } from '../core/errors.ts';
import { verifyChains } from '../store/sqlite/chain.ts';
import type { CopyParts } from './copy-file.ts';
import { at } from './faults.ts';
import { BACKUP_LIMITS } from './limits.ts';
import type { Manifest } from './manifest.ts';

export interface CopiedDatabase {
  /** Version of its schema; 0 = empty. */
  readonly schema: number;
  readonly counts: Manifest['counts'];
}

/** Counted in the manifest, so that a person sees what will come back. Key: name there. */
const COUNTS = {
  tickets: 'select count(*) as count from ticket',
  openTickets: 'select count(*) as count from ticket where is_open = 1',
  openAlarms: 'select count(*) as count from occurrence where ended_at_ms is null',
  users: 'select count(*) as count from user',
  audit: 'select count(*) as count from audit',
} as const satisfies Record<keyof Manifest['counts'], string>;

/**
 * Copies what is committed when it begins, checks the copy, and leaves it as one file without a log.
 * @throws RiserError `data-damaged`, `backup-failed`, `backup-no-space`.
 */
export async function copyDatabase(from: string, to: string, parts: CopyParts): Promise<CopiedDatabase> {
  // Before SQLite makes it readable for everybody: it holds password hashes.
  await at(to, async () => (await parts.files.open(to, 'wx', 0o600)).close());
  const source = await open(from, true);
  try {
    await at(from, async () => holdState(source));
    const progress = createProgress(parts, readNumber(source, 'pragma page_size'));
    const options = { rate: BACKUP_LIMITS.databaseStepPages, progress: progress.step };
    // It tells of every step but the last.
    progress.end(await at(to, () => backup(source, to, options)));
  } finally {
    source.close();
  }
  return inspect(to);
}

/** Site of a data directory: that of the gateway's last start in it; null when it has never run. */
export async function readSite(path: string): Promise<string | null> {
  const database = await open(path, true);
  try {
    const statement =
      "select object from audit where action = 'start' and actor = 'gateway' order by id desc limit 1";
    return await at(path, async () => {
      const row = database.prepare(statement).get();
      return row === undefined ? null : String(row['object']);
    });
  } finally {
    database.close();
  }
}

async function open(path: string, readOnly: boolean): Promise<DatabaseSync> {
  return at(path, async () => new DatabaseSync(path, { readOnly, timeout: BACKUP_LIMITS.databaseBusyMs }));
}

/** A transaction has its state from its first read on. */
function holdState(source: DatabaseSync): void {
  source.exec('begin');
  source.prepare('select count(*) from sqlite_schema').get();
}

interface Progress {
  readonly totalPages: number;
  readonly remainingPages: number;
}

/** Pausing here keeps only this thread from its next step; nobody waits for the database. */
function createProgress({ pace, onBytes }: CopyParts, pageBytes: number) {
  const bell = new Int32Array(new SharedArrayBuffer(4));
  let done = 0;
  const tell = (pages: number): number => {
    const bytes = (pages - done) * pageBytes;
    done = pages;
    onBytes(bytes);
    return bytes;
  };
  return {
    end: tell,
    step: ({ totalPages, remainingPages }: Progress): void => {
      const waitMs = pace.take(tell(totalPages - remainingPages));
      if (waitMs >= 1) Atomics.wait(bell, 0, 0, waitMs);
    },
  };
}

async function inspect(path: string): Promise<CopiedDatabase> {
  const copy = await open(path, false);
  try {
    return await at(path, async () => {
      copy.exec('pragma journal_mode = delete');
      assertSound(copy, path);
      const version = copy.prepare("select value from meta where name = 'schema_version'").get();
      const counts = Object.entries(COUNTS).map(([name, sql]) => [name, readNumber(copy, sql)]);
      return {
        schema: Number(version?.['value'] ?? 0),
        counts: Object.fromEntries(counts) as Manifest['counts'],
      };
    });
  } finally {
    copy.close();
  }
}

/** @throws RiserError `data-damaged`: the file, or one of its hash chains. */
function assertSound(copy: DatabaseSync, path: string): void {
  const rows = copy.prepare('pragma integrity_check(3)').all();
  const damage = rows.map((row) => String(row['integrity_check'])).filter((line) => line !== 'ok');
  const findings = damage.length > 0 ? damage : verifyChains(copy);
  if (findings.length > 0)
    throw new RiserError('data-damaged', { path, reason: findings.slice(0, 3).join('; ') });
}

function readNumber(database: DatabaseSync, sql: string): number {
  return Number(Object.values(database.prepare(sql).get() ?? {})[0]);
}
