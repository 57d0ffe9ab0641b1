/** What the soak tells the test that has started it, and how long a return may take. */
import type { Damage } from './fault-plan.ts';
import { POLL_MS } from './plant.ts';
import type { Return, Violation } from './referee.ts';

export interface Footprint {
  readonly sockets: number;
  /** Armed, of gateway and simulators. */
  readonly timers: number;
  /** After a collection. */
  readonly heapBytes: number;
}

export interface SoakResult {
  readonly seed: number;
  readonly virtualMs: number;
  readonly realMs: number;
  readonly episodes: number;
  /** Key: kind of fault; value: how often it has struck. */
  readonly struck: Readonly<Record<string, number>>;
  /** Good readings that were looked up in a ledger. */
  readonly checked: number;
  /** Values that came too late because others on their bus cost too much time. */
  readonly crowded: number;
  /** Units lost with the connection of a line that was given up because of another unit. */
  readonly swept: number;
  readonly violations: readonly Violation[];
  readonly returns: readonly Return[];
  readonly badAtEnd: readonly string[];
  /** After the first fifth, and at the end; nothing strikes at either moment. */
  readonly before: Footprint;
  readonly after: Footprint;
  /** Key: link. */
  readonly counters: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const TWO_CYCLES_MS = 2 * POLL_MS;
/**
 * A device that was silent alone is asked at a growing interval, at most every 30 s, and where its bus has no gap for a
 * time-out after twice that (acquisition/schedule.ts); an address that was refused at most every 60 s
 * (acquisition/refusal.ts). Both intervals grow threefold, so that they are at most twice as long as the outage before.
 */
const LONGEST_PROBE_MS = 30_000;
const LONGEST_BLAME_MS = 60_000;

/** Longest time from the return of a device to its last point that is good. @param outMs how long it was struck */
export function toBoundMs(damage: Damage, outMs: number): number {
  const probeMs = 2 * Math.min(LONGEST_PROBE_MS, 2 * outMs + POLL_MS);
  const blameMs = Math.min(LONGEST_BLAME_MS, 2 * outMs + 3 * POLL_MS);
  switch (damage) {
    case 'answer':
    case 'link':
      return TWO_CYCLES_MS;
    case 'silence':
      return TWO_CYCLES_MS + probeMs;
    case 'address':
      return TWO_CYCLES_MS + probeMs + blameMs;
    default:
      return damage satisfies never;
  }
}
