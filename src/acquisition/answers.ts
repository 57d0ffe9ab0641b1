/**
 * What an answer, a refusal or a time-out of a poll means for the points, the schedule and the state of the link. Sending
 * and waiting are link-loop.ts's business.
 *
 * | result                        | its points            | the schedule                       |
 * | samples                       | as they say           | next turn                          |
 * | refused for its addresses     | keep what they have   | smaller requests in its place      |
 * | the same, cannot be smaller   | device-error          | asked again at a growing interval  |
 * | refused otherwise             | device-error          | next turn                          |
 * | time-out, a retry is left     | keep what they have   | asked again at once                |
 * | time-out of a living device   | missing               | asked again alone                  |
 * | time-out of the device        | timeout, all of them  | probed                             |
 * | connection lost, garbage      | (the loop: comm-loss) |                                    |
 */
import type { Logger } from 'pino';
import type { Now } from '../core/clock.ts';
import { DeviceError } from '../core/errors.ts';
import type { PollRequest, SampleColumns } from '../drivers/driver.ts';
import type { Emitter } from './emitter.ts';
import type { LinkCounters } from './link-counters.ts';
import type { LinkReport } from './link-report.ts';
import type { LoadMeter } from './load.ts';
import type { Refusals, Replacement } from './refusal.ts';
import type { PollSchedule } from './schedule.ts';
import type { Device, Task } from './task.ts';

/** Silent devices that a reason names; more are counted. */
const MAX_NAMED_DEVICES = 3;

export interface AnswersOptions {
  readonly schedule: PollSchedule;
  readonly refusals: Refusals;
  readonly meter: LoadMeter;
  readonly emitter: Emitter;
  readonly counters: LinkCounters;
  readonly report: LinkReport;
  readonly log: Logger;
  /** Id of a point, for people. */
  readonly nameOf: (point: number) => string;
  /** The first sign of life on this connection. */
  readonly onFirst: () => void;
}

export class Answers {
  readonly #options: AnswersOptions;
  #hasAnswered = false;
  /** Refused last time, for other reasons than addresses; a refusal is logged once. */
  readonly #refused = new WeakSet<PollRequest>();
  /** Points that are to blame for a refusal; each is logged once until it is accepted. */
  readonly #blamed = new Set<number>();

  constructor(options: AnswersOptions) {
    this.#options = options;
  }

  /** Something has answered on the present connection. */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /** A new connection. */
  begin(): void {
    this.#hasAnswered = false;
  }

  /** Something else than a poll was answered. */
  heard(): void {
    if (!this.#hasAnswered) this.#onFirstAnswer();
  }

  /**
   * @param now when it came
   * @returns why the connection ends, null when it goes on
   */
  note(task: Task, result: SampleColumns | DeviceError, now: Now): string | null {
    const { monoMs, wallMs } = now;
    const isError = result instanceof DeviceError;
    const isAnswer = !isError || result.code === 'exception';
    const latencyMs = isAnswer ? monoMs - task.sentMs : null;
    // The room that nobody needs is not what the link is busy with.
    if (!task.isFree) this.#options.meter.ended(monoMs, latencyMs);
    if (isAnswer) {
      task.shown.latencyMs = latencyMs;
      task.shown.answeredMs = wallMs;
      task.shown.exceptionCode = isError ? result.exceptionCode : null;
    }
    if (!isError) this.#onSamples(task, result, now);
    else if (result.code === 'timeout') return this.#onTimeout(task, result, monoMs);
    else if (result.code === 'exception') this.#onRefusal(task, result, monoMs);
    else return result.message;
    if (monoMs >= this.#options.refusals.forgetMs) this.#forget(monoMs);
    return null;
  }

  #onSamples(task: Task, samples: SampleColumns, now: Now): void {
    const { emitter, refusals, log } = this.#options;
    emitter.columns(samples, now);
    const { request } = task;
    const nowMs = now.monoMs;
    if (this.#refused.delete(request)) log.info({ request: request.label }, 'request accepted again');
    if (this.#blamed.size > 0) this.#exonerate(request);
    this.#onAnswer(task, nowMs);
    if (!task.isRetired && refusals.hasAny && refusals.accepted(request, nowMs)) this.#join(request, nowMs);
  }

  #onRefusal(task: Task, error: DeviceError, nowMs: number): void {
    if (task.isRetired) return this.#onAnswer(task, nowMs);
    const { refusals, emitter } = this.#options;
    const { request } = task;
    const refusal = refusals.refused(task, error.exceptionCode, nowMs);
    if (refusal.kind === 'split') return this.#onSplit(task, refusal.replacement, error, nowMs);
    emitter.bad(request.points, 'device-error');
    if (refusal.kind === 'blame') {
      this.#accuse(request, error);
      this.#onAnswer(task, nowMs, nowMs + refusal.againInMs);
      this.#join(request, nowMs);
    } else {
      this.#logRefusal(request, error);
      this.#onAnswer(task, nowMs);
    }
  }

  #onSplit(task: Task, replacement: Replacement, { exceptionCode }: DeviceError, nowMs: number): void {
    const { counters, log } = this.#options;
    counters.add({ splits: 1 });
    const pieces = replacement.by.map(({ request }) => request.label);
    log.info({ request: task.request.label, exceptionCode, pieces }, 'request refused, asked in pieces');
    this.#onAnswer(task, nowMs);
    this.#replace(replacement, nowMs);
  }

  #join(request: PollRequest, nowMs: number): void {
    const replacement = this.#options.refusals.join(request, nowMs);
    if (!replacement) return;
    const requests = replacement.by.map((planned) => planned.request.label);
    this.#options.log.info({ requests }, 'accepted pieces joined');
    this.#replace(replacement, null);
  }

