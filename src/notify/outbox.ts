/**
 * The sender: messages that the engine has stored go to their channels, and what became of them goes back as `delivery`
 * commands. At least once, never lost: a message stays queued in the store until its outcome is stored, so that a process
 * killed between the two sends it again, with the same id for the other side to know it by. Queues are lane.ts.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import type { Message } from '../core/message.ts';
import type { DeliveryOutcome } from '../engine/commands.ts';
import { isWithoutPage } from './inbox.ts';
import { Lane, type LaneStatus } from './lane.ts';
import { NOTIFY_LIMITS } from './limits.ts';
import type { Answer, Notifier, Recipient } from './notifier.ts';
import type { Rate } from './token-bucket.ts';

export interface OutboxChannel {
  readonly notifier: Notifier;
  /** null = as fast as it takes them. */
  readonly rate: Rate | null;
  /** Of one attempt; default `NOTIFY_LIMITS.attemptMs`. */
  readonly attemptMs?: number;
}

/** What the outbox asks of the engine. */
export interface DeliveryPort {
  submit(command: {
    readonly type: 'delivery';
    readonly message: Message['id'];
    readonly outcome: DeliveryOutcome;
  }): Promise<unknown>;
}

export interface OutboxOptions {
  readonly channels: readonly OutboxChannel[];
  readonly port: DeliveryPort;
  readonly clock: Clock;
  readonly log: Logger;
  /** null = nobody of that id, or no way to reach the person by this channel. */
  readonly toRecipient: (id: string, channel: string) => Recipient | null;
  /** Asked right before each attempt (still-true.ts); default: everything is sent. */
  readonly toDropReason?: (message: Message) => Answer | null;
  /** What had failed lately when the gateway was started: the hour before it counts on. Default: nothing. */
  readonly failedBefore?: readonly Message[];
}

export interface OutboxStatus {
  readonly queued: number;
  readonly sent: number;
  readonly failed: number;
  readonly dropped: number;
  readonly retries: number;
  /** Failed within the last hour. */
  readonly failedLately: number;
  /** Still tried, and in vain for a good while (`LaneStatus`); who has no page open is not counted. */
  readonly undelivered: number;
  /** Since when the message that waits longest could have been sent, ms; 0 = none does. */
  readonly oldestMs: number;
  /** Outcomes that could not be recorded at once. */
  readonly recordFailures: number;
  readonly channels: readonly LaneStatus[];
}

/** Order of calls: `accept` what the store has at boot, `start`, then `accept` after every commit, `stop` once. */
export interface Outbox {
  /** New and changed messages, as they are stored. */
  accept(messages: readonly Message[]): void;
  start(): void;
  /** A page of this person has opened: the reports of emergencies that waited for one are shown. */
  hurry(recipient: string): void;
  status(): OutboxStatus;
  /** What is under way is ended; queued messages stay in the store for the next start. */
  stop(): Promise<void>;
}

export function createOutbox(options: OutboxOptions): Outbox {
  const { channels, clock } = options;
  const recorder = createRecorder(options);
  /** Monotonic times of the last failures, oldest first. */
  const failures = toFailures(options.failedBefore ?? [], clock);
  const toLane = ({ notifier, rate, attemptMs = NOTIFY_LIMITS.attemptMs }: OutboxChannel): Lane =>
    new Lane({
      notifier,
      rate,
      attemptMs,
      clock,
      log: options.log,
      toRecipient: options.toRecipient,
      toDropReason: options.toDropReason ?? (() => null),
      record: recorder.record,
    });
  const lanes = new Map(channels.map((channel) => [channel.notifier.id, toLane(channel)]));
  // Messages of a channel that the configuration has no more: said to have failed, not forgotten.
  const lost = toLane({ notifier: NOWHERE, rate: null });
  const all = [...lanes.values(), lost];
  return {
    accept(messages) {
      const { monoMs } = clock.now();
      const touched = new Set<Lane>();
      for (const message of messages) {
        const lane = lanes.get(message.channel) ?? lost;
        lane.accept(message);
        touched.add(lane);
        if (message.state === 'failed' && !isWithoutPage(message)) noteFailure(failures, monoMs);
      }
      for (const lane of touched) lane.pump();
    },
    start() {
      for (const lane of all) lane.start();
    },
    hurry(recipient) {
      for (const lane of all) lane.hurry(recipient);
    },
    status: () =>
      toStatus(
        all.map((lane) => lane.status(clock.now())),
        failures,
        recorder,
        clock,
      ),
    async stop() {
      await Promise.all(all.map((lane) => lane.stop()));
    },
  };
}

