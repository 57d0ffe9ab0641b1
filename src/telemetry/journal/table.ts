/**
 * Point tables: what the dense indexes of a block meant when it was written. A table is a file named by the hash of its
 * content, written once before the first block that refers to it; so old blocks stay readable after the configuration
 * has changed.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { SiteModel } from '../../config/model.ts';
import { assert } from '../../core/assert.ts';
import { JOURNAL_DISK, type JournalDisk, replaceFileOn } from './disk.ts';
import { tablePath } from './files.ts';
import { JOURNAL_LIMITS } from './limits.ts';

export interface TablePoint {
  /** `equipment/point`. */
  readonly id: string;
  readonly site: string;
  readonly equipment: string;
  readonly kind: string;
  /** Part of the id after the slash. */
  readonly name: string;
  readonly type: 'number' | 'boolean' | 'text';
}

export interface PointTable {
  /** 16 hex digits of the SHA-256 over the file's text. */
  readonly id: string;
  readonly text: string;
  /** By dense index. */
  readonly points: readonly TablePoint[];
}

/** Stored form. Rows are `[equipment, name, kind, type]`. */
interface StoredTable {
  readonly version: 1;
  readonly site: string;
  readonly points: readonly (readonly [string, string, string, 'number' | 'boolean' | 'text'])[];
}

/** The text of the table of a model; cheap to hand to another thread. */
export function toTableText(model: SiteModel): string {
  const stored: StoredTable = {
    version: 1,
    site: model.site.id,
    points: model.points.map((point) => {
      const equipment = model.equipment.get(point.equipment);
      assert(equipment !== undefined, `equipment ${point.equipment} of a point is in the model`);
      return [point.equipment, point.name, equipment.kind, point.type];
    }),
  };
  return JSON.stringify(stored);
}

/** @throws Error when the text is not a table of a version that this program knows. */
export function parseTable(text: string): PointTable {
  const stored = JSON.parse(text) as StoredTable;
  if (stored.version !== 1) throw new Error(`point table of unknown version ${String(stored.version)}`);
  const points = stored.points.map(([equipment, name, kind, type]) => ({
    id: `${equipment}/${name}`,
    site: stored.site,
    equipment,
    kind,
    name,
    type,
  }));
  return { id: toTableId(text), text, points };
}

/** Makes the table durable; leaves an intact file alone and repairs a damaged one. */
export async function storeTable(
  directory: string,
  table: PointTable,
  disk: JournalDisk = JOURNAL_DISK,
): Promise<void> {
  const path = tablePath(directory, table.id);
  const found = await readFile(path, 'utf8').catch(() => null);
  if (found !== table.text) await replaceFileOn(disk, path, table.text);
}

/** Tables of one directory, read when first needed; null = missing or damaged, its blocks cannot be named. */
export class TableCache {
  readonly #directory: string;
  /** Key: table id. Insertion order = age. */
  readonly #tables = new Map<string, PointTable | null>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  get(id: string): PointTable | null {
    const known = this.#tables.get(id);
    if (known !== undefined) return known;
    if (this.#tables.size >= JOURNAL_LIMITS.tablesInMemory) {
      this.#tables.delete(this.#tables.keys().next().value ?? '');
    }
    const table = readTable(this.#directory, id);
    this.#tables.set(id, table);
    return table;
  }
}

function readTable(directory: string, id: string): PointTable | null {
  try {
    const table = parseTable(readFileSync(tablePath(directory, id), 'utf8'));
    return table.id === id ? table : null;
  } catch {
    return null;
  }
}

function toTableId(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
