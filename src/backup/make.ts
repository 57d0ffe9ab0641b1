/**
 * Makes one backup: a consistent copy of a data directory, whether its gateway runs or not.
 *
 *   riser-<site>-<UTC>.partial/   while it is made; removed when it fails
 *     backup.begun.json           whose it is, until there is a manifest
 *     data/journal/confirmed.json first (passes.ts says why)
 *     data/riser.db               then the database, so that no row names a file that is not copied after it
 *     data/…                      then everything else
 *     backup.json                 last
 *   riser-<site>-<UTC>/           renamed when all of it is durable
 *
 * Runs in whatever thread it is called in; thread.ts gives it one of its own.
 */
import * as promises from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { RiserError } from '../core/errors.ts';
import {
  type BackupFiles,
  type CopiedFile,
  type CopyParts,
  hashFile,
  syncDirectory,
  writeDurably,
} from './copy-file.ts';
import { copyDatabase, readSite } from './database.ts';
import { assertSpace, at, failed, isGone, toFailure } from './faults.ts';
import { removeStale } from './inventory.ts';
import { BACKUP_LIMITS } from './limits.ts';
import { DATABASE, listData } from './listing.ts';
import {
  BACKUP_VERSION,
  BEGUN_FILE,
  CONTENT,
  MANIFEST_FILE,
  type Manifest,
  PARTIAL_SUFFIX,
  toBackupName,
  toManifestText,
} from './manifest.ts';
import { createPace } from './pace.ts';
import { copyFirst, copyTree } from './passes.ts';

export interface BackupJob {
  /** Data directory. */
  readonly data: string;
  /** Directory that the backup is put into; made when its parent is there. */
  readonly to: string;
  /** null = that of the gateway that ran in the directory last. */
  readonly site: string | null;
  /** Of the program. */
  readonly version: string;
  /** Infinity = as fast as it goes. */
  readonly bytesPerS: number;
}

export interface MadeBackup {
  readonly path: string;
  readonly manifest: Manifest;
}

/** What its thread and tests replace. */
export interface MakeParts {
  readonly files?: BackupFiles;
  /** UTC ms. */
  readonly wallMs?: () => number;
  /** Called with the directory before it is made: whoever ends this in between finds an empty one, or another run's. */
  readonly onTrying?: (partial: string) => void;
  /** Called with the directory that is removed when the backup fails. */
  readonly onBegun?: (partial: string) => void;
  readonly onProgress?: (bytes: number, totalBytes: number) => void;
}

/** Site of a directory in which no gateway has run yet. */
const NO_SITE = 'unnamed';
const NO_DATA = {
  zh: '此处没有网关的数据目录，应有 riser.db；请用 --data 指定正在使用的数据目录',
  en: 'there is no data directory of a gateway here, riser.db is expected in it; name the one in use with --data',
};

interface Plan extends BackupJob {
  readonly site: string;
  readonly begunMs: number;
  readonly totalBytes: number;
}

/** @throws RiserError `backup-target`, `backup-no-space`, `backup-failed`, `data-damaged`; then nothing is left of it. */
export async function makeBackup(job: BackupJob, options: MakeParts = {}): Promise<MadeBackup> {
  const files = options.files ?? promises;
  const wallMs = options.wallMs ?? Date.now;
  const plan = await prepare(job, files, wallMs());
  const partial = await createPartial(plan, files, options.onTrying);
  options.onBegun?.(partial);
  try {
    await writeDurably(join(partial, BEGUN_FILE), `${JSON.stringify({ site: plan.site })}\n`, files);
    const manifest = await fill(partial, plan, toParts(plan, files, options), wallMs);
    return { path: await publish(partial, files), manifest };
  } catch (error) {
    // What cannot be removed now is removed by a later run; the reason of the failure says more.
    await files.rm(partial, { recursive: true, force: true }).catch(() => undefined);
    throw toFailure(plan.to, error);
  }
}

/** Everything that can be refused before something is written. */
async function prepare(job: BackupJob, files: BackupFiles, begunMs: number): Promise<Plan> {
  const data = await openData(resolve(job.data), files);
  const database = await at(data, () => files.lstat(join(data, DATABASE)).catch(toNoData(data)));
  const to = await openTarget(resolve(job.to), data, files);
  const site = job.site ?? (await readSite(join(data, DATABASE))) ?? NO_SITE;
  await removeStale(to, site, begunMs, files);
  const listing = await listData(data, files);
  const log = await files.lstat(join(data, `${DATABASE}-wal`)).catch(() => ({ size: 0 }));
  const totalBytes = [...listing.files.values()].reduce(
    (sum, { bytes }) => sum + bytes,
    database.size + log.size,
  );
  await assertSpace(files, to, totalBytes + BACKUP_LIMITS.reserveBytes);
  return { ...job, data, to, site, begunMs, totalBytes };
}

