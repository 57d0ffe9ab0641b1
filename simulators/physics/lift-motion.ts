/**
 * The car of a lift in its shaft: where it is, how fast, and how it comes to a stop at a floor. Pure. Where it shall go
 * decides lift-control.ts; doors are lift-door.ts.
 *
 *   index   0   1   2   3 …  13        position = 3 m × index
 *   floor  −2  −1   1   2 …  12        there is no floor 0
 */
import { clamp } from './noise.ts';

/** What the panel in the car shows; key: index from the bottom. */
export const FLOORS = [-2, -1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] as const;
/** Index of floor 1, the way out of the building. */
export const HOME_INDEX = 2;
export const TOP_INDEX = FLOORS.length - 1;

export const MOTION = {
  floorM: 3,
  ratedMs: 1.75,
  accelerationMs2: 0.8,
  /** The safety brake: harder than any planned stop, so that a car never runs past the floor it was going to. */
  brakeMs2: 2.5,
  /** Inspection, and the way to a floor after a stop between floors (EN 81-20 allows 0.63 m/s on inspection). */
  slowMs: 0.3,
  /** The rescue device drives from its battery. */
  rescueMs: 0.2,
  /** The landing signal: this close to a floor and no faster than this. */
  doorZoneM: 0.1,
  landingMs: 0.35,
} as const;

/** Closer than this to its target a car is there. */
const ARRIVED_M = 0.002;
/** Rounding of the way that a planned stop needs. */
const REACH_TOLERANCE_M = 0.02;

export type Drive = 'stationary' | 'braking' | 'accelerating' | 'decelerating' | 'steady';

export interface Car {
  /** Above the lowest floor. */
  readonly positionM: number;
  /** Up is positive. */
  readonly velocityMs: number;
  readonly drive: Drive;
}

export function createCar(index: number): Car {
  return { positionM: index * MOTION.floorM, velocityMs: 0, drive: 'stationary' };
}

/** Index of the nearest floor. */
export function toIndex(car: Car): number {
  return clamp(Math.round(car.positionM / MOTION.floorM), 0, TOP_INDEX);
}

/** Stands with its sill level with a floor: only then may doors open. */
export function isStandingLevel(car: Car): boolean {
  return car.velocityMs === 0 && toOffsetM(car) < ARRIVED_M;
}

/** In the door zone and slow enough to be stopping there; false while it passes a floor at speed. */
export function isAtLanding(car: Car): boolean {
  return toOffsetM(car) <= MOTION.doorZoneM && Math.abs(car.velocityMs) <= MOTION.landingMs;
}

/** The first floor where the car can come to a planned stop; the nearest one when it stands. */
export function toNextStop(car: Car): number {
  if (car.velocityMs === 0) return toIndex(car);
  const reachM = toReachM(car, MOTION.accelerationMs2);
  const floors = reachM / MOTION.floorM;
  const slack = REACH_TOLERANCE_M / MOTION.floorM;
  return clamp(car.velocityMs > 0 ? Math.ceil(floors - slack) : Math.floor(floors + slack), 0, TOP_INDEX);
}

/** Where the safety brake would bring the car to rest: distance from the nearest floor, m. */
export function toBrakedOffsetM(car: Car): number {
  const reachM = toReachM(car, MOTION.brakeMs2);
  return Math.abs(reachM - Math.round(reachM / MOTION.floorM) * MOTION.floorM);
}

/** Towards a floor; a car that moves away from it, or too fast to stop there, stops at the next floor first. */
export function driveCar(car: Car, index: number, maxMs: number, dtS: number): Car {
  const toM = canStopAt(car, index) ? index * MOTION.floorM : toNextStop(car) * MOTION.floorM;
  const distanceM = Math.abs(toM - car.positionM);
  const speed = Math.abs(car.velocityMs);
  const change = MOTION.accelerationMs2 * dtS;
  // The speed from which the rest of the way, after this step, is just enough for a planned stop.
  const stoppable = Math.sqrt(change ** 2 + 2 * MOTION.accelerationMs2 * distanceM) - change;
  const next = Math.min(speed + change, Math.max(maxMs, speed - change), stoppable);
  if (distanceM - next * dtS < ARRIVED_M) return { positionM: toM, velocityMs: 0, drive: 'stationary' };
  const sign = Math.sign(toM - car.positionM);
  return {
    positionM: car.positionM + sign * next * dtS,
    velocityMs: sign * next,
    drive: toDrive(speed, next),
  };
}

/** The safety brake holds or stops the car wherever it is. */
export function brakeCar(car: Car, dtS: number): Car {
  const speed = Math.abs(car.velocityMs) - MOTION.brakeMs2 * dtS;
  if (speed <= 0) return { positionM: car.positionM, velocityMs: 0, drive: 'stationary' };
  const velocityMs = Math.sign(car.velocityMs) * speed;
  return { positionM: car.positionM + velocityMs * dtS, velocityMs, drive: 'braking' };
}

function toOffsetM(car: Car): number {
  return Math.abs(car.positionM - toIndex(car) * MOTION.floorM);
}

function toReachM(car: Car, decelerationMs2: number): number {
  return car.positionM + (Math.sign(car.velocityMs) * car.velocityMs ** 2) / (2 * decelerationMs2);
}

function canStopAt(car: Car, index: number): boolean {
  if (car.velocityMs === 0) return true;
  const beyondM = (index * MOTION.floorM - toReachM(car, MOTION.accelerationMs2)) * Math.sign(car.velocityMs);
  return beyondM >= -REACH_TOLERANCE_M;
}

function toDrive(before: number, now: number): Drive {
  if (now > before + 1e-9) return 'accelerating';
  return now < before - 1e-9 ? 'decelerating' : 'steady';
}
