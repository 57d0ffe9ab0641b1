/**
 * The one loop of one link: connect, poll, and after a loss wait and begin again. It is a single asynchronous
 * function, so there can never be two of them. What comes next is decided in schedule.ts, what is told in emitter.ts.
 *
 *   connecting ──first answer──▶ online ◀──▶ degraded      (a device silent, another alive)
 *       │                           └──┬──────┘
 *       │ connect failed, lost,        │ lost, garbage, nobody answers
 *       ▼ nobody answers               ▼
 *    offline ◀─────────────────────────┘      offline ──first answer──▶ online
 *
 * A connection counts as up when something has answered on it, not when TCP says so. While it is offline, attempts
 * go on with growing pauses, silently. Only DeviceErrors are the link's own trouble; anything else ends the process.
 */
import type { Logger } from 'pino';
import type { LinkDef } from '../config/model.ts';
import type { Clock } from '../core/clock.ts';
import { DeviceError } from '../core/errors.ts';
import type { LinkStatus } from '../core/link.ts';
import type { PointSample, PollConnection, PollDriver } from '../drivers/driver.ts';
import { BackOff, type BackOffLimits, CONNECT_BACK_OFF } from './back-off.ts';
import type { Emitter } from './emitter.ts';
import { LinkCounters, POLL_COUNTERS } from './link-counters.ts';
import { LinkReport } from './link-report.ts';
import { type PlannedRequest, PollSchedule, type Task } from './schedule.ts';
import { sleep } from './sleep.ts';
import { throwUncaught } from './uncaught.ts';

/** Silent devices that a reason names; more are counted. */
const MAX_NAMED_DEVICES = 3;

export interface LinkLoopOptions {
  readonly link: LinkDef;
  readonly driver: PollDriver;
  readonly requests: readonly PlannedRequest[];
  /** Wait before the first attempt, so that links do not begin on the same tick. */
  readonly startDelayMs: number;
  readonly emitter: Emitter;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  readonly onStatus: (status: LinkStatus) => void;
}

export class LinkLoop {
  readonly #options: LinkLoopOptions;
  readonly #schedule: PollSchedule;
  readonly #backOff: BackOff;
  readonly #counters = new LinkCounters(POLL_COUNTERS);
  readonly #stop = new AbortController();
  #done: Promise<void> | null = null;
  readonly #report: LinkReport;
  #connection: PollConnection | null = null;
  /** Something has answered on the present connection. */
  #hasAnswered = false;
  /** All points have been told to be without communication. */
  #isDown = false;
  /** Requests that the device refused last time; a refusal is logged once. */
  readonly #refused = new Set<Task>();

  constructor(options: LinkLoopOptions) {
    this.#options = options;
    const { driver, link, requests, clock, log, random, startDelayMs, onStatus } = options;
    const startMs = clock.now().monoMs + startDelayMs;
    this.#schedule = new PollSchedule(requests, driver.timeoutMs(link), startMs);
    this.#backOff = new BackOff(random, toBackOffLimits(requests));
    const counters = () =>
      this.#counters.with({ skipped_cycles: this.#schedule.skippedCycles }, this.#connection?.stats() ?? {});
    this.#report = new LinkReport({ link: link.id, clock, log, counters, onStatus });
  }

  /** Begins once. An error that is not the device's ends the process as uncaught. */
  start(): void {
    this.#report.tell();
    this.#done ??= this.#run().catch(throwUncaught);
  }

