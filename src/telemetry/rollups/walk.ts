/**
 * Readings of the journal under the indexes of the present configuration, and what is found by walking through them: what
 * stood at an hour, what came late. Keeps nothing but the indexes of former tables.
 */
import type { BlockRows } from '../journal/rows.ts';
import type { PointTable } from '../journal/table.ts';
import { createStanding, type StandingColumns } from './aggregator.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { RollupLimits } from './limits.ts';
import type { RangeBlock, RangeSource } from './range.ts';

/** @param index in the present table */
export type TakeReading = (index: number, stampMs: number, value: number, quality: number) => void;

/** Calls for each reading of a point that the present configuration has. */
export type Walk = (block: Pick<RangeBlock, 'points' | 'rows'>, take: TakeReading) => void;

export interface Walking {
  readonly walk: Walk;
  readonly source: RangeSource;
  readonly signal: AbortSignal;
}

export function createWalk(table: PointTable): Walk {
  const indexOf = new Map(table.points.map(({ id }, at) => [id, at]));
  /** Index in the present table of each point of a former one. Key: that table's points. */
  const known = new WeakMap<RangeBlock['points'], Int32Array>();
  return ({ points, rows }, take) => {
    let indexes = known.get(points);
    if (indexes === undefined) {
      indexes = Int32Array.from(points, ({ id }) => indexOf.get(id) ?? -1);
      known.set(points, indexes);
    }
    takeAll(rows, indexes, take);
  };
}

function takeAll({ count, point, stampMs, value, quality }: BlockRows, to: Int32Array, take: TakeReading) {
  for (let at = 0; at < count; at++) {
    const index = to[point[at] as number] ?? -1;
    if (index >= 0) {
      take(index, stampMs[at] as number, value[at] as number, quality[at] as number);
    }
  }
}

/** @param lastSeq of the last durable block: what a reader sees beyond it may still be taken back */
export function durableOnly(source: RangeSource, lastSeq: () => number): RangeSource {
  return {
    nextMs: (fromMs) => source.nextMs(fromMs),
    async *read(query) {
      for await (const block of source.read(query)) if (block.seq <= lastSeq()) yield block;
    },
  };
}

/**
 * Readings of hours before the checkpoint that were journalled after it, as a crash may leave them.
 * @returns the earliest stamp, UTC ms; Infinity = there are none
 */
export async function findLate(walking: Walking, checkpoint: Checkpoint): Promise<number> {
  const { walk, source, signal } = walking;
  const { hourMs, seq, standing } = checkpoint;
  let lateMs = Number.POSITIVE_INFINITY;
  const query = { fromMs: Number.NEGATIVE_INFINITY, toMs: hourMs, afterSeq: seq, signal };
  for await (const block of source.read(query)) {
    walk(block, (index, stampMs) => {
      const known = standing.stampMs[index] as number;
      const isLate = stampMs < hourMs && stampMs > known && known !== Number.NEGATIVE_INFINITY;
      if (isLate) lateMs = Math.min(lateMs, stampMs);
    });
  }
  return lateMs;
}

/** What stood at a full hour, as far as the journal has it within `lookbackMs` before. */
export async function lookBack(
  { walk, source, signal }: Walking,
  points: number,
  hourMs: number,
  { lookbackMs }: Pick<RollupLimits, 'lookbackMs'>,
): Promise<StandingColumns> {
  const standing = createStanding(points);
  const query = { fromMs: hourMs - lookbackMs, toMs: hourMs, afterSeq: 0, signal };
  for await (const block of source.read(query)) {
    walk(block, (index, stampMs, value, quality) => {
      if (stampMs >= hourMs || stampMs <= (standing.stampMs[index] as number)) return;
      standing.stampMs[index] = stampMs;
      standing.value[index] = value;
      standing.quality[index] = quality;
    });
  }
  return standing;
}
