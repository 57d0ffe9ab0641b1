/**
 * Which request of one link comes next, and what answers and time-outs mean for the order. Pure: times come in,
 * nothing waits here. All times are monotonic milliseconds.
 *
 * Device:  untried ──answer──▶ alive ◀──answer── silent
 *             └────time-out──────┴──time-out──────▶┘
 *
 * - A live device is polled at a fixed rate. A cycle that has passed unserved is skipped and counted, never made up.
 *   A time-out of its request counts only when its retries are used up; they are made at once.
 * - A silent device is probed with one request whenever that costs nobody anything: once in each of its cycles, into a gap
 *   that holds the whole time-out before the next live poll, or where half of what may be under way is left to the living.
 *   Without that it is probed at a growing interval, at the cost of one time-out. When one of its requests is answered all
 *   are due. They take turns as probe (probe-turns.ts). A request that stays silent beside answered ones is retried alone, likewise.
 * - A refused request has its turn at a growing interval, and one of a device is asked in gaps (refused-turns.ts).
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
import { Gap } from './gap.ts';
import { canTurn, fallSilent, heardSince, probeOf } from './probe-turns.ts';
import { nextRefused, noteRefusal } from './refused-turns.ts';
import {
  createDevices,
  createTask,
  type Device,
  fastest,
  findWitness,
  type PlannedRequest,
  replaceTasks,
  setDueNow,
  setNextTurn,
  type Task,
  toNextInstant,
} from './task.ts';
import { probeIntervalMs, toChance, toRefusedChance, Waiting } from './waiting.ts';

/** Time-outs in a row that put the wire in doubt. */
const DOUBT_TIMEOUTS = 3;
/** Connections in a row that ended over a question to the same device, until it is held to be the cause. */
const SUSPECT_LOSSES = 2;
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
  /** Probes, lone retries, and of each device one refused request. */
  readonly #waiting = new Waiting();
  readonly #gap: Gap;
  #timeoutsInRow = 0;
  /** When the last of them was counted. */
  #doubtedMs = Number.NEGATIVE_INFINITY;
  #answeredMs = Number.NEGATIVE_INFINITY;
  #witness: Task | null = null;
  /** Devices that were asked in vain since somebody was heard on this connection. */
  readonly #vain = new Set<Device>();
  #skipped = 0;

  /**
   * @param startMs beginning of the poll grid, the same for all links
   * @param phase place of the link among all links, 0 ≤ phase < 1
   */
  constructor(requests: readonly PlannedRequest[], startMs: number, phase = 0) {
    assert(requests.length > 0, 'a schedule has requests');
    this.#devices = createDevices(requests, startMs, phase);
    this.#gap = new Gap(Math.min(...requests.map(({ request }) => request.maxInFlight)));
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
        device.freeMs = device.probeMs;
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
    this.#vain.clear();
    for (const device of this.#devices) {
      device.isHeard = false;
      for (const task of device.tasks) {
        task.isUnderWay = false;
        task.isFree = false;
        task.retried = 0;
        this.#place(task);
      }
      this.#offerRefused(device);
    }
  }

  /**
   * The connection has ended by itself. Who was being asked, or had just been asked in vain, may be the cause.
   * @returns whether a device that was suspected before has done it: the wire itself is whole
   */
  lost(nowMs: number): boolean {
    const last = [...this.#vain].slice(-1);
    const asked = new Set([...this.#underWay.map(({ device }) => device), ...last]);
    let isSuspected = false;
    for (const device of asked) {
      if (!this.#devices.some((other) => other !== device && other.isHeard)) continue;
      isSuspected ||= device.losses >= SUSPECT_LOSSES;
      device.losses++;
      const isCounted = last.includes(device) && device.state === 'silent';
      if (device.losses >= SUSPECT_LOSSES && !isCounted) this.#silence(probeOf(device), nowMs, true, true);
    }
    return isSuspected;
  }

  /** Whose turn it is. Changes nothing: whoever sends it says so by `sent`. */
  next(nowMs: number): Turn {
    if (this.#underWay.length >= this.#limit) return AFTER_AN_END;
    if (this.#timeoutsInRow >= DOUBT_TIMEOUTS && this.#underWay.length > 0) return AFTER_AN_END;
    this.#witness = this.#timeoutsInRow < DOUBT_TIMEOUTS ? null : findWitness(this.#devices);
    const first = this.#witness ?? this.#again[0];
    const turn = first ? { task: first, atMs: nowMs } : this.#nextDue(nowMs);
    const most = turn.task?.request.maxInFlight ?? Number.POSITIVE_INFINITY;
    return this.#underWay.length < most ? turn : AFTER_AN_END;
  }

  /**
   * When something is due for which a connection is opened. A link that gives its connection back is not opened, nor held, for
   * probes beside living devices: they would cost the other master something.
   */
  get neededMs(): number {
    const forcedMs = this.#waiting.forced?.dueMs ?? Number.POSITIVE_INFINITY;
    return Math.min((this.#live.first ?? this.#waiting.earliest)?.dueMs ?? forcedMs, forcedMs);
  }

  /** The task of a turn goes out. Its end is told by `answered`, `timedOut`, or by a new connection. */
  sent(task: Task, nowMs: number): void {
    assert(!task.isUnderWay && !task.isRetired, 'a request is under way once');
    const isOfItsOwn = task === this.#witness || task.device.losses >= SUSPECT_LOSSES;
    task.isFree = !isOfItsOwn && this.#waiting.isFree(task, nowMs);
    const isLive = task.place >= 0 && !task.isOutOfTurn;
    if (isLive) this.#gap.sent(task, this.#underWay, Math.min(this.#limit, task.request.maxInFlight), nowMs);
    task.isUnderWay = true;
    task.sentMs = nowMs;
    this.#underWay.push(task);
    this.#limit = Math.min(this.#limit, task.request.maxInFlight);
    if (this.#again.length > 0) this.#again = this.#again.filter((other) => other !== task);
    this.#place(task);
    this.#offerRefused(task.device);
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
    this.#gap.answered(task, this.#underWay, nowMs);
    device.state = 'alive';
    device.failures = 0;
    device.answeredMs = nowMs;
    device.isTold = false;
    device.isHeard = true;
    device.losses = 0;
    if (this.#vain.size > 0) this.#exonerate(nowMs);
    task.failures = 0;
    task.retried = 0;
    if (isNews) this.#revive(device, nowMs);
    this.#skipped += setNextTurn(task, nowMs);
    if (againMs !== null) task.dueMs = againMs;
    noteRefusal(task, nowMs, againMs !== null);
    this.#place(task);
    this.#offerRefused(device);
    return isNews;
  }

  /** @param isWireAlive somebody else (a gateway) has answered that the device is silent. */
  timedOut(task: Task, nowMs: number, isWireAlive: boolean): TimeoutVerdict {
    const wasWitness = task === this.#witness;
    const { isFree, device } = task;
    this.#end(task);
    if (!isFree) this.#gap.troubled(nowMs);
    if (isWireAlive) this.#timeoutsInRow = 0;
    const verdict = this.#judge(task);
    if (verdict === 'known') this.#place(task);
    if (verdict === 'retry') {
      task.retried++;
      this.#again.push(task);
    }
    if (verdict === 'known' || verdict === 'retry') return verdict;
    task.retried = 0;
    if (isFree) this.#gap.probed(task, this.#underWay, nowMs);
    if (!isFree || task.failures === 0) task.failures++;
    // That a silent device stays silent says nothing of the wire, as long as living ones are asked on it.
    const isTelling = !isFree || this.#devices.every(({ state }) => state === 'silent');
    if (!isWireAlive && isTelling) this.#doubt(task, nowMs);
    if (verdict === 'request') {
      task.dueMs = nowMs + probeIntervalMs(task, task.pollMs, task.failures);
      task.freeMs = toNextInstant(task, task.sentMs);
      this.#place(task);
      this.#offerRefused(device);
      return verdict;
    }
    this.#silence(task, nowMs, !isFree, isWireAlive || canTurn(task, this.#devices, nowMs));
    const isNobodyLeft = this.#devices.every(({ state }) => state === 'silent');
    const isWireDead = this.#timeoutsInRow >= DOUBT_TIMEOUTS && (isNobodyLeft || wasWitness);
    this.#vain.delete(device);
    this.#vain.add(device);
    if (isWireDead || isWireAlive) this.#vain.clear();
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
    const firstMs = dueMs ?? Math.min(...old.map((task) => task.dueMs));
    const tasks = by.map((planned, at) => {
      assert(planned.request.device === device.name, 'what replaces a request asks the same device');
      return createTask(planned, device, { gridMs, order: order + at * ORDER_STEP, dueMs: firstMs });
    });
    replaceTasks(device, new Set(old), tasks);
    for (const task of old) task.isRetired = true;
    this.#again = this.#again.filter(({ isRetired }) => !isRetired);
    // Another of them may be the next probe.
    for (const task of [...old, ...device.tasks]) this.#place(task);
    this.#offerRefused(device);
    return tasks;
  }

  #nextDue(nowMs: number): Turn {
    const live = this.#live.first;
    const forced = this.#canForce(nowMs) ? this.#waiting.forced : null;
    if (!live && this.#timeoutsInRow > 0 && this.#underWay.length === 0) {
      const first = this.#waiting.earliest;
      return first ? { task: first.task, atMs: nowMs } : AFTER_AN_END;
    }
    if (forced && forced.dueMs <= nowMs) return { task: forced.task, atMs: nowMs };
    if (live && live.dueMs <= nowMs) return { task: live, atMs: nowMs };
    const liveMs = live?.dueMs ?? Number.POSITIVE_INFINITY;
    const free = this.#waiting.fitting(nowMs, this.#gap.lengthMs(nowMs, liveMs, this.#underWay));
    if (free) return { task: free, atMs: nowMs };
    const freeMs = this.#waiting.nextFreeMs(nowMs, this.#gap.endMs(nowMs, liveMs));
    return { task: null, atMs: Math.min(liveMs, forced?.dueMs ?? Number.POSITIVE_INFINITY, freeMs) };
  }

  /** Whether one may go before live polls: behind a gateway that serves one after another those under way add up. */
  #canForce(nowMs: number): boolean {
    const isProbe = ({ device, failures }: Task) => device.state === 'silent' || failures > 0;
    return !this.#gap.isCareful(nowMs) || !this.#underWay.some(isProbe);
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
    const { device, failures, isUnderWay, isRetired, retried } = task;
    this.#live.remove(task);
    this.#waiting.remove(task);
    if (isUnderWay || isRetired || retried > 0) return;
    const isSilent = device.state === 'silent';
    if (!isSilent && failures === 0) this.#live.add(task);
    else if (!isSilent || task === probeOf(device)) this.#waiting.put(task, toChance(task));
  }

  /** One refused request waits for a gap beside its turn among the live ones; what has none waits for another reason. */
  #offerRefused(device: Device): void {
    if (device.refusedSinceMs === null) return;
    if (device.refused && device.refused.place >= 0) this.#waiting.remove(device.refused);
    device.refused = nextRefused(device);
    if (device.refused) this.#waiting.put(device.refused, toRefusedChance(device.refused));
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

  #silence(task: Task, nowMs: number, isCounted: boolean, canTurn: boolean): void {
    const { device } = task;
    fallSilent(task, nowMs, { isCounted, canTurn, isSuspect: device.losses >= SUSPECT_LOSSES });
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
  }

  /** Who was asked in vain has not ended the connection: somebody was heard on it since. */
  #exonerate(nowMs: number): void {
    for (const device of this.#vain) {
      if (device.state !== 'silent') continue;
      const probe = probeOf(device);
      if (device.losses > 0) device.freeMs = toNextInstant(fastest(device), device.failedMs);
      device.losses = 0;
      heardSince(device, nowMs);
      this.#place(probe);
      this.#place(probeOf(device));
    }
    this.#vain.clear();
  }
}
