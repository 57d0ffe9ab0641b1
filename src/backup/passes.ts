/**
 * Copies everything of a data directory but the database, while others append to its files, replace and remove them.
 *
 *   1 list; copy what is new, and again what has changed since it was copied
 *   2 list again: another name has come, or one has gone → back to 1 (what has gone leaves the copy)
 *   3 the same names twice: done
 *
 * So the copy has the names of one moment, as a crash at that moment would leave them: a file that was replaced by another
 * (a segment by its sealed form) is there as one of the two, never as neither. Growth alone is no reason for another
 * round: what is appended after the beginning of a backup is not of it.
 */
import { join } from 'node:path';
import { type BackupFiles, type CopiedFile, type CopyParts, copyFile } from './copy-file.ts';
import { at, failed } from './faults.ts';
import { BACKUP_LIMITS } from './limits.ts';
import { type ListedFile, type Listing, listData } from './listing.ts';
import type { Manifest, ManifestFile } from './manifest.ts';

/**
 * What says which readings the sink has. It is copied before all else and never again: then nothing counts as confirmed
 * that the copy does not know. What is confirmed later is sent once more after a restore, which is harmless.
 */
export const FIRST = 'journal/confirmed.json';

export type CopiedTree = Pick<Manifest, 'directories' | 'files' | 'skipped'>;

interface Copied extends CopiedFile {
  readonly listed: ListedFile;
}

/** To be called before anything else is copied. @returns null when there is none */
export async function copyFirst(from: string, to: string, parts: CopyParts): Promise<CopiedFile | null> {
  const path = join(to, FIRST);
  await at(path, () => parts.files.mkdir(join(path, '..'), { recursive: true, mode: 0o700 }));
  return copyFile(join(from, FIRST), path, 0o600, parts);
}

/** @throws RiserError `backup-failed`, `backup-no-space`. */
export async function copyTree(
  from: string,
  to: string,
  first: CopiedFile | null,
  parts: CopyParts,
): Promise<CopiedTree> {
  /** Key: path. */
  const copied = new Map<string, Copied>();
  for (let pass = 0; pass < BACKUP_LIMITS.passes; pass++) {
    const listing = await listData(from, parts.files);
    const files = [...listing.files.values()].filter(({ path }) => path !== FIRST);
    const isSettled = pass > 0 && files.length === copied.size && files.every(({ path }) => copied.has(path));
    if (isSettled) return toTree(listing, copied, first);
    await dropGone(to, listing, copied, parts.files);
    await makeDirectories(to, listing, parts.files);
    for (const listed of files) {
      if (copied.get(listed.path)?.listed.mark !== listed.mark)
        await copyOne(from, to, listed, copied, parts);
    }
  }
  throw failed(from, {
    zh: `列目录 ${BACKUP_LIMITS.passes} 次，文件仍在变动`,
    en: `its files still changed after ${BACKUP_LIMITS.passes} listings`,
  });
}

async function copyOne(
  from: string,
  to: string,
  listed: ListedFile,
  copied: Map<string, Copied>,
  parts: CopyParts,
): Promise<void> {
  const target = join(to, listed.path);
  const file = await copyFile(join(from, listed.path), target, listed.mode, parts);
  if (file !== null) copied.set(listed.path, { ...file, listed });
  // The one of an earlier pass stays until the next listing says what has come in its place.
}

async function dropGone(
  to: string,
  listing: Listing,
  copied: Map<string, Copied>,
  files: BackupFiles,
): Promise<void> {
  for (const path of copied.keys()) {
    if (listing.files.has(path)) continue;
    await at(path, () => files.rm(join(to, path), { force: true }));
    copied.delete(path);
  }
}

async function makeDirectories(to: string, { directories }: Listing, files: BackupFiles): Promise<void> {
  for (const { path } of directories) {
    await at(path, () => files.mkdir(join(to, path), { recursive: true, mode: 0o700 }));
  }
}

function toTree(
  { directories, skipped, files }: Listing,
  copied: ReadonlyMap<string, Copied>,
  first: CopiedFile | null,
): CopiedTree {
  const kept: ManifestFile[] = [...copied.values()].map(({ listed: { path, mode }, bytes, sha256 }) => ({
    path,
    bytes,
    sha256,
    mode,
  }));
  const mode = files.get(FIRST)?.mode ?? 0o640;
  const all = first === null ? kept : [{ path: FIRST, ...first, mode }, ...kept];
  return { directories: [...directories], files: all, skipped: [...skipped] };
}
