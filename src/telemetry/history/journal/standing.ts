/**
 * What stood at an instant, of many points at once: from the newest readings backwards, until every point has been met. In a
 * sealed file points are asked for in ascending order, which is the order of its directory.
 */
import { isGone } from '../../journal/files.ts';
import type { PointTable } from '../../journal/table.ts';
import type { Standing } from '../source.ts';
import type { SealedPart, Unit } from './catalogue.ts';
import type { RowColumns } from './gathering.ts';
import type { JournalView } from './journal-source.ts';
import { JOURNAL_READ_LIMITS } from './limits.ts';
import type { Mapping, PointIndexes } from './point-indexes.ts';
import type { TailPage } from './tail.ts';
import type { Turn } from './turns.ts';
import { orMissing, toWords } from './unit-reading.ts';

type Found = Omit<Standing, 'isSure'>;

export interface StandingQuestion {
  readonly points: readonly number[];
  readonly atMs: number;
  readonly onMissing?: ((reason: string) => void) | undefined;
}

/** Not in this answer, or met already. */
const NOT_OPEN = -1;

/** Points that have not been met yet. */
class OpenPoints {
  readonly found: (Found | null)[];
  readonly onMissing: (reason: string) => void;
  readonly #atMs: number;
  /** Present index by place in the answer. */
  readonly #points: readonly number[];
  /** Places of points that are open, ascending by present index. */
  #open: number[];
  /** Place by index in a table. Key: the table's mapping. */
  readonly #places = new Map<Mapping, Int32Array>();

