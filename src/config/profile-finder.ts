/** Finds profiles by id in the directories of a site; the first directory that has one wins. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isId } from '../core/ids.ts';

export interface ProfileFinder {
  /** Path of the profile's file, or null when there is none. */
  find(id: string): string | null;
  /** Ids of all profiles, for "did you mean". */
  ids(): readonly string[];
}

/** @param directories in order of precedence; those that do not exist are passed over. */
export function createProfileFinder(directories: readonly string[]): ProfileFinder {
  return {
    find(id) {
      // An id has no dots or slashes, so it cannot lead out of the directories.
      if (!isId(id)) return null;
      const paths = directories.map((directory) => join(directory, `${id}.yaml`));
      return paths.find((path) => existsSync(path)) ?? null;
    },
    ids: () => [...new Set(directories.flatMap(listIds))].sort(),
  };
}

function listIds(directory: string): readonly string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => basename(name, '.yaml'));
}
