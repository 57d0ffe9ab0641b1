/**
 * A journal of 14 days on disk, through the journal's own encoding and sealing. The last day is dense (a reading a second),
 * the days before it hold heartbeats; files are as many as a site of 2,000 points at 1 s makes. One point in ten is in them,
 * which leaves the chunks of each as they would be; all points are in the last two minutes.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { segmentPath } from '../../src/telemetry/journal/files.ts';
import { encodeBlock } from '../../src/telemetry/journal/format.ts';
import { createRows, type OpenRows } from '../../src/telemetry/journal/rows.ts';
import { sealSegments } from '../../src/telemetry/journal/sealed/seal.ts';
import { parseTable, storeTable, toTableText } from '../../src/telemetry/journal/table.ts';
import { toStorageModel } from './model.ts';

export const PAST_POINTS = 2_000;
export const DAY_S = 86_400;
const DAYS = 14;
/** Of the points, one in so many is there throughout. */
export const KEPT_SHARE = 10;
/** Seconds in a log segment of 8 MiB at 2,000 readings/s and 12 bytes each. */
const FILE_S = 350;
const HEARTBEAT_S = 60;
const ALL_POINTS_S = 120;
const BLOCK_READINGS = 4_096;

export interface Past {
  /** Whole days up to `endMs`. UTC ms. */
  readonly startMs: number;
  readonly endMs: number;
  readonly files: number;
  readonly readings: number;
}

/** A slow analogue value. */
export function toValue(point: number, second: number): number {
  return Math.round(200 + 50 * Math.sin(second / 900 + point)) / 10;
}

/** @param scale share of the time; of the points, always all */
export async function makePast(directory: string, scale: number, endMs: number): Promise<Past> {
  const table = parseTable(toTableText(toStorageModel(PAST_POINTS)));
  await storeTable(directory, table);
  const denseS = Math.max(2 * FILE_S, Math.round(DAY_S * scale));
  const wholeS = denseS * DAYS;
  const startMs = endMs - wholeS * 1_000;
  let [seq, files, readings] = [0, 0, 0];
  for (let fromS = 0; fromS < wholeS; fromS += FILE_S) {
    const untilS = Math.min(wholeS, fromS + FILE_S);
    const firstSeq = seq + 1;
    const blocks: Buffer[] = [];
    for (const rows of toBlocks(startMs, fromS, untilS, wholeS, denseS)) {
      readings += rows.count;
      seq++;
      blocks.push(encodeBlock(rows, { seq, tableId: table.id, highStampMs: startMs }));
    }
    writeFileSync(segmentPath(directory, firstSeq), Buffer.concat(blocks));
    await sealSegments({ directory, firstSeqs: [firstSeq] });
    rmSync(segmentPath(directory, firstSeq));
    files++;
  }
  return { startMs, endMs, files, readings };
}

function* toBlocks(
  startMs: number,
  fromS: number,
  untilS: number,
  wholeS: number,
  denseS: number,
): Generator<OpenRows> {
  let rows = createRows(BLOCK_READINGS);
  for (let second = fromS; second < untilS; second++) {
    const isDense = second >= wholeS - denseS;
    const share = second >= wholeS - ALL_POINTS_S ? 1 : KEPT_SHARE;
    for (let point = 0; point < PAST_POINTS; point += share) {
      if (!isDense && (second + point) % HEARTBEAT_S !== 0) continue;
      if (rows.count === BLOCK_READINGS) {
        yield rows;
        rows = createRows(BLOCK_READINGS);
      }
      add(rows, point, startMs + second * 1_000, toValue(point, second));
    }
  }
  if (rows.count > 0) yield rows;
}

function add(rows: OpenRows, point: number, stampMs: number, value: number): void {
  const at = rows.count++;
  rows.point[at] = point;
  rows.stampMs[at] = stampMs;
  rows.receivedMs[at] = stampMs;
  rows.value[at] = value;
  rows.sourceMs[at] = Number.NaN;
}
