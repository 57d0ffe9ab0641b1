/**
 * An access controller with its doors: visits open and close them, fire releases them, its battery carries it when the
 * mains are gone. Pure: `stepAccess` is the only way on. Who comes is access-traffic.ts; messages are made in
 * devices/access-controller.ts.
 *
 *   locked ──granted, exit──▶ unlocked ──1 s──▶ open 3–8 s ──▶ locked        any ──fire──▶ released ──after it──▶ locked
 */
import { drawVisit, type Reason, type Visit } from './access-traffic.ts';
import { deriveSeed } from './noise.ts';

export const ACCESS = {
  doors: 6,
  /** From the reader's beep until the leaf is off its contact. */
  openAfterS: 1,
  /** The controller's own limit for an open door (BACnet Door_Open_Too_Long_Time). */
  heldAfterS: 30,
  /** A full battery carries the controller for 21 h. */
  batteryS: 21 * 3600,
  chargeS: 10 * 3600,
  lowPercent: 20,
} as const;

export interface DoorEvent {
  readonly event: 'none' | 'granted' | 'denied' | 'exit' | 'forced' | 'released';
  readonly card: string;
  readonly reason: Reason;
}

export interface AccessDoor {
  readonly isOpen: boolean;
  readonly lock: 'locked' | 'unlocked' | 'released';
  readonly alarm: 'none' | 'forced' | 'held';
  readonly isReaderOnline: boolean;
  /** Until the door opens and until it closes again, s; 0 = neither is under way. */
  readonly opensInS: number;
  readonly closesInS: number;
  readonly openForS: number;
  readonly granted: number;
  readonly denied: number;
  readonly last: DoorEvent;
}

export interface AccessState {
  readonly seed: number;
  readonly doors: readonly AccessDoor[];
  /** The fire panel's contact at the controller. */
  readonly hasFireInput: boolean;
  readonly hasMains: boolean;
  /** 0–100. */
  readonly batteryPercent: number;
  /** Neither mains nor battery: nothing answers any more, and the locks let go. */
  readonly isDead: boolean;
}

export interface DoorInputs {
  readonly isForced: boolean;
  readonly isHeldOpen: boolean;
  readonly isReaderLost: boolean;
}

export interface AccessInputs {
  readonly hasPower: boolean;
  readonly isLinkage: boolean;
  /** 0 ≤ hour < 24. */
  readonly hour: number;
  /** In the order of the doors; a door without inputs is sound. */
  readonly doors: readonly DoorInputs[];
}

export const NO_DOOR_FAULT: DoorInputs = { isForced: false, isHeldOpen: false, isReaderLost: false };
export const NO_ACCESS_FAULT: AccessInputs = { hasPower: true, isLinkage: false, hour: 9, doors: [] };

const CLOSED = { isOpen: false, opensInS: 0, closesInS: 0, openForS: 0, alarm: 'none' } as const;

export function createAccess(seed: number): AccessState {
  const door = (index: number): AccessDoor => ({
    ...CLOSED,
    lock: 'locked',
    isReaderOnline: true,
    granted: 41_200 - 6_000 * index,
    denied: 730 - 100 * index,
    last: { event: 'none', card: '', reason: 'none' },
  });
  return {
    seed: deriveSeed(seed, 'visits'),
    doors: Array.from({ length: ACCESS.doors }, (_, index) => door(index)),
    hasFireInput: false,
    hasMains: true,
    batteryPercent: 100,
    isDead: false,
  };
}

/** @param dtS at most 1 s. */
export function stepAccess(before: AccessState, inputs: AccessInputs, dtS: number): AccessState {
  // What the linkage switches off includes the controller's own mains, so that the magnets let go in any case.
  const hasMains = inputs.hasPower && !inputs.isLinkage;
  const changePercent = hasMains ? (100 / ACCESS.chargeS) * dtS : -(100 / ACCESS.batteryS) * dtS;
  const batteryPercent = Math.min(100, Math.max(0, before.batteryPercent + changePercent));
  const isDead = !hasMains && batteryPercent === 0;
  const isReleased = inputs.isLinkage || isDead;
  const { seed, visit } = drawVisit(before.seed, inputs.hour, dtS);
  const doors = before.doors.map((door, index) =>
    stepDoor(
      door,
      inputs.doors[index] ?? NO_DOOR_FAULT,
      visit?.door === index ? visit : null,
      isReleased,
      dtS,
    ),
  );
  return { seed, doors, hasFireInput: inputs.isLinkage, hasMains, batteryPercent, isDead };
}

