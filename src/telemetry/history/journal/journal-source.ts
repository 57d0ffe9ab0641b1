/**
 * The journal as a source of the history: sealed files, log segments that wait to be sealed, and the newest readings in
 * memory, as one. Works in slices, one question at a time (turns.ts), so that it may share a thread with the writer. A point
 * is looked up by its id in the table of each file: history outlives a change of the configuration.
 *
 *   ┌ sealed ┐┌ sealed ┐┌ log ┐┌ log, being written ┐
 *                              └──── memory ────────┘
 */
import { isGone } from '../../journal/files.ts';
import type { PointTable } from '../../journal/table.ts';
import type { Coverage, HistorySource, ReadingColumns, SourceQuery, Summary } from '../source.ts';
import { Catalogue, type Span, type Unit } from './catalogue.ts';
import { createFirstStamps, type FirstStamps } from './first-stamps.ts';
import { Gathering } from './gathering.ts';
import { JOURNAL_READ_LIMITS } from './limits.ts';
import { PointIndexes } from './point-indexes.ts';
import { findStanding } from './standing.ts';
import { JournalTail } from './tail.ts';
import { createTurns, type Turn, type Turns } from './turns.ts';
import { overlaps, type Reach, readPages, readUnit, toWords } from './unit-reading.ts';

export interface JournalSourceOptions {
  /** Of the journal itself, e.g. `<data>/journal`. */
  readonly directory: string;
  /** Of the present configuration: questions name its points by index. */
  readonly table: PointTable;
  /** What the writer of this process has made durable; none when asked from the outside. */
  readonly tail?: JournalTail;
  /** Highest stamp of anything that retention has deleted, UTC ms; −Infinity = nothing was. */
  readonly trimmedToMs?: () => number;
  readonly turns?: Turns;
}

export interface JournalSource extends HistorySource {
  /** Closes its files. */
  close(): void;
}

/** What the parts of the source share. */
export interface JournalView {
  readonly catalogue: Catalogue;
  readonly indexes: PointIndexes;
  readonly tail: JournalTail;
  readonly turns: Turns;
  readonly trimmedToMs: () => number;
}

export function createJournalSource(options: JournalSourceOptions): JournalSource {
  const { directory, table, tail = new JournalTail(0), turns = createTurns() } = options;
  const view: JournalView = {
    catalogue: new Catalogue(directory),
    indexes: new PointIndexes(directory, table),
    tail,
    turns,
    trimmedToMs: options.trimmedToMs ?? (() => Number.NEGATIVE_INFINITY),
  };
  const firstStamps = createFirstStamps(view, table);
  return {
    name: 'journal',
    coverage: (point, _fromMs, signal) => cover(view, firstStamps, point, signal),
    standing: (points, atMs, signal, onMissing) =>
      inTurn(view, signal, async (turn) => {
        const completeFromMs = toCompleteFrom(view);
        const found = await findStanding(view, table, { points, atMs, onMissing }, turn);
        return found.map((one) => one && { ...one, isSure: one.stampMs >= completeFromMs });
      }),
    readings: (query) => readings(view, query),
    countAtLeast: (query) => inTurn(view, query.signal, (turn) => countReadings(view, query, turn)),
    stretches: (query, bucketMs) => read(view, query, bucketMs),
    close: () => view.catalogue.close(),
  };
}

async function inTurn<T>(
  view: JournalView,
  signal: AbortSignal,
  act: (turn: Turn) => Promise<T>,
): Promise<T> {
  const turn = await view.turns.begin(signal);
  try {
    await refresh(view, turn);
    return await act(turn);
  } finally {
    turn.end();
  }
}

async function refresh({ catalogue, tail }: JournalView, turn: Turn, mustLook = false): Promise<void> {
  await catalogue.refresh(turn, mustLook);
  tail.dropUpTo(catalogue.sealedToSeq);
}

async function cover(
  view: JournalView,
  firstStamps: FirstStamps,
  point: number,
  signal: AbortSignal,
): Promise<Coverage | null> {
  return await inTurn(view, signal, async (turn) => {
    const fromMs = await firstStamps.find(point, turn);
    return fromMs === null ? null : { fromMs, completeFromMs: toCompleteFrom(view), finestMs: 0 };
  });
}

