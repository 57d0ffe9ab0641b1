/** What the points of the present configuration were called by number in the tables of former ones: same id, same point. */
import { JOURNAL_LIMITS } from '../../journal/limits.ts';
import { type PointTable, TableCache } from '../../journal/table.ts';

/** By present index: index in the other table, −1 where it has no such point. */
export type Mapping = Int32Array;

export class PointIndexes {
  /** To itself, without texts. */
  readonly present: Mapping;
  readonly #present: PointTable;
  readonly #tables: TableCache;
  /** Key: table id. Insertion order = age. null = the table is missing or damaged. */
  readonly #mappings = new Map<string, Mapping | null>();

  constructor(directory: string, present: PointTable) {
    this.#present = present;
    this.#tables = new TableCache(directory);
    this.present = this.#map(present.id) as Mapping;
  }

  /** null when the points of that table cannot be told. */
  mapping(tableId: string): Mapping | null {
    if (tableId === this.#present.id) return this.present;
    const known = this.#mappings.get(tableId);
    if (known !== undefined) return known;
    if (this.#mappings.size >= JOURNAL_LIMITS.tablesInMemory) {
      this.#mappings.delete(this.#mappings.keys().next().value ?? '');
    }
    const mapping = this.#map(tableId);
    this.#mappings.set(tableId, mapping);
    return mapping;
  }

  #map(tableId: string): Mapping | null {
    const { points, id } = this.#present;
    const table = tableId === id ? this.#present : this.#tables.get(tableId);
    if (table === null) return null;
    const indexes = new Map(
      table.points.flatMap((point, at) => (point.type === 'text' ? [] : [[point.id, at] as const])),
    );
    return Int32Array.from(points, (point) => (point.type === 'text' ? -1 : (indexes.get(point.id) ?? -1)));
  }
}
