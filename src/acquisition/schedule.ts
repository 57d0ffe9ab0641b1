/**
 * Which request of one link comes next, and what answers and time-outs mean for the order. Pure: times come in,
 * nothing waits here. All times are monotonic milliseconds.
 *
 * Device:  untried ──answer──▶ alive ◀──answer── silent
 *             └────time-out──────┴──time-out──────▶┘
 *
 * - A live device is polled at a fixed rate. A cycle that has passed unserved is skipped and counted, never made up.
 * - A silent device is probed with one request at a growing interval, in the gaps of the live ones when there are
 *   any, so that it costs them at most one time-out a probe. Its requests take turns as probe; when one is answered
 *   all are due. A request that stays silent beside answered ones of the same device is retried alone.
 * - Time-outs in a row with no answer between them raise doubt about the wire. After `DOUBT_TIMEOUTS` the device
 *   that answered last is asked out of turn; if it is silent too (or none is left), the wire is dead. So three dead
 *   devices in a row do not take a living one off.
 */
import { assert, defined } from '../core/assert.ts';
import type { PollRequest } from '../drivers/driver.ts';

/** Time-outs in a row that put the wire in doubt. */
const DOUBT_TIMEOUTS = 3;
/** Growth of the interval between two probes of a silent device. */
const PROBE_GROWTH = 3;
/** Longest interval between two probes: how late a device that comes back is noticed. */
const MAX_PROBE_MS = 30_000;
/** At its longest the interval is also this many time-outs, so that a dead device takes a tenth of the link at most. */
const MAX_PROBE_TIMEOUTS = 10;

export interface PlannedRequest {
  readonly request: PollRequest;
  readonly pollMs: number;
}

/** One request and its turn. Changed by PollSchedule only. */
export interface Task extends PlannedRequest {
  readonly device: Device;
  /** Instants of the poll grid are `gridMs + n × pollMs`. */
  readonly gridMs: number;
  dueMs: number;
  /** Due at once, beside the grid: after connecting or when its device came back. */
  isOutOfTurn: boolean;
  /** Time-outs in a row of this request. */
  failures: number;
}

export interface Device {
  readonly name: string;
  /** Shortest interval first. */
  readonly tasks: Task[];
  state: 'untried' | 'alive' | 'silent';
  answeredMs: number;
  /** Time-outs in a row of the device. */
  failures: number;
  probeMs: number;
  /** Index of the task that is the next probe. */
  probeTask: number;
}

/** `task` null: nothing is due before `atMs`. */
export interface Turn {
  readonly task: Task | null;
  readonly atMs: number;
}

export interface TimeoutVerdict {
  /** The whole device counts as silent now; false when only this request of it is. */
  readonly isDeviceSilent: boolean;
  readonly isWireDead: boolean;
}

interface Waiting {
  readonly task: Task;
  readonly dueMs: number;
  /** From here on it goes before live polls, gap or not. */
  readonly forcedMs: number;
}

export class PollSchedule {
  readonly #devices: readonly Device[];
  readonly #tasks: readonly Task[];
  readonly #timeoutMs: number;
  #timeoutsInRow = 0;
  #witness: Task | null = null;
  #skipped = 0;

