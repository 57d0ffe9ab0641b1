/**
 * The journal's readings of a stretch of time in the order of reception, in pieces: a closed file, or the files of one
 * sealing, at a time. Sealed files lie point after point and are sorted by time; only points that some rule reads are
 * decoded where they are few. Reads the directory as it is, also while a gateway writes, seals and deletes in it.
 *
 * A piece holds at most one sealing (2 million readings, 100 MB); damage costs itself only and is counted.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { parseSegmentName, segmentPath, unlessGone } from '../telemetry/journal/files.ts';
import { decodeRows } from '../telemetry/journal/format.ts';
import { readIndex } from '../telemetry/journal/index-file.ts';
import type { BlockRows } from '../telemetry/journal/rows.ts';
import { scanBlocks } from '../telemetry/journal/scan.ts';
import { reconcileSealed } from '../telemetry/journal/sealed/reconcile.ts';
import { parseSealedName, type SealedFigures, sealedPath } from '../telemetry/journal/sealed/record.ts';
import { openSealedOrNull, type SealedFile } from '../telemetry/journal/sealed/sealed-file.ts';
import { TableCache } from '../telemetry/journal/table.ts';
import { toOrder } from './sorting.ts';

/** Readings in columns; `order` says how they came. */
export interface ReadingsPiece {
  readonly count: number;
  /** Index in the site model. */
  readonly point: Uint32Array;
  readonly value: Float64Array;
  readonly quality: Uint8Array;
  readonly sourceMs: Float64Array;
  /** UTC ms. */
  readonly receivedMs: Float64Array;
  /** Places in the columns in order of reception. */
  readonly order: Uint32Array;
}

export interface ReadingsQuery {
  /** Of the journal. */
  readonly directory: string;
  /** Ids by index in the site model. */
  readonly points: readonly string[];
  /** By index: 1 = a rule reads it. */
  readonly isRead: Uint8Array;
  /** Received time, UTC ms: included, excluded. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Told of each place that cannot be read. */
  readonly onDamage: () => void;
}

/** What a stamp may differ from the time of reception at the most: a device's own time within its believable bounds. */
const STAMP_SLACK_MS = 24 * 3_600_000;
/** Beyond this share of a table's points the whole file is decoded: one walk is cheaper than so many look-ups. */
const LOOK_UP_SHARE = 0.5;
const PORTION_READINGS = 65_536;
/** A file that has gone was sealed or deleted meanwhile: the directory is listed anew, so often at the most. */
const LIST_TRIES = 100;

interface Unit {
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly minStampMs: number;
  readonly maxStampMs: number;
  /** null = a log segment. */
  readonly sealed: readonly SealedFigures[] | null;
}

/** @throws the error of the file system */
export function* readReadings(query: ReadingsQuery): Generator<ReadingsPiece> {
  const reader = new Reader(query);
  let units = reader.list();
  let doneSeq = -1;
  for (let tries = 0; tries < LIST_TRIES; ) {
    const unit = units.find(({ lastSeq }) => lastSeq > doneSeq);
    if (unit === undefined) return;
    const piece = isWithin(unit, query) ? reader.read(unit) : NOTHING;
    if (piece === null) {
      tries++;
      units = reader.list();
      continue;
    }
    doneSeq = unit.lastSeq;
    units = units.slice(units.indexOf(unit) + 1);
    if (piece.count > 0) yield piece;
  }
}

/** Earliest stamp that the journal holds, UTC ms; null = it is empty or is not there. */
export function findFirstMs(directory: string): number | null {
  const first = listUnits(directory).find(({ minStampMs }) => minStampMs !== Number.NEGATIVE_INFINITY);
  const log = listUnits(directory)[0];
  if (log !== undefined && log.minStampMs === Number.NEGATIVE_INFINITY) {
    const bytes = unlessGone(() => readFileSync(segmentPath(directory, log.firstSeq)));
    for (const item of scanBlocks(bytes ?? Buffer.alloc(0)))
      if (item.type === 'block') return item.header.minStampMs;
  }
  return first?.minStampMs ?? null;
}

const NOTHING: ReadingsPiece = toPiece(createColumns(0), 0);

