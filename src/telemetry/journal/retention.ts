/**
 * Which segments must go. Confirmed ones go first, oldest first, for age or size; unconfirmed ones only when the size
 * leaves no choice, and what is lost with them is made durable before they go. Without a sink nothing waits to be confirmed,
 * and age and size take the oldest.
 */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { JournalSettings } from '../../config/model.ts';
import type { JournalDisk } from './disk.ts';
import { indexPath, parseTableName, segmentPath } from './files.ts';
import { highest, type NewLoss } from './losses.ts';
import { sealedPath } from './sealed/record.ts';
import type { Segment, SegmentBook } from './segments.ts';
import type { TrimLog } from './trim-log.ts';
import type { TrimState } from './trim-state.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

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
  const expired = new Set(segments.filter((segment) => isFree(segment) && isOld(segment)));
  const rest = segments.filter((segment) => !expired.has(segment));
  let bytes = rest.reduce((sum, segment) => sum + segment.figures.bytes, 0);
  const candidates = [
    ...rest.filter(isFree),
    ...rest.filter((segment) => !isFree(segment) && !segment.isOpen),
  ];
  for (const segment of candidates) {
    if (bytes <= settings.maxBytes) break;
    bytes -= segment.figures.bytes;
    expired.add(segment);
  }
  return [...expired];
}

export interface Deletion {
  readonly disk: JournalDisk;
  readonly directory: string;
  readonly book: SegmentBook;
  readonly trimLog: TrimLog;
  /** Without one nothing that is deleted counts as lost. */
  readonly hasSink: boolean;
  /** Of the present table, which stays. */
  readonly tableId: string;
}

/**
 * Deletes segments and the tables that no segment needs any more.
 * @throws the error of the file system; what is then deleted already stands in the log of losses
 */
export async function deleteSegments(deletion: Deletion, expired: readonly Segment[]): Promise<void> {
  const { disk, directory, trimLog } = deletion;
  const [first] = expired;
  if (first === undefined) return await settlePending(trimLog);
  // One whose deletion failed half-way is in the log already.
  const counted = expired.filter((segment) => !isNamed(segment, trimLog.state.deleting));
  const toPending = (): readonly NewLoss[] => (deletion.hasSink ? toLosses(counted) : []);
  const note = async (): Promise<void> => {
    const pending = toPending();
    await trimLog.change((state) => ({
      // What was pending before is gone for sure.
      ...toTrimmed(trimLog.withLosses(state, state.pending), expired),
      pending,
    }));
  };
  try {
    await note();
  } catch (error) {
    // A disk without room for that note: what needs none is deleted first.
    if (first.unconfirmedReadings > 0 && deletion.hasSink) throw error;
    await deleteFiles(deletion, first);
    await note();
  }
  for (const segment of expired) await deleteFiles(deletion, segment);
  await deleteTables(deletion);
  await disk.syncDirectory(directory);
  // What the sink confirmed in the meantime was not lost.
  await settlePending(trimLog, toPending());
}

/** The deletion has ended: its losses are entered as they have turned out. */
async function settlePending(trimLog: TrimLog, losses = trimLog.state.pending): Promise<void> {
  if (trimLog.state.pending.length === 0) return;
  await trimLog.change((state) => ({ ...trimLog.withLosses(state, losses), pending: [] }));
}

/** Names of the files of a segment. */
export function fileNames({ form, parts, figures }: Segment): readonly string[] {
  const { firstSeq } = figures;
  if (form === 'log')
    return [segmentPath('', firstSeq), indexPath('', firstSeq)].map((path) => basename(path));
  const numbers = parts.length === 0 ? [firstSeq] : parts.map((part) => part.firstSeq);
  return numbers.map((number) => basename(sealedPath('', number)));
}

async function deleteFiles({ disk, directory, book }: Deletion, segment: Segment): Promise<void> {
  for (const name of fileNames(segment)) await disk.remove(join(directory, name));
  if (book.has(segment)) book.remove(segment);
}

function toTrimmed(state: TrimState, expired: readonly Segment[]): TrimState {
  let { trimmedToMs, stampFloorMs, seqFloor } = state;
  for (const { figures } of expired) {
    trimmedToMs = highest(trimmedToMs, figures.maxStampMs);
    stampFloorMs = highest(stampFloorMs, figures.maxStampMs);
    seqFloor = Math.max(seqFloor, figures.lastSeq);
  }
  return { ...state, trimmedToMs, stampFloorMs, seqFloor, deleting: expired.flatMap(fileNames) };
}

function isNamed(segment: Segment, names: readonly string[]): boolean {
  return fileNames(segment).every((name) => names.includes(name));
}

/** Of all segments together, counted to the reading; one at most. */
function toLosses(segments: readonly Segment[]): readonly NewLoss[] {
  const lost = segments.filter(({ unconfirmedReadings }) => unconfirmedReadings > 0);
  if (lost.length === 0) return [];
  return [
    {
      kind: 'expired',
      readings: lost.reduce((sum, { unconfirmedReadings }) => sum + unconfirmedReadings, 0),
      isExact: true,
      fromMs: Math.min(
        ...lost.map(({ oldestUnconfirmedMs, figures }) => oldestUnconfirmedMs ?? figures.minStampMs ?? 0),
      ),
      toMs: Math.max(...lost.map(({ figures }) => figures.maxStampMs ?? 0)),
      isConfirmed: false,
    },
  ];
}

async function deleteTables({ disk, directory, book, tableId }: Deletion): Promise<void> {
  const needed = new Set([tableId, ...book.segments.flatMap((segment) => segment.figures.tables)]);
  for (const name of await readdir(directory)) {
    const id = parseTableName(name);
    if (id !== null && !needed.has(id)) await disk.remove(join(directory, name));
  }
}
