/** What happens on the day: two stories told at once, one of InfluxDB and one of the gateway. Lengths and order by a seed. */
import type { UplinkMode } from './uplink.ts';

/** A stretch of InfluxDB's day. */
export interface UplinkStretch {
  readonly mode: UplinkMode;
  /** How long; of a killed server how long it stays down. */
  readonly ms: number;
}

/** A life of the gateway. */
export interface Life {
  /**
   * | what    |                                                                                        |
   * |---------|----------------------------------------------------------------------------------------|
   * | plain   |                                                                                        |
   * | coarse  | its wall clock goes in steps of 2 s: several readings of a point in one millisecond    |
   * | stepped | its wall clock is set back halfway, for good                                           |
   * | renamed | begins with another id and name of the location in the site file                       |
   * | short   | killed while it starts                                                                 |
   */
  readonly what: 'plain' | 'coarse' | 'stepped' | 'renamed' | 'short';
  /** From ready (short: from its start) to its end. */
  readonly ms: number;
  readonly end: 'kill' | 'stop';
}

export interface Day {
  readonly uplink: readonly UplinkStretch[];
  readonly lives: readonly Life[];
}

/** Several readings of a point come within one step of the coarse clock. */
export const GRAIN_MS = 2_000;
export const STEP_BACK_MS = 7_000;

/** @param rounds 1 = somewhat more than a minute; each round tells both stories once, in another order */
export function planDay(random: () => number, rounds: number): Day {
  const between = (fromMs: number, toMs: number): number => Math.round(fromMs + random() * (toMs - fromMs));
  const uplink: UplinkStretch[] = [{ mode: 'pass', ms: between(2_000, 4_000) }];
  const lives: Life[] = [];
  for (let round = 0; round < rounds; round++) {
    const faults: UplinkStretch[] = [
      { mode: 'kill-half', ms: between(14_000, 20_000) },
      { mode: 'kill-stored', ms: between(3_000, 6_000) },
      { mode: 'slow', ms: between(6_000, 9_000) },
      { mode: 'refuse', ms: between(4_000, 7_000) },
    ];
    for (const fault of shuffle(faults, random))
      uplink.push(fault, { mode: 'pass', ms: between(1_000, 3_000) });
    const ofRound: Life[] = [
      { what: 'plain', ms: between(3_000, 7_000), end: 'kill' },
      { what: 'coarse', ms: between(5_000, 8_000), end: 'kill' },
      { what: 'stepped', ms: between(5_000, 8_000), end: 'kill' },
      { what: 'short', ms: between(200, 2_000), end: 'kill' },
      { what: 'renamed', ms: between(3_000, 7_000), end: 'kill' },
      { what: 'plain', ms: between(3_000, 5_000), end: 'stop' },
    ];
    lives.push(...shuffle(ofRound, random));
  }
  return { uplink, lives };
}

function shuffle<T>(items: readonly T[], random: () => number): readonly T[] {
  return items
    .map((item) => ({ item, order: random() }))
    .toSorted((one, other) => one.order - other.order)
    .map(({ item }) => item);
}
