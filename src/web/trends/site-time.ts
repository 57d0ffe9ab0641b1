/**
 * The clocks of the site, for axes and fields: the browser may stand in another zone. A local time is told as the UTC ms
 * that show the same digits. Pure.
 */
import { createSiteClock } from '../shared/site-clock.ts';

export interface SiteTime {
  toLocal(utcMs: number): number;
  /** Of a local time that clocks skip: as long after the change; of one that they show twice: either. */
  toUtc(localMs: number): number;
}

/** @param timeZone IANA name; undefined = the browser's */
export function createSiteTime(timeZone: string | undefined): SiteTime {
  const clock = createSiteClock(timeZone);
  const toLocal = (utcMs: number): number => {
    const wholeMs = Math.floor(utcMs / 1_000) * 1_000;
    return Date.parse(`${clock(wholeMs).replace(' ', 'T')}Z`) + (utcMs - wholeMs);
  };
  return {
    toLocal,
    toUtc(localMs) {
      const guess = localMs - (toLocal(localMs) - localMs);
      return localMs - (toLocal(guess) - guess);
    },
  };
}

/** `2026-11-21T14:05:09`: value of a field of type `datetime-local`. */
export function toFieldText(time: SiteTime, utcMs: number): string {
  return new Date(time.toLocal(utcMs)).toISOString().slice(0, 19);
}

/** null while the field does not hold a whole time. */
export function parseFieldText(time: SiteTime, text: string): number | null {
  const localMs = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text) ? Date.parse(`${text}Z`) : Number.NaN;
  return Number.isNaN(localMs) ? null : time.toUtc(localMs);
}
