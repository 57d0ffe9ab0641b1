/** Data directories to back up: a real store beside a journal, certificates and what a running gateway leaves about. */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as promises from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BackupFiles } from '../../src/backup/copy-file.ts';
import { type BackupJob, type MadeBackup, type MakeParts, makeBackup } from '../../src/backup/make.ts';
import type { RiserError } from '../../src/core/errors.ts';
import { MIGRATIONS } from '../../src/store/sqlite/migrations.ts';
import { DATABASE_FILE } from '../../src/store/sqlite/store.ts';
import { openTestStore } from '../store/support/open.ts';
import * as rows from '../store/support/rows.ts';
import { temporaryDirectory } from '../support/temp.ts';

export const SITE = 'tower';
export const SCHEMA = MIGRATIONS.at(-1)?.version ?? 0;
export const SEGMENT = 'journal/0000000000000001.seg';
export const SEALED = 'journal/0000000000000001.sealed';

/** Key: path in the data directory; value: content and rights. */
const FILES: Readonly<Record<string, readonly [string, number]>> = {
  'riser.json': ['{"version":1,"madeBy":"run"}\n', 0o600],
  'journal/confirmed.json': ['{"version":1,"ranges":[[1,3]]}', 0o640],
  'journal/table-0123456789abcdef.json': ['{}', 0o640],
  [SEGMENT]: ['block '.repeat(5_000), 0o640],
  'journal/0000000000000900.seg': ['newest', 0o640],
  'journal/quarantine/1.log': ['refused', 0o640],
  'tls/key.pem': ['secret', 0o600],
  'opcua/trusted/certs/server.der': ['certificate', 0o644],
  'attachments/2026/照片 1.jpg': ['picture', 0o644],
};

export interface TestData {
  readonly data: string;
  /** Where backups go; exists. */
  readonly to: string;
}

/** A directory whose gateway does not run. Its database holds an open ticket with its alarm, and `audits` audit rows. */
export async function createData(audits = 3): Promise<TestData> {
  const root = temporaryDirectory();
  const [data, to] = [join(root, 'data'), join(root, 'backups')];
  mkdirSync(join(data, 'opcua/rejected'), { recursive: true, mode: 0o700 });
  mkdirSync(to);
  for (const [path, [text, mode]] of Object.entries(FILES)) put(data, path, text, mode);
  const made = DATABASES.get(audits) ?? (await makeDatabase(audits));
  DATABASES.set(audits, made);
  put(data, DATABASE_FILE, made, 0o600);
  return { data, to };
}

/** Made once for all tests of a file. Key: audit rows; value: the content. */
const DATABASES = new Map<number, Buffer>();

async function makeDatabase(audits: number): Promise<Buffer> {
  const { store, file } = await openTestStore();
  await store.commit({
    writes: [
      rows.occurrence('o-1'),
      rows.alarmEvent('o-1'),
      rows.ticket('t-1'),
      rows.ticketEvent('t-1'),
      rows.link('t-1', 'o-1', true),
    ],
  });
  for (let n = 0; n < audits; n++) await store.commit({ writes: [rows.audit(`a-${n}`)] });
  await store.close();
  return readFileSync(file);
}

export function put(root: string, path: string, content: string | Buffer, mode = 0o640): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content, { mode });
}

export function make(
  { data, to }: TestData,
  parts: MakeParts = {},
  job: Partial<BackupJob> = {},
): Promise<MadeBackup> {
  const whole: BackupJob = {
    data,
    to,
    site: SITE,
    version: '1.2.3',
    bytesPerS: Number.POSITIVE_INFINITY,
    ...job,
  };
  return makeBackup(whole, parts);
}

/** A file system of which some calls do something else. */
export function createFiles(changes: Partial<BackupFiles>): BackupFiles {
  return { ...promises, ...changes };
}

/** What a test expects of a refusal: code and place. */
export async function refusalOf(
  promise: Promise<unknown>,
): Promise<Pick<RiserError, 'code' | 'params' | 'text'>> {
  try {
    await promise;
  } catch (error) {
    const { code, params, text } = error as RiserError;
    return { code, params, text };
  }
  throw new Error('it was not refused');
}

/** Every file and folder below, with its rights and the digest of its content. Key: path. */
export function look(root: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const path of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    const stats = lstatSync(join(root, path));
    const mode = (stats.mode & 0o777).toString(8);
    const content = stats.isFile()
      ? createHash('sha256')
          .update(readFileSync(join(root, path)))
          .digest('hex')
      : 'folder';
    found[path] = `${mode} ${content}`;
  }
  return found;
}

/** As `look`, without what belongs to a running process or to SQLite. */
export function lookAtData(root: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(look(root)).filter(([path]) => !/^riser\.(db|lock|pid)/.test(path)),
  );
}