class Reader {
  readonly #query: ReadingsQuery;
  readonly #tables: TableCache;
  readonly #indexOf: ReadonlyMap<string, number>;
  /** Of a table: index in the site model by its own index, −1 where no rule reads it. Key: table id. */
  readonly #mappings = new Map<string, Int32Array | null>();
  /** Readings that a failed write left twice count once. By index in the site model. */
  readonly #lastStampMs: Float64Array;

  constructor(query: ReadingsQuery) {
    this.#query = query;
    this.#tables = new TableCache(query.directory);
    this.#indexOf = new Map(query.points.map((id, index) => [id, index]));
    this.#lastStampMs = new Float64Array(query.points.length).fill(Number.NEGATIVE_INFINITY);
  }

  list(): readonly Unit[] {
    return listUnits(this.#query.directory);
  }

  /** null when a file of it has gone. */
  read(unit: Unit): ReadingsPiece | null {
    const into = new Gathering(this.#query, this.#lastStampMs);
    if (unit.sealed === null) return this.#readLog(unit, into);
    for (const figures of unit.sealed) if (!this.#readSealed(figures, into)) return null;
    return into.finish();
  }

  #readLog({ firstSeq }: Unit, into: Gathering): ReadingsPiece | null {
    const { directory, onDamage } = this.#query;
    const bytes = unlessGone(() => readFileSync(segmentPath(directory, firstSeq)));
    if (bytes === null) return null;
    for (const item of scanBlocks(bytes)) {
      const mapping = item.type === 'block' ? this.#mapping(item.header.tableId) : null;
      if (item.type === 'block' && mapping !== null)
        into.addRows(decodeRows(bytes, item.offset, item.header), mapping);
      else onDamage();
    }
    return into.finish();
  }

  /** @returns false when the file has gone */
  #readSealed({ firstSeq, tableId }: SealedFigures, into: Gathering): boolean {
    const { directory, onDamage } = this.#query;
    let isDamaged = false;
    const file = openSealedOrNull(sealedPath(directory, firstSeq), () => {
      isDamaged = true;
    });
    const mapping = this.#mapping(tableId);
    if (isDamaged || mapping === null) onDamage();
    try {
      if (file !== null && mapping !== null) this.#readFile(file, mapping, into);
    } finally {
      file?.close();
    }
    return file !== null || isDamaged;
  }

  #readFile(file: SealedFile, mapping: Int32Array, into: Gathering): void {
    const { onDamage } = this.#query;
    const wanted = mapping.reduce((count, index) => count + Number(index >= 0), 0);
    if (wanted > mapping.length * LOOK_UP_SHARE) {
      for (const { rows, damagedPlaces } of file.portions(PORTION_READINGS)) {
        for (let place = 0; place < damagedPlaces; place++) onDamage();
        into.addRows(rows, mapping);
      }
      return;
    }
    for (const [point, index] of mapping.entries()) {
      if (index < 0) continue;
      const { rows, damage } = file.readPoint(point, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
      if (damage !== null) onDamage();
      into.addRows(rows, mapping);
    }
  }

  #mapping(tableId: string): Int32Array | null {
    const known = this.#mappings.get(tableId);
    if (known !== undefined) return known;
    const { isRead } = this.#query;
    const table = this.#tables.get(tableId);
    const mapping =
      table &&
      Int32Array.from(table.points, ({ id, type }) => {
        const index = this.#indexOf.get(id) ?? -1;
        return type === 'text' || index < 0 || isRead[index] !== 1 ? -1 : index;
      });
    this.#mappings.set(tableId, mapping);
    return mapping;
  }
}

type Columns = Omit<ReadingsPiece, 'count' | 'order'>;

class Gathering {
  readonly #range: Pick<ReadingsQuery, 'fromMs' | 'toMs'>;
  readonly #lastStampMs: Float64Array;
  #columns = createColumns(PORTION_READINGS);
  #count = 0;

  constructor(range: Pick<ReadingsQuery, 'fromMs' | 'toMs'>, lastStampMs: Float64Array) {
    this.#range = range;
    this.#lastStampMs = lastStampMs;
  }

