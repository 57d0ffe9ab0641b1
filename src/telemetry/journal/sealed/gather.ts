/**
 * The readings of closed segments, sorted by point: which blocks are intact, their rows one after the other, and for each
 * point where its rows are, in order of stamp. Writes nothing. Works in slices (pacer.ts).
 */
import { type BlockHeader, decodeRows, FORMAT_VERSION, MAX_TIME_MS } from '../format.ts';
import { type BlockRows, createRows, type OpenRows } from '../rows.ts';
import { scanBlocks } from '../scan.ts';
import { SEALED_LIMITS } from './limits.ts';
import type { Pacer } from './pacer.ts';

/** Why segments cannot be sealed although they can be read; they stay as they are. */
export type SealRefusal =
  | 'unknown-version'
  | 'too-many-readings'
  | 'too-many-tables'
  | 'too-many-bytes'
  | 'too-many-points'
  | 'undecodable-table';

export class SealRefused extends Error {
  readonly reason: SealRefusal;

  constructor(reason: SealRefusal) {
    super(`segments cannot be sealed: ${reason}`);
    this.name = 'SealRefused';
    this.reason = reason;
  }
}

export interface SegmentBytes {
  readonly firstSeq: number;
  readonly bytes: Buffer;
}

interface FoundBlock {
  readonly bytes: Buffer;
  readonly offset: number;
  readonly header: BlockHeader;
}

/** What segments hold; the damage tallies grow when blocks turn out not to hold what their headers say. */
export interface Survey {
  /** Key: table id. In order of writing. */
  readonly tables: ReadonlyMap<string, readonly FoundBlock[]>;
  /** Highest block number seen, in damaged blocks too. */
  readonly lastSeq: number;
  damagedPlaces: number;
  damagedBytes: number;
  /** As far as headers tell, with their stamps (UTC ms; null = no header tells). */
  damagedReadings: number;
  damagedFromMs: number | null;
  damagedToMs: number | null;
  /** Those of them in blocks that stand in `tables`. */
  undecodedReadings: number;
}

type Damage = Omit<Survey, 'tables' | 'lastSeq'>;

/** All rows of one table. */
export interface Gathered {
  readonly rows: OpenRows;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly minStampMs: number;
  readonly maxStampMs: number;
  readonly highStampMs: number;
  /** By point, one more than there are: where its places begin in `order`. */
  readonly starts: Uint32Array;
  /** Rows by point; those of one point as they were written. */
  readonly order: Uint32Array;
}

/** @throws SealRefused when a limit is passed or a block is of a version that this program does not know. */
export async function surveySegments(segments: readonly SegmentBytes[], pacer: Pacer): Promise<Survey> {
  const tables = new Map<string, FoundBlock[]>();
  const damage: Damage = {
    damagedPlaces: 0,
    damagedBytes: 0,
    damagedReadings: 0,
    damagedFromMs: null,
    damagedToMs: null,
    undecodedReadings: 0,
  };
  let lastSeq = 0;
  let readings = 0;
  for (const { firstSeq, bytes } of segments) {
    lastSeq = Math.max(lastSeq, firstSeq);
    for (const item of scanBlocks(bytes)) {
      if (pacer.isDue()) await pacer.rest();
      lastSeq = Math.max(lastSeq, item.header?.seq ?? 0);
      if (item.type === 'damage') {
        if (item.header !== null && item.header.version !== FORMAT_VERSION)
          throw new SealRefused('unknown-version');
        addDamage(damage, item.bytes, item.header);
        continue;
      }
      readings += item.header.readings;
      if (readings > SEALED_LIMITS.readings) throw new SealRefused('too-many-readings');
      addBlock(tables, { bytes, offset: item.offset, header: item.header });
    }
  }
  return { tables, lastSeq, ...damage };
}

function addDamage(damage: Damage, bytes: number, header: BlockHeader | null): void {
  damage.damagedPlaces++;
  damage.damagedBytes += bytes;
  if (header === null) return;
  const { readings, minStampMs, maxStampMs } = header;
  damage.damagedReadings += readings;
  damage.damagedFromMs = Math.min(damage.damagedFromMs ?? minStampMs, minStampMs);
  damage.damagedToMs = Math.max(damage.damagedToMs ?? maxStampMs, maxStampMs);
}

