/** Loads the sites of the tests with the tests' own catalog and profiles. */
import { join } from 'node:path';
import { type LoadOptions, loadSite } from '../../../src/config/load.ts';
import type { SiteModel } from '../../../src/config/model.ts';
import { ConfigError, toProblemLine } from '../../../src/core/errors.ts';
import { TEST_CATALOG } from './catalog.ts';

export const CASES = join(import.meta.dirname, '../cases');
export const PROFILES = join(CASES, 'profiles');

export function load(path: string, options: Partial<LoadOptions> = {}): SiteModel {
  return loadSite(path, {
    catalog: TEST_CATALOG,
    env: {},
    epoch: 1,
    profilesDirectory: PROFILES,
    ...options,
  });
}

/** Problem lines with paths relative to the cases; none when the site loads. Anything but a ConfigError is thrown. */
export function problemsOf(path: string, options: Partial<LoadOptions> = {}): readonly string[] {
  try {
    load(path, options);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const folder = join(process.cwd(), 'test/config/cases/');
    return error.problems.map((problem) =>
      toProblemLine(problem).replaceAll(folder, '').replaceAll('test/config/cases/', ''),
    );
  }
}
