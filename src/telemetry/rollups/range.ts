/**
 * The journal's readings of a stretch of time, for the roll-ups: each point's in order of stamp, those of different points
 * in any order. Reads segments and sealed files as they lie in the directory, also while others write, seal and delete
 * them. Which readings count is the caller's business; damage costs itself only.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseSegmentName, segmentPath, unlessGone } from '../journal/files.ts';
import { decodeRows } from '../journal/format.ts';
import { readIndex } from '../journal/index-file.ts';
import type { BlockRows } from '../journal/rows.ts';
import { scanBlocks } from '../journal/scan.ts';
import { parseSealedName, type SealedFigures, sealedPath } from '../journal/sealed/record.ts';
import { openSealedOrNull } from '../journal/sealed/sealed-file.ts';
import type { SegmentFigures } from '../journal/segments.ts';
import type { TableCache, TablePoint } from '../journal/table.ts';
import type { RollupLimits } from './limits.ts';

export interface RangeQuery {
  /** UTC ms; blocks that lie wholly before or behind are left out. */
  readonly fromMs: number;
  /** UTC ms, not included. */
  readonly toMs: number;
  /** Blocks up to this number are left out, as far as they can be told apart. */
  readonly afterSeq: number;
  readonly signal: AbortSignal;
}

export interface RangeBlock {
  /** Number of the block; of the last one where several were joined. */
  readonly seq: number;
  /** Points of the table under which it was written. */
  readonly points: readonly TablePoint[];
  readonly rows: BlockRows;
}

export interface RangeSource {
  /** May yield readings beside the stretch, and some twice. @throws the error of the file system */
  read(query: RangeQuery): AsyncIterable<RangeBlock>;
  /** Earliest stamp at or after `fromMs` that there may be; null = none. @throws like `read` */
  nextMs(fromMs: number): number | null;
}

/** A file, or the files of one sealing. */
interface Item {
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly minStampMs: number;
  readonly maxStampMs: number;
  readonly sealed: readonly SealedFigures[] | null;
}

export class JournalRange implements RangeSource {
  readonly #directory: string;
  readonly #tables: TableCache;
  readonly #limits: RollupLimits;
  /** Key: file name. Sealed files never change, nor do segments that have an index. */
  readonly #sealed = new Map<string, SealedFigures | null>();
  readonly #logs = new Map<number, SegmentFigures>();

  constructor(directory: string, tables: TableCache, limits: RollupLimits) {
    this.#directory = directory;
    this.#tables = tables;
    this.#limits = limits;
  }

