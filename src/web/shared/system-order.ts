/** Order of a building's systems on every page: what endangers people first, the monitoring itself last. Pure. */

/** Ids as in core/kinds.ts. */
const ORDER: readonly string[] = [
  'fire',
  'lift',
  'fire-water',
  'power',
  'water',
  'drainage',
  'access',
  'climate',
  'meter',
  'gateway',
];

/** A system that this page does not know yet stands last. */
export function compareSystems(a: string, b: string): number {
  return toRank(a) - toRank(b);
}

function toRank(system: string): number {
  const rank = ORDER.indexOf(system);
  return rank < 0 ? ORDER.length : rank;
}
