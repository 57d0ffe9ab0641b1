/**
 * Turns closed log segments into sealed files, in the background and one group at a time. Segments of one configuration that
 * lie side by side wait for each other until a point has readings enough for a good chunk, or until they have waited long;
 * those that the sink has and those that it has not are kept apart, so that nothing is sent again for having been sealed.
 */
import { AssertionFailure } from '../../core/assert.ts';
import { noteSealed } from './damage.ts';
import type { JournalDisk } from './disk.ts';
import { JOURNAL_LIMITS } from './limits.ts';
import { highest, type NewLoss } from './losses.ts';
import { removeLog } from './recovery-sealed.ts';
import { SealRefused } from './sealed/gather.ts';
import { type SealResult, sealSegments } from './sealed/seal.ts';
import type { Segment, SegmentBook } from './segments.ts';
import type { TableCache } from './table.ts';
import type { TrimLog } from './trim-log.ts';
import type { TrimState } from './trim-state.ts';

/** When a group is worth a file; parts of JOURNAL_LIMITS, smaller ones in tests. */
export interface SealPolicy {
  readonly pointReadings: number;
  readonly groupBytes: number;
  readonly groupReadings: number;
  /** Largest part of the configured size that a group may be: 1/this. */
  readonly groupShare: number;
  readonly waitMs: number;
  readonly retryMs: number;
  readonly retryMaxMs: number;
}

export const SEAL_POLICY: SealPolicy = {
  pointReadings: JOURNAL_LIMITS.sealPointReadings,
  groupBytes: JOURNAL_LIMITS.sealGroupBytes,
  groupReadings: JOURNAL_LIMITS.sealGroupReadings,
  groupShare: JOURNAL_LIMITS.sealGroupShare,
  waitMs: JOURNAL_LIMITS.sealWaitMs,
  retryMs: JOURNAL_LIMITS.sealRetryMs,
  retryMaxMs: JOURNAL_LIMITS.sealRetryMaxMs,
};

export interface SealerOptions {
  readonly disk: JournalDisk;
  readonly directory: string;
  readonly book: SegmentBook;
  readonly trimLog: TrimLog;
  readonly tables: TableCache;
  readonly hasSink: boolean;
  readonly monoMs: () => number;
  readonly policy: SealPolicy;
}

export interface SealerStatus {
  /** Sealings that failed since start; they are tried again. */
  readonly sealingFailures: number;
  /** Why the last one failed; null once one has succeeded. */
  readonly sealingFailure: string | null;
  /** Segments that cannot be sealed and stay as they are. */
  readonly unsealableSegments: number;
}

export class Sealer {
  readonly #options: SealerOptions;
  readonly #abort = new AbortController();
  /** When a closed segment was seen first, monotonic ms. Key: first block. */
  readonly #seenMs = new Map<number, number>();
  /** Key: first block. `alone`: not in company; `never`: not at all. */
  readonly #refused = new Map<number, 'alone' | 'never'>();
  #failures = 0;
  #failuresInRow = 0;
  #failure: string | null = null;
  #resumeMs = Number.NEGATIVE_INFINITY;
  /** Damaged stretches that were not known before the sealing. */
  damagedPlaces = 0;

  constructor(options: SealerOptions) {
    this.#options = options;
  }

