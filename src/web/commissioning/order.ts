/** What comes first: life safety that calls nobody, then what is open for too long; of points those still to be done. Pure. */
import type { Commission, CommissionedPoint, StateName, StepName } from './commissioning-queries.ts';

/** Ready ones first: one signature, and their alarms call somebody. */
const STATE_ORDER: readonly StateName[] = ['ready', 'unsigned', 'open', 'changed', 'signed'];

export function byUrgency(left: Commission, right: Commission): number {
  return (
    Number(left.endedAtMs !== null) - Number(right.endedAtMs !== null) ||
    right.silent.length - left.silent.length ||
    Number(right.isOverdue) - Number(left.isOverdue) ||
    left.beganAtMs - right.beganAtMs
  );
}

/** Life safety before all others; what is signed stands last in both. */
export function byNeed(left: CommissionedPoint, right: CommissionedPoint): number {
  return (
    Number(right.isLifeSafety) - Number(left.isLifeSafety) ||
    STATE_ORDER.indexOf(left.state) - STATE_ORDER.indexOf(right.state)
  );
}

export function countPoints({ tally }: Commission): number {
  return Object.values(tally).reduce((sum, count) => sum + count, 0);
}

/** `none` = the point has nothing of it to do: no alarm, or none that opens a ticket. `waived` = a reason stands in for it. */
export type StepStand = 'done' | 'missing' | 'waived' | 'none';

export function toStand(point: CommissionedPoint, step: StepName): StepStand {
  if (step === 'signed') return point.signed === null ? 'missing' : 'done';
  if (point.missing.includes(step)) return 'missing';
  if (step === 'alarm') {
    if (point.alarms.some(({ proof }) => proof !== null)) return 'done';
    return point.waivers.some((waiver) => waiver.step === step) ? 'waived' : 'none';
  }
  if (step === 'ticket' && point.ticket === null)
    return point.waivers.some((waiver) => waiver.step === step) ? 'waived' : 'none';
  return 'done';
}

/** Alarms that have to come and go still: of life safety each that has not, of others any one. */
export function toUnprovenAlarms({ alarms }: CommissionedPoint): CommissionedPoint['alarms'] {
  const grave = alarms.filter(({ isLifeSafety }) => isLifeSafety);
  return (grave.length > 0 ? grave : alarms).filter(({ proof }) => proof === null);
}
