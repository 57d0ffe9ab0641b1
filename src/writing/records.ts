/**
 * What writing remembers: every step of a write goes to the store with its audit entries in one batch, and the reverts
 * to come stand in memory with the time they are due at. An outcome that could not be stored waits in a queue and holds
 * up everything behind it: while nobody can write down what was done, nothing more is done.
 */
import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import { RiserError } from '../core/errors.ts';
import { LIMITS } from '../core/limits.ts';
import type { PointWriteRow, Store, Write, WriteBatch } from '../store/store.ts';
import { WRITING_LIMITS } from './limits.ts';
import { type Stepped, step, type WriteEffect, type WriteInput, type WriteState } from './step.ts';
import { ELSEWHERE } from './target.ts';

export interface RecordsOptions {
  readonly store: Pick<Store, 'commit' | 'queries'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Longest time that a revert of this point can still be away; 0 when it is not known any more. */
  readonly revertAfterMs: (point: string) => number;
}

/** A write with a revert to come. */
export interface Pending {
  readonly state: WriteState;
  /** Monotonic: a step of the wall clock moves no revert. */
  readonly dueMonoMs: number;
}

export class WriteRecords {
  readonly #options: RecordsOptions;
  /** Key: point id; of each point at most one revert is to come. */
  readonly #pending = new Map<string, Pending>();
  /** Writes whose revert was given up, until the point is written again. Key: point id. */
  readonly #givenUp = new Map<string, PointWriteRow>();
  /** Batches that could not be stored, oldest first; at most one for each write under way. */
  readonly #unsaved: WriteBatch[] = [];
  #isFailing = false;
  #retryMonoMs = 0;
  #flushing: Promise<void> | null = null;

  constructor(options: RecordsOptions) {
    this.#options = options;
  }

  /** What was under way when the gateway ended becomes unknown, and reverts wait again. @throws RiserError `store-failed` */
  async restore(): Promise<void> {
    const rows = await this.#options.store.queries.pointWrites({ state: 'open', limit: 0 });
    const nowMs = this.#options.clock.now().wallMs;
    const oldestFirst = rows.toReversed().map((row) => ({ row, tries: 0 }));
    const stepped = oldestFirst.map((state) => step(state, { type: 'restarted' }, nowMs));
    const last = new Map(stepped.map(({ state }) => [state.row.point, state.row]));
    // A newer write of the same point had not ended when the gateway did: it takes the older revert over.
    const all = stepped.map(({ state, effects }): Stepped => {
      const newest = last.get(state.row.point) ?? state.row;
      if (newest.id === state.row.id || state.row.revertAtMs === null) return { state, effects };
      const after = step(state, toTakenOver(state.row, newest), nowMs);
      return { state: after.state, effects: [...effects, ...after.effects] };
    });
    const changed = all.filter(({ effects }) => effects.length > 0);
    if (changed.length > 0) await this.#options.store.commit(toBatch(changed));
    const lately = await this.#options.store.queries.pointWrites({ state: 'all', limit: LIMITS.pageRows });
    for (const row of lately.toReversed()) this.#noteGivenUp(row);
    for (const one of all) this.#take(one);
  }

  pendingOf(point: string): Pending | null {
    return this.#pending.get(point) ?? null;
  }