  constructor(
    indexes: PointIndexes,
    points: readonly number[],
    atMs: number,
    onMissing: (reason: string) => void,
  ) {
    this.onMissing = onMissing;
    this.#atMs = atMs;
    this.#points = points;
    this.found = points.map(() => null);
    this.#open = points
      .map((_, place) => place)
      .filter((place) => this.#indexIn(indexes.present, place) !== -1)
      .sort((one, other) => (points[one] as number) - (points[other] as number));
  }

  get atMs(): number {
    return this.#atMs;
  }

  get isEmpty(): boolean {
    return this.#open.length === 0;
  }

  /** Rows in the order of writing: the last one of a point is the latest. */
  meetRows(rows: RowColumns, mapping: Mapping): void {
    const places = this.#placesIn(mapping);
    let isAnyMet = false;
    for (let at = rows.count - 1; at >= 0; at--) {
      const place = places[rows.point[at] as number] ?? NOT_OPEN;
      if (place === NOT_OPEN || this.found[place] !== null) continue;
      if ((rows.stampMs[at] as number) > this.#atMs) continue;
      this.found[place] = toFound(rows, at);
      isAnyMet = true;
    }
    if (isAnyMet) this.settle();
  }

  /** Open points with their index in a table, ascending by present index. */
  *in(mapping: Mapping): Generator<{ readonly place: number; readonly index: number }> {
    for (const place of this.#open) {
      const index = this.#indexIn(mapping, place);
      if (index !== -1) yield { place, index };
    }
  }

  /** The later one counts: parts of one sealing may take turns in time. */
  meet(place: number, rows: RowColumns): void {
    if (rows.count === 0) return;
    const met = toFound(rows, rows.count - 1);
    const old = this.found[place];
    if (old == null || met.stampMs > old.stampMs) this.found[place] = met;
  }

  settle(): void {
    this.#open = this.#open.filter((place) => this.found[place] === null);
  }

  #indexIn(mapping: Mapping, place: number): number {
    return mapping[this.#points[place] as number] ?? -1;
  }

  #placesIn(mapping: Mapping): Int32Array {
    const known = this.#places.get(mapping);
    if (known !== undefined) return known;
    const indexes = this.#points.map((point) => mapping[point] ?? -1);
    const highest = indexes.reduce((most, one) => Math.max(most, one), -1);
    const places = new Int32Array(highest + 1).fill(NOT_OPEN);
    for (const [place, index] of indexes.entries()) if (index !== -1) places[index] = place;
    this.#places.set(mapping, places);
    return places;
  }
}

/** One for each point, in that order. The catalogue is up to date. @throws the turn's */
export async function findStanding(
  view: JournalView,
  table: PointTable,
  { points, atMs, onMissing = () => undefined }: StandingQuestion,
  turn: Turn,
): Promise<readonly (Found | null)[]> {
  const known = [...new Set(points)].filter((point) => point < table.points.length);
  const open = new OpenPoints(view.indexes, known, atMs, onMissing);
  const { catalogue, tail } = view;
  const { pages, completeFromSeq } = tail;
  await meetPages(view, pages, open, turn);
  let looks = 0;
  let next = catalogue.before(Number.POSITIVE_INFINITY);
  while (next !== undefined && !open.isEmpty) {
    const unit = next;
    try {
      await meetUnit(view, unit, completeFromSeq, open, turn);
      next = catalogue.before(unit.firstSeq);
    } catch (error) {
      if (!isGone(error)) throw error;
      await catalogue.refresh(turn, true);
      const mayLook = looks++ < JOURNAL_READ_LIMITS.lookAgain;
      next = catalogue.before(mayLook ? unit.lastSeq + 1 : unit.firstSeq);
    }
  }
  const places = new Map(known.map((point, place) => [point, place]));
  return points.map((point) => open.found[places.get(point) ?? -1] ?? null);
}

async function meetPages(
  { indexes }: JournalView,
  pages: readonly TailPage[],
  open: OpenPoints,
  turn: Turn,
): Promise<void> {
  for (let at = pages.length - 1; at >= 0 && !open.isEmpty; at--) {
    const page = pages[at] as TailPage;
    if (page.minStampMs <= open.atMs) open.meetRows(page, indexes.present);
    if (turn.isDue()) await turn.rest();
  }
}

async function meetUnit(
  view: JournalView,
  unit: Unit,
  memoryFromSeq: number,
  open: OpenPoints,
  turn: Turn,
): Promise<void> {
  if (unit.kind === 'log') {
    if (unit.firstSeq < memoryFromSeq) await meetLog(view, unit, memoryFromSeq, open, turn);
    return;
  }
  for (const part of unit.parts) await meetPart(view, part, open, turn);
  open.settle();
}

async function meetLog(
  { catalogue, indexes }: JournalView,
  unit: Unit & { readonly kind: 'log' },
  memoryFromSeq: number,
  open: OpenPoints,
  turn: Turn,
): Promise<void> {
  const span = catalogue.span(unit);
  if (span === null || span.minStampMs > open.atMs) return;
  const log = catalogue.log(unit);
  const wanted = log.blocks.filter(
    ({ header }) => header.seq < memoryFromSeq && header.minStampMs <= open.atMs,
  );
  for (const { block, rows } of log.rows(wanted.reverse())) {
    const mapping = indexes.mapping(block.header.tableId);
    if (mapping !== null) open.meetRows(rows, mapping);
    if (open.isEmpty) return;
    if (turn.isDue()) await turn.rest();
  }
}

async function meetPart(
  { catalogue, indexes }: JournalView,
  { path, figures }: SealedPart,
  open: OpenPoints,
  turn: Turn,
): Promise<void> {
  const mapping = figures.minStampMs > open.atMs ? null : indexes.mapping(figures.tableId);
  if (mapping === null) return;
  let looked = 0;
  for (const { place, index } of open.in(mapping)) {
    // Opened anew after a rest: others may have used up the open files.
    const read = orMissing(open.onMissing, figures, () =>
      catalogue.sealedFiles.get(path).lastUpTo(index, open.atMs),
    );
    if (read !== null) open.meet(place, read.rows);
    if (read?.damage != null) open.onMissing(`${toWords(figures)} is damaged`);
    if (++looked % JOURNAL_READ_LIMITS.pointsBetweenLooks === 0 && turn.isDue()) await turn.rest();
  }
}

function toFound(rows: RowColumns, at: number): Found {
  return {
    stampMs: rows.stampMs[at] as number,
    value: rows.value[at] as number,
    quality: rows.quality[at] as number,
  };
}
