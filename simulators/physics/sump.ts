/**
 * Physics of a sump with two submersible pumps: the level integrates inflow minus pumped water over the area,
 * floats with hysteresis switch the pumps, which alternate. Pure; registers are made in devices/.
 *
 *   2.20 m brim · 1.60 high water · 1.25 start second pump · 0.95 start first pump · 0.50 stop
 */
import { bell, clamp, createNoise, deriveSeed, type Noise, stepNoise } from './noise.ts';

export const SUMP = {
  areaM2: 1.5,
  brimM: 2.2,
  stopM: 0.5,
  startFirstM: 0.95,
  startSecondM: 1.25,
  highWaterM: 1.6,
  /** A float closes at its level and opens this far below. */
  hysteresisM: 0.05,
  pumpM3h: 20,
  /** A burst main: more than both pumps can lift; from stop level to high water in about 17 s. */
  overflowM3h: 400,
  ratedA: 6.6,
  /** Electrical power of one pump per ampere, 380 V three-phase at a power factor of 0.82. */
  kwPerA: 0.54,
  /** The second pump follows the first after this time, so that the supply is not hit twice. */
  startGapS: 2,
} as const;

export const TRIP_OVERLOAD = 48;

export interface SumpPump {
  readonly isRunning: boolean;
  readonly tripCode: number;
  readonly currentA: number;
  readonly runningHours: number;
  readonly starts: number;
}

/** Floats from bottom to top; true = water above the switch point. */
export interface Floats {
  readonly stop: boolean;
  readonly startFirst: boolean;
  readonly startSecond: boolean;
  readonly highWater: boolean;
}

export interface SumpState {
  readonly timeS: number;
  readonly startHour: number;
  readonly slowNoise: Noise;
  readonly fastNoise: Noise;
  readonly levelM: number;
  readonly inflowM3h: number;
  readonly floats: Floats;
  /** Number of pumps that the floats ask for, 0–2; kept between start and stop level. */
  readonly wanted: 0 | 1 | 2;
  /** Pump that goes first in this cycle; changes when a cycle ends. */
  readonly first: 0 | 1;
  readonly sinceStartS: number;
  readonly pumps: readonly [SumpPump, SumpPump];
  /** Totals since time 0: level·area = start + inflow − pumped − spilled. */
  readonly totals: { readonly inflowM3: number; readonly pumpedM3: number; readonly spilledM3: number };
}

export interface SumpInputs {
  readonly isOverflowing: boolean;
  readonly isTripped: readonly [boolean, boolean];
  /** Pumps stop, nothing trips; floats and controller live on a battery. */
  readonly isPowerLost: boolean;
}

export const NO_SUMP_FAULT: SumpInputs = {
  isOverflowing: false,
  isTripped: [false, false],
  isPowerLost: false,
};

export function createSump(seed: number, startHour: number): SumpState {
  return {
    timeS: 0,
    startHour,
    slowNoise: createNoise(deriveSeed(seed, 'slow')),
    fastNoise: createNoise(deriveSeed(seed, 'fast')),
    levelM: 0.8,
    inflowM3h: 0,
    floats: { stop: true, startFirst: false, startSecond: false, highWater: false },
    wanted: 0,
    first: 0,
    sinceStartS: SUMP.startGapS,
    pumps: [createPump(2_013.6, 9_127), createPump(1_998.1, 9_055)],
    totals: { inflowM3: 0, pumpedM3: 0, spilledM3: 0 },
  };
}

/** What faults and the loss of power stop, without time passing; also resets what has no cause any more. */
export function protectSump(state: SumpState, inputs: SumpInputs): SumpState {
  const protect = (pump: SumpPump, isTripped: boolean): SumpPump => {
    if (isTripped) return { ...pump, tripCode: TRIP_OVERLOAD, isRunning: false, currentA: 0 };
    if (inputs.isPowerLost) return { ...pump, tripCode: 0, isRunning: false, currentA: 0 };
    return pump.tripCode === 0 ? pump : { ...pump, tripCode: 0 };
  };
  const [first, second] = state.pumps;
  return { ...state, pumps: [protect(first, inputs.isTripped[0]), protect(second, inputs.isTripped[1])] };
}

