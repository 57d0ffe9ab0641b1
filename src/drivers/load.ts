/** Loads the drivers that a site needs, and no others (OPC UA alone costs a second and 90 MB). */
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { SiteModel } from '../config/model.ts';
import { defined } from '../core/assert.ts';
import type { Driver } from './driver.ts';
import { DRIVERS } from './index.ts';

/** @param directory the data directory @returns key: protocol */
export async function loadDrivers(
  model: SiteModel,
  directory: string,
  log: Logger,
): Promise<ReadonlyMap<string, Driver>> {
  const protocols = new Set([...model.links.values()].map((link) => link.protocol));
  const loaded = [...protocols].map(async (protocol) => {
    const context = { directory: join(directory, protocol), log: log.child({ protocol }) };
    return [protocol, await defined(DRIVERS[protocol], `driver ${protocol}`).load(context)] as const;
  });
  return new Map(await Promise.all(loaded));
}
