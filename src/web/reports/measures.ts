/**
 * The figures of a period as measures beside their targets (ISA-18.2 and EEMUA 191, as collected in alarms.md B1). A measure
 * never stands without how many it is of; with too few there is no verdict. Pure.
 */
import type { AlarmFigures } from '../api/types.ts';

export type Summary = AlarmFigures['annunciated']['per10Min'];

/** How the value of a measure is written. */
export type MeasureKind = 'perHour' | 'count' | 'percent';
/** What it is counted of. */
export type MeasureOf = 'alarms' | 'intervals' | 'floods' | 'runs' | 'asked' | 'ruleHours';
export type Verdict = 'met' | 'near' | 'missed' | 'too-few' | 'none';

export interface Measure {
  readonly id:
    | 'rate'
    | 'peak'
    | 'over10'
    | 'flood'
    | 'topTen'
    | 'chattering'
    | 'fleeting'
    | 'stale'
    | 'acknowledged'
    | 'blind';
  readonly kind: MeasureKind;
  /** null = nothing to count. A percent is a share from 0 to 1. */
  readonly value: number | null;
  readonly n: number;
  readonly of: MeasureOf;
  /** In the unit of the value; null = none is set. */
  readonly target: Target | null;
  readonly verdict: Verdict;
}

interface Target {
  readonly good: number;
  /** Still manageable; null = nothing beyond `good` is. */
  readonly max: number | null;
}

const HOUR_MS = 3_600_000;
/** Alarms an hour at one position: about one in ten minutes; two can still be managed. */
const RATE: Target = { good: 6, max: 12 };
const PEAK: Target = { good: 10, max: null };
/** Share of intervals, and of time in flood. */
const FLOOD: Target = { good: 0.01, max: null };
const TOP_TEN: Target = { good: 0.05, max: null };
const NONE_AT_ALL: Target = { good: 0, max: null };
/** Fewer than five on any day. */
const STALE: Target = { good: 4, max: null };
/** A rate of less than a shift says how the last hour was, not how the site is. */
const MIN_HOURS = 8;
/** Of fewer alarms ten are always a large share. */
const MIN_ALARMS = 100;

/** In the order in which they are read. */
export function toMeasures(figures: AlarmFigures): readonly Measure[] {
  const { annunciated, chattering, topTen, stale, acknowledgement, blind } = figures;
  const { per10Min } = annunciated;
  const floods = figures.floods.sliding ?? figures.floods.fixed;
  const alarms = { n: annunciated.n, of: 'alarms' } as const;
  const intervals = { n: per10Min.n, of: 'intervals' } as const;
  return [
    unless(figures.period.hours < MIN_HOURS, measure('rate', 'perHour', annunciated.perHour, alarms, RATE)),
    measure('peak', 'count', per10Min.max, intervals, PEAK),
    measure('over10', 'percent', annunciated.intervalsOver10Ratio, intervals, FLOOD),
    measure('flood', 'percent', floods.timeRatio, { n: floods.n, of: 'floods' }, FLOOD),
    unless(annunciated.n < MIN_ALARMS, measure('topTen', 'percent', topTen.share, alarms, TOP_TEN)),
    measure('chattering', 'count', chattering.alarms, { n: chattering.runs, of: 'runs' }, NONE_AT_ALL),
    measure('fleeting', 'count', figures.fleeting, alarms, NONE_AT_ALL),
    measure('stale', 'count', stale.mostOnOneDay, { n: stale.alarms, of: 'alarms' }, STALE),
    measure(
      'acknowledged',
      'percent',
      acknowledgement.ratio,
      { n: acknowledgement.asked, of: 'asked' },
      null,
    ),
    measure(
      'blind',
      'percent',
      blind.ratio,
      { n: Math.round(blind.scheduledMs / HOUR_MS), of: 'ruleHours' },
      null,
    ),
  ];
}

function measure(
  id: Measure['id'],
  kind: MeasureKind,
  value: number | null,
  counted: Pick<Measure, 'n' | 'of'>,
  target: Target | null,
): Measure {
  return { id, kind, value, ...counted, target, verdict: toVerdict(value, target) };
}

/** Without a verdict where too little has been counted; what is met is met all the same. */
function unless(isTooFew: boolean, made: Measure): Measure {
  return isTooFew && (made.verdict === 'near' || made.verdict === 'missed')
    ? { ...made, verdict: 'too-few' }
    : made;
}

function toVerdict(value: number | null, target: Target | null): Verdict {
  if (value === null || target === null) return 'none';
  if (value <= target.good) return 'met';
  return target.max !== null && value <= target.max ? 'near' : 'missed';
}

/** `0.4 %`, `12 %`; what is more than nothing is never shown as nothing. */
export function toShareText(share: number | null): string {
  if (share === null) return '—';
  const percent = share * 100;
  if (percent > 0 && percent < 0.1) return '< 0.1 %';
  return `${percent < 10 ? trimmed(percent, 1) : Math.round(percent)} %`;
}

/** Without digits that say nothing: `3`, `2.4`, `0.03`. */
export function toNumberText(value: number | null): string {
  if (value === null) return '—';
  if (value !== 0 && Math.abs(value) < 1) return trimmed(value, 2);
  return trimmed(value, Math.abs(value) < 100 ? 1 : 0);
}

function trimmed(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}
