/**
 * Physics of a booster set: suction tank → two variable-speed pumps → network with some storage → consumers.
 * Pure: `stepBooster` is the only way on. Which pump runs and how fast decides booster-control.ts; registers are
 * made in devices/.
 *
 *   make-up ─▶ [ tank ] ─▶ pump 1 ─┬─▶ [ network, pressure ] ─▶ consumers (orifices: less pressure, less flow)
 *     (float valve)      └▶ pump 2 ─┘        dp/dt = (pumped − consumed) / storage
 */
import { type BoosterControl, stepControl } from './booster-control.ts';
import { bell, clamp, createNoise, deriveSeed, type Noise, stepNoise } from './noise.ts';

export const BOOSTER = {
  /** At time 0, and the pressure to which demand refers. */
  setPointMpa: 0.45,
  /** Shut-off head of one pump at 50 Hz and the two terms of its curve: p = n²·shutOff − linear·Q − square·Q². */
  shutOffMpa: 0.6,
  curveLinear: 0.002,
  curveSquare: 0.000_225,
  /** Water that network and diaphragm tank give per MPa: pressure falls over seconds, not at once. */
  storageM3PerMpa: 0.093,
  tankAreaM2: 10,
  tankBrimM: 2.5,
  /** The float valve of the make-up is shut at the upper level and fully open 0.4 m below. */
  makeUpShutM: 2.2,
  makeUpBandM: 0.4,
  makeUpMaxM3h: 35,
  /** Water shortage contact (dry-running protection): closes and opens again. */
  shortageOnM: 0.3,
  shortageOffM: 0.6,
  /** The fault `dry-running` empties the tank down to its outlet, fast enough for a demonstration. */
  drainMPerS: 0.25,
  outletM: 0.15,
  /** After the fault the tank is filled from a hose, likewise. */
  refillMPerS: 0.1,
  refillToM: 1.9,
  dryRunDelayS: 1,
  /** One pump at 50 Hz and 22 m³/h takes the rated shaft power. */
  ratedKw: 5.5,
  ratedA: 11.7,
  ratedFlowM3h: 22,
  motorEfficiency: 0.88,
  ambientC: 22,
  fullLoadRiseK: 45,
  motorTimeConstantS: 900,
} as const;

/** Codes of docs/register-maps.md. */
export const TRIP_NONE = 0;
export const TRIP_OVERCURRENT = 49;
export const TRIP_DRY_RUNNING = 57;

export interface BoosterPump {
  /** Output frequency; 0 = stopped. */
  readonly speedHz: number;
  readonly flowM3h: number;
  readonly tripCode: number;
  readonly shaftKw: number;
  readonly currentA: number;
  readonly temperatureC: number;
  readonly runningHours: number;
  readonly starts: number;
}

export interface BoosterState {
  readonly timeS: number;
  /** Hour of the day at time 0. */
  readonly startHour: number;
  readonly slowNoise: Noise;
  readonly fastNoise: Noise;
  readonly pressureMpa: number;
  /** What the controller keeps the pressure at. */
  readonly setPointMpa: number;
  /** What consumers draw now. */
  readonly demandM3h: number;
  /** What the pumps deliver now. */
  readonly flowM3h: number;
  readonly tankLevelM: number;
  readonly isShort: boolean;
  /** How long the shortage contact has been closed. */
  readonly shortForS: number;
  /** The tank is being filled after it had been drained. */
  readonly isRefilling: boolean;
  readonly pumps: readonly [BoosterPump, BoosterPump];
  readonly control: BoosterControl;
  readonly energyKwh: number;
  /** Totals since time 0, for the balance of the tank: level·area = start + madeUp − pumped − drained − spilled. */
  readonly totals: {
    readonly madeUpM3: number;
    readonly pumpedM3: number;
    readonly drainedM3: number;
    readonly spilledM3: number;
  };
}

export interface BoosterInputs {
  readonly isDraining: boolean;
  /** The controller has no pressure signal: it holds its output. */
  readonly isSensorLost: boolean;
  readonly isTripped: readonly [boolean, boolean];
  /** Pumps stop, nothing trips; the controller lives on its battery. */
  readonly isPowerLost: boolean;
}

export const NO_BOOSTER_FAULT: BoosterInputs = {
  isDraining: false,
  isSensorLost: false,
  isTripped: [false, false],
  isPowerLost: false,
};

