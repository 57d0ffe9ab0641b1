/**
 * Physics of the fire water tank: a float valve makes up from the town main, a little is always lost, the fire pumps
 * draw from the outlet. Pure; registers are made in devices/.
 *
 *   4.00 m brim · 3.90 overflow and high level · 3.50 / 3.40 make-up shuts / opens · 2.60 low · 0.30 outlet
 *
 * What faults do to the level, and what staff do afterwards, runs as in a time lapse: hours would be true, but nobody
 * watches a demonstration that long. The make-up flow that is shown is always the valve's own.
 */
import { bell, clamp, createNoise, deriveSeed, type Noise, stepNoise } from './noise.ts';

export const TANK = {
  areaM2: 40,
  brimM: 4,
  overflowM: 3.9,
  lowM: 2.6,
  outletM: 0.3,
  /** A level switch goes back this far beyond its switch point. */
  hysteresisM: 0.05,
  makeUpOpenM: 3.4,
  makeUpShutM: 3.5,
  makeUpM3h: 30,
  /** Evaporation, and drops at the glands of pumps and test valves. */
  seepageM3h: 0.3,
  /** Every morning a test drain is opened for ten minutes. */
  testHour: 10,
  testHours: 1 / 6,
  testDrainM3h: 12,
  /** Flow over the overflow per metre above it. */
  overflowM3PerSPerM: 20,
  /** Time lapse: from the normal level to low-low (1.5 m) in about a minute, and on to just below the outlet. */
  leakMPerS: 0.034,
  leakToM: 0.2,
  refillMPerS: 0.08,
  /** Time lapse: to the overflow in less than a minute, and back when the valve has been mended. */
  stuckMPerS: 0.012,
  lowerMPerS: 0.03,
  waterC: 17,
} as const;

export interface TankState {
  readonly levelM: number;
  readonly isMakingUp: boolean;
  readonly makeUpM3h: number;
  readonly temperatureC: number;
  /** Level switches: below the low level, above the high level. */
  readonly isLow: boolean;
  readonly isHigh: boolean;
  /** Staff bring the level back after a leak (fill) or a make-up that stuck open (drain). */
  readonly isRefilling: boolean;
  readonly isLowering: boolean;
  readonly townNoise: Noise;
  readonly temperatureNoise: Noise;
  /** Totals since time 0: level·area = start + in − drawn − drained − spilled. */
  readonly totals: {
    readonly inM3: number;
    readonly drawnM3: number;
    readonly drainedM3: number;
    readonly spilledM3: number;
  };
}

export interface TankInputs {
  /** Hour of the day, 0 ≤ h < 24. */
  readonly hour: number;
  /** What the pumps take; negative = what a leaky check valve lets back. */
  readonly drawnM3h: number;
  readonly isLeaking: boolean;
  readonly isMakeUpStuck: boolean;
}

export const NO_TANK_FAULT: TankInputs = {
  hour: 9,
  drawnM3h: 0,
  isLeaking: false,
  isMakeUpStuck: false,
};

export function createTank(seed: number): TankState {
  return {
    levelM: 3.46,
    isMakingUp: false,
    makeUpM3h: 0,
    temperatureC: TANK.waterC,
    isLow: false,
    isHigh: false,
    isRefilling: false,
    isLowering: false,
    townNoise: createNoise(deriveSeed(seed, 'town')),
    temperatureNoise: createNoise(deriveSeed(seed, 'temperature')),
    totals: { inM3: 0, drawnM3: 0, drainedM3: 0, spilledM3: 0 },
  };
}

/** @param dtS at most 1 s. */
export function stepTank(before: TankState, inputs: TankInputs, dtS: number): TankState {
  const townNoise = stepNoise(before.townNoise, 300, dtS);
  const temperatureNoise = stepNoise(before.temperatureNoise, 7_200, dtS);
  const staffed = stepStaff(before, inputs);
  const isMakingUp = inputs.isMakeUpStuck || toMakingUp(before);
  const makeUpM3h = isMakingUp ? TANK.makeUpM3h * (1 + 0.04 * townNoise.value) : 0;
  const balanced = stepBalance({ ...staffed, isMakingUp, makeUpM3h }, inputs, dtS);
  return {
    ...balanced,
    townNoise,
    temperatureNoise,
    temperatureC: TANK.waterC + 0.4 * bell(inputs.hour, 17, 4) + 0.3 * temperatureNoise.value,
    isLow: balanced.levelM < TANK.lowM + (before.isLow ? TANK.hysteresisM : 0),
    isHigh: balanced.levelM > TANK.overflowM - (before.isHigh ? TANK.hysteresisM : 0),
  };
}

/** Level above the outlet, m. */
export function toWaterM(state: TankState): number {
  return Math.max(0, state.levelM - TANK.outletM);
}

function toMakingUp({ levelM, isMakingUp }: TankState): boolean {
  return isMakingUp ? levelM < TANK.makeUpShutM : levelM <= TANK.makeUpOpenM;
}

function stepStaff(state: TankState, inputs: TankInputs): TankState {
  const isBelow = state.levelM < TANK.makeUpOpenM;
  const isAbove = state.levelM > TANK.makeUpShutM;
  return {
    ...state,
    isRefilling: isBelow && (inputs.isLeaking || state.isRefilling),
    isLowering: isAbove && (inputs.isMakeUpStuck || state.isLowering),
  };
}

function stepBalance(state: TankState, inputs: TankInputs, dtS: number): TankState {
  const { areaM2 } = TANK;
  const fillMPerS =
    (inputs.isMakeUpStuck ? TANK.stuckMPerS : 0) +
    (state.isRefilling && !inputs.isLeaking ? TANK.refillMPerS : 0);
  const inM3 = (state.makeUpM3h / 3600 + fillMPerS * areaM2) * dtS;
  const filledM3 = state.levelM * areaM2 + inM3;
  const drawableM3 = Math.max(0, filledM3 - TANK.outletM * areaM2);
  const drawnM3 = Math.min(drawableM3, (inputs.drawnM3h / 3600) * dtS);
  const drainedM3 = Math.min(filledM3 - drawnM3, toDrainM3(state, inputs, dtS));
  const restM3 = filledM3 - drawnM3 - drainedM3;
  const aboveM = restM3 / areaM2 - TANK.overflowM;
  const spilledM3 = clamp(
    TANK.overflowM3PerSPerM * Math.max(0, aboveM) * dtS,
    Math.max(0, restM3 - TANK.brimM * areaM2),
    restM3,
  );
  const { totals } = state;
  return {
    ...state,
    levelM: (restM3 - spilledM3) / areaM2,
    totals: {
      inM3: totals.inM3 + inM3,
      drawnM3: totals.drawnM3 + drawnM3,
      drainedM3: totals.drainedM3 + drainedM3,
      spilledM3: totals.spilledM3 + spilledM3,
    },
  };
}

function toDrainM3(state: TankState, inputs: TankInputs, dtS: number): number {
  const isTest = inputs.hour >= TANK.testHour && inputs.hour < TANK.testHour + TANK.testHours;
  const leaks = inputs.isLeaking && state.levelM > TANK.leakToM;
  const fallMPerS =
    (leaks ? TANK.leakMPerS : 0) + (state.isLowering && !inputs.isMakeUpStuck ? TANK.lowerMPerS : 0);
  const slowM3h = TANK.seepageM3h + (isTest ? TANK.testDrainM3h : 0);
  return (slowM3h / 3600 + fallMPerS * TANK.areaM2) * dtS;
}
