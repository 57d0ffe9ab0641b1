/**
 * A leak cable under a raised floor: water wets it at some place, it takes a moment to be seen and longer to dry.
 * Pure.
 */
import { deriveSeed, draw } from './noise.ts';

export const LEAK = {
  cableM: 40,
  wetAfterS: 2,
  dryAfterS: 10,
} as const;

export interface LeakState {
  readonly seed: number;
  /** Wetness of the cable: rises to wetAfterS, then the leak is seen; falls over dryAfterS. */
  readonly wetForS: number;
  readonly isLeak: boolean;
  readonly isBroken: boolean;
  /** Where the water is, m from the start; drawn anew for every leak. */
  readonly placeM: number;
}

export interface LeakInputs {
  readonly isLeaking: boolean;
  readonly isBroken: boolean;
}

export const NO_LEAK_FAULT: LeakInputs = { isLeaking: false, isBroken: false };

export function createLeak(seed: number): LeakState {
  return { seed: deriveSeed(seed, 'place'), wetForS: 0, isLeak: false, isBroken: false, placeM: 0 };
}

export function stepLeak(before: LeakState, inputs: LeakInputs, dtS: number): LeakState {
  const isFresh = inputs.isLeaking && before.wetForS === 0;
  const place = isFresh ? draw(before.seed) : null;
  const drying = (LEAK.wetAfterS / LEAK.dryAfterS) * dtS;
  const wetForS = inputs.isLeaking
    ? Math.min(LEAK.wetAfterS, before.wetForS + dtS)
    : Math.max(0, before.wetForS - drying);
  return {
    seed: place?.seed ?? before.seed,
    placeM: place === null ? before.placeM : 1 + place.value * (LEAK.cableM - 2),
    wetForS,
    isLeak: wetForS >= LEAK.wetAfterS || (before.isLeak && wetForS > 0),
    isBroken: inputs.isBroken,
  };
}