interface Recorder {
  readonly failures: () => number;
  readonly record: (message: Message, outcome: DeliveryOutcome, signal: AbortSignal) => Promise<void>;
}

/** Tries until it is stored or the gateway stops: meanwhile the message is not sent again, and its slot stays taken. */
function createRecorder({ port, log }: OutboxOptions): Recorder {
  let failures = 0;
  return {
    failures: () => failures,
    async record(message, outcome, signal) {
      let pauseMs: number = NOTIFY_LIMITS.recordRetryMs;
      for (;;) {
        try {
          await port.submit({ type: 'delivery', message: message.id, outcome });
          return;
        } catch (error) {
          failures += 1;
          if (pauseMs === NOTIFY_LIMITS.recordRetryMs)
            log.warn({ err: error, message: message.id }, 'a delivery cannot be recorded; it is tried again');
        }
        await delay(pauseMs, null, { signal, ref: false }).catch(() => null);
        if (signal.aborted) return;
        pauseMs = Math.min(pauseMs * 2, NOTIFY_LIMITS.recordRetryMaxMs);
      }
    },
  };
}

/** Of what was sent before the start; in the future of a clock that was set back = now. */
function toFailures(messages: readonly Message[], clock: Clock): number[] {
  const { wallMs, monoMs } = clock.now();
  return messages
    .filter((message) => message.state === 'failed' && !isWithoutPage(message))
    .flatMap(({ failedAtMs }) => failedAtMs ?? [])
    .map((failedAtMs) => monoMs - Math.max(0, wallMs - failedAtMs))
    .toSorted((a, b) => a - b)
    .slice(-NOTIFY_LIMITS.failedKept);
}

function noteFailure(failures: number[], monoMs: number): void {
  failures.push(monoMs);
  if (failures.length > NOTIFY_LIMITS.failedKept) failures.shift();
}

function toStatus(
  channels: readonly LaneStatus[],
  failures: number[],
  recorder: Recorder,
  clock: Clock,
): OutboxStatus {
  const sinceMs = clock.now().monoMs - NOTIFY_LIMITS.failedWindowMs;
  while ((failures[0] ?? Number.POSITIVE_INFINITY) < sinceMs) failures.shift();
  const sum = (pick: (lane: LaneStatus) => number): number =>
    channels.reduce((total, lane) => total + pick(lane), 0);
  return {
    queued: sum(({ queued }) => queued),
    sent: sum(({ sent }) => sent),
    failed: sum(({ failed }) => failed),
    dropped: sum(({ dropped }) => dropped),
    retries: sum(({ retries }) => retries),
    failedLately: failures.length,
    undelivered: sum(({ undelivered }) => undelivered),
    oldestMs: channels.reduce((oldest, { oldestMs }) => Math.max(oldest, oldestMs), 0),
    recordFailures: recorder.failures(),
    channels,
  };
}

const NOWHERE: Notifier = {
  id: 'none',
  maxBytes: 0,
  reachesContacts: true,
  deliver: () =>
    Promise.resolve({
      result: 'refused',
      answer: { code: 'no-channel', text: '未配置该通知渠道 / no such channel is configured' },
    }),
  close: () => Promise.resolve(),
};
