/**
 * Which request of one link comes next, and what answers and time-outs mean for the order. Pure: times come in,
 * nothing waits here. All times are monotonic milliseconds.
 *
 * Device:  untried ──answer──▶ alive ◀──answer── silent
 *             └────time-out──────┴──time-out──────▶┘
 *
 * - A live device is polled at a fixed rate. A cycle that has passed unserved is skipped and counted, never made up.
 *   A time-out of its request counts only when its retries are used up; they are made at once.
 * - A silent device is probed with one request at a growing interval, in the gaps of the live ones when there are
 *   any, so that it costs them at most one time-out a probe. Its requests take turns as probe; when one is answered
 *   all are due. A request that stays silent beside answered ones of the same device is retried alone.
 * - Time-outs in a row with no answer between them raise doubt about the wire. After `DOUBT_TIMEOUTS` the device
 *   that answered last is asked out of turn; if it is silent too (or none is left), the wire is dead. So three dead
 *   devices in a row do not take a living one off.
 * - A device whose question ends the connection (a gateway that hangs up on it, or hands on garbage) while others answer, and
 *   again on the next one, counts as silent across connections: its probes cost the others a reconnect, not their data.
 * - As many requests are under way at once as every one of them allows. What was sent before a time-out was counted and
 *   times out too is the same silence, and counts no second time; in doubt the wire is asked one thing at a time.
 */
import { assert } from '../core/assert.ts';
import { DueHeap } from './due-heap.ts';
import {
  createDevices,
  createTask,
  type Device,
  fastest,
  type PlannedRequest,
  replaceTasks,
  setDueNow,
  setNextTurn,
  type Task,
} from './task.ts';

/** Time-outs in a row that put the wire in doubt. */
const DOUBT_TIMEOUTS = 3;
/** Connections in a row that ended over a question to the same device, until it is held to be the cause. */
const SUSPECT_LOSSES = 2;
/** Growth of the interval between two probes of a silent device. */
const PROBE_GROWTH = 3;
/** Longest interval between two probes: how late a device that comes back is noticed. */
const MAX_PROBE_MS = 30_000;
/** At its longest the interval is also this many time-outs, so that a dead device takes a tenth of the link at most. */
const MAX_PROBE_TIMEOUTS = 10;

/** Between requests in the place of one: so small that they stay before the next one of the plan. */
const ORDER_STEP = 1e-6;

/** `task` null: nothing is to be sent before `atMs`; Infinity = before something under way has ended. */
export interface Turn {
  readonly task: Task | null;
  readonly atMs: number;
}

/**
 * `retry`: it is asked again at once. `known`: part of a silence that was counted already. `request`: the device lives, this
 * request of it is silent. `device`: the whole device counts as silent. `wire`: nobody answers any more.
 */
export type TimeoutVerdict = 'retry' | 'known' | 'request' | 'device' | 'wire';

interface Waiting {
  readonly task: Task;
  readonly dueMs: number;
  /** From here on it goes before live polls, gap or not. */
  readonly forcedMs: number;
}

const AFTER_AN_END: Turn = { task: null, atMs: Number.POSITIVE_INFINITY };

export class PollSchedule {
  readonly #devices: readonly Device[];
  /** Requests of devices that are not silent, without those that are silent alone, asked again or under way. */
  readonly #live = new DueHeap<Task>();
  readonly #underWay: Task[] = [];
  /** Fewest requests at once that one of those under way allows. */
  #limit = Number.POSITIVE_INFINITY;
  /** Asked again before anybody else. */
  #again: Task[] = [];
  /** First of the probes and lone retries; undefined = to be looked for. */
  #waiting: Waiting | null | undefined = undefined;
  #timeoutsInRow = 0;
  /** When the last of them was counted. */
  #doubtedMs = Number.NEGATIVE_INFINITY;
  #answeredMs = Number.NEGATIVE_INFINITY;
  #witness: Task | null = null;
  /** The device of the last time-out, as long as nobody has answered since. */
  #lastSilent: Device | null = null;
  #skipped = 0;

