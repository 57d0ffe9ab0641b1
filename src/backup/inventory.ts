/**
 * The backups in a directory: told from their manifests, never from a file that keeps count. Removes only directories
 * that are named like ours and say in their own manifest that they are a backup of this site.
 */
import * as promises from 'node:fs/promises';
import { join } from 'node:path';
import type { BackupFiles } from './copy-file.ts';
import { at, isGone } from './faults.ts';
import { BACKUP_LIMITS } from './limits.ts';
import {
  BEGUN_FILE,
  MANIFEST_FILE,
  type Manifest,
  PARTIAL_SUFFIX,
  parseBackupName,
  parseManifest,
  sizeOf,
} from './manifest.ts';
import type { KeptBackup } from './port.ts';

/**
 * Complete backups, newest first. Directories that cannot be read as one are left out.
 * @param site null = of every site
 * @throws RiserError `backup-failed` when the directory cannot be read; one that is not there holds none.
 */
export async function listBackups(directory: string, site: string | null): Promise<readonly KeptBackup[]> {
  const names = await readNames(directory, site);
  const complete = names.filter((name) => !name.endsWith(PARTIAL_SUFFIX)).slice(0, BACKUP_LIMITS.listed);
  const found: KeptBackup[] = [];
  for (const name of complete) {
    const backup = await readBackup(directory, name, site);
    if (backup !== null) found.push(backup);
  }
  return found.toSorted((one, other) => other.begunMs - one.begunMs || (one.name < other.name ? 1 : -1));
}

/** Keeps the newest `keep` complete ones of the site. @returns the names of those that are gone. @throws RiserError `backup-failed`. */
export async function removeOld(directory: string, site: string, keep: number): Promise<readonly string[]> {
  const old = (await listBackups(directory, site)).slice(keep);
  for (const { path } of old) {
    // Under its new name it counts no more, also when the removal is interrupted; then `removeStale` ends it.
    const partial = `${path}${PARTIAL_SUFFIX}`;
    await at(path, () => promises.rename(path, partial));
    await at(partial, () => promises.rm(partial, { recursive: true, force: true }));
  }
  return old.map(({ name }) => name);
}

/** Removes what a killed run or removal has left. @throws RiserError `backup-failed`. */
export async function removeStale(
  directory: string,
  site: string,
  nowMs: number,
  files: BackupFiles = promises,
): Promise<void> {
  for (const name of await readNames(directory, site)) {
    const begunMs = parseBackupName(name, site) ?? nowMs;
    if (!name.endsWith(PARTIAL_SUFFIX) || nowMs - begunMs < BACKUP_LIMITS.staleMs) continue;
    const path = join(directory, name);
    if ((await readOwner(path)) !== site) continue;
    await at(path, () => files.rm(path, { recursive: true, force: true }));
  }
}

/** @throws Error that says what is wrong with it, or that of the file system. */
export async function readManifest(path: string): Promise<Manifest> {
  const place = join(path, MANIFEST_FILE);
  const { size } = await promises.stat(place);
  if (size > BACKUP_LIMITS.manifestBytes) throw new Error('the manifest is too large');
  return parseManifest(await promises.readFile(place, 'utf8'));
}

/** Names like ours, the newest first. */
async function readNames(directory: string, site: string | null): Promise<readonly string[]> {
  const entries = await at(directory, () =>
    promises
      .readdir(directory, { withFileTypes: true })
      .catch((error: unknown) => (isGone(error) ? [] : Promise.reject(error as Error))),
  );
  return entries
    .filter((entry) => entry.isDirectory() && parseBackupName(entry.name, site) !== null)
    .map(({ name }) => name)
    .toSorted((one, other) => (parseBackupName(other, site) ?? 0) - (parseBackupName(one, site) ?? 0));
}

async function readBackup(directory: string, name: string, site: string | null): Promise<KeptBackup | null> {
  const path = join(directory, name);
  const manifest = await readManifest(path).catch(() => null);
  if (manifest === null || (site !== null && manifest.site !== site)) return null;
  return {
    name,
    path,
    site: manifest.site,
    begunMs: Date.parse(manifest.begunAt),
    durationMs: manifest.durationMs,
    bytes: sizeOf(manifest),
    files: manifest.files.length,
    riser: manifest.riser,
  };
}

/** Site of an unfinished directory; null = not ours. */
async function readOwner(path: string): Promise<string | null> {
  const manifest = await readManifest(path).catch(() => null);
  if (manifest !== null) return manifest.site;
  try {
    const begun: unknown = JSON.parse(await promises.readFile(join(path, BEGUN_FILE), 'utf8'));
    const site = typeof begun === 'object' && begun !== null && 'site' in begun ? begun.site : null;
    return typeof site === 'string' ? site : null;
  } catch {
    return null;
  }
}