/** A plant that has been running for years and stands in equilibrium with pump 1 on duty. */
export function createBooster(seed: number, startHour: number): BoosterState {
  const state: BoosterState = {
    timeS: 0,
    startHour,
    slowNoise: createNoise(deriveSeed(seed, 'slow')),
    fastNoise: createNoise(deriveSeed(seed, 'fast')),
    pressureMpa: BOOSTER.setPointMpa,
    setPointMpa: BOOSTER.setPointMpa,
    demandM3h: 0,
    flowM3h: 0,
    tankLevelM: 2,
    isShort: false,
    shortForS: 0,
    isRefilling: false,
    pumps: [createPump(45, 4_210.4, 3_418), createPump(0, 4_187.9, 3_402)],
    control: {
      lead: 0,
      isWanted: [true, false],
      integralHz: 45,
      outputHz: 45,
      waitS: 0,
      lagOnS: 0,
      lagOffS: 0,
      leadRunS: 0,
    },
    energyKwh: 18_340.2,
    totals: { madeUpM3: 0, pumpedM3: 0, drainedM3: 0, spilledM3: 0 },
  };
  return settleAtStart(state);
}

/** The controller is told another set-point; pressure follows within seconds. */
export function withSetPoint(state: BoosterState, setPointMpa: number): BoosterState {
  return { ...state, setPointMpa };
}

/** What faults, contacts and the loss of power stop, without time passing; also resets what has no cause any more. */
export function protectBooster(state: BoosterState, inputs: BoosterInputs): BoosterState {
  const isDry = state.shortForS >= BOOSTER.dryRunDelayS;
  const protect = (pump: BoosterPump, isTripped: boolean): BoosterPump => {
    const tripCode = isTripped ? TRIP_OVERCURRENT : isDry ? TRIP_DRY_RUNNING : TRIP_NONE;
    if (tripCode === TRIP_NONE && !inputs.isPowerLost) {
      return pump.tripCode === TRIP_NONE ? pump : { ...pump, tripCode };
    }
    return { ...pump, tripCode, speedHz: 0, flowM3h: 0, shaftKw: 0, currentA: 0 };
  };
  const [first, second] = state.pumps;
  return { ...state, pumps: [protect(first, inputs.isTripped[0]), protect(second, inputs.isTripped[1])] };
}

/** @param dtS 0.02–0.5 s; the network is integrated explicitly and is stable in that range. */
export function stepBooster(before: BoosterState, inputs: BoosterInputs, dtS: number): BoosterState {
  const guarded = protectBooster(before, inputs);
  const control = stepControl(guarded, inputs, dtS);
  const pumps: readonly [BoosterPump, BoosterPump] = [
    stepPump(guarded, guarded.pumps[0], control.speedsHz[0], dtS),
    stepPump(guarded, guarded.pumps[1], control.speedsHz[1], dtS),
  ];
  const slowNoise = stepNoise(guarded.slowNoise, 1_200, dtS);
  const fastNoise = stepNoise(guarded.fastNoise, 20, dtS);
  const demandM3h = toDemand({ ...guarded, slowNoise, fastNoise });
  const flowM3h = pumps[0].flowM3h + pumps[1].flowM3h;
  const gainM3 = ((flowM3h - demandM3h) / 3600) * dtS;
  const shaftKw = pumps[0].shaftKw + pumps[1].shaftKw;
  return stepTank(
    {
      ...guarded,
      timeS: guarded.timeS + dtS,
      slowNoise,
      fastNoise,
      demandM3h,
      flowM3h,
      pressureMpa: Math.max(0, guarded.pressureMpa + gainM3 / BOOSTER.storageM3PerMpa),
      pumps,
      control: control.next,
      energyKwh: guarded.energyKwh + (shaftKw / BOOSTER.motorEfficiency / 3600) * dtS,
    },
    inputs,
    dtS,
  );
}

function createPump(speedHz: number, runningHours: number, starts: number): BoosterPump {
  const temperatureC = BOOSTER.ambientC + (speedHz > 0 ? 28 : 0);
  return {
    speedHz,
    flowM3h: 0,
    tripCode: TRIP_NONE,
    shaftKw: 0,
    currentA: 0,
    temperatureC,
    runningHours,
    starts,
  };
}

/** What residents draw at this hour at full pressure, reduced as pressure falls: taps are orifices. */
function toDemand(state: BoosterState): number {
  const hour = (state.startHour + state.timeS / 3600) % 24;
  const curve =
    3 +
    4 * bell(hour, 14, 4.5) +
    14 * bell(hour, 7.5, 1.2) +
    5 * bell(hour, 12.5, 1) +
    15 * bell(hour, 20, 1.8);
  const wanted = curve * (1 + 0.1 * state.slowNoise.value + 0.05 * state.fastNoise.value);
  return wanted * Math.sqrt(state.pressureMpa / BOOSTER.setPointMpa);
}

