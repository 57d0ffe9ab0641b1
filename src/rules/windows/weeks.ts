/**
 * One figure per hour of the week over the last weeks, and what is usual in such an hour: median and median absolute
 * deviation, which half of the weeks may spoil without moving them (unlike mean and standard deviation). Fixed in size:
 * 168 hours × the weeks kept, 8 bytes each.
 */
import type { JsonValue } from '../rule.ts';
import { HOURS_PER_WEEK, toHourOfWeek, toWeek } from './local-hour.ts';
import { toNumber, toSaved } from './saved.ts';

/** 168 × 12 × 8 bytes: 16 KB a rule. */
export const MAX_WEEKS = 12;

/** No moment lies in it. */
const NO_WEEK = -(2 ** 31);

export interface Usual {
  readonly median: number;
  /** Median of the distances from the median. */
  readonly spread: number;
  /** Weeks that it is from. */
  readonly weeks: number;
}

export class Weeks {
  readonly #keep: number;
  /** Place: hour of the week × weeks kept + week modulo weeks kept. */
  readonly #value: Float32Array;
  /** Week of each value. */
  readonly #week: Int32Array;
  /** Of the values as they are; null when they have changed since. */
  #saved: JsonValue = null;

  /** @param keep weeks kept, 1 – MAX_WEEKS */
  constructor(keep: number) {
    this.#keep = keep;
    this.#value = new Float32Array(HOURS_PER_WEEK * keep);
    this.#week = new Int32Array(HOURS_PER_WEEK * keep).fill(NO_WEEK);
  }

  /** The figure of an hour that is over; a second one of the same hour takes its place. */
  put(localHour: number, value: number): void {
    const at = this.#place(localHour, toWeek(localHour));
    this.#value[at] = value;
    this.#week[at] = toWeek(localHour);
    this.#saved = null;
  }

  /** What the same hour of past weeks says; that of this week does not count, and neither does what lies in the future. */
  usual(localHour: number): Usual {
    const week = toWeek(localHour);
    const values: number[] = [];
    for (let back = 1; back <= this.#keep; back++) {
      const at = this.#place(localHour, week - back);
      if (this.#week[at] === week - back) values.push(this.#value[at] as number);
    }
    const median = toMedian(values);
    const spread = toMedian(values.map((value) => Math.abs(value - median)));
    return { median, spread, weeks: values.length };
  }

  /** @returns the same object until something changes */
  save(): JsonValue {
    this.#saved ??= { keep: this.#keep, rows: [...this.#week.keys()].flatMap((at) => this.#toRow(at)) };
    return this.#saved;
  }

  /** @param saved what `save` gave for as many weeks; anything else counts as nothing saved */
  static restore(saved: JsonValue | undefined, keep: number): Weeks {
    const weeks = new Weeks(keep);
    const object = toSaved(saved);
    const rows = object?.['rows'];
    if (object?.['keep'] !== keep || !Array.isArray(rows) || rows.length > 3 * weeks.#value.length)
      return weeks;
    for (let at = 0; at + 2 < rows.length; at += 3) {
      const place = toNumber(rows[at], 0, weeks.#value.length - 1);
      const week = toNumber(rows[at + 1], 0, 2 ** 31 - 1);
      const value = toNumber(rows[at + 2]);
      if (place === null || week === null || value === null || !Number.isInteger(place))
        return new Weeks(keep);
      weeks.#value[place] = value;
      weeks.#week[place] = week;
    }
    return weeks;
  }

  /** Place, week, value; nothing where there is none. */
  #toRow(at: number): readonly number[] {
    const week = this.#week[at] as number;
    // The digits that 32 bits hold.
    return week === NO_WEEK ? [] : [at, week, Number((this.#value[at] as number).toPrecision(7))];
  }

  #place(localHour: number, week: number): number {
    return toHourOfWeek(localHour) * this.#keep + (week % this.#keep);
  }
}

/** NaN of none. */
function toMedian(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper;
}
