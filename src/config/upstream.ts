/**
 * What the site files say of dependencies: every upstream is there, and nothing depends on itself. What the engine makes
 * of them (which alarm explains which) is not known here.
 */
import { type EquipmentId, isId, toId } from '../core/ids.ts';
import { UPSTREAM_NAMES, type Upstream } from '../core/upstream.ts';
import type { Equipment } from './model.ts';
import type { Problems } from './problems.ts';
import { below, type Register, toRaw, toRawId } from './register.ts';
import type { Located } from './source.ts';

/** Every upstream is an equipment of the site files, whole (a part has its equipment's upstream), and nothing its own. */
export function checkUpstreams(items: readonly Located[], register: Register, problems: Problems): void {
  /** Key: id as written. */
  const byId = new Map<string, Located>();
  for (const item of items) {
    const id = toRawId(item);
    if (id !== null && !byId.has(id)) byId.set(id, item);
  }
  for (const item of items) {
    for (const name of UPSTREAM_NAMES) checkUpstream(item, name, byId, register, problems);
  }
}

function checkUpstream(
  item: Located,
  name: Upstream,
  byId: ReadonlyMap<string, Located>,
  register: Register,
  problems: Problems,
): void {
  const reference = toRaw(toRaw(item.value, 'upstream'), name);
  if (typeof reference !== 'string' || !isId(reference)) return;
  const at = below(below(item, 'upstream'), name);
  if (!register.check(reference, at)) return;
  if (!byId.has(reference)) {
    problems.add(at.source, at.path, 'an equipment', `"${reference}", which is a part of one`);
    return;
  }
  const circle = toCircle(item, byId, name);
  if (circle === null) return;
  const expected = 'an equipment that does not depend on this one';
  problems.add(at.source, at.path, expected, circle.join(' → '));
}

/** The way from the item up to itself; null when there is none. */
function toCircle(
  item: Located,
  byId: ReadonlyMap<string, Located>,
  name: Upstream,
): readonly string[] | null {
  const own = toRawId(item) ?? '';
  const way = [own];
  const seen = new Set<string>();
  let id = toRaw(toRaw(item.value, 'upstream'), name);
  while (typeof id === 'string' && !seen.has(id)) {
    seen.add(id);
    way.push(id);
    if (id === own) return way;
    id = toRaw(toRaw(byId.get(id)?.value, 'upstream'), name);
  }
  return null;
}

/** For an entry that the schema has checked. */
export function toUpstream(entry: Readonly<Partial<Record<Upstream, string>>>): Equipment['upstream'] {
  return Object.fromEntries(Object.entries(entry).map(([name, id]) => [name, toId<EquipmentId>(id)]));
}