  nextMs(fromMs: number): number | null {
    const items = this.#list();
    const known = items.filter(({ minStampMs }) => minStampMs !== Number.NEGATIVE_INFINITY);
    const later = known.filter(({ maxStampMs }) => maxStampMs >= fromMs).map(({ minStampMs }) => minStampMs);
    const unknown = items
      .filter((item) => !known.includes(item))
      .flatMap(({ firstSeq }) => this.#firstStamps(firstSeq, fromMs));
    const earliestMs = Math.min(...later, ...unknown);
    return earliestMs === Number.POSITIVE_INFINITY ? null : Math.max(earliestMs, fromMs);
  }

  /** Of the blocks of a segment without an index that reach beyond `fromMs`. */
  #firstStamps(firstSeq: number, fromMs: number): readonly number[] {
    const bytes = unlessGone(() => readFileSync(segmentPath(this.#directory, firstSeq)));
    return [...scanBlocks(bytes ?? Buffer.alloc(0))].flatMap((item) =>
      item.type === 'block' && item.header.maxStampMs >= fromMs ? [item.header.minStampMs] : [],
    );
  }

  async *read(query: RangeQuery): AsyncGenerator<RangeBlock> {
    let doneSeq = query.afterSeq;
    let sinceTurn = 0;
    // Listed anew for each file: what was a segment may be part of a sealed file by now.
    for (let tries = 0; tries < this.#limits.listTries; tries++) {
      const item = this.#list().find(({ lastSeq }) => lastSeq > doneSeq);
      if (item === undefined) return;
      if (item.minStampMs < query.toMs && item.maxStampMs >= query.fromMs) {
        const blocks = item.sealed === null ? this.#readLog(item, query) : this.#readSealed(item.sealed);
        if (blocks === null) continue;
        for (const block of blocks) {
          if (query.signal.aborted) return;
          yield block;
          sinceTurn += block.rows.count;
          if (sinceTurn < this.#limits.turnReadings) continue;
          sinceTurn = 0;
          await nextTurn();
        }
      }
      doneSeq = item.lastSeq;
      tries = 0;
    }
  }

  /** In the order of writing; segments that a complete sealing replaces are left out. */
  #list(): readonly Item[] {
    const names = readdirSync(this.#directory);
    const sealed = [...Map.groupBy(this.#listSealed(names), (one) => one.coverFirstSeq).values()]
      .filter((parts) => new Set(parts.map(({ part }) => part)).size === parts[0]?.parts)
      .map(toSealedItem);
    const isReplaced = (seq: number): boolean =>
      sealed.some(({ firstSeq, lastSeq }) => seq >= firstSeq && seq <= lastSeq);
    const firstSeqs = names.map(parseSegmentName).filter((seq) => seq !== null);
    for (const seq of this.#logs.keys()) if (!firstSeqs.includes(seq)) this.#logs.delete(seq);
    const inOrder = firstSeqs.filter((seq) => !isReplaced(seq)).toSorted((one, other) => one - other);
    const logs = inOrder.map((seq, at) => this.#toLogItem(seq, inOrder[at + 1]));
    return [...sealed, ...logs].toSorted((one, other) => one.firstSeq - other.firstSeq);
  }

  #listSealed(names: readonly string[]): readonly SealedFigures[] {
    const present = new Set(names);
    for (const name of this.#sealed.keys()) if (!present.has(name)) this.#sealed.delete(name);
    return names.flatMap((name) => {
      if (parseSealedName(name) === null) return [];
      const known = this.#sealed.get(name);
      const figures = known === undefined ? readFigures(join(this.#directory, name)) : known;
      this.#sealed.set(name, figures);
      return figures === null ? [] : [figures];
    });
  }

  /** What its index says; without one (it is being written, or its end was torn) it may hold anything. */
  #toLogItem(firstSeq: number, nextSeq: number | undefined): Item {
    const figures = this.#logs.get(firstSeq) ?? readIndex(this.#directory, firstSeq);
    if (figures !== null) this.#logs.set(firstSeq, figures);
    return {
      firstSeq,
      lastSeq: figures?.lastSeq ?? (nextSeq ?? Number.MAX_SAFE_INTEGER) - 1,
      minStampMs: figures?.minStampMs ?? Number.NEGATIVE_INFINITY,
      maxStampMs: figures?.maxStampMs ?? Number.POSITIVE_INFINITY,
      sealed: null,
    };
  }

  /** null when the file has gone. */
  #readLog({ firstSeq }: Item, query: RangeQuery): Iterable<RangeBlock> | null {
    const bytes = unlessGone(() => readFileSync(segmentPath(this.#directory, firstSeq)));
    return bytes === null ? null : this.#decode(bytes, query);
  }

  *#decode(bytes: Buffer, { fromMs, toMs, afterSeq }: RangeQuery): Generator<RangeBlock> {
    for (const item of scanBlocks(bytes)) {
      if (item.type !== 'block') continue;
      const { seq, minStampMs, maxStampMs, tableId } = item.header;
      if (seq <= afterSeq || minStampMs >= toMs || maxStampMs < fromMs) continue;
      const table = this.#tables.get(tableId);
      if (table === null) continue;
      yield { seq, points: table.points, rows: decodeRows(bytes, item.offset, item.header) };
    }
  }

  *#readSealed(parts: readonly SealedFigures[]): Generator<RangeBlock> {
    for (const { firstSeq, tableId, coverLastSeq } of parts) {
      const table = this.#tables.get(tableId);
      const file = openSealedOrNull(sealedPath(this.#directory, firstSeq));
      if (file === null) continue;
      try {
        if (table === null) continue;
        for (const { rows } of file.portions(this.#limits.turnReadings)) {
          yield { seq: coverLastSeq, points: table.points, rows };
        }
      } finally {
        file.close();
      }
    }
  }
}

function toSealedItem(parts: readonly SealedFigures[]): Item {
  const [first] = parts as readonly [SealedFigures];
  return {
    firstSeq: first.coverFirstSeq,
    lastSeq: first.coverLastSeq,
    minStampMs: Math.min(...parts.map(({ minStampMs }) => minStampMs)),
    maxStampMs: Math.max(...parts.map(({ maxStampMs }) => maxStampMs)),
    sealed: parts.toSorted((one, other) => one.part - other.part),
  };
}

/** null when they cannot be read, or the file is gone. @throws every other error of the file system */
function readFigures(path: string): SealedFigures | null {
  const file = openSealedOrNull(path);
  file?.close();
  return file?.figures ?? null;
}
