/** The site of a command that examines it without starting anything. */
import { CATALOG } from '../catalog.ts';
import { loadSite } from '../config/load.ts';
import type { SiteModel } from '../config/model.ts';
import { ConfigError, toProblemLine } from '../core/errors.ts';

/** @returns null when it has problems; they are printed, one on a line. */
export function loadSiteOrPrint(config: string): SiteModel | null {
  try {
    return loadSite(config, { catalog: CATALOG, env: process.env, epoch: 1 });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) process.stderr.write(`${toProblemLine(problem)}\n`);
    return null;
  }
}
