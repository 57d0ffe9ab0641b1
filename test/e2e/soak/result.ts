/** What the soak tells the test that has started it, and how long a return may take. */
import type { Damage } from './fault-plan.ts';
import { POLL_MS, TIMEOUT_MS } from './plant.ts';
import type { Bounds, Return, Violation } from './referee.ts';

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

/** From the registers of the simulator to the reading, and what the units of a bus that come back at once cost each other. */
const TOLERANCE_MS = 200;
/**
 * Two cycles: in the first of them the device is probed, since every bus of this plant has a gap in each cycle that holds a
 * time-out once a unit is silent; in the second all its requests are asked. One of before the return times out first.
 */
const RETURN_MS = 2 * POLL_MS + TIMEOUT_MS + TOLERANCE_MS;
/**
 * Whose questions end the connection of all, and who finds no gap beside others that are struck, is asked at a growing
 * interval, at most every 30 s, without a gap after twice that (acquisition/waiting.ts). It grows threefold, so that it
 * is at most twice as long as the outage before.
 */
const LONGEST_PROBE_MS = 30_000;
/** A refused address is asked in gaps once a cycle for so long, then this rarely (acquisition/refused-turns.ts). */
const YOUNG_REFUSAL_MS = 60_000;
const OLD_REFUSAL_MS = 5_000;
/** Cycles in which the refused addresses of one unit have had their turns. */
const REFUSED_TURNS = 3;
/** Without gaps its interval grows like that of probes, up to this (acquisition/refusal.ts). */
const LONGEST_BLAME_MS = 60_000;

/** Longest time from the return of a device to its last point that is good. @param outMs how long it was struck */
export function toBoundsMs(damage: Damage, outMs: number): Bounds {
  const oldMs = outMs < YOUNG_REFUSAL_MS ? 0 : OLD_REFUSAL_MS;
  const probeMs = 2 * Math.min(LONGEST_PROBE_MS, 2 * outMs + POLL_MS);
  const blameMs = Math.min(LONGEST_BLAME_MS, 2 * outMs + 3 * POLL_MS);
  const crowdedMs = RETURN_MS + 2 * POLL_MS + probeMs;
  switch (damage) {
    case 'answer':
    case 'link':
    case 'silence':
      return { aloneMs: RETURN_MS, crowdedMs };
    case 'address':
      // Refused addresses of a unit are asked one after another, so that the last has its turn some cycles later.
      return { aloneMs: RETURN_MS + REFUSED_TURNS * POLL_MS + oldMs, crowdedMs: crowdedMs + blameMs };
    case 'cut':
      return { aloneMs: RETURN_MS + oldMs + probeMs, crowdedMs: crowdedMs + blameMs };
    default:
      return damage satisfies never;
  }
}
