/** What fire pump and jockey pump have in common: fault codes, the pressure switch, the motor. Pure. */

/** Codes of docs/register-maps.md. */
export const CODE_NONE = 0;
export const CODE_PHASE_MISSING = 2;
export const CODE_OVERLOAD = 48;
export const CODE_BLOCKED = 51;
export const CODE_DRY_RUNNING = 57;

/** Without water a pump is taken for dry after this time. */
export const DRY_RUN_DELAY_S = 2;

export interface Rating {
  readonly ratedKw: number;
  readonly ratedA: number;
  readonly ratedFlowM3h: number;
  readonly efficiencyRatio: number;
  readonly runUpS: number;
  /** Current during the run-up, as a multiple of the rated current. */
  readonly startRatio: number;
}

export interface Motor {
  readonly isRunning: boolean;
  /** 1 = full speed. */
  readonly speedRatio: number;
  readonly flowM3h: number;
  readonly currentA: number;
  /** Electrical. */
  readonly powerKw: number;
  readonly runningHours: number;
  readonly starts: number;
}

export function createMotor(runningHours: number, starts: number): Motor {
  return { isRunning: false, speedRatio: 0, flowM3h: 0, currentA: 0, powerKw: 0, runningHours, starts };
}

/** Off at once; the totals stay. */
export function stopMotor(motor: Motor): Motor {
  return createMotor(motor.runningHours, motor.starts);
}

/** @param flowM3h what it delivers at a given speed, 0–1 */
export function stepMotor(
  before: Motor,
  isRunning: boolean,
  flowM3h: (speedRatio: number) => number,
  rating: Rating,
  dtS: number,
): Motor {
  if (!isRunning) return stopMotor(before);
  const speedRatio = Math.min(1, before.speedRatio + dtS / rating.runUpS);
  const delivered = flowM3h(speedRatio);
  const loadRatio = speedRatio ** 3 * (0.45 + (0.55 * delivered) / rating.ratedFlowM3h);
  return {
    isRunning,
    speedRatio,
    flowM3h: delivered,
    // Magnetising current is there at any load; the active part follows the load.
    currentA:
      rating.ratedA *
      (speedRatio < 1 ? rating.startRatio : Math.hypot(0.35, 0.94 * Math.min(loadRatio, 1.2))),
    powerKw: (rating.ratedKw * Math.min(loadRatio, 1.2)) / rating.efficiencyRatio,
    runningHours: before.runningHours + dtS / 3600,
    starts: before.starts + (before.isRunning ? 0 : 1),
  };
}

/** A pressure switch: calls below one pressure until another is reached. */
export function stepSwitch(isCalling: boolean, pressureMpa: number, onMpa: number, offMpa: number): boolean {
  return isCalling ? pressureMpa < offMpa : pressureMpa < onMpa;
}
