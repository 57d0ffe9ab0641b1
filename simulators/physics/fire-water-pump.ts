/**
 * Physics and controller of the fire pump, and the main that it owns. Pure; registers are made in devices/.
 *
 *   stands ──(automatic, and pressure below 0.70 MPa or command of the panel)──▶ runs
 *   runs ──(loss of power or of a phase)──▶ stands          runs ──(40 s without a call, pressure good)──▶ stands
 *
 * No protection stops a running fire pump: overload and dry running are only reported. Nor does it stop by itself: the
 * last arrow is the man at the cabinet, who presses stop when nothing has called for a while.
 */
import { createMain, type MainState, stepMain } from './fire-water-main.ts';
import {
  CODE_BLOCKED,
  CODE_DRY_RUNNING,
  CODE_NONE,
  CODE_OVERLOAD,
  CODE_PHASE_MISSING,
  createMotor,
  DRY_RUN_DELAY_S,
  type Motor,
  type Rating,
  stepMotor,
  stepSwitch,
  stopMotor,
} from './fire-water-motor.ts';

export const FIRE_PUMP = {
  startMpa: 0.7,
  /** The pressure switch opens again. */
  switchOffMpa: 0.8,
  goodMpa: 0.85,
  localStopS: 40,
  /** A start that has not come after this time is reported. */
  startTimeoutS: 8,
  /** Current above this multiple of the rated one is reported as overload after a time. */
  overloadRatio: 1.1,
  overloadS: 30,
  /** Curve: p = n²·shutOff − linear·Q − square·Q². */
  shutOffMpa: 1.1,
  curveLinear: 0.000_3,
  curveSquare: 0.000_007_56,
  mpaPerM: 0.009_81,
} as const;

const RATING: Rating = {
  ratedKw: 55,
  ratedA: 103,
  ratedFlowM3h: 144,
  efficiencyRatio: 0.93,
  runUpS: 4,
  startRatio: 2.2,
};

export interface FirePumpState {
  readonly main: MainState;
  readonly motor: Motor;
  /** The pressure switch calls for the pump. */
  readonly isCalling: boolean;
  readonly faultCode: number;
  /** How long it has run without water. */
  readonly dryForS: number;
  /** How long the motor has been overloaded. */
  readonly overloadedForS: number;
  /** How long it should have run and has not. */
  readonly waitingForS: number;
  /** How long nothing has called for it while pressure was good. */
  readonly idleForS: number;
}

export interface FirePumpInputs {
  readonly hasPower: boolean;
  /** Above the outlet of the tank; null = no tank in this plant, there is always water. */
  readonly waterM: number | null;
  readonly isLinkage: boolean;
  /** What the jockey pump delivers into the main. */
  readonly inflowM3h: number;
  readonly isManual: boolean;
  readonly isValveClosed: boolean;
  readonly isPhaseMissing: boolean;
  readonly isStartFailing: boolean;
  readonly isBurst: boolean;
}

export const NO_FIRE_PUMP_FAULT: FirePumpInputs = {
  hasPower: true,
  waterM: 3,
  isLinkage: false,
  inflowM3h: 0,
  isManual: false,
  isValveClosed: false,
  isPhaseMissing: false,
  isStartFailing: false,
  isBurst: false,
};

export function createFirePump(seed: number): FirePumpState {
  return {
    main: createMain(seed),
    motor: createMotor(37.2, 214),
    isCalling: false,
    faultCode: CODE_NONE,
    dryForS: 0,
    overloadedForS: 0,
    waitingForS: 0,
    idleForS: 0,
  };
}

/** What faults and the loss of power do without time passing; also forgets what has no cause any more. */
export function protectFirePump(state: FirePumpState, inputs: FirePumpInputs): FirePumpState {
  const isDead = !inputs.hasPower || inputs.isPhaseMissing;
  const motor = isDead ? stopMotor(state.motor) : state.motor;
  const waitingForS = inputs.isStartFailing ? state.waitingForS : 0;
  return { ...state, motor, waitingForS, faultCode: toCode({ ...state, waitingForS }, inputs) };
}

/** @param dtS 0.02–0.5 s. */
export function stepFirePump(before: FirePumpState, inputs: FirePumpInputs, dtS: number): FirePumpState {
  const guarded = protectFirePump(before, inputs);
  const { pressureMpa } = guarded.main;
  const isCalling = stepSwitch(guarded.isCalling, pressureMpa, FIRE_PUMP.startMpa, FIRE_PUMP.switchOffMpa);
  const isCalled = isCalling || inputs.isLinkage;
  const isRunning = toRunning(guarded, inputs, isCalled);
  const toFlow = (speedRatio: number): number => toFlowM3h(speedRatio, pressureMpa, inputs);
  const motor = stepMotor(guarded.motor, isRunning, toFlow, RATING, dtS);
  const isIdle = isRunning && !isCalled && pressureMpa >= FIRE_PUMP.goodMpa;
  const isOverloaded = motor.currentA > FIRE_PUMP.overloadRatio * RATING.ratedA;
  const isWaiting = isCalled && inputs.hasPower && !inputs.isManual && !isRunning;
  const next = {
    ...guarded,
    motor,
    isCalling,
    dryForS: isRunning && isDry(inputs) ? guarded.dryForS + dtS : 0,
    overloadedForS: isOverloaded ? guarded.overloadedForS + dtS : 0,
    waitingForS: isWaiting ? guarded.waitingForS + dtS : 0,
    idleForS: isIdle ? guarded.idleForS + dtS : 0,
    main: stepMain(
      guarded.main,
      { inflowM3h: motor.flowM3h + inputs.inflowM3h, isBurst: inputs.isBurst },
      dtS,
    ),
  };
  return { ...next, faultCode: toCode(next, inputs) };
}

function toRunning(state: FirePumpState, inputs: FirePumpInputs, isCalled: boolean): boolean {
  if (!inputs.hasPower || inputs.isPhaseMissing) return false;
  if (state.motor.isRunning) return isCalled || state.idleForS < FIRE_PUMP.localStopS;
  return isCalled && !inputs.isManual && !inputs.isStartFailing;
}

/** The check valve lets nothing back; behind a closed valve or without water nothing comes. */
function toFlowM3h(speedRatio: number, pressureMpa: number, inputs: FirePumpInputs): number {
  if (inputs.isValveClosed || isDry(inputs)) return 0;
  const suctionMpa = (inputs.waterM ?? 0) * FIRE_PUMP.mpaPerM;
  const headMpa = speedRatio ** 2 * FIRE_PUMP.shutOffMpa + suctionMpa - pressureMpa;
  if (headMpa <= 0) return 0;
  const { curveLinear, curveSquare } = FIRE_PUMP;
  return (Math.sqrt(curveLinear ** 2 + 4 * curveSquare * headMpa) - curveLinear) / (2 * curveSquare);
}

function isDry({ waterM }: FirePumpInputs): boolean {
  return waterM !== null && waterM <= 0;
}

function toCode(state: FirePumpState, inputs: FirePumpInputs): number {
  if (inputs.isPhaseMissing) return CODE_PHASE_MISSING;
  if (inputs.isStartFailing && state.waitingForS >= FIRE_PUMP.startTimeoutS) return CODE_BLOCKED;
  if (state.dryForS >= DRY_RUN_DELAY_S) return CODE_DRY_RUNNING;
  return state.overloadedForS >= FIRE_PUMP.overloadS ? CODE_OVERLOAD : CODE_NONE;
}