  /**
   * @param startMs beginning of the poll grid, the same for all links
   * @param phase place of the link among all links, 0 ≤ phase < 1
   */
  constructor(requests: readonly PlannedRequest[], startMs: number, phase = 0) {
    assert(requests.length > 0, 'a schedule has requests');
    this.#devices = createDevices(requests, startMs, phase);
    this.resume();
  }

  /** Cycles that passed unserved since the beginning. */
  get skippedCycles(): number {
    return this.#skipped;
  }

  get silentDevices(): readonly Device[] {
    return this.#devices.filter(({ state }) => state === 'silent');
  }

  /** All requests as they stand now, by device. */
  get tasks(): readonly Task[] {
    return this.#devices.flatMap(({ tasks }) => tasks);
  }

  get underWay(): number {
    return this.#underWay.length;
  }

  isSilent(device: string): boolean {
    return this.#devices.some(({ name, state }) => name === device && state === 'silent');
  }

  /** A new connection after a loss: nothing is known, everything is due. */
  begin(nowMs: number): void {
    this.#timeoutsInRow = 0;
    for (const device of this.#devices) {
      device.isTold = false;
      if (device.losses >= SUSPECT_LOSSES) {
        // Not before the others: on a connection on which nobody was heard it could not be told from the wire.
        device.probeMs = nowMs + probeIntervalMs(probeOf(device), fastest(device).pollMs, device.failures);
        continue;
      }
      device.state = 'untried';
      device.failures = 0;
      for (const task of device.tasks) {
        task.failures = 0;
        setDueNow(task, nowMs);
      }
    }
    this.resume();
  }

  /** A new connection in place of one that was given back: everything goes on as it stood, what was under way is due. */
  resume(): void {
    this.#underWay.length = 0;
    this.#limit = Number.POSITIVE_INFINITY;
    this.#again = [];
    this.#witness = null;
    this.#lastSilent = null;
    this.#waiting = undefined;
    for (const device of this.#devices) {
      device.isHeard = false;
      for (const task of device.tasks) {
        task.isUnderWay = false;
        task.retried = 0;
        this.#place(task);
      }
    }
  }

