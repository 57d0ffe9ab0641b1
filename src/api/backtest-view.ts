/** Turns a backtest into the shape of the public API. */
import type { BacktestStatus } from '../backtest/port.ts';
import type { BacktestView } from './backtest-schema.ts';
import type { DeepReadonly } from './deep-readonly.ts';

export function toBacktestView({ request, result, ...status }: BacktestStatus): BacktestView {
  const { type, fromMs, toMs } = request;
  const view: DeepReadonly<BacktestView> = {
    ...status,
    type,
    fromMs,
    toMs,
    overrides: request.type === 'compare' ? request.overrides : [],
    comparison: result?.type === 'compare' ? result : null,
    selfCheck: result?.type === 'self-check' ? result : null,
  };
  return view as BacktestView;
}
