/**
 * The controller of a booster set: PI control of the common pump speed, standby after a trip, lag pump at high
 * demand, alternation of duty. Pure; the hydraulics are in booster.ts.
 */
import type { BoosterInputs, BoosterState } from './booster.ts';
import { clamp } from './noise.ts';

export const CONTROL = {
  gainHzPerMpa: 80,
  integralHzPerMpaS: 30,
  minHz: 25,
  maxHz: 50,
  /** Ramp of the drives, up and down. */
  rampHzPerS: 10,
  /** Gentler ramp of a pump that joins or leaves while pressure is in its band: it delivers only near full speed. */
  gentleHzPerS: 0.6,
  gentleAboveHz: 38,
  bandMpa: 0.03,
  /** A pump this close to its target is not joining or leaving, it follows the regulator. */
  followHz: 0.5,
  /** Time without any pump on duty before the standby is started. */
  standbyDelayS: 2,
  /** The lag pump comes when the lead is at full speed and pressure stays this far below the set-point. */
  lagBelowMpa: 0.005,
  lagOnDelayS: 2,
  /** It goes when one pump could do the work again. */
  lagOffFlowM3h: 16,
  lagOffDelayS: 30,
  /** Running time after which the other pump takes over. */
  alternateS: 12 * 3600,
} as const;

type Pair<T> = readonly [T, T];

export interface BoosterControl {
  /** Index of the pump on duty. */
  readonly lead: 0 | 1;
  readonly isWanted: Pair<boolean>;
  readonly integralHz: number;
  /** Common speed asked of all pumps that run. */
  readonly outputHz: number;
  /** How long no pump has been on duty. */
  readonly waitS: number;
  readonly lagOnS: number;
  readonly lagOffS: number;
  readonly leadRunS: number;
}

/** The controller's next state and the speed of each pump. */
export interface ControlStep {
  readonly next: BoosterControl;
  readonly speedsHz: Pair<number>;
}

/**
 * Without pressure signal output and staging hold, only a tripped pump is still replaced. Without power nothing is
 * wanted; when it is back the pumps start one after the other, as after a trip.
 */
export function stepControl(
  state: BoosterState,
  { isSensorLost: isBlind, isPowerLost }: Pick<BoosterInputs, 'isSensorLost' | 'isPowerLost'>,
  dtS: number,
): ControlStep {
  if (isPowerLost) return { next: toIdle(state.control), speedsHz: [0, 0] };
  const staged = stepStaging(state, isBlind, dtS);
  const next = isBlind ? staged : stepRegulator(state, staged, dtS);
  return {
    next,
    speedsHz: [toSpeed(state, next, 0, dtS), toSpeed(state, next, 1, dtS)],
  };
}

function toIdle(control: BoosterControl): BoosterControl {
  return { ...control, isWanted: [false, false], waitS: 0, lagOnS: 0, lagOffS: 0, leadRunS: 0 };
}

function stepStaging(state: BoosterState, isBlind: boolean, dtS: number): BoosterControl {
  const { control, pumps } = state;
  const isWanted: Pair<boolean> = [
    control.isWanted[0] && pumps[0].tripCode === 0,
    control.isWanted[1] && pumps[1].tripCode === 0,
  ];
  const current = { ...control, isWanted };
  if (!isWanted[0] && !isWanted[1]) return replaceLead(state, current, dtS);
  const lead = isWanted[control.lead] ? control.lead : other(control.lead);
  const running = {
    ...current,
    lead,
    waitS: 0,
    leadRunS: lead === control.lead ? control.leadRunS + dtS : 0,
  };
  if (isBlind) return running;
  return isWanted[0] && isWanted[1] ? stepLagOff(state, running, dtS) : stepLagOn(state, running, dtS);
}

