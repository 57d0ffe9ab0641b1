/**
 * The past of points as rows. Single readings stand in long form, one row each, point after point: that is how they are
 * read, and points have no times in common. Buckets have: a row for each time, a group of columns for each point.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PointDef, SiteModel } from '../../config/model.ts';
import { defined } from '../../core/assert.ts';
import { RiserError } from '../../core/errors.ts';
import type { EquipmentId } from '../../core/ids.ts';
import { toMissingText } from '../../core/missing-reason.ts';
import { QUALITIES, toQualityReason } from '../../core/quality.ts';
import { UNITS } from '../../core/units.ts';
import { type HistoryPort, type PointHistory, UNKNOWN_QUALITY } from '../../telemetry/history-view.ts';
import { EXPORT_LIMITS } from './limits.ts';
import type { Column, Row, Table, TablePortion } from './table.ts';
import { type Language, WORDS } from './words.ts';

export interface TableSource {
  readonly model: SiteModel;
  readonly history: HistoryPort;
  readonly points: readonly PointDef[];
  /** UTC ms; the end is excluded. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly language: Language;
  readonly signal: AbortSignal;
}

export function createReadingsTable(source: TableSource): Table {
  const { time, utcMs, point, equipment, name, value, state, unit, quality } = WORDS[source.language];
  const columns: readonly Column[] = [
    { title: time, type: 'time' },
    { title: utcMs, type: 'number' },
    { title: point, type: 'text' },
    { title: equipment, type: 'text' },
    { title: name, type: 'text' },
    { title: value, type: 'number' },
    { title: state, type: 'text' },
    { title: unit, type: 'text' },
    { title: quality, type: 'text' },
  ];
  return { columns, portions: readReadings(source) };
}

async function* readReadings(source: TableSource): AsyncGenerator<TablePortion> {
  const { model, history, points, fromMs, toMs, language, signal } = source;
  const query = { points: points.map(({ index }) => index), fromMs, toMs };
  for await (const portion of history.readings(query, signal)) {
    const point = defined(model.points[portion.point], 'a point of the answer');
    const names = [point.id, toEquipmentName(model, point.equipment, language), point.text[language]];
    const unit = UNITS[point.unit];
    const toRow = (at: number): Row => {
      const [atMs, value] = [portion.stampMs[at] as number, portion.value[at] as number];
      const state = point.states.get(value)?.[language] ?? '';
      const quality = toQualityWord(portion.quality[at] as number, language);
      return [atMs, atMs, ...names, Number.isNaN(value) ? null : value, state, unit, quality];
    };
    const { doneRatio, missing } = portion;
    for await (const rows of inTurns(portion.count, toRow)) yield { rows, doneRatio, missing };
  }
}

/** @param stepMs one of BUCKET_SIZES_MS */
export function createBucketsTable(source: TableSource, stepMs: number): Table {
  const { time, utcMs, mean, min, max, last, count, quality } = WORDS[source.language];
  const columns: Column[] = [
    { title: time, type: 'time' },
    { title: utcMs, type: 'number' },
  ];
  for (const point of source.points) {
    const unit = UNITS[point.unit] === '' ? '' : ` (${UNITS[point.unit]})`;
    const name = `${toEquipmentName(source.model, point.equipment, source.language)} ${point.text[source.language]}`;
    const toTitle = (word: string, of: string): string => `${name} ${word}${of} [${point.id}]`;
    for (const word of [mean, min, max, last]) columns.push({ title: toTitle(word, unit), type: 'number' });
    columns.push(
      { title: toTitle(count, ''), type: 'number' },
      { title: toTitle(quality, ''), type: 'text' },
    );
  }
  return { columns, portions: readBuckets(source, stepMs) };
}

