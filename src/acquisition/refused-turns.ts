/**
 * When a refused request is asked in a gap, beside its turn at a growing interval (refusal.ts): one of a device at a time,
 * since one that is accepted says that the device was mended, and then the next one follows at once. Devices that start up
 * or are set up anew refuse for some seconds, so at first it is once a cycle; devices log what they refuse, so after that
 * it is rare, however many they are. What the device keeps of these turns, and nothing of whose turn it is.
 */
import { type Device, type Task, toNextInstant } from './task.ts';

/** So long a device that refuses may still be starting up. */
const YOUNG_MS = 60_000;
/** Shortest time between two refusals in gaps after that. */
const OLD_INTERVAL_MS = 5_000;

/** After each answer of a request. @param isRefused it has no turn at its own rate */
export function noteRefusal(task: Task, nowMs: number, isRefused: boolean): void {
  const { device } = task;
  if (isRefused) {
    device.refusedSinceMs ??= nowMs;
    const isYoung = nowMs - device.refusedSinceMs < YOUNG_MS;
    const nextMs = toNextInstant(task, task.sentMs);
    device.refusedFreeMs = isYoung ? nextMs : Math.max(nextMs, nowMs + OLD_INTERVAL_MS);
  } else if (task.isRefused) {
    device.refusedFreeMs = nowMs;
  }
  task.isRefused = isRefused;
}

/** Of those that have a turn among the live ones the one that was not asked for longest; null = none, or one is under way. */
export function nextRefused(device: Device): Task | null {
  let next: Task | null = null;
  let hasRefused = false;
  for (const task of device.tasks) {
    if (task.isRefused && task.isUnderWay) return null;
    hasRefused ||= task.isRefused;
    if (task.isRefused && task.place >= 0 && (next === null || task.sentMs < next.sentMs)) next = task;
  }
  if (!hasRefused) device.refusedSinceMs = null;
  return next;
}
