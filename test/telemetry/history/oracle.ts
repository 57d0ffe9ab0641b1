/**
 * What a curve must show, found the slow way: the step function is asked for its value in every stretch between two
 * changes, and everything is added up in whole numbers (BigInt). Shares no code with the gateway.
 */
import type { Row } from './memory-source.ts';

export interface Expected {
  readonly atMs: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly last: number | null;
  readonly isGood: boolean;
  readonly quality: number | null;
  readonly count: number;
}

/** @param rows whole numbers as stamps and values, sorted. @param toMs exclusive; buckets are cut off there */
export function expectBuckets(
  rows: readonly Row[],
  fromMs: number,
  toMs: number,
  bucketMs: number,
): Expected[] {
  const expected: Expected[] = [];
  for (let startMs = fromMs - modulo(fromMs, bucketMs); startMs < toMs; startMs += bucketMs) {
    expected.push(expectOne(rows, startMs, Math.min(toMs, startMs + bucketMs)));
  }
  return expected;
}

function expectOne(rows: readonly Row[], startMs: number, endMs: number): Expected {
  const inside = rows.filter(([ms]) => ms >= startMs && ms < endMs);
  const changes = [...new Set([startMs, ...inside.map(([ms]) => ms), endMs])].sort(
    (one, other) => one - other,
  );
  const stood = changes.slice(0, -1).map((ms, at) => ({
    row: rows.findLast(([stampMs]) => stampMs <= ms),
    lasted: BigInt((changes[at + 1] as number) - ms),
  }));
  const known = stood.flatMap(({ row, lasted }) => (row === undefined ? [] : [{ row, lasted }]));
  const usable = known.filter(({ row }) => !Number.isNaN(row[1]));
  const values = usable.map(({ row }) => row[1]);
  const usableMs = usable.reduce((sum, { lasted }) => sum + lasted, 0n);
  const integral = usable.reduce((sum, { row, lasted }) => sum + BigInt(row[1]) * lasted, 0n);
  const last = stood.at(-1)?.row?.[1] ?? Number.NaN;
  return {
    atMs: startMs,
    min: values.length === 0 ? null : Math.min(...values),
    max: values.length === 0 ? null : Math.max(...values),
    mean: usableMs === 0n ? null : Number(integral) / Number(usableMs),
    last: Number.isNaN(last) ? null : last,
    isGood: usableMs === BigInt(endMs - startMs),
    quality: known.length === 0 ? null : Math.max(...known.map(({ row }) => row[2])),
    count: inside.length,
  };
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
