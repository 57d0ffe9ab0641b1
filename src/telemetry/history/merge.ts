/**
 * Joins what several stores have of one point in the same stretch: the union of sorted streams, in which equal stamps are
 * one reading and the earlier stream says what it is. So the seam between two stores has neither gap nor double.
 */
import { type ColumnsBuilder, createColumns } from './columns.ts';
import { HISTORY_LIMITS } from './limits.ts';
import type { ReadingColumns } from './source.ts';

interface Head {
  readonly iterator: AsyncIterator<ReadingColumns>;
  columns: ReadingColumns;
  at: number;
}

/**
 * Stamps of the result are strictly increasing, whatever the streams do. Ends every stream, also when it is not read to
 * the end.
 * @param streams in order of preference
 */
export async function* mergeByStamp(
  streams: readonly AsyncIterable<ReadingColumns>[],
): AsyncGenerator<ReadingColumns> {
  const iterators = streams.map((stream) => stream[Symbol.asyncIterator]());
  try {
    const first = await Promise.all(iterators.map(toHead));
    const heads = first.filter((head) => head !== null);
    const out = createColumns();
    while (heads.length > 0) {
      const next = takeUntilDry(heads, out);
      if (out.count === HISTORY_LIMITS.portionReadings || (heads.length === 1 && out.count > 0)) {
        yield out.take();
      }
      if (next !== null && !(await refill(next))) heads.splice(heads.indexOf(next), 1);
    }
    if (out.count > 0) yield out.take();
  } finally {
    await Promise.all(iterators.map(async (iterator) => iterator.return?.()));
  }
}

/** @returns the head that has run dry; null when the portion is full first */
function takeUntilDry(heads: readonly Head[], out: ColumnsBuilder): Head | null {
  for (;;) {
    const head = findEarliest(heads);
    if (head.at === head.columns.count) return head;
    if (out.isFull) return null;
    const { columns, at } = head;
    const stampMs = columns.stampMs[at] as number;
    head.at++;
    if (stampMs > out.lastStampMs)
      out.add(stampMs, columns.value[at] as number, columns.quality[at] as number);
  }
}

/** One that has run dry comes first: what it brings next may be the earliest. Of equal stamps the first stream's. */
function findEarliest(heads: readonly Head[]): Head {
  let earliest = heads[0] as Head;
  let earliestMs = Number.POSITIVE_INFINITY;
  for (const head of heads) {
    if (head.at === head.columns.count) return head;
    const stampMs = head.columns.stampMs[head.at] as number;
    if (stampMs >= earliestMs) continue;
    earliest = head;
    earliestMs = stampMs;
  }
  return earliest;
}

async function toHead(iterator: AsyncIterator<ReadingColumns>): Promise<Head | null> {
  const next = await iterator.next();
  return next.done === true ? null : { iterator, columns: next.value, at: 0 };
}

async function refill(head: Head): Promise<boolean> {
  const next = await head.iterator.next();
  if (next.done === true) return false;
  head.columns = next.value;
  head.at = 0;
  return true;
}
