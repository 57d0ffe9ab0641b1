/**
 * One question on its way through the sources: every step has a time-out, a source that fails is left out from then on
 * and named, and whoever asked can go away. When every source that was asked has failed, so has the question.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { RiserError } from '../../core/errors.ts';
import type { HistoryLimits } from './limits.ts';
import type { HistorySource, SourceQuery } from './source.ts';

/** Most different reasons told; a damaged disk has many. */
const MAX_REASONS = 5;

type Range = Pick<SourceQuery, 'point' | 'fromMs' | 'toMs'>;

/** `end` it in any case. */
export class Asking {
  readonly #limits: HistoryLimits;
  readonly #deadlineMs: number | null;
  readonly #caller: AbortSignal | undefined;
  readonly #deadline: AbortSignal | null;
  readonly #own = new AbortController();
  readonly #signal: AbortSignal;
  readonly #reasons = new Set<string>();
  readonly #failed = new Set<HistorySource>();
  readonly #answered = new Set<HistorySource>();
  #sinceRest = 0;

  /** @param deadlineMs whole time; null = none */
  constructor(limits: HistoryLimits, deadlineMs: number | null, caller: AbortSignal | undefined) {
    this.#limits = limits;
    this.#deadlineMs = deadlineMs;
    this.#caller = caller;
    this.#deadline = deadlineMs === null ? null : AbortSignal.timeout(deadlineMs);
    const signals = [this.#own.signal, caller, this.#deadline];
    this.#signal = AbortSignal.any(signals.filter((one) => one != null));
  }

  /** Why something may be missing; null = nothing is. */
  get missing(): string | null {
    return this.#reasons.size === 0 ? null : [...this.#reasons].join('; ');
  }

  /** The answer, or null when the source fails. @throws RiserError `stopped`, `history-failed` (out of time). */
  async ask<T>(source: HistorySource, act: (signal: AbortSignal) => Promise<T>): Promise<T | null> {
    this.#throwIfOver();
    if (this.#failed.has(source)) return null;
    try {
      const answer = await this.#step(act(this.#signal));
      this.#answered.add(source);
      return answer;
    } catch (error) {
      this.#fail(source, error);
      return null;
    }
  }

  /** What the source gives until it fails. Same errors. */
  async *follow<T>(
    source: HistorySource,
    range: Range,
    open: (query: SourceQuery) => AsyncIterable<T>,
  ): AsyncGenerator<T> {
    this.#throwIfOver();
    if (this.#failed.has(source)) return;
    const iterator = open(this.query(source, range))[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await this.#pull(source, iterator);
        if (next === null || next.done === true) return;
        yield next.value;
      }
    } finally {
      // A source that hangs would keep this waiting; one that does not fail has nothing to do.
      const ended = Promise.resolve(iterator.return?.()).catch(() => null);
      if (!this.#failed.has(source) && !this.#signal.aborted) await ended;
    }
  }

  query(source: HistorySource, { point, fromMs, toMs }: Range): SourceQuery {
    return { point, fromMs, toMs, signal: this.#signal, onMissing: this.onMissing(source) };
  }

  /** Takes what a source cannot read. */
  onMissing(source: HistorySource): (reason: string) => void {
    return (reason) => this.#miss(source, reason);
  }

  /** Gives the event loop its turn now and then. Same errors. */
  async rest(readings: number): Promise<void> {
    this.#sinceRest += readings;
    if (this.#sinceRest < this.#limits.turnReadings) return;
    this.#sinceRest = 0;
    await nextTurn();
    this.#throwIfOver();
  }

  /** @throws RiserError `history-failed` when nobody has answered. */
  requireAnswer(): void {
    const isUnanswered = this.#failed.size > 0 && this.#answered.difference(this.#failed).size === 0;
    if (isUnanswered) throw new RiserError('history-failed', { reason: this.missing ?? 'no answer' });
  }

  /** Nothing is read any longer. */
  end(): void {
    this.#own.abort();
  }

  /** null when the source fails. */
  async #pull<T>(source: HistorySource, iterator: AsyncIterator<T>): Promise<IteratorResult<T> | null> {
    try {
      const next = await this.#step(iterator.next());
      this.#answered.add(source);
      return next;
    } catch (error) {
      this.#fail(source, error);
      return null;
    }
  }

  #step<T>(promise: Promise<T>): Promise<T> {
    return within(promise, this.#limits.stepMs, this.#signal);
  }

  #fail(source: HistorySource, error: unknown): void {
    this.#throwIfOver();
    this.#failed.add(source);
    this.#miss(source, error instanceof Error ? error.message : String(error));
  }

  #miss(source: HistorySource, reason: string): void {
    if (this.#reasons.size < MAX_REASONS) this.#reasons.add(`${source.name}: ${reason}`);
  }

  #throwIfOver(): void {
    if (this.#caller?.aborted === true) throw new RiserError('stopped');
    if (this.#deadline?.aborted !== true) return;
    throw new RiserError('history-failed', { reason: `not done after ${this.#deadlineMs} ms` });
  }
}

/** The promise, unless it takes longer or the signal comes first; then its result is nobody's. */
function within<T>(promise: Promise<T>, ms: number, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
    const stop = (): void => reject(new Error('stopped'));
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    };
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    void promise.then(resolve, reject).finally(settle);
  });
}
