/** Words of a poll plan: what is asked of whom, and how it stands. Pure. */
import type { PlannedRequest } from './link-queries.ts';

/** `refused`: the last answer was an exception; `silent`: time-outs since; `waiting`: nothing has come yet. */
export type RequestState = 'refused' | 'silent' | 'waiting' | 'accepted';

export function toRequestState(request: PlannedRequest): RequestState {
  if (request.failures > 0) return 'silent';
  if (request.exceptionCode !== null) return 'refused';
  return request.answeredMs === null ? 'waiting' : 'accepted';
}

/** What somebody has to look at. */
export function isTroubled(request: PlannedRequest): boolean {
  const state = toRequestState(request);
  return state === 'refused' || state === 'silent';
}

/** Unique in a plan also where two poll groups ask for the same. */
export function toRequestKey({ label, pollMs }: PlannedRequest): string {
  return `${label} ${pollMs}`;
}

/** Number of a Modbus unit; null for any other device. */
export function toUnit(device: string): string | null {
  return /^unit (\d+)$/.exec(device)?.[1] ?? null;
}

/** `20–23`, `20` for one. */
export function toRangeText(first: number, count: number): string {
  return count === 1 ? String(first) : `${first}–${first + count - 1}`;
}

/** `1`, `0.5`, `60`: seconds without unit. */
export function toSecondsText(ms: number): string {
  return String(Math.round(ms) / 1_000);
}

/** Page of the point's equipment with the point on show. */
export function toPointPath(point: string): string {
  return `/equipment/${point.slice(0, point.indexOf('/'))}?point=${encodeURIComponent(point)}`;
}
