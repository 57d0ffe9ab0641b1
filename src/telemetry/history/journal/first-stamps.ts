/** The first reading that the journal has of a point. Found file by file, then remembered until the file has gone. */
import { isGone } from '../../journal/files.ts';
import type { PointTable } from '../../journal/table.ts';
import type { Unit } from './catalogue.ts';
import { Gathering } from './gathering.ts';
import type { JournalView } from './journal-source.ts';
import { JOURNAL_READ_LIMITS } from './limits.ts';
import type { Turn } from './turns.ts';
import { readPages, readUnit } from './unit-reading.ts';

export interface FirstStamps {
  /** null = there is none. The catalogue is up to date. @throws the turn's */
  find(point: number, turn: Turn): Promise<number | null>;
}

interface Known {
  /** Up to this block nothing of the point was there, in units that will not change any more. */
  readonly emptyToSeq: number;
  readonly first: { readonly seq: number; readonly ms: number } | null;
}

export function createFirstStamps(view: JournalView, table: PointTable): FirstStamps {
  /** Key: index in the present table. Insertion order = age. */
  const known = new Map<number, Known>();
  return {
    async find(point, turn) {
      if (point >= table.points.length) return null;
      const old = known.get(point);
      const { catalogue } = view;
      if (old?.first != null && old.first.seq >= catalogue.firstSeq) return old.first.ms;
      const found = await search(view, point, old?.emptyToSeq ?? 0, turn);
      known.delete(point);
      if (known.size >= JOURNAL_READ_LIMITS.firstStamps) known.delete(known.keys().next().value ?? -1);
      known.set(point, found);
      return found.first?.ms ?? firstInMemory(view, point);
    },
  };
}

async function search(view: JournalView, point: number, fromSeq: number, turn: Turn): Promise<Known> {
  const { catalogue } = view;
  let emptyToSeq = fromSeq;
  for (let unit = catalogue.after(fromSeq); unit !== undefined; unit = catalogue.after(unit.lastSeq)) {
    const ms = firstIn(view, unit, point);
    // One that is deleted goes with the units before it: then it is looked for again.
    if (ms !== null) return { emptyToSeq: 0, first: { seq: unit.firstSeq, ms } };
    if (unit.kind === 'sealed' && emptyToSeq >= unit.firstSeq - 1) emptyToSeq = unit.lastSeq;
    if (turn.isDue()) await turn.rest();
  }
  return { emptyToSeq, first: null };
}

function firstIn(view: JournalView, unit: Unit, point: number): number | null {
  const into = new Gathering(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  const { catalogue, indexes, tail } = view;
  const onMissing = (): void => undefined;
  // Of a large chunk the summary tells it, and no bucket is smaller than everything.
  const bucketMs = Number.MAX_SAFE_INTEGER;
  const reach = { catalogue, indexes, point, bucketMs, memoryFromSeq: tail.completeFromSeq, onMissing };
  try {
    for (const summary of readUnit(reach, unit, into)) {
      if (summary !== null) return summary.fromMs;
      if (into.count > 0) return into.take().stampMs[0] as number;
    }
  } catch (error) {
    if (!isGone(error)) throw error;
  }
  return null;
}

function firstInMemory({ tail, indexes }: JournalView, point: number): number | null {
  const into = new Gathering(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  const index = indexes.present[point] ?? -1;
  for (const _ of readPages(tail.pages, index, into)) {
    if (into.count > 0) return into.take().stampMs[0] as number;
  }
  return null;
}