  /** Resolves when the loop has ended and its socket is closed. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#connection?.close();
    await this.#done;
    this.#report.set('stopped', null);
  }

  status(): LinkStatus {
    return this.#report.status();
  }

  /** Marks values that have become too old, whatever the loop is doing. */
  sweep(): void {
    this.#counters.add({ stale_readings: this.#options.emitter.sweep() });
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    if (this.#options.startDelayMs > 0) await sleep(this.#options.startDelayMs, signal);
    while (!signal.aborted) {
      const reason = await this.#runConnection();
      if (signal.aborted) return;
      this.#goOffline(reason);
      await sleep(this.#backOff.next(this.#monoMs()), signal);
      if (!signal.aborted) this.#counters.add({ reconnects: 1 });
    }
  }

  /** One connection from opening to its end. @returns why it ended */
  async #runConnection(): Promise<string> {
    const { driver, link } = this.#options;
    const ended = new AbortController();
    let lossReason = 'stopped';
    const end = () => ended.abort();
    this.#stop.signal.addEventListener('abort', end, { once: true });
    const connection = driver.open(link, (reason) => {
      lossReason = reason;
      end();
    });
    this.#connection = connection;
    try {
      const failure = await connect(connection, ended.signal);
      return failure ?? (await this.#poll(connection, ended.signal)) ?? lossReason;
    } finally {
      this.#stop.signal.removeEventListener('abort', end);
      connection.close();
      this.#counters.add(connection.stats());
      this.#connection = null;
    }
  }

  /** Polls until the connection has ended. @returns why, or null when the signal has ended it */
  async #poll(connection: PollConnection, signal: AbortSignal): Promise<string | null> {
    this.#hasAnswered = false;
    this.#schedule.begin(this.#monoMs());
    while (!signal.aborted) {
      const nowMs = this.#monoMs();
      const { task, atMs } = this.#schedule.next(nowMs);
      if (!task) {
        await sleep(atMs - nowMs, signal);
        continue;
      }
      const result = await read(connection, task, signal);
      const ending =
        result instanceof DeviceError ? this.#onFailure(task, result) : this.#onSamples(task, result);
      if (ending !== null) return ending;
    }
    return null;
  }

  #onSamples(task: Task, samples: readonly PointSample[]): null {
    this.#options.emitter.samples(samples);
    if (this.#refused.delete(task))
      this.#options.log.info({ request: task.request.label }, 'request accepted again');
    this.#onAnswer(task);
    return null;
  }

  /** @returns why the connection ends, null when it goes on */
  #onFailure(task: Task, error: DeviceError): string | null {
    if (error.code === 'timeout') return this.#onTimeout(task, error);
    if (error.code !== 'exception') return error.message;
    this.#options.emitter.bad(task.request.points, 'device-error');
    if (!this.#refused.has(task)) {
      this.#refused.add(task);
      this.#options.log.warn(
        { request: task.request.label, exceptionCode: error.exceptionCode },
        'request refused',
      );
    }
    this.#onAnswer(task);
    return null;
  }

  #onAnswer(task: Task): void {
    const isNews = this.#schedule.answered(task, this.#monoMs());
    if (!this.#hasAnswered) this.#onFirstAnswer();
    if (isNews) this.#tellState();
  }

  /** The first sign of life on this connection; devices that were silent before it are now known to be so. */
  #onFirstAnswer(): void {
    this.#hasAnswered = true;
    this.#isDown = false;
    this.#backOff.reset();
    for (const device of this.#schedule.silentDevices) this.#tellSilent(device.tasks);
  }

  #onTimeout(task: Task, error: DeviceError): string | null {
    const isWireAlive = error.exceptionCode !== null;
    const verdict = this.#schedule.timedOut(task, this.#monoMs(), isWireAlive);
    if (verdict.isWireDead) return `no answer from any device: ${error.message}`;
    if (isWireAlive && !this.#hasAnswered) this.#onFirstAnswer();
    else if (this.#hasAnswered && verdict.isDeviceSilent) this.#tellSilent(task.device.tasks);
    else if (this.#hasAnswered) this.#options.emitter.bad(task.request.points, 'missing');
    if (this.#hasAnswered) this.#tellState();
    return null;
  }

  #tellSilent(tasks: readonly Task[]): void {
    this.#options.emitter.bad(
      tasks.flatMap(({ request }) => request.points),
      'timeout',
    );
  }

  #tellState(): void {
    const silent = this.#schedule.silentDevices.map(({ name }) => name);
    if (silent.length === 0) return this.#report.set('online', null);
    const more = silent.length > MAX_NAMED_DEVICES ? ` and ${silent.length - MAX_NAMED_DEVICES} more` : '';
    this.#report.set('degraded', `no answer from ${silent.slice(0, MAX_NAMED_DEVICES).join(', ')}${more}`);
  }

  #goOffline(reason: string): void {
    if (!this.#isDown) this.#options.emitter.allBad('comm-loss');
    this.#isDown = true;
    this.#report.set('offline', reason);
  }

  #monoMs(): number {
    return this.#options.clock.now().monoMs;
  }
}

/** A young outage is tried once in the fastest cycle, so that the points are back within two of them. */
function toBackOffLimits(requests: readonly PlannedRequest[]): BackOffLimits {
  const { initialMs, youngMaxMs } = CONNECT_BACK_OFF;
  const cycleMs = Math.min(...requests.map(({ pollMs }) => pollMs));
  return { ...CONNECT_BACK_OFF, youngMaxMs: Math.min(youngMaxMs, Math.max(initialMs, cycleMs)) };
}

/** @returns why it failed, in words; null when connected */
async function connect(connection: PollConnection, signal: AbortSignal): Promise<string | null> {
  try {
    await connection.connect(signal);
    return null;
  } catch (error) {
    return toDeviceError(error).message;
  }
}

async function read(
  connection: PollConnection,
  task: Task,
  signal: AbortSignal,
): Promise<readonly PointSample[] | DeviceError> {
  try {
    return await connection.read(task.request, signal);
  } catch (error) {
    return toDeviceError(error);
  }
}

/** The device's trouble as a result; everything else is our own mistake and goes on upwards. */
function toDeviceError(error: unknown): DeviceError {
  if (error instanceof DeviceError) return error;
  throw error;
}
