/**
 * How far the roll-ups are stored in the sink: a full hour up to which all buckets are, and what stood then. From here a
 * restart computes on from the journal. Replaced atomically, after the sink has confirmed; one file, 23 bytes a point.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { UNKNOWN_QUALITY } from '../history-view.ts';
import { JOURNAL_DISK, replaceFileOn } from '../journal/disk.ts';
import type { PointTable, TableCache } from '../journal/table.ts';
import { createStanding, HOUR_MS, type StandingColumns } from './aggregator.ts';

export const CHECKPOINT_FILE = 'rollups.json';
/** Version 1 had no qualities. */
const VERSION = 2;

export interface Checkpoint {
  /** Every bucket that ends at or before this full hour is stored. UTC ms. */
  readonly hourMs: number;
  /** Blocks up to this number were seen: a reading of an earlier hour in a later block came late. */
  readonly seq: number;
  /** Of the earliest reading up to there that came late and is still to be computed, UTC ms; null = none. */
  readonly lateMs: number | null;
  readonly standing: StandingColumns;
}

/** Columns in base64, as the machine keeps them. */
interface Stored {
  readonly version: number;
  readonly tableId: string;
  readonly hourMs: number;
  readonly seq: number;
  /** Missing in older ones, which were not saved while there were any. */
  readonly lateMs?: number | null;
  readonly stampMs: string;
  readonly value: string;
  /** Missing in version 1. */
  readonly quality?: string;
  /** Of the columns together. */
  readonly crc: number;
}

/** @throws the error of the file system */
export async function saveCheckpoint(
  directory: string,
  table: PointTable,
  { hourMs, seq, lateMs, standing }: Checkpoint,
): Promise<void> {
  const [stampMs, value] = [toBytes(standing.stampMs), toBytes(standing.value)];
  const quality = Buffer.from(standing.quality);
  const stored: Stored = {
    version: VERSION,
    tableId: table.id,
    hourMs,
    seq,
    lateMs,
    stampMs: stampMs.toString('base64'),
    value: value.toString('base64'),
    quality: quality.toString('base64'),
    crc: crc32(quality, crc32(value, crc32(stampMs))),
  };
  await replaceFileOn(JOURNAL_DISK, join(directory, CHECKPOINT_FILE), JSON.stringify(stored));
}

/** For the points of `table`, by id. null when there is none, or it is damaged: then all the journal is computed. */
export async function loadCheckpoint(
  directory: string,
  table: PointTable,
  tables: TableCache,
): Promise<Checkpoint | null> {
  const text = await readFile(join(directory, CHECKPOINT_FILE), 'utf8').catch(() => null);
  const stored = text === null ? null : parse(text);
  if (stored === null) return null;
  const saved = toStanding(stored);
  if (saved === null) return null;
  const before = stored.tableId === table.id ? table : tables.get(stored.tableId);
  const standing = createStanding(table.points.length);
  const { hourMs, seq } = stored;
  const lateMs = Number.isFinite(stored.lateMs) ? (stored.lateMs as number) : null;
  if (before === null) return { hourMs, seq, lateMs, standing };
  const index = new Map(before.points.map(({ id }, at) => [id, at]));
  for (const [at, { id }] of table.points.entries()) {
    const from = index.get(id);
    if (from === undefined) continue;
    standing.stampMs[at] = saved.stampMs[from] ?? Number.NEGATIVE_INFINITY;
    standing.value[at] = saved.value[from] ?? Number.NaN;
    standing.quality[at] = saved.quality[from] ?? UNKNOWN_QUALITY;
  }
  return { hourMs, seq, lateMs, standing };
}

function parse(text: string): Stored | null {
  try {
    const stored = JSON.parse(text) as Stored;
    const isFitting =
      (stored.version === VERSION || stored.version === 1) &&
      Number.isSafeInteger(stored.hourMs) &&
      stored.hourMs % HOUR_MS === 0;
    return isFitting && Number.isSafeInteger(stored.seq) ? stored : null;
  } catch {
    return null;
  }
}

/** null where they are damaged. */
function toStanding({ stampMs, value, quality, crc }: Stored): StandingColumns | null {
  const [stampBytes, valueBytes] = [Buffer.from(stampMs, 'base64'), Buffer.from(value, 'base64')];
  const qualityBytes = Buffer.from(quality ?? '', 'base64');
  if (crc32(qualityBytes, crc32(valueBytes, crc32(stampBytes))) !== crc) return null;
  return { stampMs: toColumn(stampBytes), value: toColumn(valueBytes), quality: qualityBytes };
}

function toBytes(column: Float64Array): Buffer {
  return Buffer.from(column.buffer, column.byteOffset, column.byteLength);
}

function toColumn(bytes: Buffer): Float64Array {
  const column = new Float64Array(Math.floor(bytes.length / Float64Array.BYTES_PER_ELEMENT));
  bytes.copy(toBytes(column), 0, 0, toBytes(column).length);
  return column;
}
