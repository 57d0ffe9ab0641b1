/**
 * From the clock on the wall to instants: when a shift of a date begins and ends. A boundary is the first instant at which
 * the wall has reached it, so that two shifts that meet have neither gap nor overlap in the nights in which clocks change.
 * Who has the shift is duty.ts's business.
 *
 *   23:00 ─────── night of Friday ──────▶ 07:00     belongs to Friday; 7 h when clocks are put on, 9 h when back
 */
import type { Shift } from '../core/duty.ts';
import { DAY_MS, toOffsetMs, toStretches } from '../core/zone.ts';

/** [fromMs, toMs), UTC milliseconds. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export type ShiftHours = Pick<Shift, 'id' | 'from' | 'to'>;

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Local time runs from 12 h behind UTC to 14 h before it. */
const [MOST_BEHIND_MS, MOST_AHEAD_MS] = [12 * HOUR_MS, 14 * HOUR_MS];
/** Shifts of dates kept; beyond it all are worked out anew. */
const MAX_KEPT = 20_000;

/** @param date `YYYY-MM-DD` @param minute of the day, 0–2880 @throws RangeError for an unknown zone */
export function toInstantMs(timeZone: string, date: string, minute: number): number {
  const wallMs = Date.parse(`${date}T00:00:00Z`) + minute * MINUTE_MS;
  const lastDay = Math.floor((wallMs + MOST_BEHIND_MS) / DAY_MS) + 1;
  for (let day = Math.floor((wallMs - MOST_AHEAD_MS) / DAY_MS); day <= lastDay; day++) {
    for (const { fromMs, toMs, offsetMs } of toStretches(timeZone, day)) {
      const atMs = Math.max(fromMs, wallMs - offsetMs);
      if (atMs < toMs) return atMs;
    }
  }
  throw new RangeError(`no such day: ${date}`);
}

/** Empty where the date was left out by its zone. */
export function toShiftSpan(timeZone: string, date: string, { from, to }: ShiftHours): Span {
  const end = to <= from ? to + 1440 : to;
  return { fromMs: toInstantMs(timeZone, date, from), toMs: toInstantMs(timeZone, date, end) };
}

/** The same with memory, for a roster that is asked again and again. */
export function createShiftSpans(timeZone: string): (date: string, shift: ShiftHours) => Span {
  /** Key: date and shift id. */
  const kept = new Map<string, Span>();
  return (date, shift) => {
    const key = `${date}/${shift.id}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    if (kept.size >= MAX_KEPT) kept.clear();
    const span = toShiftSpan(timeZone, date, shift);
    kept.set(key, span);
    return span;
  };
}

/** The local date, `YYYY-MM-DD`. */
export function toLocalDate(timeZone: string, atMs: number): string {
  return new Date(atMs + toOffsetMs(timeZone, atMs)).toISOString().slice(0, 10);
}

/** Date so many days later. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** 30 February is none. */
export function isDate(text: string): boolean {
  const ms = Date.parse(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && Number.isFinite(ms) && addDays(text, 0) === text;
}

/** `YYYY-MM-DD HH:MM` on the clocks of the site. */
export function toLocalText(timeZone: string, atMs: number): string {
  return new Date(atMs + toOffsetMs(timeZone, atMs)).toISOString().slice(0, 16).replace('T', ' ');
}
