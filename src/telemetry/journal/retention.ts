/**
 * Which segments must go. Confirmed ones go first, oldest first, for age or size; unconfirmed ones only when the size
 * leaves no choice, and what is lost with them is counted. Without a sink nothing waits to be confirmed, and age and size
 * take the oldest.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { JournalSettings } from '../../config/model.ts';
import { indexPath, parseTableName, segmentPath } from './files.ts';
import type { Segment, SegmentBook } from './segments.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Readings deleted before the sink had them. Stamps are those of the segments concerned, UTC ms. */
export interface LostReadings {
  readonly readings: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Pure: the segments to delete, in order. */
export function chooseExpired(
  segments: readonly Segment[],
  settings: JournalSettings,
  nowMs: number,
  hasSink: boolean,
): readonly Segment[] {
  const isFree = (segment: Segment): boolean =>
    !segment.isOpen && (!hasSink || segment.unconfirmedReadings === 0);
  const isOld = (segment: Segment): boolean =>
    nowMs - (segment.figures.maxStampMs ?? 0) > settings.maxAgeDays * DAY_MS;
  const expired = segments.filter((segment) => isFree(segment) && isOld(segment));
  const rest = segments.filter((segment) => !expired.includes(segment));
  let bytes = rest.reduce((sum, segment) => sum + segment.figures.bytes, 0);
  const candidates = [
    ...rest.filter(isFree),
    ...rest.filter((segment) => !isFree(segment) && !segment.isOpen),
  ];
  for (const segment of candidates) {
    if (bytes <= settings.maxBytes) break;
    bytes -= segment.figures.bytes;
    expired.push(segment);
  }
  return expired;
}

/** Deletes segments and the tables that no segment needs any more. @returns what was lost, null when nothing was. */
export async function deleteSegments(
  directory: string,
  book: SegmentBook,
  expired: readonly Segment[],
  options: { readonly hasSink: boolean; readonly tableId: string },
): Promise<LostReadings | null> {
  let lost: LostReadings | null = null;
  for (const segment of expired) {
    const { firstSeq } = segment.figures;
    await rm(segmentPath(directory, firstSeq), { force: true });
    await rm(indexPath(directory, firstSeq), { force: true });
    if (options.hasSink) lost = addLost(lost, segment);
    book.remove(segment);
  }
  if (expired.length > 0) await deleteTables(directory, book, options.tableId);
  return lost;
}

export function joinLost(one: LostReadings | null, other: LostReadings | null): LostReadings | null {
  if (one === null || other === null) return one ?? other;
  return {
    readings: one.readings + other.readings,
    fromMs: Math.min(one.fromMs, other.fromMs),
    toMs: Math.max(one.toMs, other.toMs),
  };
}

function addLost(lost: LostReadings | null, segment: Segment): LostReadings | null {
  if (segment.unconfirmedReadings === 0) return lost;
  return joinLost(lost, {
    readings: segment.unconfirmedReadings,
    fromMs: segment.oldestUnconfirmedMs ?? segment.figures.minStampMs ?? 0,
    toMs: segment.figures.maxStampMs ?? 0,
  });
}

async function deleteTables(directory: string, book: SegmentBook, current: string): Promise<void> {
  const needed = new Set([current, ...book.segments.flatMap((segment) => segment.figures.tables)]);
  for (const name of await readdir(directory)) {
    const id = parseTableName(name);
    if (id !== null && !needed.has(id)) await rm(join(directory, name), { force: true });
  }
}
