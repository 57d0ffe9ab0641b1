/**
 * Cuts a row of spans into requests so that the reckoned time is least: a dynamic programme over the spans in address
 * order. Pure. For spans that lie on a line, and a cost that only grows with the number of addresses, no better answer
 * exists outside of cuts of that order: a span that begins inside another request and does not reach beyond it is read
 * there for nothing.
 *
 * Scale registers go before time: of the cuts that leave the fewest points in another request than their scale, the
 * cheapest one. Value and exponent then come from one answer, wherever the limits let them.
 */
import { defined } from '../../../core/assert.ts';
import type { Range, Span } from './spans.ts';

export interface PartitionLimits {
  /** Addresses of one request. */
  readonly max: number;
  /** Unused addresses between two spans. */
  readonly maxGap: number;
  /** No request touches these, unless a single span lies there: the check has refused that, so two profiles disagree. */
  readonly forbidden: readonly Range[];
  costOf(count: number): number;
}

/** What a point in another request than its scale weighs: more than any number of requests. */
const SEPARATED_MS = 1e9;
/** Sums of the same costs in another order differ by less. */
const ROUNDING_MS = 1e-6;

/** Every span in exactly one group, in address order; groups hold neighbours. @param spans in address order */
export function partition(spans: readonly Span[], limits: PartitionLimits): readonly (readonly Span[])[] {
  const isScaled = spans.some(({ items }) => items.some(({ scale }) => scale !== null));
  /** Of the spans before each index: least cost, and where the last group of them begins. */
  const best = [0, ...spans.map(() => Number.POSITIVE_INFINITY)];
  const begins = spans.map(() => 0);
  for (let from = 0; from < spans.length; from++) {
    const before = defined(best[from], 'cost so far');
    extend(spans, from, isScaled ? new Separated() : null, limits, (to, cost) => {
      // Of equal plans the one that fills its requests from the left.
      if (before + cost > defined(best[to], 'best cost') + ROUNDING_MS) return;
      best[to] = before + cost;
      begins[to - 1] = from;
    });
  }
  return toGroups(spans, begins);
}

/** Reports every group that may begin with span `from`. @param separated null = no point has a scale */
function extend(
  spans: readonly Span[],
  from: number,
  separated: Separated | null,
  limits: PartitionLimits,
  report: (to: number, cost: number) => void,
): void {
  const { start } = defined(spans[from], 'first span of a group');
  let end = start;
  for (let at = from; at < spans.length; at++) {
    const span = defined(spans[at], 'span');
    const newEnd = Math.max(end, span.end);
    if (at > from && !isAllowed(start, end, span.start, newEnd, limits)) return;
    end = newEnd;
    const awayFromScale = separated?.add(span) ?? 0;
    report(at + 1, limits.costOf(end - start) + awayFromScale * SEPARATED_MS);
  }
}

function isAllowed(
  start: number,
  end: number,
  nextStart: number,
  newEnd: number,
  { max, maxGap, forbidden }: PartitionLimits,
): boolean {
  if (nextStart - end > maxGap || newEnd - start > max) return false;
  return !forbidden.some((range) => range.start < newEnd && range.end > start);
}

/** Counts the points of a growing group whose scale it does not hold. */
class Separated {
  /** Key: scale; value: points that wait for it. */
  readonly #waiting = new Map<string, number>();
  readonly #present = new Set<string>();
  #count = 0;

  add({ items, scales }: Span): number {
    for (const { key } of scales) {
      this.#present.add(key);
      this.#count -= this.#waiting.get(key) ?? 0;
      this.#waiting.delete(key);
    }
    for (const { scale } of items) {
      if (scale === null || this.#present.has(scale)) continue;
      this.#waiting.set(scale, (this.#waiting.get(scale) ?? 0) + 1);
      this.#count++;
    }
    return this.#count;
  }
}

function toGroups(spans: readonly Span[], begins: readonly number[]): readonly (readonly Span[])[] {
  const groups: (readonly Span[])[] = [];
  let to = spans.length;
  while (to > 0) {
    const from = defined(begins[to - 1], 'beginning of a group');
    groups.push(spans.slice(from, to));
    to = from;
  }
  return groups.toReversed();
}
