/**
 * One connection of a polled link from opening to its end, with what is under way on it. What ends is kept until the
 * loop takes it; after the end of the connection nothing that is still said counts.
 */
import { DeviceError } from '../core/errors.ts';
import type { PollConnection, SampleColumns } from '../drivers/driver.ts';
import type { Bell } from './bell.ts';
import type { Command } from './commands.ts';
import type { Task } from './task.ts';
import { throwUncaught } from './uncaught.ts';

/**
 * A driver ends every exchange by itself: within its time-out, the pauses of the bus and, for a write, an exchange or two more.
 * One that is still under way after so many time-outs and so much time never will; its connection is given up.
 */
const OVERDUE_TIMEOUTS = 10;
const OVERDUE_MS = 10_000;

/** A poll or a command on its way. */
export type Exchange = {
  readonly sentMs: number;
  /** Longest wait for one answer. */
  readonly timeoutMs: number;
} & ({ readonly task: Task; readonly command: null } | { readonly task: null; readonly command: Command });

export interface Ended {
  readonly exchange: Exchange;
  readonly result: SampleColumns | DeviceError;
}

export class Life {
  readonly #bell: Bell;
  readonly #over = new AbortController();
  #connection: PollConnection | null = null;
  #reason = 'stopped';
  /** In no order. */
  readonly #underWay: Exchange[] = [];
  #ended: Ended[] = [];
  /** At the last look something was overdue. */
  #isOverdue = false;
  /** A mistake of ours that came up in the driver. */
  #mistake: { readonly error: unknown } | null = null;

  constructor(bell: Bell) {
    this.#bell = bell;
  }

  /** Aborted at the end. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  /** Why it is over. */
  get reason(): string {
    return this.#reason;
  }

  get underWay(): number {
    return this.#underWay.length;
  }

  adopt(connection: PollConnection): void {
    this.#connection = connection;
    if (this.isOver) connection.close();
  }

  stats(): Readonly<Record<string, number>> {
    return this.#connection?.stats() ?? {};
  }

  /** Ends it; the first reason counts. Frees the socket at once. */
  end(reason: string): void {
    if (this.isOver) return;
    this.#reason = reason;
    this.#over.abort();
    this.#connection?.close();
    this.#bell.ring();
  }

  /** Begins an exchange. It never rejects: its end is found by `take`. */
  begin(exchange: Exchange, promise: Promise<SampleColumns>): void {
    this.#underWay.push(exchange);
    promise.then(
      (samples) => this.#note(exchange, samples),
      (error: unknown) => {
        if (error instanceof DeviceError) return this.#note(exchange, error);
        if (this.isOver) return throwUncaught(error);
        this.#mistake = { error };
        this.#bell.ring();
      },
    );
  }

  /** What has ended since the last call, in that order. @throws what is not the device's trouble */
  take(): readonly Ended[] {
    if (this.#mistake) throw this.#mistake.error;
    if (this.#ended.length === 0) return NOTHING;
    const ended = this.#ended;
    this.#ended = [];
    return ended;
  }

  /**
   * Whether something is under way that should have ended long ago, and was at the last look too: after the whole process
   * was held up, what ended meanwhile is found only between two looks.
   */
  noticesOverdue(nowMs: number): boolean {
    const wasOverdue = this.#isOverdue;
    this.#isOverdue = this.#underWay.some(
      ({ sentMs, timeoutMs }) => nowMs - sentMs > timeoutMs * OVERDUE_TIMEOUTS + OVERDUE_MS,
    );
    return wasOverdue && this.#isOverdue;
  }

  #note(exchange: Exchange, result: SampleColumns | DeviceError): void {
    if (this.isOver) return;
    const last = this.#underWay.pop();
    if (last && last !== exchange) this.#underWay[this.#underWay.indexOf(exchange)] = last;
    this.#ended.push({ exchange, result });
    this.#bell.ring();
  }
}

const NOTHING: readonly Ended[] = [];
