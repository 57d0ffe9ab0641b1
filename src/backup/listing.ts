/**
 * What of a data directory belongs into a backup, as it is at this moment. Copies nothing.
 *
 *   riser.db and its log      not listed: database.ts copies them
 *   riser.lock, riser.pid     the running gateway's own: never
 *   *.tmp *.new *.partial     files that are being written; their names stand for them when they are whole
 *   symbolic links            refused: what they point to may be anywhere, and leaving it out would lose it silently
 */
import type { Dirent, Stats } from 'node:fs';
import { join } from 'node:path';
import type { BackupFiles } from './copy-file.ts';
import { at, failed, isGone } from './faults.ts';
import { BACKUP_LIMITS } from './limits.ts';
import type { Skipped } from './manifest.ts';

export const DATABASE = 'riser.db';
/** Where a restore that is not finished has put its files. */
export const STAGING = '.restoring';

export interface ListedFile {
  readonly path: string;
  readonly mode: number;
  readonly bytes: number;
  /** Changes with the content, as far as a file system tells: size, time and number of the file. */
  readonly mark: string;
}

export interface Listing {
  /** In order of their names. Key: path. */
  readonly files: ReadonlyMap<string, ListedFile>;
  /** Parents before children. */
  readonly directories: readonly { readonly path: string; readonly mode: number }[];
  readonly skipped: readonly Skipped[];
}

interface Found {
  readonly files: Map<string, ListedFile>;
  readonly directories: { path: string; mode: number }[];
  readonly skipped: Skipped[];
}

/** @throws RiserError `backup-failed`: a symbolic link, something unreadable, too many files. */
export async function listData(root: string, files: BackupFiles): Promise<Listing> {
  const found: Found = { files: new Map(), directories: [], skipped: [] };
  await walk(root, '', found, files);
  return found;
}

async function walk(root: string, folder: string, found: Found, files: BackupFiles): Promise<void> {
  const entries = await unlessGone(join(root, folder), () =>
    files.readdir(join(root, folder), { withFileTypes: true }),
  );
  // The data directory itself must be there; a folder in it may go.
  if (entries === null && folder === '') throw failed(root, 'ENOENT');
  const sorted = (entries ?? []).toSorted((one, other) => (one.name < other.name ? -1 : 1));
  for (const entry of sorted) await visit(root, folder, entry, found, files);
}

async function visit(
  root: string,
  folder: string,
  { name }: Dirent,
  found: Found,
  files: BackupFiles,
): Promise<void> {
  const path = folder === '' ? name : `${folder}/${name}`;
  if (folder === '' && isDatabase(name)) return;
  const place = join(root, path);
  if (name.includes('\uFFFD')) throw failed(place, { zh: '文件名不是 UTF-8', en: 'its name is not UTF-8' });
  const stats = await unlessGone(place, () => files.lstat(place));
  if (stats === null) return;
  if (stats.isSymbolicLink()) {
    throw failed(place, { zh: '符号链接不予备份', en: 'symbolic links are not backed up' });
  }
  const reason = whySkipped(folder, name, stats);
  if (reason !== null) return void found.skipped.push({ path, reason });
  const mode = stats.mode & 0o777;
  if (stats.isDirectory()) {
    found.directories.push({ path, mode });
    return walk(root, path, found, files);
  }
  const mark = `${stats.size} ${stats.mtimeMs} ${stats.ino}`;
  found.files.set(path, { path, mode, bytes: stats.size, mark });
  if (found.files.size > BACKUP_LIMITS.files) {
    throw failed(root, {
      zh: `超过 ${BACKUP_LIMITS.files} 个文件`,
      en: `more than ${BACKUP_LIMITS.files} files`,
    });
  }
}

function isDatabase(name: string): boolean {
  return name === DATABASE || /^riser\.db-(wal|shm|journal)$/.test(name);
}

function whySkipped(folder: string, name: string, stats: Stats): string | null {
  if (folder === '' && /^riser\.(lock(-journal)?|pid)$/.test(name)) return 'lock of the running gateway';
  if (folder === '' && name === STAGING) return 'left by a restore that did not finish';
  if (/\.(tmp|new|partial)$/.test(name) || name.startsWith('.probe-')) return 'temporary file';
  return stats.isFile() || stats.isDirectory() ? null : 'neither file nor folder';
}

async function unlessGone<T>(path: string, step: () => Promise<T>): Promise<T | null> {
  return at(path, () =>
    step().catch((error: unknown) => (isGone(error) ? null : Promise.reject(error as Error))),
  );
}