/** What is backed up must be there: most often the name is wrong, or another user's. */
async function openData(path: string, files: BackupFiles): Promise<string> {
  return await at(path, () => files.realpath(path).catch(toNoData(path)));
}

function toNoData(path: string): (error: unknown) => never {
  return (error) => {
    if (isGone(error)) throw failed(path, NO_DATA);
    throw error;
  };
}

/** Only its last folder is made: a share that is not mounted must not be taken for an empty one. */
async function openTarget(path: string, data: string, files: BackupFiles): Promise<string> {
  const parent = await files.realpath(dirname(path)).catch((error: unknown) => {
    const reason = isGone(error)
      ? {
          zh: '上级目录不存在，共享目录可能未挂载',
          en: 'the folder above it does not exist; is the share mounted?',
        }
      : toFailure(path, error).message;
    throw new RiserError('backup-target', { path, reason }, { cause: error });
  });
  if (isWithin(join(parent, basename(path)), data)) throw within(path);
  await at(path, () => files.mkdir(path, { recursive: true, mode: 0o700 }));
  const to = await at(path, () => files.realpath(path));
  if (isWithin(to, data)) throw within(path);
  return to;
}

function within(path: string): RiserError {
  const reason = { zh: '位于数据目录之内', en: 'it lies in the data directory' };
  return new RiserError('backup-target', { path, reason });
}

/** Whether `path` is `folder` or below it. Both absolute. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

async function createPartial(
  { to, site, begunMs }: Plan,
  files: BackupFiles,
  onTrying: MakeParts['onTrying'],
): Promise<string> {
  const name = toBackupName(site, begunMs);
  for (let attempt = 1; ; attempt++) {
    const partial = join(to, `${name}${attempt === 1 ? '' : `-${attempt}`}${PARTIAL_SUFFIX}`);
    onTrying?.(partial);
    if (await isFree(partial, attempt, files)) return partial;
  }
}

/** Takes the name when neither it nor the one without suffix is in use. */
async function isFree(partial: string, attempt: number, files: BackupFiles): Promise<boolean> {
  try {
    const isTaken = await files.lstat(toFinal(partial)).then(
      () => true,
      (error: unknown) => (isGone(error) ? false : Promise.reject(error as Error)),
    );
    if (!isTaken) await files.mkdir(partial, { mode: 0o700 });
    if (!isTaken) return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code !== 'EEXIST') throw toFailure(partial, error);
  }
  if (attempt >= BACKUP_LIMITS.sameSecond) throw toFailure(partial, new Error('EEXIST'));
  return false;
}

function toParts({ bytesPerS, totalBytes }: Plan, files: BackupFiles, { onProgress }: MakeParts): CopyParts {
  let done = 0;
  return {
    files,
    pace: createPace(bytesPerS, () => performance.now()),
    onBytes(bytes) {
      done += bytes;
      onProgress?.(Math.min(done, totalBytes), totalBytes);
    },
  };
}

async function fill(partial: string, plan: Plan, parts: CopyParts, wallMs: () => number): Promise<Manifest> {
  const { data, site, version, begunMs } = plan;
  const { files } = parts;
  const content = join(partial, CONTENT);
  await at(content, () => files.mkdir(content, { mode: 0o700 }));
  const first = await copyFirst(data, content, parts);
  const copy = join(content, DATABASE);
  const database = await copyDatabase(join(data, DATABASE), copy, parts);
  const row = await seal(copy, parts);
  const tree = await copyTree(data, content, first, parts);
  const manifest: Manifest = {
    format: 'riser-backup',
    version: BACKUP_VERSION,
    riser: version,
    schema: database.schema,
    site,
    begunAt: new Date(begunMs).toISOString(),
    durationMs: Math.max(0, Math.round(wallMs() - begunMs)),
    counts: database.counts,
    directories: tree.directories,
    files: [{ path: DATABASE, ...row, mode: 0o600 }, ...tree.files],
    skipped: tree.skipped,
  };
  for (const folder of [...tree.directories.map(({ path }) => join(content, path)), content]) {
    await syncDirectory(folder, files);
  }
  await writeDurably(join(partial, MANIFEST_FILE), toManifestText(manifest), files);
  return manifest;
}

/** The copy of the database, durable and with its checksum. */
async function seal(path: string, parts: CopyParts): Promise<CopiedFile> {
  await syncDirectory(path, parts.files);
  const read = await hashFile(path, { ...parts, onBytes: () => undefined });
  if (read === null) throw toFailure(path, new Error('ENOENT'));
  return read;
}

async function publish(partial: string, files: BackupFiles): Promise<string> {
  const path = toFinal(partial);
  await at(partial, () => files.rm(join(partial, BEGUN_FILE)));
  await syncDirectory(partial, files);
  await at(path, () => files.rename(partial, path));
  await syncDirectory(dirname(path), files);
  return path;
}

function toFinal(partial: string): string {
  return partial.slice(0, -PARTIAL_SUFFIX.length);
}