/** Speed at which one pump covers the demand of time 0, so that the plant starts quietly. */
function settleAtStart(state: BoosterState): BoosterState {
  const demandM3h = toDemand(state);
  const suctionMpa = state.tankLevelM * 0.00981;
  const headMpa =
    BOOSTER.setPointMpa - suctionMpa + BOOSTER.curveLinear * demandM3h + BOOSTER.curveSquare * demandM3h ** 2;
  const speedHz = clamp(50 * Math.sqrt(headMpa / BOOSTER.shutOffMpa), 25, 50);
  const pump = stepPump(state, { ...state.pumps[0], speedHz }, speedHz, 0);
  return {
    ...state,
    demandM3h,
    flowM3h: pump.flowM3h,
    pumps: [pump, state.pumps[1]],
    control: { ...state.control, integralHz: speedHz, outputHz: speedHz },
  };
}

/** Hydraulics and motor of one pump at its new speed. The check valve lets nothing back. */
function stepPump(state: BoosterState, before: BoosterPump, speedHz: number, dtS: number): BoosterPump {
  const speedRatio = speedHz / 50;
  const headMpa = speedRatio ** 2 * BOOSTER.shutOffMpa + state.tankLevelM * 0.00981 - state.pressureMpa;
  const flowM3h = speedHz > 0 && headMpa > 0 ? toFlow(headMpa) : 0;
  const isRunning = speedHz > 0;
  const loadRatio = isRunning
    ? speedRatio ** 3 * (0.4 + (0.6 * (flowM3h / Math.max(speedRatio, 0.1))) / BOOSTER.ratedFlowM3h)
    : 0;
  const shaftKw = BOOSTER.ratedKw * loadRatio;
  // Magnetising current is there at any load; the active part follows the load at the lower voltage of lower speed.
  const activeA = isRunning ? (0.94 * BOOSTER.ratedA * loadRatio) / Math.max(speedRatio, 0.4) : 0;
  const currentA = isRunning ? Math.hypot(0.35 * BOOSTER.ratedA, activeA) : 0;
  const restC = BOOSTER.ambientC + BOOSTER.fullLoadRiseK * loadRatio;
  const approach = 1 - Math.exp(-dtS / BOOSTER.motorTimeConstantS);
  return {
    speedHz,
    flowM3h,
    tripCode: before.tripCode,
    shaftKw,
    currentA,
    temperatureC: before.temperatureC + (restC - before.temperatureC) * approach,
    runningHours: before.runningHours + (isRunning ? dtS / 3600 : 0),
    starts: before.starts + (isRunning && before.speedHz === 0 ? 1 : 0),
  };
}

/** Positive root of square·Q² + linear·Q = head. */
function toFlow(headMpa: number): number {
  const { curveLinear, curveSquare } = BOOSTER;
  return (Math.sqrt(curveLinear ** 2 + 4 * curveSquare * headMpa) - curveLinear) / (2 * curveSquare);
}

/** Balance of the suction tank and its shortage contact. */
function stepTank(state: BoosterState, inputs: BoosterInputs, dtS: number): BoosterState {
  const { tankAreaM2, tankBrimM } = BOOSTER;
  const isRefilling = !inputs.isDraining && state.isRefilling && state.tankLevelM < BOOSTER.refillToM;
  const startM3 = state.tankLevelM * tankAreaM2;
  const madeUpM3 = inputs.isDraining ? 0 : toMakeUp(state.tankLevelM, isRefilling) * dtS;
  const pumpedM3 = Math.min(startM3 + madeUpM3, (state.flowM3h / 3600) * dtS);
  const restM3 = startM3 + madeUpM3 - pumpedM3;
  const drainableM3 = Math.max(0, restM3 - BOOSTER.outletM * tankAreaM2);
  const drainedM3 = inputs.isDraining ? Math.min(drainableM3, BOOSTER.drainMPerS * tankAreaM2 * dtS) : 0;
  const spilledM3 = Math.max(0, restM3 - drainedM3 - tankBrimM * tankAreaM2);
  const tankLevelM = (restM3 - drainedM3 - spilledM3) / tankAreaM2;
  const isShort = tankLevelM <= (state.isShort ? BOOSTER.shortageOffM : BOOSTER.shortageOnM);
  return {
    ...state,
    tankLevelM,
    isShort,
    shortForS: isShort ? state.shortForS + dtS : 0,
    isRefilling: isRefilling || inputs.isDraining,
    totals: {
      madeUpM3: state.totals.madeUpM3 + madeUpM3,
      pumpedM3: state.totals.pumpedM3 + pumpedM3,
      drainedM3: state.totals.drainedM3 + drainedM3,
      spilledM3: state.totals.spilledM3 + spilledM3,
    },
  };
}

/** m³/s. */
function toMakeUp(levelM: number, isRefilling: boolean): number {
  const openRatio = clamp((BOOSTER.makeUpShutM - levelM) / BOOSTER.makeUpBandM, 0, 1);
  const refill = isRefilling ? BOOSTER.refillMPerS * BOOSTER.tankAreaM2 : 0;
  return (openRatio * BOOSTER.makeUpMaxM3h) / 3600 + refill;
}
