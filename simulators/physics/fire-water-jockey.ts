/**
 * Physics and controller of the jockey pump: it makes up for the leakage of a main that belongs to the fire pump. Pure;
 * registers are made in devices/.
 *
 *   stands ──(automatic, below 0.85 MPa)──▶ runs ──(0.92 MPa, or overload, dry running, loss of power)──▶ stands
 */
import {
  CODE_DRY_RUNNING,
  CODE_NONE,
  CODE_OVERLOAD,
  createMotor,
  DRY_RUN_DELAY_S,
  type Motor,
  type Rating,
  stepMotor,
  stepSwitch,
  stopMotor,
} from './fire-water-motor.ts';
import { clamp } from './noise.ts';

export const JOCKEY = {
  startMpa: 0.85,
  stopMpa: 0.92,
  flowM3h: 3,
  /** It delivers its full flow up to 0.2 MPa below this pressure, and nothing above. */
  shutOffMpa: 1.15,
  /** What a leaky check valve lets back to the tank at the set-point while the pump stands. */
  backflowM3h: 8,
  backflowAtMpa: 0.9,
} as const;

const RATING: Rating = {
  ratedKw: 2.2,
  ratedA: 4.8,
  ratedFlowM3h: 3,
  efficiencyRatio: 0.84,
  runUpS: 0.5,
  startRatio: 5,
};

export interface JockeyState {
  readonly motor: Motor;
  /** The pressure switch calls for the pump. */
  readonly isCalling: boolean;
  readonly faultCode: number;
  /** How long it has run without water. */
  readonly dryForS: number;
  /** What it gives into the main; negative = what flows back through its check valve. */
  readonly deliveredM3h: number;
}

export interface JockeyInputs {
  readonly hasPower: boolean;
  /** Above the outlet of the tank; null = no tank in this plant, there is always water. */
  readonly waterM: number | null;
  /** null = no main in this plant: nothing calls for the pump. */
  readonly pressureMpa: number | null;
  readonly isTripped: boolean;
  readonly isManual: boolean;
  readonly isCheckValveLeaky: boolean;
}

export const NO_JOCKEY_FAULT: JockeyInputs = {
  hasPower: true,
  waterM: 3,
  pressureMpa: 0.89,
  isTripped: false,
  isManual: false,
  isCheckValveLeaky: false,
};

export function createJockey(): JockeyState {
  return {
    motor: createMotor(1_204.6, 18_733),
    isCalling: false,
    faultCode: CODE_NONE,
    dryForS: 0,
    deliveredM3h: 0,
  };
}

/** The trips that faults and the loss of power cause, without time passing; also resets what has no cause any more. */
export function protectJockey(state: JockeyState, inputs: JockeyInputs): JockeyState {
  const faultCode = toCode(state, inputs);
  const isStopped = faultCode !== CODE_NONE || !inputs.hasPower || inputs.isManual;
  return { ...state, faultCode, motor: isStopped ? stopMotor(state.motor) : state.motor };
}

/** @param dtS 0.02–0.5 s. */
export function stepJockey(before: JockeyState, inputs: JockeyInputs, dtS: number): JockeyState {
  const guarded = protectJockey(before, inputs);
  const pressureMpa = inputs.pressureMpa ?? JOCKEY.stopMpa;
  const isCalling = stepSwitch(guarded.isCalling, pressureMpa, JOCKEY.startMpa, JOCKEY.stopMpa);
  const isReady = guarded.faultCode === CODE_NONE && inputs.hasPower && !inputs.isManual;
  const toFlow = (speedRatio: number): number =>
    isDry(inputs)
      ? 0
      : JOCKEY.flowM3h * clamp((speedRatio ** 2 * JOCKEY.shutOffMpa - pressureMpa) / 0.2, 0, 1);
  const motor = stepMotor(guarded.motor, isReady && isCalling, toFlow, RATING, dtS);
  return {
    ...guarded,
    motor,
    isCalling,
    // A trip for want of water lasts until there is water again, whether the pump runs or not.
    dryForS: isDry(inputs) ? guarded.dryForS + (motor.isRunning ? dtS : 0) : 0,
    deliveredM3h: motor.isRunning ? motor.flowM3h : -toBackflow(pressureMpa, inputs),
  };
}

function toBackflow(pressureMpa: number, { isCheckValveLeaky }: JockeyInputs): number {
  return isCheckValveLeaky ? JOCKEY.backflowM3h * Math.sqrt(pressureMpa / JOCKEY.backflowAtMpa) : 0;
}

function isDry({ waterM }: JockeyInputs): boolean {
  return waterM !== null && waterM <= 0;
}

function toCode(state: JockeyState, inputs: JockeyInputs): number {
  if (inputs.isTripped) return CODE_OVERLOAD;
  return isDry(inputs) && state.dryForS >= DRY_RUN_DELAY_S ? CODE_DRY_RUNNING : CODE_NONE;
}
