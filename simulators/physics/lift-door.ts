/**
 * The doors of a lift car, which take the landing doors with them. Pure; when they shall open decides lift-control.ts.
 *
 *   closed ─▶ opening ─▶ open ─(dwell)─▶ closing ─▶ closed
 *                ▲                         │ obstructed, up to three times
 *                └─────────────────────────┤
 *                          fault ◀─────────┘ the third time; closes when the way is free
 */

export const DOOR = {
  openingS: 2,
  closingS: 2.5,
  /** Open at least this long before it closes. */
  dwellS: 4,
  /** An obstruction is met half way. */
  obstructedRatio: 0.5,
  maxAttempts: 3,
} as const;

export type DoorPhase = 'closed' | 'opening' | 'open' | 'closing' | 'fault';

export interface LiftDoor {
  readonly phase: DoorPhase;
  /** 0 shut, 1 fully open. */
  readonly openRatio: number;
  readonly openForS: number;
  /** Attempts to close that met an obstruction, since it was last shut. */
  readonly failures: number;
}

export const CLOSED_DOOR: LiftDoor = { phase: 'closed', openRatio: 0, openForS: 0, failures: 0 };

export function stepDoor(door: LiftDoor, isOpenWanted: boolean, isBlocked: boolean, dtS: number): LiftDoor {
  switch (door.phase) {
    case 'closed':
      return isOpenWanted ? { ...door, phase: 'opening' } : door;
    case 'opening':
      return stepOpening(door, dtS);
    case 'open': {
      const openForS = door.openForS + dtS;
      return { ...door, openForS, phase: !isOpenWanted && openForS >= DOOR.dwellS ? 'closing' : 'open' };
    }
    case 'closing':
      return isOpenWanted ? { ...door, phase: 'opening' } : stepClosing(door, isBlocked, dtS);
    case 'fault':
      return isBlocked ? door : { ...door, phase: isOpenWanted ? 'opening' : 'closing', failures: 0 };
    default:
      return door.phase satisfies never;
  }
}

function stepOpening(door: LiftDoor, dtS: number): LiftDoor {
  const openRatio = Math.min(1, door.openRatio + dtS / DOOR.openingS);
  return { ...door, openRatio, phase: openRatio === 1 ? 'open' : 'opening', openForS: 0 };
}

function stepClosing(door: LiftDoor, isBlocked: boolean, dtS: number): LiftDoor {
  const openRatio = Math.max(0, door.openRatio - dtS / DOOR.closingS);
  if (openRatio === 0) return CLOSED_DOOR;
  if (!isBlocked || openRatio > DOOR.obstructedRatio) return { ...door, openRatio };
  const failures = door.failures + 1;
  return { ...door, openRatio, failures, phase: failures >= DOOR.maxAttempts ? 'fault' : 'opening' };
}
