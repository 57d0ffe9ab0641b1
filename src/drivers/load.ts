/** Loads the drivers that a site needs, and no others (OPC UA alone costs a second and 90 MB). */
import type { SiteModel } from '../config/model.ts';
import { defined } from '../core/assert.ts';
import type { PollDriver } from './driver.ts';
import { DRIVERS } from './index.ts';

/** Key: protocol. */
export async function loadDrivers(model: SiteModel): Promise<ReadonlyMap<string, PollDriver>> {
  const protocols = new Set([...model.links.values()].map((link) => link.protocol));
  const loaded = [...protocols].map(
    async (protocol) => [protocol, await defined(DRIVERS[protocol], `driver ${protocol}`).load()] as const,
  );
  return new Map(await Promise.all(loaded));
}
