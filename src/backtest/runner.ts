/**
 * The backtests of a running gateway: one at a time, a short queue, results for a day. Knows who asked and how far each is;
 * what a backtest does is run.ts's business, in a thread of its own.
 */
import type { Logger } from 'pino';
import type { SiteModel } from '../config/model.ts';
import { applyRuleOverride } from '../config/rule-overrides.ts';
import type { Clock } from '../core/clock.ts';
import { type Problem, RiserError } from '../core/errors.ts';
import { toId } from '../core/ids.ts';
import { BACKTEST_LIMITS } from './limits.ts';
import type {
  BacktestPort,
  BacktestProgress,
  BacktestRequest,
  BacktestResult,
  BacktestStatus,
  RuleOverride,
} from './port.ts';
import { checkRange, toRefusal } from './run.ts';
import type { RunJob } from './thread.ts';

export interface BacktestsOptions {
  /** As the files have it; its first file is the site file. */
  readonly model: SiteModel;
  /** Changes of rules that hold now, on top of the files. */
  readonly held: () => readonly RuleOverride[];
  readonly dataDirectory: string;
  readonly run: RunJob;
  readonly createId: () => string;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface BacktestCounters {
  readonly begun: number;
  readonly failed: number;
  readonly cancelled: number;
  /** Not taken because the queue was full. */
  readonly refused: number;
}

type Held = { -readonly [Key in keyof BacktestStatus]: BacktestStatus[Key] };

const NOTHING_DONE: BacktestProgress = { ratio: 0, readings: 0, reachedMs: null };

export class Backtests implements BacktestPort {
  readonly #options: BacktestsOptions;
  /** In the order in which they were asked for. Key: id. */
  readonly #held = new Map<string, Held>();
  readonly #counters = { begun: 0, failed: 0, cancelled: 0, refused: 0 };
  #running: { readonly id: string; readonly abort: AbortController; readonly done: Promise<void> } | null =
    null;
  #isStopped = false;

  constructor(options: BacktestsOptions) {
    this.#options = options;
  }

  start(request: BacktestRequest, by: string): string {
    if (this.#isStopped) throw new RiserError('backtest-stopping');
    this.#forget();
    checkRange(request, BACKTEST_LIMITS.rangeMs);
    const [problem] = request.type === 'compare' ? this.checkOverrides(request.overrides) : [];
    if (problem !== undefined) throw toRefusal(problem);
    const queued = [...this.#held.values()].filter(({ state }) => state === 'queued').length;
    if (queued >= BACKTEST_LIMITS.queued) {
      this.#counters.refused += 1;
      throw new RiserError('backtest-queue-full', { max: BACKTEST_LIMITS.queued });
    }
    const id = this.#options.createId();
    const askedAtMs = this.#nowMs();
    this.#held.set(id, {
      id,
      request,
      by,
      askedAtMs,
      startedAtMs: null,
      endedAtMs: null,
      state: 'queued',
      progress: NOTHING_DONE,
      result: null,
      error: null,
    });
    this.#next();
    return id;
  }

  checkOverrides(overrides: readonly RuleOverride[]): readonly Problem[] {
    const { model } = this.#options;
    return overrides.flatMap(({ equipment, rule, override }) => [
      ...applyRuleOverride(model, toId(equipment), toId(rule), override).problems,
    ]);
  }

  status(id: string): BacktestStatus | null {
    this.#forget();
    const held = this.#held.get(id);
    return held === undefined ? null : { ...held };
  }

  list(): readonly BacktestStatus[] {
    this.#forget();
    return [...this.#held.values()].map((held) => ({ ...held, result: null })).toReversed();
  }

  cancel(id: string): boolean {
    const held = this.#held.get(id);
    if (held === undefined) return false;
    if (held.state !== 'queued' && held.state !== 'running') return true;
    this.#counters.cancelled += 1;
    this.#end(held, { state: 'cancelled' });
    if (this.#running?.id === id) this.#running.abort.abort();
    return true;
  }

  counters(): BacktestCounters {
    return { ...this.#counters };
  }

  /** Ends what runs and what waits; nothing begins any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const id of this.#held.keys()) this.cancel(id);
    await this.#running?.done;
  }

  #next(): void {
    if (this.#running !== null || this.#isStopped) return;
    const held = [...this.#held.values()].find(({ state }) => state === 'queued');
    if (held === undefined) return;
    const abort = new AbortController();
    this.#counters.begun += 1;
    Object.assign(held, { state: 'running', startedAtMs: this.#nowMs() } satisfies Partial<Held>);
    this.#running = { id: held.id, abort, done: this.#run(held, abort.signal) };
  }

  /** Never rejects. */
  async #run(held: Held, signal: AbortSignal): Promise<void> {
    const { log, run, dataDirectory, model, held: toHeld } = this.#options;
    const [config = ''] = model.files;
    const job = {
      config,
      hash: model.hash,
      dataDirectory,
      request: held.request,
      held: toHeld(),
    };
    const onProgress = (progress: BacktestProgress): void => {
      if (held.state === 'running') held.progress = progress;
    };
    try {
      this.#finish(held, await run(job, { signal, onProgress }));
    } catch (error) {
      if (held.state === 'running') {
        log.warn({ err: error, backtest: held.id }, 'a backtest has failed');
        this.#counters.failed += 1;
        this.#end(held, { state: 'failed', error: toTold(error) });
      }
    }
    this.#running = null;
    this.#next();
  }

  #finish(held: Held, result: BacktestResult): void {
    if (held.state !== 'running') return;
    const { readings } = result.coverage;
    const progress = { ratio: 1, readings, reachedMs: held.request.toMs };
    this.#end(held, { state: 'done', result, progress });
  }

  #end(held: Held, change: Partial<Held>): void {
    Object.assign(held, change, { endedAtMs: this.#nowMs() });
  }

  /** Too old, or too many that are over: the oldest go. */
  #forget(): void {
    const over = [...this.#held.values()].filter(({ endedAtMs }) => endedAtMs !== null);
    const beforeMs = this.#nowMs() - BACKTEST_LIMITS.keepMs;
    for (const [at, { id, endedAtMs }] of over.entries())
      if ((endedAtMs ?? 0) < beforeMs || at < over.length - BACKTEST_LIMITS.kept) this.#held.delete(id);
  }

  #nowMs(): number {
    return this.#options.clock.now().wallMs;
  }
}

/** What is not an error of ours is the thread's: people see that it failed, the log says why. */
function toTold(error: unknown): BacktestStatus['error'] {
  const known =
    error instanceof RiserError
      ? error
      : new RiserError('backtest-failed', { reason: { zh: '内部错误', en: 'internal error' } });
  return { code: known.code, text: known.text };
}
