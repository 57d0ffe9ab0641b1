/**
 * Writes one sealed file under a temporary name: chunks as they are encoded, the directory, the figures at both ends, then
 * makes it durable. Naming it is the work of seal.ts.
 */
import type { SegmentFile } from '../files.ts';
import { createRows, type OpenRows } from '../rows.ts';
import { maxChunkBytes, writeChunk } from './chunk.ts';
import { encodeDirectory, toPlaces } from './directory.ts';
import { type Gathered, placesOf } from './gather.ts';
import { SEALED_LIMITS } from './limits.ts';
import type { Pacer } from './pacer.ts';
import { encodeRecord, RECORD_BYTES, type SealedFigures } from './record.ts';

/** What the figures say beyond what is in the rows. */
export interface PartId {
  readonly tableId: string;
  readonly part: number;
  readonly parts: number;
  readonly coverFirstSeq: number;
  readonly coverLastSeq: number;
}

/** Output under way, and where its chunks are. */
interface Output {
  readonly file: SegmentFile;
  readonly buffer: Buffer;
  /** Bytes in the buffer, and offset in the file at which they belong. */
  at: number;
  fileAt: number;
  readings: number;
  readonly point: number[];
  readonly offset: number[];
  readonly bytes: number[];
}

/** Writes and syncs all of it; the caller closes the file. @throws the error of the file system. */
export async function writeSealed(
  file: SegmentFile,
  gathered: Gathered,
  id: PartId,
  pacer: Pacer,
): Promise<SealedFigures> {
  const output = createOutput(file);
  await writeChunks(output, gathered, pacer);
  await flush(output);
  const places = toPlaces(output.point, output.offset, output.bytes);
  const directory = encodeDirectory(places, output.fileAt);
  const figures: SealedFigures = {
    ...id,
    firstSeq: gathered.firstSeq,
    lastSeq: gathered.lastSeq,
    minStampMs: gathered.minStampMs,
    maxStampMs: gathered.maxStampMs,
    highStampMs: gathered.highStampMs,
    readings: output.readings,
    chunks: places.count,
    directoryAt: output.fileAt,
    pages: directory.pages,
    bytes: output.fileAt + directory.bytes.length + RECORD_BYTES,
  };
  await file.write(Buffer.concat([directory.bytes, encodeRecord(figures, 'end')]), output.fileAt);
  await file.write(encodeRecord(figures, 'head'), 0);
  await file.datasync();
  return figures;
}

function createOutput(file: SegmentFile): Output {
  const { writeBytes, chunkReadings } = SEALED_LIMITS;
  return {
    file,
    buffer: Buffer.allocUnsafe(writeBytes + maxChunkBytes(chunkReadings)),
    at: 0,
    fileAt: RECORD_BYTES,
    readings: 0,
    point: [],
    offset: [],
    bytes: [],
  };
}

async function writeChunks(output: Output, gathered: Gathered, pacer: Pacer): Promise<void> {
  const { chunkReadings, writeBytes } = SEALED_LIMITS;
  const rows = createRows(chunkReadings);
  const scratch = new Float64Array(chunkReadings);
  const points = gathered.starts.length - 1;
  for (let point = 0; point < points; point++) {
    if (gathered.starts[point] === gathered.starts[point + 1]) continue;
    const places = placesOf(gathered, point);
    for (let from = 0; from < places.length; from += chunkReadings) {
      gatherRows(rows, gathered.rows, places, from);
      addChunk(output, rows, point, gathered.minStampMs, scratch);
      if (output.at >= writeBytes) await flush(output);
      if (pacer.isDue()) await pacer.rest();
    }
  }
}

/** Copies the rows at `places`, from number `from` on, as many as fit. Columns one by one: the order is at random places. */
function gatherRows(into: OpenRows, rows: OpenRows, places: Uint32Array, from: number): void {
  const count = Math.min(into.point.length, places.length - from);
  into.count = count;
  for (let at = 0; at < count; at++) {
    const place = places[from + at] as number;
    into.stampMs[at] = rows.stampMs[place] as number;
    into.value[at] = rows.value[place] as number;
    into.quality[at] = rows.quality[place] as number;
    into.mark[at] = rows.mark[place] as number;
    into.sourceMs[at] = rows.sourceMs[place] as number;
    into.receivedMs[at] = rows.receivedMs[place] as number;
  }
}

function addChunk(
  output: Output,
  rows: OpenRows,
  point: number,
  baseMs: number,
  scratch: Float64Array,
): void {
  const cursor = { bytes: output.buffer, at: output.at };
  writeChunk(cursor, rows, point, baseMs, scratch);
  output.point.push(point);
  output.offset.push(output.fileAt + output.at);
  output.bytes.push(cursor.at - output.at);
  output.readings += rows.count;
  output.at = cursor.at;
}

async function flush(output: Output): Promise<void> {
  if (output.at === 0) return;
  await output.file.write(output.buffer.subarray(0, output.at), output.fileAt);
  output.fileAt += output.at;
  output.at = 0;
}