  pending(): readonly Pending[] {
    return [...this.#pending.values()];
  }

  /** Writes whose revert was given up, however long ago; of those before the start only the last page. */
  givenUp(): readonly PointWriteRow[] {
    return [...this.#givenUp.values()];
  }

  get unsaved(): number {
    return this.#unsaved.length;
  }

  /** Stores what is about to be done. @throws RiserError `store-failed`; then it must not be done. */
  async announce(stepped: Stepped): Promise<void> {
    if (this.#isFailing) throw new RiserError('store-failed');
    await this.#options.store.commit(toBatch([stepped]));
    this.#tell(stepped.effects);
  }

  /** Stores what has happened, now or as soon as it can be; memory knows it at once. Never throws. */
  async settle(...steps: readonly Stepped[]): Promise<void> {
    for (const one of steps) {
      this.#take(one);
      this.#tell(one.effects);
    }
    this.#unsaved.push(toBatch(steps));
    await this.flush();
  }

  /** Resolves when everything is stored or the store has failed; then it waits before it asks again. Never throws. */
  async flush({ isLast = false } = {}): Promise<void> {
    const isTooSoon = this.#isFailing && this.#options.clock.now().monoMs < this.#retryMonoMs;
    if (isTooSoon && !isLast) return;
    this.#flushing ??= this.#storeAll().finally(() => {
      this.#flushing = null;
    });
    await this.#flushing;
  }

  async #storeAll(): Promise<void> {
    const { store, clock, log } = this.#options;
    try {
      for (let next = this.#unsaved[0]; next !== undefined; next = this.#unsaved[0]) {
        await store.commit(next);
        this.#unsaved.shift();
      }
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) log.error({ err: error }, 'the outcome of a write could not be stored');
      this.#isFailing = true;
      this.#retryMonoMs = clock.now().monoMs + WRITING_LIMITS.storeRetryMs;
    }
  }

  /** A revert that could not begin is tried again a little later. */
  postpone(point: string): void {
    const known = this.#pending.get(point);
    if (known === undefined) return;
    const dueMonoMs = this.#options.clock.now().monoMs + WRITING_LIMITS.storeRetryMs;
    this.#pending.set(point, { ...known, dueMonoMs });
  }

  #noteGivenUp(row: PointWriteRow): void {
    const { state, revertAtMs, point } = row;
    if (state === 'revert-failed' && revertAtMs === null) this.#givenUp.set(point, row);
    // Whatever stands there now was put there by somebody else. A refused write has put nothing.
    else if (
      (state === 'confirmed' || state === 'differs' || state === 'unknown') &&
      this.#givenUp.get(point)?.target === row.target
    )
      this.#givenUp.delete(point);
  }

  #take({ state }: Stepped): void {
    this.#noteGivenUp(state.row);
    const { id, point, revertAtMs } = state.row;
    const known = this.#pending.get(point);
    if (revertAtMs !== null && state.row.state !== 'sent') {
      this.#pending.set(point, { state, dueMonoMs: this.#toDue(point, revertAtMs, state.tries) });
    } else if (known?.state.row.id === id) this.#pending.delete(point);
  }

  /**
   * After a restart only the wall clock tells what is left, and it may stand in another year until the time service has
   * set it: never more than the whole time is left.
   */
  #toDue(point: string, revertAtMs: number, tries: number): number {
    const now = this.#options.clock.now();
    const mostMs = tries > 0 ? WRITING_LIMITS.revertRetryMaxMs : this.#options.revertAfterMs(point);
    return now.monoMs + Math.max(0, Math.min(revertAtMs - now.wallMs, mostMs));
  }

  #tell(effects: readonly WriteEffect[]): void {
    for (const effect of effects) {
      if (effect.type === 'log') this.#options.log[effect.level](effect.message);
    }
  }
}

/** What becomes of a revert when `newer` has written the same point: of the same place in the field it takes it over. */
export function toTakenOver(older: PointWriteRow, newer: PointWriteRow): WriteInput {
  return older.target === newer.target
    ? { type: 'superseded', by: newer.id }
    : { type: 'abandoned', why: ELSEWHERE };
}

function toBatch(steps: readonly Stepped[]): WriteBatch {
  const writes = steps.flatMap(({ state, effects }): Write[] => [
    { type: 'point-write', write: state.row },
    ...effects.flatMap((effect): Write[] =>
      effect.type === 'audit' ? [{ type: 'audit', entry: effect.entry }] : [],
    ),
  ]);
  return { writes };
}
