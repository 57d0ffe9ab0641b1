/** Reads the project's files for the tidy rules. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { PROJECT_DIRECTORY } from '../gateway.ts';
import type { Source } from './source.ts';
import { parseSource } from './source.ts';

/** Folders that hold TypeScript of ours. */
const SOURCE_FOLDERS: readonly string[] = ['src', 'simulators', 'test', 'bench'];

/** Every TypeScript file of the project, the configuration of the tests included. */
export function readSources(): readonly Source[] {
  const files = SOURCE_FOLDERS.flatMap((folder) => listFiles(folder)).filter((path) => /\.tsx?$/.test(path));
  return [...files, 'vitest.config.ts'].map((path) => parseSource(path, readText(path)));
}

/** Paths below `folder` from the project's root, sorted; empty when there is no such folder. */
export function listFiles(folder: string): readonly string[] {
  const root = join(PROJECT_DIRECTORY, folder);
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(PROJECT_DIRECTORY, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .toSorted();
}

export function hasFile(path: string): boolean {
  return existsSync(join(PROJECT_DIRECTORY, path));
}

/** @param path from the project's root */
export function readText(path: string): string {
  return readFileSync(join(PROJECT_DIRECTORY, path), 'utf8');
}
