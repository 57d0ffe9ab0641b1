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
  const all = [...equipment.values()].flatMap((one) => {
    const key = toKey(one, links, catalog);
    return key === null ? [] : [{ one, key }];
  });
  /** Key: link and device. */
  const guarded = new Map(
    all.filter(({ one }) => KINDS[one.kind].isLifeSafety).map(({ one, key }) => [key, one]),
  );
  const written = new Set(points.filter(({ write }) => write !== null).map((point) => point.equipment));
  const refused = new Set<string>();
  for (const { one, key } of all) {
    const safety = guarded.get(key);
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

/** Link and device that answer for an equipment; null where its protocol names no devices. */
function toKey({ link: id, device }: Equipment, links: Links, catalog: Catalog): string | null {
  const link = id === null ? undefined : links.items.get(id);
  const name = link && catalog.protocols[link.protocol]?.toDeviceName?.(device);
  return name === undefined ? null : `${id} ${name}`;
}
