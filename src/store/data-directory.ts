/**
 * The data directory: made, proved writable, locked and stamped before anything else opens files in it.
 *
 *   riser.json   stamp: version of the layout, who made it (`demo` or `run`), when
 *   riser.lock   an SQLite file that the owner keeps exclusively locked: the lock ends with the process, however it
 *                ends, and knows nothing of process ids that are used again
 *   riser.pid    process id of the owner, only to name it to people
 *
 * Never open riser.lock by other means in the owner's process: closing any descriptor of the file would drop the
 * lock (POSIX fcntl). What lies in the directory beside these is the business of the store and the journal.
 */
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { RiserError } from '../core/errors.ts';
import { OWNER_FILE_MODE, replaceOwnerFile, writeOwnerFile } from './owner-file.ts';

/** Version of the layout of the directory; the database has its own. */
const LAYOUT_VERSION = 1;
/** Only the owner: the directory holds password hashes and personal data. */
const DIRECTORY_MODE = 0o700;
/** SQLITE_BUSY, https://sqlite.org/rescode.html. */
const SQLITE_BUSY = 5;

export interface DataDirectory {
  /** Absolute. */
  readonly path: string;
  /** Absolute; the directory of the telemetry journal, exists. */
  readonly journal: string;
  /** Gives the lock back. */
  close(): void;
}

interface Stamp {
  readonly version: number;
  readonly madeBy: 'demo' | 'run';
  readonly createdAt: string;
}

/**
 * Opens `path`, making it (mode 0700) when it is not there. `demo` uses only directories that `demo` made, `run`
 * only others.
 * @throws RiserError `data-not-writable`, `data-locked`, `data-from-demo`, `data-too-new`, `data-damaged`.
 */
export function openDataDirectory(
  path: string,
  options: { readonly madeBy: 'demo' | 'run'; readonly pid: number },
): DataDirectory {
  const directory = resolve(path);
  const journal = join(directory, 'journal');
  makeDirectory(journal, directory);
  attempt(directory, () => probe(directory));
  const lock = takeLock(directory);
  try {
    attempt(directory, () => writeOwnerFile(join(directory, 'riser.pid'), `${options.pid}\n`));
    const stamp = readStamp(directory);
    if (stamp === null) attempt(directory, () => writeStamp(directory, options.madeBy));
    else checkStamp(directory, stamp, options.madeBy);
  } catch (error) {
    lock.close();
    throw error;
  }
  return { path: directory, journal, close: () => lock.isOpen && lock.close() };
}

/**
 * Makes the directory and its missing parents, mode 0700; existing ones stay as they are. Not with mkdir's
 * `recursive`, which never returns where an existing parent answers ENOENT (such as below /proc).
 * @param named the path that the error names
 * @throws RiserError `data-not-writable`.
 */
export function makeDirectory(path: string, named = path): void {
  if (existsSync(path)) return;
  makeDirectory(dirname(path), named);
  attempt(named, () => mkdirSync(path, { mode: DIRECTORY_MODE }));
}

/** Creating a file is not enough: a full disk lets files be created, but not filled. */
function probe(directory: string): void {
  const path = join(directory, `.probe-${process.pid}`);
  try {
    writeOwnerFile(path, 'probe');
  } finally {
    rmSync(path, { force: true });
  }
}

function takeLock(directory: string): DatabaseSync {
  let lock: DatabaseSync | null = null;
  try {
    const path = join(directory, 'riser.lock');
    closeSync(openSync(path, 'a', OWNER_FILE_MODE));
    lock = new DatabaseSync(path, { timeout: 0 });
    lock.exec('begin exclusive');
    return lock;
  } catch (error) {
    lock?.close();
    if (isBusy(error)) throw new RiserError('data-locked', { path: directory, pid: readHolder(directory) });
    throw toNotWritable(directory, error);
  }
}

/** @returns `?` in the instant between the holder's lock and its writing the file. */
function readHolder(directory: string): string {
  const path = join(directory, 'riser.pid');
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : '?';
}

function readStamp(directory: string): Stamp | null {
  const path = join(directory, 'riser.json');
  if (!existsSync(path)) return null;
  const stamp = parseStamp(attempt(directory, () => readFileSync(path, 'utf8')));
  if (stamp === null)
    throw new RiserError('data-damaged', { path, reason: 'not a stamp of a data directory' });
  return stamp;
}

function parseStamp(text: string): Stamp | null {
  try {
    const value = JSON.parse(text) as Partial<Stamp> | null;
    if (typeof value?.version !== 'number') return null;
    const isKnown = value.madeBy === 'demo' || value.madeBy === 'run';
    return isKnown || value.version > LAYOUT_VERSION ? (value as Stamp) : null;
  } catch {
    return null;
  }
}

function checkStamp(directory: string, stamp: Stamp, madeBy: 'demo' | 'run'): void {
  if (stamp.version > LAYOUT_VERSION) {
    throw new RiserError('data-too-new', { found: stamp.version, known: LAYOUT_VERSION });
  }
  if (stamp.madeBy === madeBy) return;
  if (madeBy === 'run') throw new RiserError('data-from-demo', { path: directory });
  throw new RiserError('data-not-writable', {
    path: directory,
    reason: 'made by run; demo needs a directory of its own',
  });
}

function writeStamp(directory: string, madeBy: 'demo' | 'run'): void {
  const stamp: Stamp = { version: LAYOUT_VERSION, madeBy, createdAt: new Date().toISOString() };
  const path = join(directory, 'riser.json');
  replaceOwnerFile(path, `${JSON.stringify(stamp, null, 2)}\n`);
}

function attempt<T>(directory: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw toNotWritable(directory, error);
  }
}

function toNotWritable(directory: string, error: unknown): RiserError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return new RiserError('data-not-writable', { path: directory, reason: code }, { cause: error });
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && Number(error.errcode) % 256 === SQLITE_BUSY;
}
