/**
 * Two equipment of the site that are one device on the wire: what is written for the one can switch the other. A device
 * that life-safety equipment is read from is therefore never written to, under whatever name (core/kinds.ts).
 */
import { KINDS } from '../core/kinds.ts';
import type { Tables } from '../profiles/expand.ts';
import type { Catalog } from './catalog.ts';
import type { Links } from './equipment.ts';
import type { Equipment } from './model.ts';
import type { Problems } from './problems.ts';
import { below, toRaw } from './register.ts';
import type { Located } from './source.ts';

export function refuseWritesBesideLifeSafety(
  items: readonly Located[],
  { equipment, points }: Tables,
  links: Links,
  catalog: Catalog,
  problems: Problems,
): void {
  const all = [...equipment.values()];
  const keyOf = (one: Equipment): string | null => {
    const link = one.link === null ? undefined : links.items.get(one.link);
    const name = link && catalog.protocols[link.protocol]?.toDeviceName?.(one.device);
    return name === undefined ? null : `${one.link} ${name}`;
  };
  /** Key: link and device. */
  const guarded = new Map<string, Equipment>();
  for (const one of all) {
    const key = keyOf(one);
    if (key !== null && KINDS[one.kind].isLifeSafety) guarded.set(key, one);
  }
  const written = new Set(points.filter(({ write }) => write !== null).map((point) => point.equipment));
  const refused = new Set<string>();
  for (const one of all) {
    const key = keyOf(one);
    const safety = key === null ? undefined : guarded.get(key);
    const owner = one.parent ?? one.id;
    if (!safety || !written.has(one.id) || refused.has(owner)) continue;
    refused.add(owner);
    const item = items.find(({ value }) => toRaw(value, 'id') === owner);
    if (!item) continue;
    const at = below(item, 'profile');
    const expected = `a profile without writable points: "${safety.id}" (${KINDS[safety.kind].text.en}, life safety) answers on the same device`;
    problems.add(at.source, at.path, expected, `"${one.profile}"`);
  }
}