function stepDoor(
  before: AccessDoor,
  inputs: DoorInputs,
  visit: Visit | null,
  isReleased: boolean,
  dtS: number,
): AccessDoor {
  const isReaderOnline = !inputs.isReaderLost;
  const door = before.isReaderOnline === isReaderOnline ? before : { ...before, isReaderOnline };
  if (isReleased) return stepReleased(door, inputs, visit, dtS);
  const locked = door.lock === 'released' ? relock(door) : door;
  if (inputs.isForced) return stepForced(locked, dtS);
  if (locked.alarm === 'forced') return { ...locked, ...CLOSED, lock: 'locked' };
  if (inputs.isHeldOpen) return stepHeld(locked, dtS);
  return stepPassage(visit === null ? locked : admit(locked, visit), dtS);
}

/** Everybody may pass, nobody badges: the last event stays "released". */
function stepReleased(door: AccessDoor, inputs: DoorInputs, visit: Visit | null, dtS: number): AccessDoor {
  const last: DoorEvent = { event: 'released', card: '', reason: 'none' };
  const free: AccessDoor =
    door.lock === 'released' ? door : { ...door, lock: 'released', alarm: 'none', last };
  if (inputs.isForced || inputs.isHeldOpen) return { ...free, isOpen: true, openForS: free.openForS + dtS };
  return stepPassage(visit !== null && isIdle(free) ? openSoon(free, visit.openS) : free, dtS);
}

/** After the fire: a door that stands open locks as it closes. */
function relock(door: AccessDoor): AccessDoor {
  return { ...door, lock: isIdle(door) ? 'locked' : 'unlocked', openForS: 0 };
}

function stepForced(door: AccessDoor, dtS: number): AccessDoor {
  if (door.alarm === 'forced') return { ...door, openForS: door.openForS + dtS };
  const last: DoorEvent = { event: 'forced', card: '', reason: 'none' };
  return { ...door, ...CLOSED, isOpen: true, lock: 'locked', alarm: 'forced', last };
}

/** Somebody has gone out and wedged the door behind him. */
function stepHeld(door: AccessDoor, dtS: number): AccessDoor {
  if (!door.isOpen) {
    if (door.opensInS > 0) return stepPassage(door, dtS);
    return admit(door, { door: 0, event: 'exit', card: '', reason: 'none', openS: 5 });
  }
  const openForS = door.openForS + dtS;
  return { ...door, openForS, closesInS: dtS, alarm: openForS > ACCESS.heldAfterS ? 'held' : 'none' };
}

function admit(door: AccessDoor, visit: Visit): AccessDoor {
  const { event, card, reason } = visit;
  const last: DoorEvent = { event, card, reason };
  if (event !== 'exit' && !door.isReaderOnline) return door;
  if (event === 'denied') return { ...door, denied: door.denied + 1, last };
  // Who finds the door moving walks through behind the other one.
  if (!isIdle(door)) return door;
  const granted = door.granted + (event === 'granted' ? 1 : 0);
  return { ...openSoon(door, visit.openS), lock: 'unlocked', granted, last };
}

function openSoon(door: AccessDoor, openS: number): AccessDoor {
  return { ...door, opensInS: ACCESS.openAfterS, closesInS: openS };
}

/** The leaf: opens, stays open, closes; a lock that was opened for somebody locks again. */
function stepPassage(door: AccessDoor, dtS: number): AccessDoor {
  if (door.opensInS > 0) {
    const opensInS = Math.max(0, door.opensInS - dtS);
    return { ...door, opensInS, isOpen: opensInS === 0, openForS: 0 };
  }
  if (!door.isOpen) return door;
  const closesInS = Math.max(0, door.closesInS - dtS);
  if (closesInS > 0) return { ...door, closesInS, openForS: door.openForS + dtS };
  return { ...door, ...CLOSED, lock: door.lock === 'released' ? 'released' : 'locked' };
}

function isIdle(door: AccessDoor): boolean {
  return !door.isOpen && door.opensInS === 0;
}
