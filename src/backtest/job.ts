/** What the thread of a backtest is told, and what it tells. Plain data. */

import type { ThreadFailure } from '../threads/run.ts';
import type { BacktestProgress, BacktestRequest, BacktestResult, RuleOverride } from './port.ts';

export interface BacktestJob {
  /** Site file. The thread reads it itself: a model is too large to be handed over beside running polls. */
  readonly config: string;
  /** Of the model that runs: the files may have changed since. null = none runs. */
  readonly hash: string | null;
  readonly dataDirectory: string;
  readonly request: BacktestRequest;
  /** Changes that hold already, on top of the files. */
  readonly held: readonly RuleOverride[];
}

export type FromBacktest =
  | { readonly type: 'progress'; readonly progress: BacktestProgress }
  | { readonly type: 'done'; readonly result: BacktestResult }
  | ThreadFailure;