  /**
   * The connection has ended by itself. Who was being asked, or had just been asked in vain, may be the cause.
   * @returns whether a device that was suspected before has done it: the wire itself is whole
   */
  lost(nowMs: number): boolean {
    const asked = new Set([...this.#underWay.map(({ device }) => device), this.#lastSilent]);
    let isSuspected = false;
    for (const device of asked) {
      if (device === null || !this.#devices.some((other) => other !== device && other.isHeard)) continue;
      isSuspected ||= device.losses >= SUSPECT_LOSSES;
      device.losses++;
      const isCounted = device === this.#lastSilent && device.state === 'silent';
      if (device.losses >= SUSPECT_LOSSES && !isCounted) this.#silence(probeOf(device), nowMs);
    }
    return isSuspected;
  }

  /** Whose turn it is. Changes nothing: whoever sends it says so by `sent`. */
  next(nowMs: number): Turn {
    if (this.#underWay.length >= this.#limit) return AFTER_AN_END;
    if (this.#timeoutsInRow >= DOUBT_TIMEOUTS && this.#underWay.length > 0) return AFTER_AN_END;
    this.#witness = this.#findWitness();
    const first = this.#witness ?? this.#again[0];
    const turn = first ? { task: first, atMs: nowMs } : this.#nextDue(nowMs);
    const most = turn.task?.request.maxInFlight ?? Number.POSITIVE_INFINITY;
    return this.#underWay.length < most ? turn : AFTER_AN_END;
  }

  /** The task of a turn goes out. Its end is told by `answered`, `timedOut`, or by a new connection. */
  sent(task: Task, nowMs: number): void {
    assert(!task.isUnderWay && !task.isRetired, 'a request is under way once');
    task.isUnderWay = true;
    task.sentMs = nowMs;
    this.#underWay.push(task);
    this.#limit = Math.min(this.#limit, task.request.maxInFlight);
    if (this.#again.length > 0) this.#again = this.#again.filter((other) => other !== task);
    this.#place(task);
  }

  /**
   * Any answer, an exception too.
   * @param againMs for a request that has no turn at its own rate: when it is asked again
   * @returns whether the device was not known to be alive
   */
  answered(task: Task, nowMs: number, againMs: number | null = null): boolean {
    const { device } = task;
    const isNews = device.state !== 'alive';
    this.#end(task);
    this.#timeoutsInRow = 0;
    this.#answeredMs = nowMs;
    device.state = 'alive';
    device.failures = 0;
    device.answeredMs = nowMs;
    device.isTold = false;
    device.isHeard = true;
    device.losses = 0;
    this.#lastSilent = null;
    if (task.failures > 0) this.#waiting = undefined;
    task.failures = 0;
    task.retried = 0;
    if (isNews) this.#revive(device, nowMs);
    this.#skipped += setNextTurn(task, nowMs);
    if (againMs !== null) task.dueMs = againMs;
    this.#place(task);
    return isNews;
  }

  /** @param isWireAlive somebody else (a gateway) has answered that the device is silent. */
  timedOut(task: Task, nowMs: number, isWireAlive: boolean): TimeoutVerdict {
    const wasWitness = task === this.#witness;
    this.#end(task);
    if (isWireAlive) this.#timeoutsInRow = 0;
    const verdict = this.#judge(task);
    if (verdict === 'known') this.#place(task);
    if (verdict === 'retry') {
      task.retried++;
      this.#again.push(task);
    }
    if (verdict === 'known' || verdict === 'retry') return verdict;
    task.retried = 0;
    task.failures++;
    if (!isWireAlive) this.#doubt(task, nowMs);
    if (verdict === 'request') {
      task.dueMs = nowMs + probeIntervalMs(task, task.pollMs, task.failures);
      this.#place(task);
      return verdict;
    }
    this.#silence(task, nowMs);
    const isNobodyLeft = this.#devices.every(({ state }) => state === 'silent');
    const isWireDead = this.#timeoutsInRow >= DOUBT_TIMEOUTS && (isNobodyLeft || wasWitness);
    this.#lastSilent = isWireDead || isWireAlive ? null : task.device;
    return isWireDead ? 'wire' : verdict;
  }

  /**
   * Asks other requests for the same points of one device instead. What of the old ones is under way changes no turn any more.
   * @param dueMs when they are asked first, null = when the first of the old ones was due
   */
  replace(old: readonly Task[], by: readonly PlannedRequest[], dueMs: number | null): readonly Task[] {
    const [first] = old;
    assert(first !== undefined && by.length > 0, 'some requests take the place of others');
    const { device, gridMs, order } = first;
    const firstDueMs = dueMs ?? Math.min(...old.map((task) => task.dueMs));
    const tasks = by.map((planned, at) => {
      assert(planned.request.device === device.name, 'what replaces a request asks the same device');
      return createTask(planned, device, { gridMs, order: order + at * ORDER_STEP, dueMs: firstDueMs });
    });
    replaceTasks(device, new Set(old), tasks);
    for (const task of old) task.isRetired = true;
    this.#again = this.#again.filter(({ isRetired }) => !isRetired);
    for (const task of [...old, ...tasks]) this.#place(task);
    this.#waiting = undefined;
    return tasks;
  }

  #nextDue(nowMs: number): Turn {
    const live = this.#live.first;
    if (this.#waiting === undefined) this.#waiting = this.#findWaiting();
    const waiting = this.#waiting;
    if (!waiting) return live ? toTurn(live, live.dueMs, nowMs) : AFTER_AN_END;
    if (live) return choose(live, waiting, nowMs);
    const isNobodyHeard = this.#timeoutsInRow > 0 && this.#underWay.length === 0;
    return toTurn(waiting.task, isNobodyHeard ? nowMs : waiting.dueMs, nowMs);
  }

  #end(task: Task): void {
    assert(task.isUnderWay, 'what ends was under way');
    task.isUnderWay = false;
    this.#underWay.splice(this.#underWay.indexOf(task), 1);
    this.#limit = Number.POSITIVE_INFINITY;
    for (const { request } of this.#underWay) this.#limit = Math.min(this.#limit, request.maxInFlight);
  }

  /** Puts the task where it belongs by its state. */
  #place(task: Task): void {
    const { device, failures, isUnderWay, isRetired } = task;
    this.#live.remove(task);
    const isLive = device.state !== 'silent' && failures === 0;
    if (isLive && !isUnderWay && !isRetired && task.retried === 0) this.#live.add(task);
    if (!isLive) this.#waiting = undefined;
  }

  #judge(task: Task): TimeoutVerdict {
    const { device, sentMs, isRetired } = task;
    const hasFailedSince = device.state === 'silent' && sentMs < device.failedMs;
    if (isRetired || hasFailedSince) return 'known';
    const isAlive = device.state === 'alive';
    if (isAlive && task.failures === 0 && task.retried < task.request.retries) return 'retry';
    return isAlive && (task.failures > 0 || device.answeredMs > sentMs) ? 'request' : 'device';
  }

  /** One time-out more with no answer, unless somebody was heard or the silence was counted while it was under way. */
  #doubt(task: Task, nowMs: number): void {
    if (task.sentMs < Math.max(this.#doubtedMs, this.#answeredMs)) return;
    this.#timeoutsInRow++;
    this.#doubtedMs = nowMs;
  }

  #silence(task: Task, nowMs: number): void {
    const { device } = task;
    device.state = 'silent';
    device.failures++;
    device.failedMs = nowMs;
    device.probeMs = nowMs + probeIntervalMs(task, fastest(device).pollMs, device.failures);
    device.probeTask = (device.tasks.indexOf(task) + 1) % device.tasks.length;
    this.#again = this.#again.filter((other) => other.device !== device);
    for (const other of device.tasks) {
      other.retried = 0;
      this.#place(other);
    }
  }

  /** Time-outs of the outage say little of each request: one is remembered, so that a next one concerns it alone. */
  #revive(device: Device, nowMs: number): void {
    for (const task of device.tasks) {
      task.failures = Math.min(task.failures, 1);
      setDueNow(task, nowMs);
      this.#place(task);
    }
    this.#waiting = undefined;
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

  /** The first of: probes of silent devices, retries of single silent requests. */
  #findWaiting(): Waiting | null {
    let first: Waiting | null = null;
    for (const device of this.#devices) {
      for (const task of device.state === 'silent' ? [probeOf(device)] : device.tasks) {
        const waiting = toWaiting(task);
        if (waiting && (!first || waiting.dueMs < first.dueMs)) first = waiting;
      }
    }
    return first;
  }
}

/** Live polls keep their time; a probe goes into a gap that holds a whole time-out, or when it has waited twice. */
function choose(live: Task, waiting: Waiting, nowMs: number): Turn {
  const { task, dueMs, forcedMs } = waiting;
  if (nowMs >= forcedMs) return { task, atMs: nowMs };
  if (live.dueMs <= nowMs) return { task: live, atMs: nowMs };
  if (dueMs > nowMs) return { task: null, atMs: Math.min(live.dueMs, dueMs) };
  if (live.dueMs - nowMs >= task.request.timeoutMs) return { task, atMs: nowMs };
  return { task: null, atMs: Math.min(live.dueMs, forcedMs) };
}

function probeOf(device: Device): Task {
  return device.tasks[device.probeTask] ?? fastest(device);
}

function toWaiting(task: Task): Waiting | null {
  const { device } = task;
  const isProbe = device.state === 'silent';
  if (task.isUnderWay || (!isProbe && task.failures === 0)) return null;
  const dueMs = isProbe ? device.probeMs : task.dueMs;
  // A slow request that has its turn as probe must not make the device wait for its slow turn.
  const { pollMs } = isProbe ? fastest(device) : task;
  const failures = isProbe ? device.failures : task.failures;
  return { task, dueMs, forcedMs: dueMs + probeIntervalMs(task, pollMs, failures) };
}

function toTurn(task: Task, dueMs: number, nowMs: number): Turn {
  return dueMs <= nowMs ? { task, atMs: nowMs } : { task: null, atMs: dueMs };
}

function probeIntervalMs({ request }: Task, pollMs: number, failures: number): number {
  const longestMs = Math.max(MAX_PROBE_MS, MAX_PROBE_TIMEOUTS * request.timeoutMs);
  return Math.min(pollMs * PROBE_GROWTH ** (failures - 1), longestMs);
}
