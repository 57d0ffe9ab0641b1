/**
 * The one loop of one push link: connect, listen until the connection is lost, wait, begin again. It is a single
 * asynchronous function, so there can never be two of them. A loss makes all points of the link bad at once; they
 * come back with their next sample, one by one. Who of a connected link is silent is presence.ts's business.
 *
 *   connecting ──subscribed──▶ online ◀──▶ degraded
 *       │ failed                  └──┬──────┘
 *       ▼                            │ lost
 *    offline ◀───────────────────────┘        offline ──subscribed──▶ online
 *
 * Only DeviceErrors are the link's own trouble; anything else ends the process, also when it comes up inside a call of
 * the driver's library, which may well swallow what its listeners throw.
 */
import type { Logger } from 'pino';
import type { Equipment, LinkDef, PointDef } from '../config/model.ts';
import type { Clock } from '../core/clock.ts';
import { DeviceError } from '../core/errors.ts';
import type { LinkStatus } from '../core/link.ts';
import type { PointSample, PushConnection, PushDriver, PushSink } from '../drivers/driver.ts';
import { BackOff } from './back-off.ts';
import type { Emitter } from './emitter.ts';
import { LinkCounters, PUSH_COUNTERS } from './link-counters.ts';
import { LinkReport } from './link-report.ts';
import type { Presence } from './presence.ts';
import { sleep } from './sleep.ts';
import { throwUncaught } from './uncaught.ts';

/**
 * A connection that lives this long has ended the outage. One that is lost sooner (two clients with one id throw each
 * other off) goes on with growing pauses.
 */
const STEADY_MS = 10_000;

export interface PushLoopOptions {
  readonly link: LinkDef;
  readonly driver: PushDriver;
  /** All points of the link. */
  readonly points: readonly PointDef[];
  readonly equipmentOf: (point: PointDef) => Equipment;
  readonly startDelayMs: number;
  readonly presence: Presence;
  readonly emitter: Emitter;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  readonly onStatus: (status: LinkStatus) => void;
}

/** One connection from opening to its end. */
interface Life {
  /** Aborted when it is lost, has failed or the loop stops; nothing that it says counts any more. */
  readonly ended: AbortController;
  lossReason: string;
  /** Why it is not whole; null = whole. */
  fault: string | null;
}

export class PushLoop {
  readonly #options: PushLoopOptions;
  readonly #backOff: BackOff;
  readonly #counters = new LinkCounters(PUSH_COUNTERS);
  readonly #stop = new AbortController();
  #done: Promise<void> | null = null;
  readonly #report: LinkReport;
  #connection: PushConnection | null = null;
  /** All points have been told to be without communication. */
  #isDown = false;

  constructor(options: PushLoopOptions) {
    this.#options = options;
    this.#backOff = new BackOff(options.random);
    const { link, clock, log, onStatus } = options;
    const counters = () => this.#counters.with(this.#connection?.stats() ?? {});
    this.#report = new LinkReport({ link: link.id, clock, log, counters, load: () => null, onStatus });
  }

  /** Begins once. An error that is not the device's ends the process as uncaught. */
  start(): void {
    this.#report.tell();
    this.#done ??= this.#run().catch(throwUncaught);
  }

  /** Resolves when the loop has ended and its sockets are closed. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
    this.#report.set('stopped', null);
  }

  status(): LinkStatus {
    return this.#report.status();
  }

  /** Marks values that have become too old, whatever the loop is doing. */
  sweep(): void {
    const expired = this.#options.emitter.sweep();
    if (expired > 0) this.#isDown = false;
    this.#counters.add({ stale_readings: expired });
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    if (this.#options.startDelayMs > 0) await sleep(this.#options.startDelayMs, signal);
    while (!signal.aborted) {
      await this.#runConnection();
      if (signal.aborted) return;
      await sleep(this.#backOff.next(this.#monoMs()), signal);
      if (!signal.aborted) this.#counters.add({ reconnects: 1 });
    }
  }

  /** One connection from opening to the last of its sockets. */
  async #runConnection(): Promise<void> {
    const { driver, link, points, equipmentOf, presence } = this.#options;
    const life: Life = { ended: new AbortController(), lossReason: 'stopped', fault: null };
    const end = (): void => life.ended.abort();
    this.#stop.signal.addEventListener('abort', end, { once: true });
    presence.begin();
    const connection = driver.open(link, points, equipmentOf, this.#createSink(life));
    this.#connection = connection;
    try {
      const reason = await this.#live(connection, life);
      if (!this.#stop.signal.aborted) this.#goOffline(reason);
    } finally {
      end();
      this.#stop.signal.removeEventListener('abort', end);
      await connection.close();
      this.#counters.add(connection.stats());
      this.#connection = null;
    }
  }

  /** @returns why it has ended */
  async #live(connection: PushConnection, life: Life): Promise<string> {
    const { signal } = life.ended;
    const failure = await connect(connection, signal);
    if (signal.aborted) return life.lossReason;
    if (failure !== null) {
      life.ended.abort();
      return failure;
    }
    const connectedMs = this.#monoMs();
    this.#options.presence.connected(connectedMs);
    this.#report.set(life.fault === null ? 'online' : 'degraded', life.fault);
    await aborted(signal);
    if (this.#monoMs() - connectedMs >= STEADY_MS) this.#backOff.reset();
    return life.lossReason;
  }

  #createSink(life: Life): PushSink {
    const { emitter } = this.#options;
    const guarded = (act: () => void): void => {
      if (life.ended.signal.aborted) return this.#counters.add({ late_calls: 1 });
      try {
        act();
      } catch (error) {
        throwUncaught(error);
      }
    };
    return {
      samples: (samples) =>
        guarded(() => {
          const last = keepLast(samples);
          if (last.length === 0) return;
          this.#isDown = false;
          this.#counters.add({ readings: last.length });
          emitter.samples(last);
        }),
      late: (samples) => guarded(() => emitter.late(samples)),
      bad: (points, reason) =>
        guarded(() => {
          this.#isDown = false;
          emitter.bad(points, reason);
        }),
      degraded: (reason) =>
        guarded(() => {
          life.fault = reason;
          if (this.#report.isUp) this.#report.set(reason === null ? 'online' : 'degraded', reason);
        }),
      lost: (reason) =>
        guarded(() => {
          life.lossReason = reason;
          life.ended.abort();
        }),
    };
  }

  #goOffline(reason: string): void {
    this.#options.presence.end();
    if (!this.#isDown) this.#options.emitter.allBad('comm-loss');
    this.#isDown = true;
    this.#report.set('offline', reason);
  }

  #monoMs(): number {
    return this.#options.clock.now().monoMs;
  }
}

/** @returns why it failed, in words; null when connected */
async function connect(connection: PushConnection, signal: AbortSignal): Promise<string | null> {
  try {
    await connection.connect(signal);
    return null;
  } catch (error) {
    if (error instanceof DeviceError) return error.message;
    throw error;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Of a point that is named twice in one batch the last sample, in the order of the batch. */
function keepLast(samples: readonly PointSample[]): readonly PointSample[] {
  const last = new Map(samples.map((sample) => [sample.point, sample]));
  return last.size === samples.length
    ? samples
    : samples.filter((sample) => last.get(sample.point) === sample);
}
