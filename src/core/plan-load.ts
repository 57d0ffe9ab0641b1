/**
 * What a poll plan costs its link: how long a cycle of each poll group takes, which share of the time the wire is in use.
 * Pure, from reckoned times; what a running link really takes is measured by acquisition (link.ts, LinkLoad).
 */
import type { RequestBlock } from './link.ts';

/** Above it a retry or a silent device makes polls late. */
export const TIGHT_LOAD_RATIO = 0.7;

const SECOND_MS = 1_000;

/** A request of the plan and its poll interval; a `RequestStatus` is one. */
export interface LoadingRequest {
  readonly device: string;
  readonly pollMs: number;
  readonly points: readonly number[];
  readonly block: RequestBlock | null;
  readonly costMs: number;
  /** Reads under way at once while this one is; default 1. */
  readonly maxInFlight?: number;
}

export interface Load {
  readonly requests: number;
  readonly points: number;
  readonly requestsPerSecond: number;
  /** Share of the time in which the wire is in use, 0–1; above 1 the plan cannot be kept. */
  readonly loadRatio: number;
  /** Addresses that points use, of those that are asked for; both 0 where there are none. */
  readonly coverage: { readonly used: number; readonly asked: number };
}

/** Requests of one poll interval. */
export interface GroupLoad extends Load {
  readonly pollMs: number;
  /** Time that reading all of it once takes. */
  readonly cycleMs: number;
}

export interface PlanLoad extends Load {
  readonly devices: number;
  /** Shortest interval first. */
  readonly groups: readonly GroupLoad[];
  readonly verdict: LoadVerdict;
}

/** `tight`: more than `TIGHT_LOAD_RATIO`; `overloaded`: more than the link can carry. */
export type LoadVerdict = 'fits' | 'tight' | 'overloaded';

/** @param requests of one link */
export function toPlanLoad(requests: readonly LoadingRequest[]): PlanLoad {
  const total = toLoad(requests);
  const groups = [...Map.groupBy(requests, ({ pollMs }) => pollMs)].map(([pollMs, group]) => ({
    ...toLoad(group),
    pollMs,
    cycleMs: sum(group, toWireMs),
  }));
  return {
    ...total,
    devices: new Set(requests.map(({ device }) => device)).size,
    groups: groups.toSorted((a, b) => a.pollMs - b.pollMs),
    verdict: toVerdict(total.loadRatio),
  };
}

function toVerdict(loadRatio: number): LoadVerdict {
  if (loadRatio > 1) return 'overloaded';
  return loadRatio > TIGHT_LOAD_RATIO ? 'tight' : 'fits';
}

function toLoad(requests: readonly LoadingRequest[]): Load {
  return {
    requests: requests.length,
    points: new Set(requests.flatMap(({ points }) => points)).size,
    requestsPerSecond: sum(requests, ({ pollMs }) => SECOND_MS / pollMs),
    loadRatio: sum(requests, (request) => toWireMs(request) / request.pollMs),
    coverage: {
      used: sum(requests, ({ block }) => block?.used ?? 0),
      asked: sum(requests, ({ block }) => block?.count ?? 0),
    },
  };
}

/** A request that may share the wire with others takes its part of the time. */
function toWireMs({ costMs, maxInFlight = 1 }: LoadingRequest): number {
  return costMs / maxInFlight;
}

function sum(requests: readonly LoadingRequest[], of: (request: LoadingRequest) => number): number {
  return requests.reduce((total, request) => total + of(request), 0);
}
