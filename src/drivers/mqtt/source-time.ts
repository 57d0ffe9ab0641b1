/**
 * The time that a device puts into its messages. A time that cannot be is not used, and makes what came with it
 * uncertain. Pure.
 */
import { isPlausibleTime } from '../plausible-time.ts';
import type { TimeFormat } from './schema.ts';

export interface SourceTime {
  /** UTC ms; NaN when there is none that can be believed. */
  readonly ms: number;
  /** false = the device gave a time that cannot be. */
  readonly isPlausible: boolean;
}

const ABSENT: SourceTime = { ms: Number.NaN, isPlausible: true };
const IMPLAUSIBLE: SourceTime = { ms: Number.NaN, isPlausible: false };
/** With its zone, or it says nothing. */
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})$/;

/** @param raw member of the message; undefined = it has none, which is no fault */
export function toSourceTime(raw: unknown, format: TimeFormat, nowMs: number): SourceTime {
  if (raw === undefined) return ABSENT;
  const ms = toMs(raw, format);
  return isPlausibleTime(ms, nowMs) ? { ms, isPlausible: true } : IMPLAUSIBLE;
}

function toMs(raw: unknown, format: TimeFormat): number {
  switch (format) {
    case 'ms':
      return typeof raw === 'number' ? raw : Number.NaN;
    case 's':
      return typeof raw === 'number' ? raw * 1_000 : Number.NaN;
    case 'iso':
      return typeof raw === 'string' && ISO.test(raw) ? Date.parse(raw) : Number.NaN;
    default:
      return format satisfies never;
  }
}