/** @param dtS at most 1 s. */
export function stepSump(before: SumpState, inputs: SumpInputs, dtS: number): SumpState {
  const guarded = stepPumps(stepDuty(protectSump(before, inputs)), inputs.isPowerLost, dtS);
  const slowNoise = stepNoise(guarded.slowNoise, 1_800, dtS);
  const fastNoise = stepNoise(guarded.fastNoise, 60, dtS);
  const inflowM3h = inputs.isOverflowing ? SUMP.overflowM3h : toInflow(guarded, slowNoise, fastNoise);
  const running = guarded.pumps.filter((pump) => pump.isRunning).length;
  const inflowM3 = (inflowM3h / 3600) * dtS;
  const availableM3 = guarded.levelM * SUMP.areaM2 + inflowM3;
  const pumpedM3 = Math.min(availableM3, ((running * SUMP.pumpM3h) / 3600) * dtS);
  const spilledM3 = Math.max(0, availableM3 - pumpedM3 - SUMP.brimM * SUMP.areaM2);
  const levelM = (availableM3 - pumpedM3 - spilledM3) / SUMP.areaM2;
  return {
    ...guarded,
    timeS: guarded.timeS + dtS,
    slowNoise,
    fastNoise,
    inflowM3h,
    levelM,
    floats: toFloats(guarded.floats, levelM),
    totals: {
      inflowM3: guarded.totals.inflowM3 + inflowM3,
      pumpedM3: guarded.totals.pumpedM3 + pumpedM3,
      spilledM3: guarded.totals.spilledM3 + spilledM3,
    },
  };
}

function createPump(runningHours: number, starts: number): SumpPump {
  return { isRunning: false, tripCode: 0, currentA: 0, runningHours, starts };
}

/** Car wash, floor drains and seepage of a basement, m³/h: 1 to 10. */
function toInflow(state: SumpState, slow: Noise, fast: Noise): number {
  const hour = (state.startHour + state.timeS / 3600) % 24;
  const curve = 3 + 3 * bell(hour, 10, 4) + 2 * bell(hour, 19, 2.5);
  return clamp(curve * (1 + 0.2 * slow.value + 0.15 * fast.value), 1, 10);
}

function toFloats(before: Floats, levelM: number): Floats {
  const at = (isClosed: boolean, switchM: number): boolean =>
    levelM >= (isClosed ? switchM - SUMP.hysteresisM : switchM);
  return {
    stop: at(before.stop, SUMP.stopM),
    startFirst: at(before.startFirst, SUMP.startFirstM),
    startSecond: at(before.startSecond, SUMP.startSecondM),
    highWater: at(before.highWater, SUMP.highWaterM),
  };
}

/** How many pumps the floats ask for; the pump that goes first changes at the end of each cycle. */
function stepDuty(state: SumpState): SumpState {
  const { floats } = state;
  if (!floats.stop) {
    if (state.wanted === 0) return state;
    return { ...state, wanted: 0, first: state.first === 0 ? 1 : 0 };
  }
  const asked = floats.startSecond ? 2 : floats.startFirst ? 1 : 0;
  return asked > state.wanted ? { ...state, wanted: asked } : state;
}

/**
 * Starts at most one pump a step and keeps the gap between two starts, so that the return of power is no blow to the
 * supply; a tripped pump is passed over.
 */
function stepPumps(state: SumpState, isPowerLost: boolean, dtS: number): SumpState {
  const order: readonly (0 | 1)[] = state.first === 0 ? [0, 1] : [1, 0];
  const wanted = new Set(
    order.filter((index) => state.pumps[index].tripCode === 0).slice(0, isPowerLost ? 0 : state.wanted),
  );
  const mayStart = state.sinceStartS >= SUMP.startGapS;
  const starting = mayStart
    ? order.find((index) => wanted.has(index) && !state.pumps[index].isRunning)
    : undefined;
  const next = (index: 0 | 1): SumpPump => {
    const pump = state.pumps[index];
    return stepPump(pump, state.levelM, wanted.has(index) && (pump.isRunning || index === starting), dtS);
  };
  return {
    ...state,
    sinceStartS: starting === undefined ? state.sinceStartS + dtS : 0,
    pumps: [next(0), next(1)],
  };
}

function stepPump(before: SumpPump, levelM: number, isRunning: boolean, dtS: number): SumpPump {
  return {
    ...before,
    isRunning,
    // A little more head, hence less flow and less current, when the sump is low.
    currentA: isRunning ? SUMP.ratedA * (0.82 + 0.08 * clamp(levelM, 0, 2)) : 0,
    runningHours: before.runningHours + (isRunning ? dtS / 3600 : 0),
    starts: before.starts + (isRunning && !before.isRunning ? 1 : 0),
  };
}