  #forget(nowMs: number): void {
    for (const replacement of this.#options.refusals.forget(nowMs)) this.#replace(replacement, null);
  }

  #replace({ old, by }: Replacement, dueMs: number | null): void {
    const { schedule } = this.#options;
    const requests = new Set(old);
    schedule.replace(
      schedule.tasks.filter(({ request }) => requests.has(request)),
      by,
      dueMs,
    );
  }

  #accuse(request: PollRequest, error: DeviceError): void {
    const { nameOf, log } = this.#options;
    const { exceptionCode } = error;
    // A register that others need (a scale) is no point itself.
    if (request.points.length === 0) return this.#logRefusal(request, error);
    const news = request.points.filter((point) => !this.#blamed.has(point));
    if (news.length === 0) return;
    for (const point of news) this.#blamed.add(point);
    const detail = { points: news.map(nameOf), request: request.label, exceptionCode };
    log.warn(detail, `the device refuses ${request.label}`);
  }

  #exonerate(request: PollRequest): void {
    const { nameOf, log } = this.#options;
    const cleared = request.points.filter((point) => this.#blamed.delete(point));
    if (cleared.length > 0) log.info({ points: cleared.map(nameOf) }, `${request.label} accepted again`);
  }

  #logRefusal(request: PollRequest, { exceptionCode }: DeviceError): void {
    if (this.#refused.has(request)) return;
    this.#refused.add(request);
    this.#options.log.warn({ request: request.label, exceptionCode }, 'request refused');
  }

  #onAnswer(task: Task, nowMs: number, againMs: number | null = null): void {
    const { schedule, meter } = this.#options;
    const before = schedule.skippedCycles;
    const isNews = schedule.answered(task, nowMs, againMs);
    meter.polled(nowMs, schedule.skippedCycles - before);
    if (!this.#hasAnswered) this.#onFirstAnswer();
    if (isNews) this.#tellState();
  }

  /** Devices that were silent before it are now known to be so. */
  #onFirstAnswer(): void {
    this.#hasAnswered = true;
    this.#options.onFirst();
    for (const device of this.#options.schedule.silentDevices) if (!device.isTold) this.#tellSilent(device);
  }

  #onTimeout(task: Task, error: DeviceError, nowMs: number): string | null {
    const { schedule, counters, meter, emitter } = this.#options;
    const isWireAlive = error.exceptionCode !== null;
    const verdict = schedule.timedOut(task, nowMs, isWireAlive);
    if (verdict === 'wire') return `no answer from any device: ${error.message}`;
    const isFirst = isWireAlive && !this.#hasAnswered;
    if (isFirst) this.#onFirstAnswer();
    if (verdict === 'retry') counters.add({ retries: 1 });
    if (verdict === 'retry' || verdict === 'known') return null;
    meter.polled(nowMs, 0);
    if (!this.#hasAnswered) return null;
    if (verdict === 'request') emitter.bad(task.request.points, 'missing');
    else if (!isFirst) this.#tellSilent(task.device);
    this.#tellState();
    return null;
  }

  #tellSilent(device: Device): void {
    device.isTold = true;
    this.#options.emitter.bad(
      device.tasks.flatMap(({ request }) => request.points),
      'timeout',
    );
  }

  #tellState(): void {
    const { schedule, report } = this.#options;
    const silent = schedule.silentDevices.map(({ name }) => name);
    if (silent.length === 0) return report.set('online', null);
    const more = silent.length > MAX_NAMED_DEVICES ? ` and ${silent.length - MAX_NAMED_DEVICES} more` : '';
    report.set('degraded', `no answer from ${silent.slice(0, MAX_NAMED_DEVICES).join(', ')}${more}`);
  }
}