/** Nobody runs: the healthy pump, preferably the one that was not on duty, starts after a delay. */
function replaceLead(state: BoosterState, control: BoosterControl, dtS: number): BoosterControl {
  const idle = { ...control, lagOnS: 0, lagOffS: 0, leadRunS: 0 };
  const lead = [other(control.lead), control.lead].find((index) => state.pumps[index].tripCode === 0);
  if (lead === undefined) return { ...idle, waitS: 0 };
  const waitS = control.waitS + dtS;
  if (waitS < CONTROL.standbyDelayS) return { ...idle, waitS };
  return { ...idle, lead, waitS: 0, isWanted: [lead === 0, lead === 1] };
}

/** One pump runs: the other joins at high demand, and takes over when the duty period has passed. */
function stepLagOn(state: BoosterState, control: BoosterControl, dtS: number): BoosterControl {
  const spare = other(control.lead);
  if (state.pumps[spare].tripCode !== 0) return { ...control, lagOnS: 0, lagOffS: 0 };
  const isAtLimit = state.pumps[control.lead].speedHz >= CONTROL.maxHz - 0.5;
  const isShort = isAtLimit && state.pressureMpa < state.setPointMpa - CONTROL.lagBelowMpa;
  const lagOnS = isShort ? control.lagOnS + dtS : 0;
  if (lagOnS >= CONTROL.lagOnDelayS) return { ...control, isWanted: [true, true], lagOnS: 0, lagOffS: 0 };
  if (control.leadRunS >= CONTROL.alternateS) {
    return { ...control, lead: spare, isWanted: [true, true], leadRunS: 0, lagOnS: 0, lagOffS: 0 };
  }
  return { ...control, lagOnS, lagOffS: 0 };
}

/** Both run: the one that is not lead stops when demand has fallen. */
function stepLagOff(state: BoosterState, control: BoosterControl, dtS: number): BoosterControl {
  const lagOffS = state.flowM3h < CONTROL.lagOffFlowM3h ? control.lagOffS + dtS : 0;
  if (lagOffS < CONTROL.lagOffDelayS) return { ...control, lagOnS: 0, lagOffS };
  return { ...control, isWanted: [control.lead === 0, control.lead === 1], lagOnS: 0, lagOffS: 0 };
}

/** PI control of the common speed; the integral holds while a drive is still on its ramp or at its limit. */
function stepRegulator(state: BoosterState, control: BoosterControl, dtS: number): BoosterControl {
  const errorMpa = state.setPointMpa - state.pressureMpa;
  const rawHz = control.integralHz + CONTROL.gainHzPerMpa * errorMpa;
  const outputHz = clamp(rawHz, CONTROL.minHz, CONTROL.maxHz);
  const isSaturated = rawHz !== outputHz && Math.sign(rawHz - outputHz) === Math.sign(errorMpa);
  const leadHz = state.pumps[control.lead].speedHz;
  const isOnRamp = Math.abs(leadHz - control.outputHz) > 2 * CONTROL.rampHzPerS * dtS;
  const changeHz = isSaturated || isOnRamp ? 0 : CONTROL.integralHzPerMpaS * errorMpa * dtS;
  return {
    ...control,
    outputHz,
    integralHz: clamp(control.integralHz + changeHz, CONTROL.minHz, CONTROL.maxHz),
  };
}

function toSpeed(state: BoosterState, control: BoosterControl, index: 0 | 1, dtS: number): number {
  const pump = state.pumps[index];
  if (pump.tripCode !== 0) return 0;
  const targetHz = control.isWanted[index] ? control.outputHz : 0;
  const isInBand = Math.abs(state.pressureMpa - state.setPointMpa) < CONTROL.bandMpa;
  const isFar = Math.abs(targetHz - pump.speedHz) > CONTROL.followHz;
  const isGentle = isInBand && isFar && pump.speedHz > CONTROL.gentleAboveHz;
  const stepHz = (isGentle ? CONTROL.gentleHzPerS : CONTROL.rampHzPerS) * dtS;
  return pump.speedHz + clamp(targetHz - pump.speedHz, -stepHz, stepHz);
}

function other(index: 0 | 1): 0 | 1 {
  return index === 0 ? 1 : 0;
}
