/**
 * The controller of a lift: which mode it is in, whom it serves, and what car and doors shall do now. Pure; it moves
 * nothing itself (lift.ts does).
 *
 *   normal ──fire──▶ homing ──at floor 1, doors open──▶ recalled ──10 s after the fire──▶ normal
 *   any    ──no power──▶ rescue: brake, wait, slowly to the nearest floor, doors open ──5 s of power──▶ normal
 *   normal ──inspection, empty at a floor──▶ inspection ──over and back at a floor──▶ normal
 */
import type { LiftInputs, LiftMode, LiftState, Trip } from './lift.ts';
import { HOME_INDEX, isStandingLevel, MOTION, TOP_INDEX, toIndex, toNextStop } from './lift-motion.ts';

/** `stand` stops at the next floor if the car is moving; `brake` stops and holds it where it is. */
export type Order =
  | { readonly kind: 'stand'; readonly isDoorOpen: boolean }
  | { readonly kind: 'travel'; readonly index: number; readonly maxMs: number }
  | { readonly kind: 'brake' };

export const SUPPLY = {
  /** The rescue device waits for the mains before it moves the car. */
  rescueDelayS: 4,
  /** Normal service begins this long after mains are back. */
  holdS: 5,
} as const;
/** Somebody on the car roof: up and down in short runs. */
const INSPECTION = { restS: 8, runS: 6 } as const;
/** Two persons, % of rated load. */
const STAGED_LOAD_PERCENT = 14;

const OPEN: Order = { kind: 'stand', isDoorOpen: true };
const SHUT: Order = { kind: 'stand', isDoorOpen: false };
const BRAKE: Order = { kind: 'brake' };

/** A car that is stuck changes no mode: its safety circuit is open. */
export function toMode(state: LiftState, inputs: LiftInputs): LiftMode {
  if (state.isStuck) return state.mode;
  const isLevel = isStandingLevel(state.car);
  if (state.mode === 'inspection' && (inputs.isInspected || !isLevel)) return 'inspection';
  const isRecall = state.recallForS > 0;
  if (isRecall && state.mode === 'recalled') return 'recalled';
  if (!inputs.hasPower || state.poweredForS < SUPPLY.holdS) return 'rescue';
  if (isRecall) return isHome(state) && isOpen(state) ? 'recalled' : 'homing';
  const isEmpty = state.loadPercent === 0 && state.trip === null;
  const canInspect = inputs.isInspected && isLevel && isEmpty && state.door.phase === 'closed';
  return canInspect ? 'inspection' : 'normal';
}

/** Whom the lift serves next; null = nobody. Entrapment needs somebody in the car, so one is staged at once. */
export function toTrip(state: LiftState, inputs: LiftInputs): Trip | null {
  if (state.isStuck) return state.trip;
  if (state.mode !== 'normal' || isHindered(state, inputs)) return null;
  if (inputs.isEntrapping) return toStagedTrip(state);
  const [call] = state.traffic.calls;
  if (state.trip !== null || call === undefined || state.door.phase !== 'closed') return state.trip;
  return { ...call, isAboard: false };
}

export function toOrder(state: LiftState, inputs: LiftInputs): Order {
  if (state.isStuck) return inputs.isEntrapping ? BRAKE : toNearest(state, MOTION.slowMs);
  switch (state.mode) {
    case 'normal':
      return toNormalOrder(state, inputs);
    case 'homing':
    case 'recalled':
      return isHome(state) ? OPEN : { kind: 'travel', index: HOME_INDEX, maxMs: MOTION.ratedMs };
    case 'rescue': {
      const isWaiting = !inputs.hasPower && state.unpoweredForS < SUPPLY.rescueDelayS;
      return isWaiting && !isStandingLevel(state.car) ? BRAKE : toNearest(state, MOTION.rescueMs);
    }
    case 'inspection':
      return toInspectionOrder(state, inputs);
    default:
      return state.mode satisfies never;
  }
}

function toNormalOrder(state: LiftState, inputs: LiftInputs): Order {
  const isLevel = isStandingLevel(state.car);
  // Somebody holds the door of a lift that stands: it opens, and cannot close any more.
  if (inputs.isDoorBlocked && isLevel && state.door.phase === 'closed') return OPEN;
  if (state.trip !== null) {
    const index = state.trip.isAboard ? state.trip.to : state.trip.from;
    if (isLevel && toIndex(state.car) === index) return OPEN;
    return { kind: 'travel', index, maxMs: MOTION.ratedMs };
  }
  if (isLevel) return state.loadPercent > 0 ? OPEN : SHUT;
  return state.car.velocityMs === 0 ? toNearest(state, MOTION.slowMs) : SHUT;
}

/** Slowly to a floor where people can get out, and doors open there. */
function toNearest(state: LiftState, maxMs: number): Order {
  if (isStandingLevel(state.car)) return OPEN;
  return { kind: 'travel', index: toNextStop(state.car), maxMs };
}

function toInspectionOrder(state: LiftState, inputs: LiftInputs): Order {
  if (!inputs.hasPower) return BRAKE;
  if (!inputs.isInspected) return { kind: 'travel', index: toNextStop(state.car), maxMs: MOTION.slowMs };
  const cycleS = INSPECTION.restS + INSPECTION.runS;
  const isResting = state.inspectedForS % cycleS < INSPECTION.restS;
  if (isResting) return BRAKE;
  const isUp = Math.floor(state.inspectedForS / cycleS) % 2 === 0;
  return { kind: 'travel', index: isUp ? TOP_INDEX : 0, maxMs: MOTION.slowMs };
}

function toStagedTrip(state: LiftState): Trip {
  if (state.trip?.isAboard === true) return state.trip;
  const from = toNextStop(state.car);
  if (state.trip?.from === from) return state.trip;
  return {
    from,
    to: from < TOP_INDEX / 2 ? TOP_INDEX : 0,
    loadPercent: STAGED_LOAD_PERCENT,
    isAboard: false,
  };
}

/** Takes nobody: who is in the car gets out at the next floor. */
function isHindered(state: LiftState, inputs: LiftInputs): boolean {
  return state.isOverheated || inputs.isPositionLost || inputs.isInspected;
}

/** A door that cannot close lets people out as well. */
function isOpen(state: LiftState): boolean {
  return state.door.phase === 'open' || state.door.phase === 'fault';
}

function isHome(state: LiftState): boolean {
  return isStandingLevel(state.car) && toIndex(state.car) === HOME_INDEX;
}
