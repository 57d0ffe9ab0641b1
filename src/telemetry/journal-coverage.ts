/**
 * How many hours of readings the journal can hold at the configured rates. Pure; printed by `check`, so that nobody learns
 * during a long outage of InfluxDB how short the local memory is.
 */
import type { SiteModel } from '../config/model.ts';
import { JOURNAL_LIMITS } from './journal/limits.ts';

/** Below it a night without InfluxDB loses readings before anybody is there. */
const SHORT_HOURS = 24;
const HOUR_MS = 3_600_000;

export interface JournalCoverage {
  /** Readings a second when every value differs at every poll: dead-bands hold nothing back. */
  readonly mostPerS: number;
  /** When nothing changes: each point once in its heartbeat. */
  readonly leastPerS: number;
  /** Hours held at `mostPerS` and at `leastPerS`; the age limit caps both. */
  readonly leastHours: number;
  readonly mostHours: number;
  /** Even at `mostPerS` a day fits. */
  readonly isLong: boolean;
}

export function toJournalCoverage(model: Pick<SiteModel, 'points' | 'journal'>): JournalCoverage {
  const journalled = model.points.filter(({ type }) => type !== 'text');
  const mostPerS = journalled.reduce((sum, { pollMs }) => sum + 1_000 / pollMs, 0);
  const leastPerS = journalled.reduce(
    (sum, { pollMs }) => sum + 1_000 / Math.max(pollMs, JOURNAL_LIMITS.heartbeatMs),
    0,
  );
  const leastHours = toHours(model, mostPerS);
  return {
    mostPerS,
    leastPerS,
    leastHours,
    mostHours: toHours(model, leastPerS),
    isLong: leastHours >= SHORT_HOURS,
  };
}

function toHours({ journal }: Pick<SiteModel, 'journal'>, perS: number): number {
  const readings = journal.maxBytes / JOURNAL_LIMITS.sealedReadingBytes;
  return Math.min(
    journal.maxAgeDays * 24,
    perS === 0 ? Number.POSITIVE_INFINITY : (readings / perS) * (1_000 / HOUR_MS),
  );
}