  get status(): SealerStatus {
    return {
      sealingFailures: this.#failures,
      sealingFailure: this.#failure,
      unsealableSegments: [...this.#refused.values()].filter((why) => why === 'never').length,
    };
  }

  /** Breaks off the sealing under way; its segments stay. */
  stop(): void {
    this.#abort.abort();
  }

  /**
   * Seals the oldest group that is worth it.
   * @param isUrgent whether every closed segment is worth it now: before anything would be lost for want of room
   * @returns whether another call may find something to do
   */
  async step(isUrgent = false): Promise<boolean> {
    const nowMs = this.#options.monoMs();
    if (this.#abort.signal.aborted || nowMs < this.#resumeMs) return false;
    const group = this.#choose(nowMs, isUrgent);
    if (group.length === 0) return false;
    try {
      await this.#seal(group);
      this.#failuresInRow = 0;
      this.#failure = null;
      return true;
    } catch (error) {
      return this.#fail(error, group);
    }
  }

  #choose(nowMs: number, isUrgent: boolean): readonly Segment[] {
    const { book, hasSink, policy } = this.#options;
    const closed = book.segments.filter(({ form, isOpen }) => form === 'log' && !isOpen);
    const known = new Set(closed.map(({ figures }) => figures.firstSeq));
    for (const firstSeq of this.#seenMs.keys()) if (!known.has(firstSeq)) this.#seenMs.delete(firstSeq);
    for (const firstSeq of known) if (!this.#seenMs.has(firstSeq)) this.#seenMs.set(firstSeq, nowMs);
    const waitedMs = ({ figures }: Segment): number => nowMs - (this.#seenMs.get(figures.firstSeq) ?? nowMs);
    const groups = toGroups(book.segments, {
      policy,
      stateOf: (segment) => (hasSink ? toState(segment) : 'none'),
      refusalOf: (segment) => this.#refused.get(segment.figures.firstSeq),
    });
    const isDue = (group: readonly Segment[]): boolean => {
      const isLong = group.some((segment) => waitedMs(segment) >= policy.waitMs);
      // Its last blocks are on their way to the sink, or it will be sent block by block: both cost less unsealed.
      if (hasSink && group.some((segment) => toState(segment) === 'mixed')) return isLong || isUrgent;
      return isLong || isUrgent || this.#isWorthIt(group);
    };
    return groups.find(isDue) ?? [];
  }

  #isWorthIt(group: readonly Segment[]): boolean {
    const { policy, tables } = this.#options;
    const points = tables.get(group[0]?.figures.tables[0] ?? '')?.points.length ?? 0;
    // Another one like those would not fit.
    const share = (group.length + 1) / group.length;
    const isFull =
      bytesOf(group) * share > policy.groupBytes || readingsOf(group) * share > policy.groupReadings;
    return isFull || readingsOf(group) >= policy.pointReadings * points;
  }

  async #seal(group: readonly Segment[]): Promise<void> {
    const { disk, directory, book, trimLog } = this.#options;
    const firstSeqs = group.map(({ figures }) => figures.firstSeq);
    const result = await sealSegments({ directory, firstSeqs }, { disk, signal: this.#abort.signal });
    const missing = readingsOf(group) - result.readings - result.repeatedReadings;
    if (missing > 0) await trimLog.change((state) => this.#toDamaged(state, group, missing, result));
    this.#enter(group, result, missing > 0);
    await book.save();
    for (const firstSeq of firstSeqs) await removeLog(disk, directory, firstSeq);
    await disk.syncDirectory(directory);
  }

  /** What was damaged is gone with the segments: its stamps may be with the sink. */
  #toDamaged(state: TrimState, group: readonly Segment[], missing: number, result: SealResult): TrimState {
    const firstSeqs = group.map(({ figures }) => figures.firstSeq);
    const { state: noted, fresh } = noteSealed(state, firstSeqs, missing);
    const floored = { ...noted, stampFloorMs: toFloor(group, state.stampFloorMs) };
    return fresh === 0
      ? floored
      : this.#options.trimLog.withLosses(floored, [toDamage(group, fresh, result)]);
  }

  #enter(group: readonly Segment[], result: SealResult, isDamaged: boolean): void {
    const { book } = this.#options;
    const unconfirmed = group.reduce((sum, segment) => sum + segment.unconfirmedReadings, 0);
    if (isDamaged) this.damagedPlaces += result.damagedPlaces;
    // Those that the backlog has met meanwhile are counted already, and are not among the unconfirmed ones.
    book.damagedReadings += Math.max(0, unconfirmed - result.readings);
    book.seal(group, result.parts, Math.min(result.readings, unconfirmed));
  }

  /** @returns whether something else may be tried at once. */
  #fail(error: unknown, group: readonly Segment[]): boolean {
    if (error instanceof AssertionFailure) throw error;
    if (this.#abort.signal.aborted) return false;
    this.#failures++;
    this.#failure = error instanceof Error ? error.message : String(error);
    if (error instanceof SealRefused) {
      const why = group.length > 1 ? 'alone' : 'never';
      for (const { figures } of group) this.#refused.set(figures.firstSeq, why);
      return true;
    }
    const { retryMs, retryMaxMs } = this.#options.policy;
    const pauseMs = retryMs * 2 ** Math.min(this.#failuresInRow, 10);
    this.#failuresInRow++;
    this.#resumeMs = this.#options.monoMs() + Math.min(pauseMs, retryMaxMs);
    return false;
  }
}

interface Grouping {
  readonly policy: SealPolicy;
  readonly stateOf: (segment: Segment) => SinkState;
  readonly refusalOf: (segment: Segment) => 'alone' | 'never' | undefined;
}

/** How much of a segment the sink has. */
type SinkState = 'all' | 'none' | 'mixed';

function toState({ unconfirmedReadings, figures }: Segment): SinkState {
  if (unconfirmedReadings === 0) return 'all';
  return unconfirmedReadings === figures.readings ? 'none' : 'mixed';
}

/** Closed log segments that may share a file: side by side, of one table, in one state, within the limits. */
function toGroups(segments: readonly Segment[], grouping: Grouping): readonly (readonly Segment[])[] {
  const groups: Segment[][] = [];
  let open: Segment[] | null = null;
  for (const segment of segments) {
    if (segment.form !== 'log' || segment.isOpen || grouping.refusalOf(segment) === 'never') {
      open = null;
      continue;
    }
    if (open === null || !canJoin(open, segment, grouping)) {
      open = [];
      groups.push(open);
    }
    open.push(segment);
  }
  return groups;
}

function canJoin(group: readonly Segment[], segment: Segment, grouping: Grouping): boolean {
  const { policy, stateOf, refusalOf } = grouping;
  const [first] = group;
  return (
    first !== undefined &&
    refusalOf(segment) === undefined &&
    refusalOf(first) === undefined &&
    stateOf(first) === stateOf(segment) &&
    first.figures.tables.join() === segment.figures.tables.join() &&
    bytesOf(group) + segment.figures.bytes <= policy.groupBytes &&
    readingsOf(group) + segment.figures.readings <= policy.groupReadings
  );
}

function readingsOf(group: readonly Segment[]): number {
  return group.reduce((sum, { figures }) => sum + figures.readings, 0);
}

function bytesOf(group: readonly Segment[]): number {
  return group.reduce((sum, { figures }) => sum + figures.bytes, 0);
}

function toFloor(group: readonly Segment[], floorMs: number | null): number | null {
  return group.reduce((floor, { figures }) => highest(floor, figures.highStampMs), floorMs);
}

/** The range is known where the headers tell of just these readings. */
function toDamage(
  group: readonly Segment[],
  readings: number,
  { damagedReadings, damagedFromMs, damagedToMs }: SealResult,
): NewLoss {
  const unconfirmed = group.reduce((sum, segment) => sum + segment.unconfirmedReadings, 0);
  const isKnown = damagedReadings === readings;
  return {
    kind: 'damaged',
    readings,
    isExact: true,
    fromMs: isKnown ? damagedFromMs : null,
    toMs: isKnown ? damagedToMs : null,
    isConfirmed: unconfirmed === 0 ? true : unconfirmed === readingsOf(group) ? false : null,
  };
}
