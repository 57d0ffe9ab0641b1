/** Order and signs of what a trial over history has found. Pure. */
import type { Backtest } from '../api/types.ts';

type Comparison = NonNullable<Backtest['comparison']>;
type Incident = Comparison['incidents'][number];

/** A poll lost now and then changes nothing. */
export const TOLERATED_BLIND_RATIO = 0.01;

export const MEASURES = ['raises', 'nightRaises', 'tickets', 'nightTickets', 'floods'] as const;
export type Measure = (typeof MEASURES)[number];

/** What matters most to who approves stands first. */
export const OUTCOMES = [
  'missed',
  'later',
  'extra',
  'not-evaluable',
  'earlier',
  'avoided',
  'same',
] as const satisfies readonly Incident['outcome'][];

/** By outcome, then oldest first. */
export function worstFirst(incidents: readonly Incident[]): readonly Incident[] {
  return incidents.toSorted(
    (a, b) => OUTCOMES.indexOf(a.outcome) - OUTCOMES.indexOf(b.outcome) || toMs(a) - toMs(b),
  );
}

/** `+3`, `−2`, `0`. */
export function toDifferenceText(difference: number): string {
  if (difference === 0) return '0';
  return difference > 0 ? `+${difference}` : `−${-difference}`;
}

function toMs({ historyAtMs, beforeAtMs, afterAtMs }: Incident): number {
  return historyAtMs ?? beforeAtMs ?? afterAtMs ?? 0;
}

/** Part of the time in which the changed rules could not be judged, 0–1: the worst of them. */
export function toBlindRatio({ rules, after }: Pick<Comparison, 'rules' | 'after'>): number {
  const changed = rules.filter(({ isChanged }) => isChanged);
  const ratios = changed.map((rule) => (rule.after ?? rule.before)?.notEvaluableRatio ?? 0);
  return changed.length === 0 ? after.notEvaluableRatio : Math.max(...ratios);
}

/** `0.4%`; what is not all is never rounded up to it. */
export function toPercentText(ratio: number): string {
  const percent = ratio * 100;
  const shown = percent < 100 && percent > 99.9 ? 99.9 : percent;
  return `${shown.toFixed(1)}%`;
}
