/**
 * One lift as a whole: car, doors, passengers, supply and machine room. Pure: `stepLift` is the only way on. What it
 * does next decides lift-control.ts; the variables are made in devices/lift.ts.
 *
 * Whatever happens, and in whatever order, holds at every instant: the car moves only with its doors shut, and doors
 * open only where it stands level with a floor.
 */
import { type Order, toMode, toOrder, toTrip } from './lift-control.ts';
import { CLOSED_DOOR, type LiftDoor, stepDoor } from './lift-door.ts';
import {
  brakeCar,
  type Car,
  createCar,
  driveCar,
  isStandingLevel,
  MOTION,
  TOP_INDEX,
  toBrakedOffsetM,
  toIndex,
  toNextStop,
} from './lift-motion.ts';
import { createTraffic, stepTraffic, type Traffic } from './lift-traffic.ts';
import { bell, createNoise, deriveSeed, draw, type Noise, stepNoise } from './noise.ts';

export const LIFT = {
  /** A recall holds this long after the fire panel's command is gone. */
  recallHoldS: 10,
  /** People get in and out when the doors have been open this long. */
  boardingS: 1.5,
  /** Who is caught presses the alarm button after this time. */
  alarmAfterS: 6,
  /** Entrapment is staged where the brake stops the car at least this far from any floor. */
  betweenFloorsM: 1,
  /** Machine room: at rest by night, and what the afternoon and a drive in constant use add. */
  roomC: 23,
  afternoonK: 3,
  useK: 5,
  roomTimeConstantS: 900,
  /** Drive without cooling, fast enough for a demonstration: above 40 °C after about half a minute. */
  overheatC: 60,
  overheatTimeConstantS: 60,
  coolTimeConstantS: 120,
  driveTripC: 45,
  driveResetC: 38,
} as const;

export type LiftMode = 'normal' | 'homing' | 'recalled' | 'rescue' | 'inspection';

export interface Trip {
  readonly from: number;
  readonly to: number;
  readonly loadPercent: number;
  readonly isAboard: boolean;
}

export interface LiftState {
  readonly timeS: number;
  readonly car: Car;
  readonly door: LiftDoor;
  readonly mode: LiftMode;
  readonly trip: Trip | null;
  readonly loadPercent: number;
  readonly traffic: Traffic;
  /** Stopped between floors with somebody in the car; ends when the doors have opened at a floor. */
  readonly isStuck: boolean;
  readonly stuckForS: number;
  readonly hasPower: boolean;
  /** How long mains have been present, or absent; the other one is 0. */
  readonly poweredForS: number;
  readonly unpoweredForS: number;
  /** Rest of the time for which a recall still holds. */
  readonly recallForS: number;
  /** How long the mode has been inspection. */
  readonly inspectedForS: number;
  readonly noise: Noise;
  readonly roomC: number;
  /** Share of time that the drive has been running lately. */
  readonly useRatio: number;
  readonly isOverheated: boolean;
  readonly starts: number;
  readonly runningHours: number;
}

export interface LiftInputs {
  readonly hasPower: boolean;
  readonly isLinkage: boolean;
  /** 0 ≤ hour < 24. */
  readonly hour: number;
  readonly isEntrapping: boolean;
  readonly isDoorBlocked: boolean;
  readonly isOverheating: boolean;
  readonly isInspected: boolean;
  readonly isPositionLost: boolean;
}

export const NO_LIFT_FAULT: LiftInputs = {
  hasPower: true,
  isLinkage: false,
  hour: 9,
  isEntrapping: false,
  isDoorBlocked: false,
  isOverheating: false,
  isInspected: false,
  isPositionLost: false,
};

/** A lift that has been in use for years and stands at some floor with its doors shut. */
export function createLift(seed: number, startHour: number): LiftState {
  const floor = draw(deriveSeed(seed, 'floor'));
  const past = draw(floor.seed);
  return {
    timeS: 0,
    car: createCar(Math.floor(floor.value * (TOP_INDEX + 1))),
    door: CLOSED_DOOR,
    mode: 'normal',
    trip: null,
    loadPercent: 0,
    traffic: createTraffic(deriveSeed(seed, 'traffic')),
    isStuck: false,
    stuckForS: 0,
    hasPower: true,
    poweredForS: 3600,
    unpoweredForS: 0,
    recallForS: 0,
    inspectedForS: 0,
    noise: createNoise(deriveSeed(seed, 'room')),
    roomC: LIFT.roomC + LIFT.afternoonK * bell(startHour, 15, 4) + 1,
    useRatio: 0.2,
    isOverheated: false,
    starts: 600_000 + Math.floor(past.value * 200_000),
    runningHours: 9_000 + Math.floor(past.value * 3_000),
  };
}

/** @param dtS 0.02–0.5 s. */
export function stepLift(before: LiftState, inputs: LiftInputs, dtS: number): LiftState {
  const timed = stepTimers(before, inputs, dtS);
  const mode = toMode(timed, inputs);
  const aware = { ...timed, mode, inspectedForS: mode === 'inspection' ? timed.inspectedForS + dtS : 0 };
  const planned = stepPlan(aware, inputs, dtS);
  const moved = stepCar(planned, toOrder(planned, inputs), inputs, dtS);
  return stepRoom(stepPassengers(stepStuck(moved, inputs, dtS)), inputs, dtS);
}

