/**
 * What InfluxDB holds at the end of the bench's day against what was fed: count and sum of every point outside of the gaps
 * that kills have left, and value by value inside them.
 */
import type { RunningInflux } from '../../test/support/influx.ts';
import { type DayPlan, type Gap, sumOfDay, toDayValue } from './day-plan.ts';
import { EQUIPMENT_POINTS, STORAGE_KIND } from './model.ts';

export interface DayCheck {
  /** Plain English; the first few. */
  readonly problems: readonly string[];
  readonly problemCount: number;
  readonly stored: number;
  /** Readings in gaps that are not stored. */
  readonly lostInGaps: number;
}

const MAX_PROBLEMS = 20;

/** @throws Error with the server's words when a query fails */
export async function checkDay(
  influx: RunningInflux,
  database: string,
  plan: DayPlan,
  gaps: readonly Gap[],
): Promise<DayCheck> {
  const problems: string[] = [];
  let stored = 0;
  let lostInGaps = 0;
  const units = Math.ceil(plan.points / EQUIPMENT_POINTS);
  for (let unit = 0; unit < units; unit++) {
    const points = Math.min(EQUIPMENT_POINTS, plan.points - unit * EQUIPMENT_POINTS);
    const found = await readUnit(influx, database, unit, points, gaps);
    for (let field = 0; field < points; field++) {
      const point = unit * EQUIPMENT_POINTS + field;
      const inGaps = checkGaps(found.gapValues.get(field) ?? [], point, gaps, problems);
      const total = found.totals.get(field) ?? { count: 0, sum: 0 };
      const wanted = toWanted(plan, point, gaps);
      const outside = { count: total.count - inGaps.count, sum: total.sum - inGaps.sum };
      if (outside.count !== wanted.count || outside.sum !== wanted.sum)
        problems.push(
          `unit-${unit}/v${field}: ${JSON.stringify(outside)} in place of ${JSON.stringify(wanted)}`,
        );
      stored += total.count;
      lostInGaps += gaps.reduce((sum, { from, to }) => sum + to - from + 1, 0) - inGaps.count;
    }
  }
  return { problems: problems.slice(0, MAX_PROBLEMS), problemCount: problems.length, stored, lostInGaps };
}

interface Total {
  readonly count: number;
  readonly sum: number;
}

interface UnitFound {
  /** Key: number of the field. */
  readonly totals: ReadonlyMap<number, Total>;
  /** Key: number of the field; value: all values within the gaps. */
  readonly gapValues: ReadonlyMap<number, readonly number[]>;
}

async function readUnit(
  influx: RunningInflux,
  database: string,
  unit: number,
  points: number,
  gaps: readonly Gap[],
): Promise<UnitFound> {
  const where = `FROM "${STORAGE_KIND}" WHERE equipment = 'unit-${unit}'`;
  const totals = new Map<number, Total>();
  const [sums] = await influx.query(database, `SELECT count(/^v\\d+$/), sum(/^v\\d+$/) ${where}`);
  const figure = (name: string): number => Number(sums?.values[0]?.[sums.columns.indexOf(name)] ?? 0);
  for (let field = 0; field < EQUIPMENT_POINTS; field++)
    totals.set(field, { count: figure(`count_v${field}`), sum: figure(`sum_v${field}`) });
  const gapValues = new Map<number, readonly number[]>();
  for (let field = 0; field < points; field++) {
    // By value, which no two readings of a point share: a clock that is set back gives the times of a gap once more.
    const spans = gaps
      .map((gap) => toValueRange(unit * EQUIPMENT_POINTS + field, gap))
      .map(({ from, to }) => `("v${field}" >= ${from} AND "v${field}" <= ${to})`);
    if (spans.length === 0) continue;
    const [rows] = await influx.query(database, `SELECT "v${field}" ${where} AND (${spans.join(' OR ')})`);
    gapValues.set(field, rows?.values.map((row) => Number(row[1])) ?? []);
  }
  return { totals, gapValues };
}

function toValueRange(point: number, { from, to }: Gap): { readonly from: number; readonly to: number } {
  return { from: toDayValue(point, from), to: toDayValue(point, to) };
}

/** What is stored in the gaps: each value at most once, and none that was not fed in them. */
function checkGaps(
  values: readonly number[],
  point: number,
  gaps: readonly Gap[],
  problems: string[],
): Total {
  const seen = new Set<number>();
  for (const value of values) {
    const second = value - toDayValue(point, 0);
    const isFed = Number.isInteger(second) && gaps.some(({ from, to }) => second >= from && second <= to);
    if (!isFed || seen.has(value))
      problems.push(`point ${point}: ${value} is doubled or was not fed in a gap`);
    seen.add(value);
  }
  return { count: values.length, sum: values.reduce((sum, value) => sum + value, 0) };
}

function toWanted({ seconds }: DayPlan, point: number, gaps: readonly Gap[]): Total {
  const all = sumOfDay(point, 0, seconds - 1);
  return gaps.reduce<Total>((rest, { from, to }) => {
    const gap = sumOfDay(point, from, to);
    return { count: rest.count - gap.count, sum: rest.sum - gap.sum };
  }, all);
}
