/**
 * Which request of a silent device is its next probe, and what the device keeps of its silence. Whose turn it is decides
 * schedule.ts, when it may go out waiting.ts.
 *
 * The requests of a device take turns, since one alone may hang. On a line (one thing at a time under way) the answer to
 * another request could not be told from a late one to the last probe (drivers/modbus/line/transport.ts): the line would
 * wait or connect afresh, at the cost of the living. There the same read is repeated until somebody was heard after it,
 * and another one waits for one time-out from then on: at a growing interval, and where that takes a gap away more rarely still.
 */
import { type Device, fastest, type Task, toNextInstant } from './task.ts';
import { probeIntervalMs } from './waiting.ts';

/** So much later than its turn at most, at the cost of a gap or of a wait: a request that hangs alone keeps its device silent. */
const UNHEARD_MS = 30_000;

/** The request that asks whether a silent device is back. */
export function probeOf(device: Device): Task {
  return device.tasks[device.probeTask] ?? fastest(device);
}

export interface Silence {
  /** Whether it has cost the others something. */
  readonly isCounted: boolean;
  /** The connection may end over the device: it is never asked for nothing. */
  readonly isSuspect: boolean;
  /** Another request may be the next probe at once. */
  readonly canTurn: boolean;
}

/** The device of this request has not answered it. */
export function fallSilent(task: Task, nowMs: number, { isCounted, isSuspect, canTurn }: Silence): void {
  const { device } = task;
  if (device.state !== 'silent') {
    device.turns = 0;
    device.turnMs = nowMs;
  }
  device.state = 'silent';
  if (isCounted || device.failures === 0) device.failures++;
  device.failedMs = nowMs;
  device.probeMs = nowMs + probeIntervalMs(task, fastest(device).pollMs, device.failures);
  device.freeMs = isSuspect ? device.probeMs : toNextInstant(fastest(device), task.sentMs);
  device.probeTask = device.tasks.indexOf(task);
  if (canTurn) turn(device, nowMs);
}

/** Whether the next probe may be another request although nobody was heard since: it can be told apart, or harms nobody. */
export function canTurn({ device, request }: Task, devices: readonly Device[], nowMs: number): boolean {
  if (request.maxInFlight >= 2) return true;
  const isUnheard = ({ state, answeredMs }: Device) =>
    state === 'silent' || nowMs >= Math.max(answeredMs, device.turnMs) + UNHEARD_MS;
  return devices.every((other) => other === device || isUnheard(other));
}

/** Somebody was heard after the last probe of a silent device. */
export function heardSince(device: Device, nowMs: number): void {
  const { request, isUnderWay, isFree } = probeOf(device);
  if (request.maxInFlight >= 2 || nowMs < device.turnMs || device.tasks.length < 2 || isUnderWay) return;
  const unmistakableMs = nowMs + request.timeoutMs;
  // The first turn tells a hung request from a dead device.
  const isInTime = !isFree || device.turns === 0 || unmistakableMs <= device.freeMs;
  if (!isInTime && nowMs < device.turnMs + UNHEARD_MS) return;
  turn(device, nowMs);
  device.freeMs = Math.max(device.freeMs, unmistakableMs);
}

/** The next of its requests is the probe, and not soon the one after it. */
function turn(device: Device, nowMs: number): void {
  device.turns++;
  device.turnMs = nowMs + probeIntervalMs(probeOf(device), fastest(device).pollMs, device.turns);
  device.probeTask = (device.probeTask + 1) % device.tasks.length;
}
