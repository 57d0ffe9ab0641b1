/**
 * Whether the server itself is alive: its clock and its state, watched like any node beside the points of the link.
 * A clock that cannot be watched is read; a clock that stands still is silence, however often the server sends it.
 */
import { toPlainNumber, toPlainTime } from './decode.ts';
import { Heartbeat } from './heartbeat.ts';
import { type Session, type Wait, within } from './library.ts';
import { repeat } from './repeat.ts';
import type { Change, Subscription } from './subscription.ts';

/** Server_ServerStatus_CurrentTime and Server_ServerStatus_State (OPC 10000-6, table A.1). */
const CLOCK = 'ns=0;i=2258';
const STATE = 'ns=0;i=2259';
const CLOCK_HANDLE = 1;
const STATE_HANDLE = 2;
/** Handles from here on are free for the points. */
export const FIRST_HANDLE = 3;
/** The clock moves all the time: asked for once a second, or more often where silence counts sooner. */
const CLOCK_SAMPLING_MS = 1_000;
/** Servers are seen to set their clock no more than once a second, however often they are asked. */
const CLOCK_TICK_MS = 1_000;
/** Signs of life that must be missed in a row before it is silence. */
export const MISSED_SIGNS = 3;
/** Whatever a server makes of our intervals, silence is noticed after this time: the longest that can be configured. */
const MAX_LIMIT_MS = 600_000;
const RUNNING = 0;
/** ServerState (OPC 10000-5, 12.6). */
const STATES = [
  'running',
  'failed',
  'without configuration',
  'suspended',
  'shutting down',
  'under test',
  'without communication',
  'in an unknown state',
];

export interface ServerWatchOptions {
  readonly silentAfterMs: number;
  /** The server is silent, or says itself that it must not be trusted. */
  readonly onLost: (reason: string) => void;
  /** Ends everything. */
  readonly signal: AbortSignal;
}

export class ServerWatch {
  readonly #options: ServerWatchOptions;
  #heartbeat: Heartbeat | null = null;
  /** UTC ms by the server's clock; null before the first word of it. */
  #clockMs: number | null = null;

  constructor(options: ServerWatchOptions) {
    this.#options = options;
    options.signal.addEventListener('abort', () => this.#heartbeat?.stop(), { once: true });
  }

  /** Silence counts from the return on. @throws DeviceError `connect-failed`, `connect-timeout`, `stopped`. */
  async begin(subscription: Subscription, session: Session, wait: Wait): Promise<void> {
    const { silentAfterMs, onLost, signal } = this.#options;
    const samplingMs = Math.min(CLOCK_SAMPLING_MS, silentAfterMs / MISSED_SIGNS);
    const [clock] = await subscription.add(
      [
        { handle: CLOCK_HANDLE, nodeId: CLOCK, samplingMs },
        { handle: STATE_HANDLE, nodeId: STATE, samplingMs },
      ],
      wait,
    );
    if (signal.aborted) return;
    const clockMs = Math.max(clock?.isMade === true ? clock.samplingMs : 0, CLOCK_TICK_MS);
    this.#heartbeat = new Heartbeat({
      limitMs: {
        clock: toLimitMs(silentAfterMs, Math.max(clockMs, subscription.publishingMs)),
        answer: toLimitMs(silentAfterMs, subscription.keepAliveMs),
      },
      onSilent: onLost,
    });
    this.#heartbeat.start();
    if (clock?.isMade !== true) repeat(samplingMs, () => this.#readClock(session, wait), signal);
  }

  /** Any answer of the subscription. */
  noteAnswer(): void {
    this.#heartbeat?.note('answer');
  }

  /** What concerns the server and not a point of the link. */
  take({ handle, data }: Change): void {
    if (handle === CLOCK_HANDLE) this.#noteClock(data);
    if (handle === STATE_HANDLE) this.#checkState(toPlainNumber(data));
  }

  async #readClock(session: Session, wait: Wait): Promise<void> {
    this.#noteClock(await within(() => session.read({ nodeId: CLOCK }), wait));
  }

  /** A clock that was set is alive, whichever way. */
  #noteClock(data: unknown): void {
    const clockMs = toPlainTime(data);
    if (clockMs === null || clockMs === this.#clockMs) return;
    this.#clockMs = clockMs;
    this.#heartbeat?.note('clock');
  }

  #checkState(state: number | null): void {
    if (state === null || state === RUNNING) return;
    this.#options.onLost(`the server is ${STATES[state] ?? `in state ${state}`}`);
  }
}

/** What the server sends at longer intervals of its own cannot be missed sooner. */
function toLimitMs(silentAfterMs: number, intervalMs: number): number {
  return Math.min(Math.max(silentAfterMs, MISSED_SIGNS * intervalMs), MAX_LIMIT_MS);
}
