/**
 * The one loop of one polled link: connect, poll, and after a loss wait and begin again. It is a single asynchronous
 * function, so there can never be two of them. What comes next is decided in schedule.ts, what an answer means in
 * answers.ts, what is told in emitter.ts.
 *
 *   connecting ──first answer──▶ online ◀──▶ degraded      (a device silent, another alive)
 *       │                           └──┬──────┘ │ ▲
 *       │ connect failed, lost,        │ lost,  │ │ given back while nothing is due: the state stays
 *       ▼ nobody answers               ▼ …      └─┘
 *    offline ◀─────────────────────────┘      offline ──first answer──▶ online
 *
 * A connection counts as up when something has answered on it, not when TCP says so. While it is offline, attempts
 * go on with growing pauses, silently. Only DeviceErrors are the link's own trouble; anything else ends the process.
 * Commands go ahead of polls, one at a time with nothing else under way; none outlives its connection.
 */
import type { Logger } from 'pino';
import type { Equipment, LinkDef, PointDef } from '../config/model.ts';
import type { Clock, Now } from '../core/clock.ts';
import { DeviceError, RiserError } from '../core/errors.ts';
import type { LinkStatus, RequestStatus } from '../core/link.ts';
import type { PointSample, PollConnection, PollDriver, SampleColumns } from '../drivers/driver.ts';
import { Answers } from './answers.ts';
import { BackOff, type BackOffLimits, CONNECT_BACK_OFF } from './back-off.ts';
import { Bell } from './bell.ts';
import { type Command, CommandQueue, type Gate, type Order, toReadOrder, toWriteOrder } from './commands.ts';
import type { Emitter } from './emitter.ts';
import { type Ended, Life } from './life.ts';
import { LinkCounters, POLL_COUNTERS } from './link-counters.ts';
import { LinkReport } from './link-report.ts';
import { LoadMeter } from './load.ts';
import { Refusals } from './refusal.ts';
import { Release } from './release.ts';
import { toRequestStatuses } from './request-status.ts';
import { toSamples } from './samples.ts';
import { PollSchedule } from './schedule.ts';
import { sleep } from './sleep.ts';
import type { PlannedRequest } from './task.ts';
import { throwUncaught } from './uncaught.ts';

/** After so many commands in a row a due poll has its turn: whoever writes without a pause must not blind the others. */
const MAX_COMMANDS_IN_ROW = 8;
const SOON: number = Number.NEGATIVE_INFINITY;

export interface LinkLoopOptions {
  readonly link: LinkDef;
  readonly driver: PollDriver;
  readonly requests: readonly PlannedRequest[];
  readonly equipmentOf: (point: PointDef) => Equipment;
  /** Id of a point, for people. */
  readonly nameOf: (point: number) => string;
  /** Beginning of the poll grid, the same for all links. */
  readonly startMs: number;
  /** Place of the link among all links, 0 ≤ phase < 1. */
  readonly phase: number;
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
  readonly #refusals: Refusals;
  readonly #meter: LoadMeter;
  readonly #answers: Answers;
  readonly #commands: CommandQueue;
  readonly #release: Release;
  readonly #backOff: BackOff;
  readonly #counters = new LinkCounters(POLL_COUNTERS);
  readonly #report: LinkReport;
  readonly #bell = new Bell();
  readonly #stop = new AbortController();
  #done: Promise<void> | null = null;
  #life: Life | null = null;
  /** All points have been told to be without communication. */
  #isDown = false;
  #commandsInRow = 0;

