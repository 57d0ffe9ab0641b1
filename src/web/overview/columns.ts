/**
 * Puts the panels of the systems into columns that are about equally high. Goes only by what the register holds, never
 * by alarms or values: people find things by where they stand. Pure.
 */
import type { System } from './tree.ts';

/** Heights in rows of an equipment; they only have to be about right. */
const PANEL_HEAD = 0.55;
const EQUIPMENT = 1;
const TILE_ROW = 0.42;

/** Tiles beside each other, as in styles/overview.css `.tiles`. */
export function toTilesPerRow(parts: number): number {
  if (parts <= 2) return 2;
  return parts <= 6 ? 3 : 4;
}

/**
 * The largest system first into the emptiest column; within a column and between the tops of the columns the given
 * order holds.
 * @returns at most `count` columns, none empty; together they hold every system once
 */
export function toColumns(systems: readonly System[], count: number): readonly (readonly System[])[] {
  const columns = Array.from({ length: count }, () => ({ height: 0, systems: new Set<System>() }));
  const largestFirst = systems
    .map((system) => ({ system, height: toHeight(system) }))
    .sort((a, b) => b.height - a.height);
  for (const { system, height } of largestFirst) {
    const [emptiest] = columns.toSorted((a, b) => a.height - b.height);
    if (emptiest === undefined) continue;
    emptiest.systems.add(system);
    emptiest.height += height;
  }
  return columns
    .map((column) => systems.filter((system) => column.systems.has(system)))
    .filter((column) => column.length > 0)
    .sort((a, b) => toPlace(a, systems) - toPlace(b, systems));
}

function toPlace([first]: readonly System[], systems: readonly System[]): number {
  return first === undefined ? systems.length : systems.indexOf(first);
}

function toHeight({ nodes }: System): number {
  return nodes.reduce(
    (sum, { parts }) => sum + EQUIPMENT + Math.ceil(parts.length / toTilesPerRow(parts.length)) * TILE_ROW,
    PANEL_HEAD,
  );
}
