/**
 * One question on its way through the sources: every step has a time-out, a source that fails is left out from then on
 * and named, and whoever asked can go away. When every source that was asked has failed, so has the question; when its time
 * is over while it is read, what has been read is the answer, and the rest of the range is named.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { RiserError } from '../../core/errors.ts';
import { toMissingText } from '../../core/missing-reason.ts';
import type { HistoryLimits } from './limits.ts';
import type { HistorySource, ReadingColumns, SourceQuery, Summary } from './source.ts';

/** Most different reasons told; a damaged disk has many. */
const MAX_REASONS = 5;
/** Farthest instant of a Date (ECMA-262, 21.4.1.1). */
const MAX_TIME_MS = 8.64e15;

type Range = Pick<SourceQuery, 'point' | 'fromMs' | 'toMs'>;

/** A stretch that a source has, but that was not read. */
export interface Unread {
  readonly source: HistorySource;
  /** UTC ms. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Behind its beginning and end, in English. */
  readonly why: string;
}

/** `end` it in any case. */
export class Asking {
  readonly #limits: HistoryLimits;
  readonly #deadlineMs: number | null;
  readonly #caller: AbortSignal | undefined;
  readonly #deadline: AbortSignal | null;
  readonly #own = new AbortController();
  readonly #signal: AbortSignal;
  readonly #reasons = new Set<string>();
  readonly #unread: Unread[] = [];
  /** Value: why. */
  readonly #failed = new Map<HistorySource, string>();
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

  /** Why something may be missing, in English (core/missing-reason.ts knows the sentences); null = nothing is. */
  get missing(): string | null {
    const reasons = [...this.#reasons, ...this.#unread.map(toReason)];
    return reasons.length === 0 ? null : reasons.slice(0, MAX_REASONS).join('; ');
  }

  /** Stretches that were to be read, in the order in which they were given up. */
  get unread(): readonly Unread[] {
    return this.#unread;
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
      this.#throwIfOver();
      const why = toWords(error);
      this.#failed.set(source, why);
      this.#miss(source, why);
      return null;
    }
  }

  /** What the source gives until it fails, or the time is over: `unread` has the rest. @throws RiserError `stopped` */
  async *follow<T extends ReadingColumns | Summary>(
    source: HistorySource,
    range: Range,
    open: (query: SourceQuery) => AsyncIterable<T>,
  ): AsyncGenerator<T> {
    this.#throwIfGone();
    const why = this.#whyNot(source);
    if (why !== null) {
      this.#leave({ source, fromMs: range.fromMs, toMs: range.toMs, why });
      return;
    }
    const iterator = open(this.query(source, range))[Symbol.asyncIterator]();
    let doneMs = range.fromMs;
    try {
      for (;;) {
        const next = await this.#pull(source, iterator, doneMs, range.toMs);
        if (next === null || next.done === true) return;
        doneMs = Math.max(doneMs, toEnd(next.value));
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
    this.#throwIfGone();
  }

  /** @throws RiserError `history-failed` when nobody has answered. */
  requireAnswer(): void {
    const isUnanswered = this.#failed.size > 0 && this.#answered.difference(this.#failed).size === 0;
    if (isUnanswered) throw toFailure(this.missing ?? 'no answer');
  }

  /** Nothing is read any longer. */
  end(): void {
    this.#own.abort();
  }

  /** null when the source fails, or the time is over: the rest of the range is not read then. */
  async #pull<T>(
    source: HistorySource,
    iterator: AsyncIterator<T>,
    fromMs: number,
    toMs: number,
  ): Promise<IteratorResult<T> | null> {
    try {
      const next = await this.#step(iterator.next());
      this.#answered.add(source);
      return next;
    } catch (error) {
      this.#throwIfGone();
      if (this.#deadline?.aborted !== true) this.#failed.set(source, toWords(error));
      this.#leave({ source, fromMs, toMs, why: this.#whyNot(source) ?? '' });
      return null;
    }
  }

  /** Why the source is not read any further; null = it is. */
  #whyNot(source: HistorySource): string | null {
    const failure = this.#failed.get(source);
    if (failure !== undefined) return `was not read: ${failure}`;
    return this.#deadline?.aborted === true ? `was not read within ${this.#deadlineMs} ms` : null;
  }

  /** What follows without a gap on what was left before is one stretch with it. */
  #leave(left: Unread): void {
    const { source, fromMs, toMs, why } = left;
    const at = this.#unread.findIndex(
      (one) => one.source === source && one.why === why && one.toMs === fromMs,
    );
    const before = this.#unread[at];
    if (before === undefined) this.#unread.push(left);
    else this.#unread[at] = { ...before, toMs };
  }

  #step<T>(promise: Promise<T>): Promise<T> {
    return within(promise, this.#limits.stepMs, this.#signal);
  }

  #miss(source: HistorySource, reason: string): void {
    if (this.#reasons.size < MAX_REASONS) this.#reasons.add(`${source.name}: ${reason}`);
  }

  #throwIfOver(): void {
    this.#throwIfGone();
    if (this.#deadline?.aborted === true) throw toFailure(`not done after ${this.#deadlineMs} ms`);
  }

  #throwIfGone(): void {
    if (this.#caller?.aborted === true) throw new RiserError('stopped');
  }
}

function toFailure(sentence: string): RiserError {
  return new RiserError('history-failed', { reason: toMissingText(sentence) });
}

function toReason({ source, fromMs, toMs, why }: Unread): string {
  return `${source.name}: ${toInstant(fromMs)} to ${toInstant(toMs)} ${why}`;
}

function toInstant(atMs: number): string {
  return Math.abs(atMs) <= MAX_TIME_MS ? new Date(atMs).toISOString() : '…';
}

/** Up to where an item tells what there is, UTC ms. */
function toEnd(item: ReadingColumns | Summary): number {
  if (!('stampMs' in item)) return item.toMs;
  return (item.stampMs[item.count - 1] ?? Number.NEGATIVE_INFINITY) + 1;
}

function toWords(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
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
