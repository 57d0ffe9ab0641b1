/** Lets the stretches of InfluxDB's day happen, one after another. */
import { setTimeout as delay } from 'node:timers/promises';
import type { UplinkStretch } from './plan.ts';
import type { Uplink } from './uplink.ts';

/** A gateway that is just being killed and started writes nothing for a while. */
const STRIKE_MS = 240_000;

/** @returns the stretches, in words */
export async function tellUplink(
  uplink: Uplink,
  stretches: readonly UplinkStretch[],
): Promise<readonly string[]> {
  const told: string[] = [];
  for (const { mode, ms } of stretches) {
    uplink.set(mode);
    // Whatever the gateway does meanwhile: a fault lasts from the first write that it has struck.
    if (mode !== 'pass') await uplink.untilStruck(mode, STRIKE_MS);
    await delay(ms);
    if (uplink.server === null) await uplink.startServer();
    told.push(`${mode} ${ms} ms`);
  }
  uplink.set('pass');
  return told;
}