  /** @param startMs beginning of the poll grid */
  constructor(requests: readonly PlannedRequest[], timeoutMs: number, startMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#devices = createDevices(requests, startMs);
    this.#tasks = this.#devices.flatMap((device) => device.tasks);
    assert(this.#tasks.length > 0, 'a schedule has requests');
  }

  /** Cycles that passed unserved since the beginning. */
  get skippedCycles(): number {
    return this.#skipped;
  }

  get silentDevices(): readonly Device[] {
    return this.#devices.filter((device) => device.state === 'silent');
  }

  /** A new connection: nothing is known, everything is due. */
  begin(nowMs: number): void {
    this.#timeoutsInRow = 0;
    this.#witness = null;
    for (const device of this.#devices) {
      device.state = 'untried';
      device.failures = 0;
      for (const task of device.tasks) {
        task.failures = 0;
        setDueNow(task, nowMs);
      }
    }
  }

  next(nowMs: number): Turn {
    this.#witness = this.#findWitness();
    if (this.#witness) return { task: this.#witness, atMs: nowMs };
    const live = this.#nextLive();
    const probe = this.#nextProbe();
    if (!probe) return toTurn(defined(live, 'a live task'), defined(live, 'a live task').dueMs, nowMs);
    if (!live) return toTurn(probe.task, this.#timeoutsInRow > 0 ? nowMs : probe.dueMs, nowMs);
    return this.#choose(live, probe, nowMs);
  }

  /** Any answer, an exception too. @returns whether the device was not known to be alive. */
  answered(task: Task, nowMs: number): boolean {
    const { device } = task;
    const isNews = device.state !== 'alive';
    this.#timeoutsInRow = 0;
    device.state = 'alive';
    device.failures = 0;
    device.answeredMs = nowMs;
    task.failures = 0;
    if (isNews) device.tasks.forEach((other) => revive(other, nowMs));
    this.#skipped += setNextTurn(task, nowMs);
    return isNews;
  }

  /** @param isWireAlive somebody else (a gateway) has answered that the device is silent. */
  timedOut(task: Task, nowMs: number, isWireAlive: boolean): TimeoutVerdict {
    const { device } = task;
    const wasWitness = task === this.#witness;
    this.#timeoutsInRow = isWireAlive ? 0 : this.#timeoutsInRow + 1;
    task.failures++;
    if (device.state === 'alive' && task.failures > 1) {
      task.dueMs = nowMs + this.#probeIntervalMs(task.pollMs, task.failures);
      return { isDeviceSilent: false, isWireDead: false };
    }
    device.state = 'silent';
    device.failures++;
    device.probeMs = nowMs + this.#probeIntervalMs(fastest(device).pollMs, device.failures);
    device.probeTask = (device.tasks.indexOf(task) + 1) % device.tasks.length;
    const isNobodyLeft = this.#devices.every(({ state }) => state === 'silent');
    const isWireDead = this.#timeoutsInRow >= DOUBT_TIMEOUTS && (isNobodyLeft || wasWitness);
    return { isDeviceSilent: true, isWireDead };
  }

  /** Live polls keep their time; a probe goes into a gap that holds a whole time-out, or when it has waited twice. */
  #choose(live: Task, probe: Waiting, nowMs: number): Turn {
    if (nowMs >= probe.forcedMs) return { task: probe.task, atMs: nowMs };
    if (live.dueMs <= nowMs) return { task: live, atMs: nowMs };
    if (probe.dueMs > nowMs) return { task: null, atMs: Math.min(live.dueMs, probe.dueMs) };
    if (live.dueMs - nowMs >= this.#timeoutMs) return { task: probe.task, atMs: nowMs };
    return { task: null, atMs: Math.min(live.dueMs, probe.forcedMs) };
  }

  #findWitness(): Task | null {
    if (this.#timeoutsInRow < DOUBT_TIMEOUTS) return null;
    let last: Device | null = null;
    for (const device of this.#devices) {
      if (device.state !== 'silent' && (!last || device.answeredMs > last.answeredMs)) last = device;
    }
    if (!last) return null;
    return last.tasks.find(({ failures }) => failures === 0) ?? fastest(last);
  }

  #nextLive(): Task | null {
    let first: Task | null = null;
    for (const task of this.#tasks) {
      if (task.device.state === 'silent' || task.failures > 0) continue;
      if (!first || task.dueMs < first.dueMs) first = task;
    }
    return first;
  }

  /** The first of: probes of silent devices, retries of single silent requests. */
  #nextProbe(): Waiting | null {
    let first: Waiting | null = null;
    for (const task of this.#tasks) {
      const { device } = task;
      const isProbe = device.state === 'silent' && device.tasks[device.probeTask] === task;
      const isRetry = device.state !== 'silent' && task.failures > 0;
      if (!isProbe && !isRetry) continue;
      const dueMs = isProbe ? device.probeMs : task.dueMs;
      if (first && first.dueMs <= dueMs) continue;
      const failures = isProbe ? device.failures : task.failures;
      // A slow request that has its turn as probe must not make the device wait for its slow turn.
      const { pollMs } = isProbe ? fastest(device) : task;
      first = { task, dueMs, forcedMs: dueMs + this.#probeIntervalMs(pollMs, failures) };
    }
    return first;
  }

  #probeIntervalMs(pollMs: number, failures: number): number {
    const longestMs = Math.max(MAX_PROBE_MS, MAX_PROBE_TIMEOUTS * this.#timeoutMs);
    return Math.min(pollMs * PROBE_GROWTH ** (failures - 1), longestMs);
  }
}

/** Devices with their tasks; those of one interval begin evenly spread over it, requests of one device together. */
function createDevices(requests: readonly PlannedRequest[], startMs: number): readonly Device[] {
  /** Key: name of the device. */
  const devices = new Map<string, PlannedRequest[]>();
  for (const planned of requests) {
    const name = planned.request.device;
    devices.set(name, [...(devices.get(name) ?? []), planned]);
  }
  return [...devices].map(([name, planned], at) => createDevice(name, planned, startMs, at / devices.size));
}

function createDevice(
  name: string,
  planned: readonly PlannedRequest[],
  startMs: number,
  phase: number,
): Device {
  const device: Device = {
    name,
    tasks: [],
    state: 'untried',
    answeredMs: Number.NEGATIVE_INFINITY,
    failures: 0,
    probeMs: startMs,
    probeTask: 0,
  };
  for (const { request, pollMs } of planned.toSorted((a, b) => a.pollMs - b.pollMs)) {
    const gridMs = startMs + phase * pollMs;
    device.tasks.push({ request, pollMs, device, gridMs, dueMs: startMs, isOutOfTurn: true, failures: 0 });
  }
  return device;
}

function fastest(device: Device): Task {
  return defined(device.tasks[0], 'first task of a device');
}

function toTurn(task: Task, dueMs: number, nowMs: number): Turn {
  return dueMs <= nowMs ? { task, atMs: nowMs } : { task: null, atMs: dueMs };
}

/** Time-outs of the outage say little of the request itself: one is remembered, so that a next one concerns it alone. */
function revive(task: Task, nowMs: number): void {
  task.failures = Math.min(task.failures, 1);
  setDueNow(task, nowMs);
}

function setDueNow(task: Task, nowMs: number): void {
  task.dueMs = nowMs;
  task.isOutOfTurn = true;
}

/**
 * The next instant of the grid. After a poll out of turn one that would follow at once is left out.
 * @returns cycles that have passed unserved
 */
function setNextTurn(task: Task, nowMs: number): number {
  const { pollMs, gridMs } = task;
  const skipped = Math.max(0, Math.floor((nowMs - task.dueMs) / pollMs));
  const fromMs = task.isOutOfTurn ? nowMs + pollMs / 2 : nowMs;
  task.dueMs = gridMs + (Math.floor((fromMs - gridMs) / pollMs) + 1) * pollMs;
  task.isOutOfTurn = false;
  return skipped;
}
