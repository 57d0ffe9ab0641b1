/**
 * A wire that is worked out beside the schedule, for its tests: whatever is sent takes its time and ends as fate has it. No
 * real time passes, and nothing is decoded.
 */
import { PollSchedule } from '../../src/acquisition/schedule.ts';
import type { PlannedRequest, Task } from '../../src/acquisition/task.ts';
import type { PollRequest } from '../../src/drivers/driver.ts';
import { gaps } from './rig.ts';

export const POLL_MS = 1_000;
export const LATENCY_MS = 20;

export type Habits = Partial<Pick<PollRequest, 'timeoutMs' | 'costMs' | 'maxInFlight'>>;

export const toPlanned = (
  device: string,
  pollMs: number,
  at: number,
  habits: Habits = {},
): PlannedRequest => ({
  request: {
    points: [at],
    device,
    label: `${device} ${pollMs} ${at}`,
    block: null,
    costMs: 0,
    timeoutMs: 100,
    retries: 0,
    maxInFlight: 1,
    detail: null,
    ...habits,
  },
  pollMs,
});

/** One request each, once a second. */
export const create = (devices: readonly string[], habits: Habits = {}): PollSchedule =>
  new PollSchedule(
    devices.map((device, at) => toPlanned(device, POLL_MS, at, habits)),
    0,
  );

/** What becomes of a request that is sent: answered or refused after so many ms, or nothing. */
export type Fate = { readonly answerMs: number; readonly againInMs?: number } | 'silence' | 'gateway-silence';

export interface Asked {
  readonly label: string;
  readonly device: string;
  readonly atMs: number;
  readonly isAnswered: boolean;
}

interface UnderWay {
  readonly task: Task;
  readonly endMs: number;
  readonly fate: Fate;
}

export function isDead(device: string): boolean {
  return device.startsWith('dead');
}

const byName = ({ device }: Task): Fate => (isDead(device.name) ? 'silence' : { answerMs: LATENCY_MS });

/** Serves the link from `fromMs` on; nothing is under way at its end. */
export function serve(
  schedule: PollSchedule,
  untilMs: number,
  fate: (task: Task, nowMs: number) => Fate = byName,
  fromMs = 0,
): readonly Asked[] {
  const asked: Asked[] = [];
  let underWay: UnderWay[] = [];
  let nowMs = fromMs;
  const nextEndMs = (): number => Math.min(...underWay.map(({ endMs }) => endMs));
  while (nowMs < untilMs || underWay.length > 0) {
    for (const each of underWay.filter(({ endMs }) => endMs <= nowMs)) end(schedule, each, nowMs);
    underWay = underWay.filter(({ endMs }) => endMs > nowMs);
    const { task, atMs } = schedule.next(nowMs);
    if (task && nowMs < untilMs) {
      schedule.sent(task, nowMs);
      const result = fate(task, nowMs);
      const isAnswered = typeof result === 'object';
      underWay.push({
        task,
        fate: result,
        endMs: nowMs + (isAnswered ? result.answerMs : task.request.timeoutMs),
      });
      asked.push({ label: task.request.label, device: task.device.name, atMs: nowMs, isAnswered });
    } else {
      nowMs = nowMs < untilMs ? Math.min(Math.max(atMs, nowMs), nextEndMs(), untilMs) : nextEndMs();
    }
  }
  return asked;
}

function end(schedule: PollSchedule, { task, fate }: UnderWay, nowMs: number): void {
  if (typeof fate === 'string') {
    if (schedule.timedOut(task, nowMs, fate === 'gateway-silence') === 'wire') schedule.begin(nowMs);
  } else {
    schedule.answered(task, nowMs, fate.againInMs === undefined ? null : nowMs + fate.againInMs);
  }
}

/** Answers all others until it is its turn. */
export function nextOf(schedule: PollSchedule, device: string, fromMs: number) {
  for (let nowMs = fromMs; ; ) {
    const { task, atMs } = schedule.next(nowMs);
    nowMs = Math.max(nowMs, atMs);
    if (!task) continue;
    if (task.device.name === device) return { task, atMs: nowMs };
    schedule.sent(task, nowMs);
    schedule.answered(task, nowMs);
  }
}

export const timesOf = (asked: readonly Asked[], name: string): number[] =>
  asked.filter(({ device, label }) => device === name || label === name).map(({ atMs }) => atMs);

/** From its third time on: what is due at the start goes out together. */
export const latest = (asked: readonly Asked[], name: string): number =>
  Math.max(...gaps(timesOf(asked, name)).slice(3));