/** null when no block of the table can be decoded. @throws SealRefused when a point is beyond the limit. */
export async function gatherTable(
  blocks: readonly FoundBlock[],
  survey: Survey,
  pacer: Pacer,
): Promise<Gathered | null> {
  const rows = createRows(blocks.reduce((sum, block) => sum + block.header.readings, 0));
  let firstSeq = Number.POSITIVE_INFINITY;
  let lastSeq = 0;
  let minStampMs = Number.POSITIVE_INFINITY;
  let maxStampMs = Number.NEGATIVE_INFINITY;
  let highStampMs = Number.NEGATIVE_INFINITY;
  for (const { bytes, offset, header } of blocks) {
    if (pacer.isDue()) await pacer.rest();
    const decoded = decodeBelievable(bytes, offset, header);
    if (decoded === null) {
      addDamage(survey, header.bytes, header);
      survey.undecodedReadings += header.readings;
      continue;
    }
    append(rows, decoded);
    firstSeq = Math.min(firstSeq, header.seq);
    lastSeq = Math.max(lastSeq, header.seq);
    minStampMs = Math.min(minStampMs, header.minStampMs);
    maxStampMs = Math.max(maxStampMs, header.maxStampMs);
    highStampMs = Math.max(highStampMs, header.highStampMs);
  }
  if (rows.count === 0) return null;
  const sorted = await sortByPoint(rows, pacer);
  return { rows, firstSeq, lastSeq, minStampMs, maxStampMs, highStampMs, ...sorted };
}

/**
 * The rows of one point in order of stamp, each stamp once: a write that failed half-way may have left readings twice, and
 * the first stands (as in reader.ts). Usually the places as they are; sorting them is the one step that is not cut into slices.
 */
export function placesOf(gathered: Gathered, point: number): Uint32Array {
  const { rows, starts, order } = gathered;
  const places = order.subarray(starts[point], starts[point + 1]);
  const { stampMs } = rows;
  const stamp = (place: number): number => stampMs[place] as number;
  let isAscending = true;
  for (let at = 1; at < places.length && isAscending; at++) {
    isAscending = stamp(places[at] as number) > stamp(places[at - 1] as number);
  }
  if (isAscending) return places;
  const sorted = places.toSorted((one, other) => stamp(one) - stamp(other) || one - other);
  return sorted.filter((place, at) => at === 0 || stamp(place) !== stamp(sorted[at - 1] as number));
}

function addBlock(tables: Map<string, FoundBlock[]>, block: FoundBlock): void {
  const { tableId } = block.header;
  const blocks = tables.get(tableId);
  if (blocks !== undefined) {
    blocks.push(block);
    return;
  }
  if (tables.size === SEALED_LIMITS.tables) throw new SealRefused('too-many-tables');
  tables.set(tableId, [block]);
}

/** null when the block does not hold what its header says. @throws SealRefused when a point is beyond the limit. */
function decodeBelievable(bytes: Buffer, offset: number, header: BlockHeader): BlockRows | null {
  const rows = decodeOrNull(bytes, offset, header);
  if (rows === null) return null;
  for (let at = 0; at < rows.count; at++) {
    const stampMs = rows.stampMs[at] as number;
    if (!(stampMs >= header.minStampMs && stampMs <= MAX_TIME_MS)) return null;
    if ((rows.point[at] as number) >= SEALED_LIMITS.points) throw new SealRefused('too-many-points');
  }
  return rows;
}

function decodeOrNull(bytes: Buffer, offset: number, header: BlockHeader): BlockRows | null {
  try {
    return decodeRows(bytes, offset, header);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function append(rows: OpenRows, more: BlockRows): void {
  const at = rows.count;
  rows.point.set(more.point, at);
  rows.stampMs.set(more.stampMs, at);
  rows.value.set(more.value, at);
  rows.quality.set(more.quality, at);
  rows.mark.set(more.mark, at);
  rows.sourceMs.set(more.sourceMs, at);
  rows.receivedMs.set(more.receivedMs, at);
  rows.count = at + more.count;
}

/** Counting sort; keeps the order of writing within a point. */
async function sortByPoint(
  rows: OpenRows,
  pacer: Pacer,
): Promise<{ readonly starts: Uint32Array; readonly order: Uint32Array }> {
  const { point, count } = rows;
  let highest = 0;
  for (let at = 0; at < count; at++) if ((point[at] as number) > highest) highest = point[at] as number;
  const starts = new Uint32Array(highest + 2);
  for (let at = 0; at < count; at++) {
    const next = (point[at] as number) + 1;
    starts[next] = (starts[next] as number) + 1;
  }
  for (let at = 1; at < starts.length; at++) starts[at] = (starts[at] as number) + (starts[at - 1] as number);
  if (pacer.isDue()) await pacer.rest();
  const free = starts.slice();
  const order = new Uint32Array(count);
  for (let from = 0; from < count; from += SEALED_LIMITS.sortRows) {
    const end = Math.min(from + SEALED_LIMITS.sortRows, count);
    for (let at = from; at < end; at++) {
      const of = point[at] as number;
      const place = free[of] as number;
      free[of] = place + 1;
      order[place] = at;
    }
    if (pacer.isDue()) await pacer.rest();
  }
  return { starts, order };
}