function stepTimers(state: LiftState, inputs: LiftInputs, dtS: number): LiftState {
  return {
    ...state,
    timeS: state.timeS + dtS,
    hasPower: inputs.hasPower,
    poweredForS: inputs.hasPower ? state.poweredForS + dtS : 0,
    unpoweredForS: inputs.hasPower ? 0 : state.unpoweredForS + dtS,
    recallForS: inputs.isLinkage ? LIFT.recallHoldS : Math.max(0, state.recallForS - dtS),
  };
}

/** Takes the next passenger; outside normal service nobody is waited for. */
function stepPlan(state: LiftState, inputs: LiftInputs, dtS: number): LiftState {
  const isServing =
    state.mode === 'normal' && !state.isStuck && !inputs.isInspected && !inputs.isPositionLost;
  const traffic = stepTraffic(state.traffic, inputs.hour, isServing && !state.isOverheated, dtS);
  const trip = toTrip({ ...state, traffic }, inputs);
  const isTaken = trip !== null && state.trip === null && traffic.calls.length > 0 && !inputs.isEntrapping;
  return { ...state, trip, traffic: isTaken ? { ...traffic, calls: traffic.calls.slice(1) } : traffic };
}

/** Carries out an order as far as doors and car allow. */
function stepCar(state: LiftState, order: Order, inputs: LiftInputs, dtS: number): LiftState {
  const isLevel = isStandingLevel(state.car);
  const isOpenWanted = order.kind === 'stand' && order.isDoorOpen && isLevel;
  const door = stepDoor(state.door, isOpenWanted, inputs.isDoorBlocked, dtS);
  // A door that has begun to move in this step holds the car as well.
  if (state.door.phase !== 'closed' || door.phase !== 'closed') return { ...state, door };
  const car = toMovedCar(state.car, order, dtS);
  const isRunning = car.velocityMs !== 0;
  return {
    ...state,
    door,
    car,
    starts: state.starts + (isRunning && state.car.velocityMs === 0 ? 1 : 0),
    runningHours: state.runningHours + (isRunning ? dtS / 3600 : 0),
  };
}

function toMovedCar(car: Car, order: Order, dtS: number): Car {
  if (order.kind === 'travel') return driveCar(car, order.index, order.maxMs, dtS);
  if (order.kind === 'brake') return brakeCar(car, dtS);
  return car.velocityMs === 0 ? car : driveCar(car, toNextStop(car), MOTION.ratedMs, dtS);
}

/** Stages the entrapment, lets the time run, and ends it where people can get out. */
function stepStuck(state: LiftState, inputs: LiftInputs, dtS: number): LiftState {
  if (state.isStuck) {
    const isFree = !inputs.isEntrapping && state.door.phase === 'open';
    if (isFree) return { ...state, isStuck: false, stuckForS: 0, trip: null };
    return state.car.velocityMs === 0 ? { ...state, stuckForS: state.stuckForS + dtS } : state;
  }
  const isMoving = state.car.velocityMs !== 0;
  const isCandidate = inputs.isEntrapping && state.mode === 'normal' && isMoving && state.loadPercent > 0;
  if (!isCandidate || toBrakedOffsetM(state.car) < LIFT.betweenFloorsM) return state;
  return { ...state, isStuck: true, stuckForS: 0 };
}

function stepPassengers(state: LiftState): LiftState {
  const { trip, door } = state;
  if (door.phase !== 'open' || door.openForS < LIFT.boardingS) return state;
  if (trip === null) return state.loadPercent === 0 ? state : { ...state, loadPercent: 0 };
  const index = toIndex(state.car);
  if (!trip.isAboard && index === trip.from) {
    return { ...state, trip: { ...trip, isAboard: true }, loadPercent: trip.loadPercent };
  }
  return trip.isAboard && index === trip.to ? { ...state, trip: null, loadPercent: 0 } : state;
}

function stepRoom(state: LiftState, inputs: LiftInputs, dtS: number): LiftState {
  const approach = (timeConstantS: number): number => 1 - Math.exp(-dtS / timeConstantS);
  const noise = stepNoise(state.noise, 600, dtS);
  const isRunning = state.car.velocityMs !== 0;
  const useRatio = state.useRatio + ((isRunning ? 1 : 0) - state.useRatio) * approach(LIFT.roomTimeConstantS);
  const usualC =
    LIFT.roomC + LIFT.afternoonK * bell(inputs.hour, 15, 4) + LIFT.useK * useRatio + 0.3 * noise.value;
  const restC = inputs.isOverheating ? LIFT.overheatC : usualC;
  const isCooling = state.roomC > usualC + 3;
  const timeConstantS = inputs.isOverheating
    ? LIFT.overheatTimeConstantS
    : isCooling
      ? LIFT.coolTimeConstantS
      : LIFT.roomTimeConstantS;
  const roomC = state.roomC + (restC - state.roomC) * approach(timeConstantS);
  const isOverheated = roomC >= (state.isOverheated ? LIFT.driveResetC : LIFT.driveTripC);
  return { ...state, noise, useRatio, roomC, isOverheated };
}