  constructor(options: LinkLoopOptions) {
    this.#options = options;
    const { link, driver, requests, clock, log, random, startMs, phase, onStatus } = options;
    this.#schedule = new PollSchedule(requests, startMs, phase);
    this.#refusals = new Refusals(driver);
    this.#meter = new LoadMeter(this.#monoMs());
    this.#commands = new CommandQueue(link.id);
    this.#release = new Release(driver.releaseAfterMs?.(link) ?? null, fastestMs(requests));
    this.#backOff = new BackOff(random, toBackOffLimits(requests));
    const counters = () =>
      this.#counters.with({ skipped_cycles: this.#schedule.skippedCycles }, this.#life?.stats() ?? {});
    const load = () => this.#meter.read(this.#monoMs());
    this.#report = new LinkReport({ link: link.id, clock, log, counters, load, onStatus });
    this.#answers = new Answers({
      ...options,
      schedule: this.#schedule,
      refusals: this.#refusals,
      meter: this.#meter,
      counters: this.#counters,
      report: this.#report,
      onFirst: () => this.#onFirstAnswer(),
    });
  }

  /** Begins once. An error that is not the device's ends the process as uncaught. */
  start(): void {
    this.#report.tell();
    this.#done ??= this.#run().catch(throwUncaught);
  }

  /** Resolves when the loop has ended and its socket is closed. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#commands.rejectAll('stopped', 'stopped');
    this.#life?.end('stopped');
    this.#bell.ring();
    await this.#done;
    this.#report.set('stopped', null);
  }

  status(): LinkStatus {
    return this.#report.status();
  }

  requests(): readonly RequestStatus[] {
    return toRequestStatuses(this.#schedule.tasks, (request) => this.#refusals.isSplit(request));
  }

  /** @throws (rejects) as Acquisition.write */
  async write(point: PointDef, value: number, gate?: Gate): Promise<void> {
    const { driver, link, equipmentOf } = this.#options;
    if (!driver.toWrite || point.write === null) throw new RiserError('not-writable', { point: point.id });
    await this.#command(toWriteOrder(driver.toWrite(link, point, equipmentOf(point), value), gate));
  }

  /** @returns what the requests for this point alone have brought. @throws (rejects) as Acquisition.read */
  async read(point: PointDef): Promise<readonly PointSample[]> {
    const { driver, link, equipmentOf } = this.#options;
    return toSamples(await this.#command(toReadOrder(driver.plan(link, [point], equipmentOf))));
  }

  /** Whatever the loop is doing: marks values that have become too old, gives up what will never end, judges the load. */
  sweep(): void {
    const nowMs = this.#monoMs();
    this.#counters.add({ stale_readings: this.#options.emitter.sweep() });
    this.#commands.expire(nowMs);
    if (this.#life?.noticesOverdue(nowMs)) {
      this.#counters.add({ overdue: 1 });
      this.#life.end('an exchange did not end');
    }
    this.#judgeLoad(nowMs);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    if (this.#options.startDelayMs > 0) await sleep(this.#options.startDelayMs, signal);
    while (!signal.aborted) {
      const reason = await this.#runConnection();
      if (signal.aborted) return;
      if (reason === null) await this.#rest();
      else await this.#recover(reason);
    }
  }

  /** Waits after a loss. A connection that was given back and is not got again at once is no loss yet. */
  async #recover(reason: string): Promise<void> {
    const { random } = this.#options;
    const { signal } = this.#stop;
    const nowMs = this.#monoMs();
    const retryMs = this.#release.retryMs(nowMs, random());
    if (retryMs !== null) return sleep(retryMs, signal);
    this.#goOffline(reason);
    await sleep(this.#backOff.next(nowMs), signal);
    if (!signal.aborted) this.#counters.add({ reconnects: 1 });
  }

  /** Until the next poll is nearly due, or somebody has a command. */
  async #rest(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted && !this.#commands.hasWaiting) {
      const leftMs = this.#release.reopenMs - this.#monoMs();
      if (leftMs <= 0) return;
      await this.#bell.wait(leftMs);
    }
  }

  /** One connection from opening to its end. @returns why it ended, null when it was given back */
  async #runConnection(): Promise<string | null> {
    const { driver, link } = this.#options;
    const life = new Life(this.#bell);
    this.#life = life;
    const connection = driver.open(link, (reason) => life.end(reason));
    life.adopt(connection);
    let reason: string | null = 'stopped';
    try {
      reason = await this.#live(life, connection);
      return this.#isOverOneDevice(reason) ? null : reason;
    } finally {
      life.end(reason ?? 'given back');
      this.#meter.stopped(this.#monoMs());
      this.#counters.add(life.stats());
      this.#life = null;
      this.#commands.rejectAll('connection-lost', reason ?? 'given back');
    }
  }

  /** Whether the connection has ended over a device that is known for it: it is opened again at once, as if given back. */
  #isOverOneDevice(reason: string | null): boolean {
    if (reason === null || this.#stop.signal.aborted || !this.#answers.hasAnswered) return false;
    const nowMs = this.#monoMs();
    if (!this.#schedule.lost(nowMs)) return false;
    this.#counters.add({ reconnects: 1 });
    this.#release.begin(nowMs);
    return true;
  }

  async #live(life: Life, connection: PollConnection): Promise<string | null> {
    this.#answers.begin();
    const openedMs = this.#monoMs();
    const failure = await connect(connection, life.signal);
    if (failure !== null) return failure;
    const nowMs = this.#monoMs();
    this.#release.connected(nowMs, nowMs - openedMs);
    if (this.#release.isReleased) this.#schedule.resume();
    else this.#schedule.begin(nowMs);
    return await this.#poll(life, connection);
  }

  /** Polls until the connection has ended. @returns why, null when it is to be given back */
  async #poll(life: Life, connection: PollConnection): Promise<string | null> {
    for (;;) {
      const ended = life.take();
      const now = this.#options.clock.now();
      for (const end of ended) {
        const ending = this.#onEnded(end, now);
        if (ending !== null) return ending;
      }
      if (life.isOver) return life.reason;
      const nowMs = ended.length === 0 ? now.monoMs : this.#monoMs();
      const atMs = this.#send(life, connection, nowMs);
      if (atMs === SOON) continue;
      const canRelease = this.#answers.hasAnswered && life.underWay === 0;
      const { neededMs } = this.#schedule;
      const releaseMs = canRelease ? this.#release.atMs(nowMs, neededMs) : Number.POSITIVE_INFINITY;
      if (nowMs >= releaseMs) return this.#giveBack(neededMs);
      await this.#bell.wait(Math.min(atMs, releaseMs) - nowMs);
    }
  }

  /** Sends what has its turn. @returns when to look again, SOON when something was sent */
  #send(life: Life, connection: PollConnection, nowMs: number): number {
    if (this.#commands.isUnderWay) return Number.POSITIVE_INFINITY;
    const { task, atMs } = this.#schedule.next(nowMs);
    if (this.#commands.hasWaiting && (task === null || this.#commandsInRow < MAX_COMMANDS_IN_ROW)) {
      if (life.underWay > 0) return Number.POSITIVE_INFINITY;
      this.#sendCommand(life, connection, nowMs);
      return SOON;
    }
    if (!task) return atMs;
    this.#commandsInRow = 0;
    this.#schedule.sent(task, nowMs);
    if (!task.isFree) this.#meter.began(nowMs);
    const { request } = task;
    const exchange = { task, command: null, sentMs: nowMs, timeoutMs: request.timeoutMs };
    life.begin(exchange, connection.read(request, life.signal));
    return SOON;
  }

  #sendCommand(life: Life, connection: PollConnection, nowMs: number): void {
    const command = this.#commands.take();
    if (!command) return;
    this.#commandsInRow++;
    this.#meter.began(nowMs);
    if (command.kind === 'write') this.#counters.add({ writes: 1 });
    const exchange = { task: null, command, sentMs: nowMs, timeoutMs: command.timeoutMs };
    life.begin(exchange, command.run(connection, life.signal));
  }

  /** @returns why the connection ends, null when it goes on */
  #onEnded({ exchange, result }: Ended, now: Now): string | null {
    this.#release.used(now.monoMs);
    const { task, command } = exchange;
    return task ? this.#answers.note(task, result, now) : this.#onCommand(command, result, now);
  }

  #onCommand(command: Command, result: Ended['result'], now: Now): string | null {
    this.#meter.ended(now.monoMs, null);
    const isError = result instanceof DeviceError;
    if (!isError) this.#options.emitter.columns(result, now);
    this.#commands.ended(command, result);
    if (!isError || result.code === 'exception') this.#answers.heard();
    else if (result.code !== 'timeout') return result.message;
    return null;
  }

  #giveBack(dueMs: number): null {
    this.#release.begin(dueMs);
    this.#counters.add({ releases: 1 });
    return null;
  }

  #onFirstAnswer(): void {
    this.#isDown = false;
    this.#backOff.reset();
    this.#release.end();
  }

  #goOffline(reason: string): void {
    this.#release.end();
    if (!this.#isDown) this.#options.emitter.allBad('comm-loss');
    this.#isDown = true;
    this.#report.set('offline', reason);
  }

  async #command(order: Order): Promise<SampleColumns> {
    const isConnected = this.#life !== null && this.#answers.hasAnswered;
    const isServed = !this.#stop.signal.aborted && (isConnected || this.#release.isReleased);
    if (!isServed || this.#schedule.isSilent(order.device))
      throw new RiserError('link-down', { link: this.#options.link.id });
    const done = this.#commands.add(order, this.#monoMs());
    this.#bell.ring();
    return await done;
  }

  #judgeLoad(nowMs: number): void {
    const { log } = this.#options;
    const change = this.#meter.judge(nowMs);
    if (change === 'relieved') log.info('link no longer overloaded');
    if (change !== 'overloaded') return;
    const { busyRatio, reachedRatio } = this.#meter.read(nowMs);
    const detail = {
      busyPercent: Math.round(busyRatio * 100),
      reachedPercent: Math.round(reachedRatio * 100),
    };
    log.warn(detail, 'link overloaded: poll less often, or move devices to another link');
  }

  #monoMs(): number {
    return this.#options.clock.now().monoMs;
  }
}

function fastestMs(requests: readonly PlannedRequest[]): number {
  return Math.min(...requests.map(({ pollMs }) => pollMs));
}

/** A young outage is tried once in the fastest cycle, so that the points are back within two of them. */
function toBackOffLimits(requests: readonly PlannedRequest[]): BackOffLimits {
  const { initialMs, youngMaxMs } = CONNECT_BACK_OFF;
  return { ...CONNECT_BACK_OFF, youngMaxMs: Math.min(youngMaxMs, Math.max(initialMs, fastestMs(requests))) };
}

/** @returns why it failed, in words; null when connected */
async function connect(connection: PollConnection, signal: AbortSignal): Promise<string | null> {
  try {
    await connection.connect(signal);
    return null;
  } catch (error) {
    if (error instanceof DeviceError) return error.message;
    throw error;
  }
}
