/**
 * Finds the chunks of a point in a sealed file: by the page table (kept in memory once needed) and one page of the directory.
 * Where these are damaged, the chunks that they would have named are walked over. Reads only through the function given.
 */
import { type Chunk, readChunk } from './chunk.ts';
import {
  type ChunkPlaces,
  decodePage,
  decodeTable,
  findPage,
  type PageTable,
  pageBytesEnd,
  pageChunksEnd,
  tableAt,
  tableBytes,
  toPlaces,
} from './directory.ts';
import { SEALED_LIMITS } from './limits.ts';
import { RECORD_BYTES, type SealedFigures } from './record.ts';
import { type ReadBytes, walkChunks } from './walk.ts';

export interface FoundChunks {
  /** In order of stamp. */
  readonly chunks: readonly Chunk[];
  /** Offset of the first place where a chunk of the point is, or may be, that cannot be read; null = these are all. */
  readonly damagedAt: number | null;
}

/** Where the chunks of a page (or of the whole file) are. */
interface Listed {
  readonly places: ChunkPlaces;
  /** Damage met while they were walked over: any point may have been in it. */
  readonly damagedAt: number | null;
}

/** In place of a page number: the whole file. */
const WHOLE_FILE = -1;

export class ChunkIndex {
  readonly #read: ReadBytes;
  readonly #figures: SealedFigures;
  readonly #onDamage: (part: 'page-table' | 'page' | 'chunk') => void;
  /** undefined = not read yet; null = damaged. */
  #table: PageTable | null | undefined;
  /** What was listed last: points are often asked for in order. */
  #listed: { readonly page: number; readonly listed: Listed } | null = null;

  constructor(
    read: ReadBytes,
    figures: SealedFigures,
    onDamage: (part: 'page-table' | 'page' | 'chunk') => void,
  ) {
    this.#read = read;
    this.#figures = figures;
    this.#onDamage = onDamage;
  }

  find(point: number): FoundChunks {
    const listed = this.#listFor(point);
    if (listed === null) return { chunks: [], damagedAt: null };
    const chunks: Chunk[] = [];
    let { damagedAt } = listed;
    const { places } = listed;
    for (let at = lowerBound(places.point, point); at < places.count && places.point[at] === point; at++) {
      const offset = places.offset[at] as number;
      const chunk = this.#readChunk(offset, places.bytes[at] as number);
      if (chunk?.point === point) {
        chunks.push(chunk);
        continue;
      }
      damagedAt ??= offset;
      this.#onDamage('chunk');
    }
    return { chunks, damagedAt };
  }

  #readChunk(offset: number, length: number): Chunk | null {
    if (length > SEALED_LIMITS.chunkBytes) return null;
    const bytes = this.#read(offset, length);
    const chunk = readChunk(bytes, 0, bytes.length, this.#figures.minStampMs);
    return chunk?.bytes === length ? chunk : null;
  }

  /** null when the point has no chunk. */
  #listFor(point: number): Listed | null {
    const table = this.#pageTable();
    const page = table === null ? WHOLE_FILE : findPage(table, point);
    if (table !== null && page === -1) return null;
    if (this.#listed?.page === page) return this.#listed.listed;
    const listed =
      table === null ? this.#walk(RECORD_BYTES, this.#figures.directoryAt) : this.#list(table, page);
    this.#listed = { page, listed };
    return listed;
  }

  #pageTable(): PageTable | null {
    if (this.#table !== undefined) return this.#table;
    const bytes = this.#read(tableAt(this.#figures), tableBytes(this.#figures));
    this.#table = decodeTable(bytes, this.#figures);
    if (this.#table === null) this.#onDamage('page-table');
    return this.#table;
  }

  #list(table: PageTable, page: number): Listed {
    const at = table.pageAt[page] as number;
    const end = pageBytesEnd(table, page);
    const places = end === null ? null : decodePage(this.#read(at, end - at), table, page);
    if (places !== null) return { places, damagedAt: null };
    this.#onDamage('page');
    return this.#walk(table.chunkAt[page] as number, pageChunksEnd(table, page));
  }

  #walk(from: number, end: number): Listed {
    const point: number[] = [];
    const offset: number[] = [];
    const bytes: number[] = [];
    let damagedAt: number | null = null;
    for (const walked of walkChunks(this.#read, { from, end, baseMs: this.#figures.minStampMs })) {
      if (walked.type === 'damage') {
        damagedAt ??= walked.offset;
        this.#onDamage('chunk');
        continue;
      }
      point.push(walked.chunk.point);
      offset.push(walked.offset);
      bytes.push(walked.chunk.bytes);
    }
    return { places: toPlaces(point, offset, bytes), damagedAt };
  }
}

/** Index of the first point that is not below `point`. */
function lowerBound(points: Uint32Array, point: number): number {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((points[middle] as number) < point) low = middle + 1;
    else high = middle;
  }
  return low;
}
