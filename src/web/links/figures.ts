/** Words and tones of a link's figures. Pure. */

import type { LinkStatus } from '../api/types.ts';

export type Tone = 'good' | 'medium' | 'bad';

/** From here a retry or a silent device makes polls late. */
const TIGHT_RATIO = 0.7;
/** From here polls are skipped. */
const FULL_RATIO = 0.9;
/** Polls made of those due; below it values come late. */
const REACHED_RATIO = 0.99;

export function toBusyTone(ratio: number): Tone {
  if (ratio >= FULL_RATIO) return 'bad';
  return ratio >= TIGHT_RATIO ? 'medium' : 'good';
}

export function toReachedTone(ratio: number): Tone {
  if (ratio >= REACHED_RATIO) return 'good';
  return ratio >= FULL_RATIO ? 'medium' : 'bad';
}

/** Without a connection nothing is due, so that shares of it would look as if all were well. */
export function isPolling({ state }: Pick<LinkStatus, 'state'>): boolean {
  return state === 'online' || state === 'degraded';
}

/** Of a share of good data or of points: anything missing is told, half of it is bad. */
export function toShareTone(ratio: number): Tone {
  if (ratio >= REACHED_RATIO) return 'good';
  return ratio >= 0.5 ? 'medium' : 'bad';
}

/** `99.9 %`: cut, never rounded up to 100 nor down to 0, so that what is missing or there stays visible. */
export function toPercentText(ratio: number): string {
  const percent = ratio * 100;
  if (percent <= 0) return '0 %';
  if (percent < 0.1) return '< 0.1 %';
  // The tolerance is that of binary fractions: 0.29 × 100 is a little less than 29.
  const tenths = Math.floor(percent * 10 + 1e-6) / 10;
  return `${Number.isInteger(tenths) ? tenths : tenths.toFixed(1)} %`;
}

/** `0.4`, `8.2`, `120`: without unit. */
export function toMsText(ms: number): string {
  return ms.toFixed(ms < 9.95 ? 1 : 0);
}