  /** @param mapping index in the site model by that in the rows; −1 = left out */
  addRows(rows: BlockRows, mapping: Int32Array): void {
    const { fromMs, toMs } = this.#range;
    const last = this.#lastStampMs;
    if (this.#count + rows.count > this.#columns.point.length) this.#grow(this.#count + rows.count);
    const { point, value, quality, sourceMs, receivedMs } = this.#columns;
    let count = this.#count;
    for (let at = 0; at < rows.count; at++) {
      const index = mapping[rows.point[at] as number] ?? -1;
      const received = rows.receivedMs[at] as number;
      if (index < 0 || received < fromMs || received >= toMs) continue;
      const stamp = rows.stampMs[at] as number;
      if (stamp <= (last[index] as number)) continue;
      last[index] = stamp;
      point[count] = index;
      value[count] = rows.value[at] as number;
      quality[count] = rows.quality[at] as number;
      sourceMs[count] = rows.sourceMs[at] as number;
      receivedMs[count++] = received;
    }
    this.#count = count;
  }

  finish(): ReadingsPiece {
    return toPiece(this.#columns, this.#count);
  }

  #grow(wanted: number): void {
    const larger = createColumns(Math.max(wanted, 2 * this.#columns.point.length));
    for (const name of Object.keys(larger) as (keyof Columns)[])
      larger[name].set(this.#columns[name].subarray(0, this.#count));
    this.#columns = larger;
  }
}

function createColumns(capacity: number): Columns {
  return {
    point: new Uint32Array(capacity),
    value: new Float64Array(capacity),
    quality: new Uint8Array(capacity),
    sourceMs: new Float64Array(capacity),
    receivedMs: new Float64Array(capacity),
  };
}

function toPiece(columns: Columns, count: number): ReadingsPiece {
  return { ...columns, count, order: toOrder(columns.receivedMs, count) };
}

function isWithin({ minStampMs, maxStampMs }: Unit, { fromMs, toMs }: ReadingsQuery): boolean {
  return minStampMs < toMs + STAMP_SLACK_MS && maxStampMs >= fromMs - STAMP_SLACK_MS;
}

/** In the order of writing; what a complete sealing replaces is left out. Empty when there is no such directory. */
function listUnits(directory: string): readonly Unit[] {
  const names = unlessGone(() => readdirSync(directory)) ?? [];
  const segments = names.map(parseSegmentName).filter((seq) => seq !== null);
  const readable = names.map(parseSealedName).flatMap((seq) => {
    const file = seq === null ? null : openSealedOrNull(sealedPath(directory, seq));
    file?.close();
    return file === null ? [] : [file.figures];
  });
  const { obsoleteSegments, unfinishedFiles } = reconcileSealed(segments, readable);
  const [obsolete, unfinished] = [new Set(obsoleteSegments), new Set(unfinishedFiles)];
  const sets = Map.groupBy(
    readable.filter(({ firstSeq }) => !unfinished.has(firstSeq)),
    ({ coverFirstSeq }) => coverFirstSeq,
  );
  const logs = segments.filter((seq) => !obsolete.has(seq)).toSorted((one, other) => one - other);
  return [
    ...[...sets.values()].map(toSealedUnit),
    ...logs.map((seq, at) => toLogUnit(directory, seq, logs[at + 1])),
  ].toSorted((one, other) => one.firstSeq - other.firstSeq);
}

function toSealedUnit(sealed: readonly SealedFigures[]): Unit {
  return {
    firstSeq: Math.min(...sealed.map(({ coverFirstSeq }) => coverFirstSeq)),
    lastSeq: Math.max(...sealed.map(({ coverLastSeq }) => coverLastSeq)),
    minStampMs: Math.min(...sealed.map(({ minStampMs }) => minStampMs)),
    maxStampMs: Math.max(...sealed.map(({ maxStampMs }) => maxStampMs)),
    sealed,
  };
}

/** Without an index it is being written, or its end was torn: it may hold anything. */
function toLogUnit(directory: string, firstSeq: number, nextSeq: number | undefined): Unit {
  const figures = readIndex(directory, firstSeq);
  return {
    firstSeq,
    lastSeq: figures?.lastSeq ?? (nextSeq ?? Number.MAX_SAFE_INTEGER) - 1,
    minStampMs: figures?.minStampMs ?? Number.NEGATIVE_INFINITY,
    maxStampMs: figures?.maxStampMs ?? Number.POSITIVE_INFINITY,
    sealed: null,
  };
}
