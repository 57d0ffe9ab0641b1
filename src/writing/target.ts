/**
 * What a point is in the field, as one short text. A value that was read from one place must not be written to another:
 * after a change of the configuration the same point id can mean another register, scale or device.
 */
import { toDigest } from '../config/digest.ts';
import type { PointDef, SiteModel } from '../config/model.ts';
import { defined } from '../core/assert.ts';

/** The configuration has changed what the point's id stands for: what stood before belongs to another place. */
export const ELSEWHERE = 'the point stands for another place in the field than when it was written';

/**
 * Equal as long as the value means the same at the same place. Times (`timeoutMs`, `gapMs` …) are left out: they say how
 * somebody is asked, not who. Anything else counts, so that a doubtful case is left to people.
 */
export function toTarget(
  { link, equipment, address, write, unit, type }: PointDef,
  model: SiteModel,
): string {
  const of = link === null ? undefined : model.links.get(link);
  const { device } = defined(model.equipment.get(equipment), `equipment ${equipment}`);
  return toDigest([
    of?.protocol ?? null,
    withoutTimes(of?.options ?? {}),
    withoutTimes(device),
    address,
    write?.address ?? null,
    unit,
    type,
  ]);
}

function withoutTimes(options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(options).filter(([key]) => !key.endsWith('Ms')));
}