/** The journal is whole behind what was deleted; of what was before its own first reading it cannot know. */
function toCompleteFrom(view: JournalView): number {
  const oldestMs = oldestSpan(view)?.minStampMs ?? Number.POSITIVE_INFINITY;
  return Math.max(oldestMs, view.trimmedToMs() + 1);
}

function oldestSpan({ catalogue, tail }: JournalView): Span | null {
  const first = catalogue.after(0);
  const newest = tail.pages[0] ?? null;
  if (first === undefined) return newest;
  try {
    return catalogue.span(first) ?? newest;
  } catch (error) {
    // Just deleted: the next question finds what is the oldest then.
    if (isGone(error)) return newest;
    throw error;
  }
}

async function* readings(view: JournalView, query: SourceQuery): AsyncGenerator<ReadingColumns> {
  for await (const item of read(view, query, null)) if ('stampMs' in item) yield item;
}

async function* read(
  view: JournalView,
  query: SourceQuery,
  bucketMs: number | null,
): AsyncGenerator<ReadingColumns | Summary> {
  const { signal } = query;
  const into = new Gathering(query.fromMs, query.toMs);
  let turn = await view.turns.begin(signal);
  try {
    for await (const summary of walk(view, query, bucketMs, into, () => turn)) {
      if (summary === null && !into.isPortion) continue;
      // Whoever takes the portion may let us wait for long.
      turn.end();
      if (into.count > 0) yield into.take();
      if (summary !== null) yield summary;
      turn = await view.turns.begin(signal);
      if (summary !== null) into.passUpTo(summary.toMs);
    }
  } finally {
    turn.end();
  }
  if (into.count > 0) yield into.take();
}

async function countReadings(view: JournalView, query: SourceQuery, turn: Turn): Promise<number> {
  const into = new Gathering(query.fromMs, query.toMs);
  const quiet = { ...query, onMissing: () => undefined };
  let count = 0;
  // A bucket that holds everything: files are summarised wherever they lie in the range.
  for await (const summary of walk(view, quiet, Number.MAX_SAFE_INTEGER, into, () => turn)) {
    count += summary?.count ?? 0;
    if (summary !== null) into.passUpTo(summary.toMs);
    if (count + into.count >= JOURNAL_READ_LIMITS.countEnough) break;
  }
  return count + into.count;
}

/** Everything in order of stamp, file by file; null between two steps. Rests when the slice is over. */
async function* walk(
  view: JournalView,
  { point, onMissing }: SourceQuery,
  bucketMs: number | null,
  into: Gathering,
  turnOf: () => Turn,
): AsyncGenerator<Summary | null> {
  const { catalogue, indexes, tail } = view;
  await refresh(view, turnOf());
  for (const path of catalogue.unreadable) onMissing(`nothing of ${path} can be read`);
  // Both of this moment: what leaves the memory meanwhile is read from there all the same.
  const { pages, completeFromSeq: memoryFromSeq } = tail;
  const reach: Reach = { catalogue, indexes, point, bucketMs, memoryFromSeq, onMissing };
  let looks = 0;
  let next = catalogue.after(0);
  while (next !== undefined) {
    const unit = next;
    try {
      yield* inSlices(readUnit(reach, unit, into), turnOf);
      next = catalogue.after(unit.lastSeq);
    } catch (error) {
      if (!isGone(error)) throw error;
      await refresh(view, turnOf(), true);
      const mayLook = looks++ < JOURNAL_READ_LIMITS.lookAgain;
      if (!mayLook) sayGone(unit, into, onMissing);
      next = catalogue.after(mayLook ? unit.firstSeq - 1 : unit.lastSeq);
    }
  }
  yield* inSlices(readPages(pages, indexes.present[point] ?? -1, into), turnOf);
}

function sayGone(unit: Unit, into: Gathering, onMissing: (reason: string) => void): void {
  const spans = unit.kind === 'sealed' ? unit.parts.map(({ figures }) => figures) : [null];
  for (const span of spans) {
    if (span === null || overlaps(span, into)) onMissing(`${toWords(span)} is gone`);
  }
}

async function* inSlices<T>(steps: Iterable<T>, turnOf: () => Turn): AsyncGenerator<T> {
  for (const step of steps) {
    yield step;
    if (turnOf().isDue()) await turnOf().rest();
  }
}
