/** What of a backtest counts for the review of a change. */
import type { BacktestStatus } from '../backtest/port.ts';
import type { RuleBacktest } from '../store/store.ts';

/** @param status null = not kept any more @returns null when it has not come to a result */
export function toVerdict(status: BacktestStatus | null): RuleBacktest['verdict'] {
  const result = status?.result ?? null;
  if (status?.state !== 'done' || result?.type !== 'compare') return null;
  const { fromMs, toMs } = status.request;
  const { missed, needsSecondApprover } = result;
  return { fromMs, toMs, missed: missed.length, needsSecondApprover };
}