async function* readBuckets(source: TableSource, stepMs: number): AsyncGenerator<TablePortion> {
  const { history, points, fromMs, toMs, language, signal } = source;
  const windowMs = EXPORT_LIMITS.windowBuckets * stepMs;
  const startMs = Math.floor(fromMs / stepMs) * stepMs;
  let missing: string | null = null;
  for (let atMs = startMs; atMs < toMs; atMs += windowMs) {
    const endMs = Math.min(toMs, atMs + windowMs);
    const range = { fromMs: atMs, toMs: endMs, maxPoints: EXPORT_LIMITS.windowBuckets, bucketMs: stepMs };
    const curves = await askInTurn(points, ({ index }) =>
      history.history({ point: index, ...range }, signal),
    );
    missing = curves.find((curve) => curve.missing !== null)?.missing ?? missing;
    const toRow = (at: number): Row => toBucketRow(curves, at, language);
    const doneRatio = (endMs - startMs) / (toMs - startMs);
    for await (const rows of inTurns(curves[0]?.samples.length ?? 0, toRow))
      yield { rows, doneRatio, missing };
  }
}

/** A few at once; the answers in the order of the points. None is asked after a failure. */
async function askInTurn(
  points: readonly PointDef[],
  ask: (point: PointDef) => Promise<PointHistory>,
): Promise<readonly PointHistory[]> {
  const answers: PointHistory[] = [];
  // A generator ends for all who take from it when one of them fails.
  const queue = (function* () {
    yield* points.entries();
  })();
  const work = async (): Promise<void> => {
    for (const [at, point] of queue) answers[at] = await ask(point);
  };
  await Promise.all(Array.from({ length: EXPORT_LIMITS.curves }, work));
  return answers;
}

/** @param curves all of the same buckets */
function toBucketRow(curves: readonly PointHistory[], at: number, language: Language): Row {
  const atMs = curves[0]?.samples[at]?.atMs ?? null;
  const cells = curves.flatMap(({ samples }): Row => {
    const sample = samples[at];
    if (sample === undefined) return [null, null, null, null, null, null];
    const { mean, min, max, last, count, quality } = sample;
    return [mean, min, max, last, count, quality === null ? null : toQualityWord(quality, language)];
  });
  return [atMs, atMs, ...cells];
}

/** Rows in portions between which the event loop has its turn; at least one portion, so that what is missing is told. */
async function* inTurns(count: number, toRow: (at: number) => Row): AsyncGenerator<readonly Row[]> {
  let rows: Row[] = [];
  let cells = 0;
  for (let at = 0; at < count; at++) {
    const row = toRow(at);
    rows.push(row);
    cells += row.length;
    if (cells < EXPORT_LIMITS.turnCells) continue;
    yield rows;
    await nextTurn();
    [rows, cells] = [[], 0];
  }
  yield rows;
}

function toQualityWord(code: number, language: Language): string {
  return code === UNKNOWN_QUALITY ? '' : QUALITIES[toQualityReason(code)].text[language];
}

/** With the names of what it is a part of. */
function toEquipmentName(model: SiteModel, id: EquipmentId, language: Language): string {
  const equipment = defined(model.equipment.get(id), `equipment ${id}`);
  const own = equipment.name[language];
  return equipment.parent === null ? own : `${toEquipmentName(model, equipment.parent, language)} ${own}`;
}

/** How a table ended; known when it has been read. */
export interface Ending {
  /** null = nothing is missing. */
  missing: string | null;
}

/**
 * The same portions, with a last row that says what is missing.
 * @param isSealed a failure on the way ends the table with that row too; otherwise it is thrown
 * @param ending changed in place
 * @param toTime shows an instant in that row; UTC ms
 */
export async function* withEnding(
  portions: AsyncIterable<TablePortion>,
  language: Language,
  isSealed: boolean,
  ending: Ending,
  toTime: (atMs: number) => string,
): AsyncGenerator<TablePortion> {
  let doneRatio = 0;
  let hasBegun = false;
  try {
    for await (const portion of portions) {
      ({ doneRatio } = portion);
      ending.missing = portion.missing === null ? null : toMissingText(portion.missing, toTime)[language];
      yield portion;
      hasBegun = true;
    }
  } catch (error) {
    const isWorlds = error instanceof RiserError && error.code !== 'stopped';
    if (!isSealed || !hasBegun || !isWorlds) throw error;
    ending.missing = error.text[language];
  }
  if (ending.missing === null) return;
  const note = `${WORDS[language].incomplete}: ${ending.missing}`;
  yield { rows: [[note]], doneRatio, missing: ending.missing };
}
