/**
 * Brings a backup back into an empty directory. Everything is checked before the first byte is written: the manifest, the
 * versions, every checksum, the target, the space. The files are put together in `.restoring` inside the target (which
 * may be a mount point), made durable, and then take their places, the database last: without it no gateway has run here.
 */
import * as promises from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { RiserError } from '../core/errors.ts';
import { makeDirectory } from '../store/data-directory.ts';
import { type BackupFiles, type CopyParts, copyFile, hashFile, syncDirectory } from './copy-file.ts';
import { assertSpace, at, damaged, isGone, reasonOf } from './faults.ts';
import { readManifest } from './inventory.ts';
import { BACKUP_LIMITS } from './limits.ts';
import { DATABASE, STAGING } from './listing.ts';
import { isWithin } from './make.ts';
import { BACKUP_VERSION, CONTENT, type Manifest, type ManifestFile, sizeOf } from './manifest.ts';

export interface RestoreOptions {
  /** The backup's own directory. */
  readonly from: string;
  /** Data directory: empty or not there. */
  readonly data: string;
  /** Newest version of the database's schema that the program knows. */
  readonly schema: number;
  /** Replaced by tests. */
  readonly files?: BackupFiles;
  /** Called with the bytes that have been checked or copied since the last call. */
  readonly onBytes?: (bytes: number) => void;
}

export interface RestorePlan {
  /** Absolute, both. */
  readonly from: string;
  readonly data: string;
  readonly manifest: Manifest;
}

/** Beside our own leavings, what a new file system holds. */
const NOTHING: ReadonlySet<string> = new Set(['lost+found', STAGING]);

/**
 * Checks everything and writes nothing.
 * @throws RiserError `backup-damaged`, `data-too-new`, `restore-refused`, `backup-no-space`.
 */
export async function planRestore(options: RestoreOptions): Promise<RestorePlan> {
  const from = resolve(options.from);
  const data = resolve(options.data);
  const manifest = await readManifest(from).catch((error: unknown) => {
    const reason = isGone(error)
      ? { zh: '没有 backup.json', en: 'there is no backup.json in it' }
      : reasonOf(error);
    throw damaged(from, reason);
  });
  assertKnown(manifest, options.schema);
  await assertEmpty(data, from);
  const parts = toParts(options);
  for (const file of manifest.files) await assertIntact(from, file, parts);
  await assertSpace(parts.files, await findExisting(data), sizeOf(manifest) + BACKUP_LIMITS.reserveBytes);
  return { from, data, manifest };
}

/** @throws RiserError as `planRestore`; `backup-failed`, `data-not-writable`. Then nothing of it is left. */
export async function restore(plan: RestorePlan, options: RestoreOptions): Promise<void> {
  const { data, from, manifest } = plan;
  const parts = toParts(options);
  makeDirectory(data);
  await assertEmpty(data, from);
  const staging = join(data, STAGING);
  const placed: string[] = [];
  try {
    await at(staging, () => parts.files.rm(staging, { recursive: true, force: true }));
    await stage(staging, plan, parts);
    await place(staging, data, manifest, placed, parts.files);
  } catch (error) {
    for (const path of [...placed, staging]) await parts.files.rm(path, { recursive: true, force: true });
    throw error;
  }
}

function toParts({ files = promises, onBytes = () => undefined }: RestoreOptions): CopyParts {
  return { files, onBytes, pace: { take: () => 0 } };
}

/** @throws RiserError `data-too-new`. */
function assertKnown({ version, schema }: Manifest, known: number): void {
  if (version > BACKUP_VERSION)
    throw new RiserError('data-too-new', { found: version, known: BACKUP_VERSION });
  if (schema > known) throw new RiserError('data-too-new', { found: schema, known });
}

/** @throws RiserError `restore-refused`. */
async function assertEmpty(data: string, from: string): Promise<void> {
  if (isWithin(data, from) || isWithin(from, data)) {
    const reason = { zh: '与备份目录重叠', en: 'it and the backup lie in one another' };
    throw new RiserError('restore-refused', { path: data, reason });
  }
  const names = await promises.readdir(data).catch((error: unknown) => {
    if (isGone(error)) return [];
    throw new RiserError('restore-refused', { path: data, reason: reasonOf(error) }, { cause: error });
  });
  const other = names.find((name) => !NOTHING.has(name));
  if (other === undefined) return;
  const reason = { zh: `目录非空，含 ${other}`, en: `it is not empty: ${other}` };
  throw new RiserError('restore-refused', { path: data, reason });
}

/** @throws RiserError `backup-damaged`. */
async function assertIntact(from: string, file: ManifestFile, parts: CopyParts): Promise<void> {
  const path = join(from, CONTENT, file.path);
  assertSame(path, file, await hashFile(path, parts));
}

function assertSame(
  path: string,
  { bytes, sha256 }: ManifestFile,
  found: { readonly bytes: number; readonly sha256: string } | null,
): void {
  if (found === null) throw damaged(path, { zh: '文件缺失', en: 'the file is missing' });
  if (found.bytes !== bytes) {
    throw damaged(path, {
      zh: `${found.bytes} 字节，应为 ${bytes}`,
      en: `${found.bytes} bytes in place of ${bytes}`,
    });
  }
  if (found.sha256 !== sha256) throw damaged(path, { zh: '校验和不符', en: 'its checksum is another' });
}

/** The nearest folder that is there: that of the disk on which the data directory will be. */
async function findExisting(path: string): Promise<string> {
  const isThere = await promises.stat(path).then(
    () => true,
    () => false,
  );
  return isThere || dirname(path) === path ? path : findExisting(dirname(path));
}

async function stage(staging: string, { from, manifest }: RestorePlan, parts: CopyParts): Promise<void> {
  const { files } = parts;
  await at(staging, () => files.mkdir(staging, { mode: 0o700 }));
  for (const { path } of manifest.directories) await makeFolder(join(staging, path), files);
  for (const file of manifest.files) {
    const [source, target] = [join(from, CONTENT, file.path), join(staging, file.path)];
    await makeFolder(dirname(target), files);
    // Checked once more: a disk that is failing may read differently the second time.
    assertSame(source, file, await copyFile(source, target, 0o600, parts));
    await setMode(target, file.mode, files);
  }
  // Modes last and from within: a folder may forbid its owner to write.
  for (const { path, mode } of manifest.directories.toReversed()) {
    await setMode(join(staging, path), mode, files);
  }
  await syncDirectory(staging, files);
}

async function makeFolder(path: string, files: BackupFiles): Promise<void> {
  await at(path, () => files.mkdir(path, { recursive: true, mode: 0o700 }));
}

/** Sets the rights that the process's own mask may have cut, and makes both durable. */
async function setMode(path: string, mode: number, files: BackupFiles): Promise<void> {
  await at(path, async () => {
    const handle = await files.open(path, 'r');
    try {
      await handle.chmod(mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
}

async function place(
  staging: string,
  data: string,
  { directories, files: entries }: Manifest,
  placed: string[],
  files: BackupFiles,
): Promise<void> {
  const names = new Set([...directories, ...entries].map(({ path }) => path.split('/')[0] ?? ''));
  names.delete(DATABASE);
  for (const name of [...names, DATABASE]) {
    const path = join(data, basename(name));
    await at(path, () => files.rename(join(staging, name), path));
    placed.push(path);
  }
  await at(staging, () => files.rmdir(staging));
  await syncDirectory(data, files);
}
