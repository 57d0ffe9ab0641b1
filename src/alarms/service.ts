/**
 * Out of service (停用, alarms.md B1 rows 11 and 12, B7): under a work permit, approved by another person, with an end. The
 * one way to hide life safety, because somebody answers for it. Pure.
 */
import type { AlarmControl, Occurrence, OutOfService } from '../core/alarm.ts';
import { RiserError } from '../core/errors.ts';
import { changeHiding } from './annunciation.ts';
import { type ControlStep, requireAhead, requireReason, toStep } from './shelve.ts';

/**
 * Takes out of service, or anew with another permit or end. @param open the open occurrence, null when the alarm is normal
 * @throws RiserError `reason-required`, `approval-required`, `end-not-ahead`.
 */
export function takeOutOfService(
  control: AlarmControl,
  open: Occurrence | null,
  wanted: Omit<OutOfService, 'atMs'>,
  nowMs: number,
): ControlStep {
  const { by, reason, permit, approver, untilMs } = wanted;
  requireReason(reason);
  if (permit.trim() === '' || approver.trim() === '' || approver === by) {
    throw new RiserError('approval-required');
  }
  requireAhead(untilMs, nowMs);
  const outOfService: OutOfService = { by, atMs: nowMs, reason, permit, approver, untilMs };
  const event = { type: 'out-of-service', by, note: reason } as const;
  const step = open && changeHiding(open, { outOfService }, event, nowMs);
  return toStep(control, { outOfService }, event, step, nowMs);
}

/** Row 12: back in service a standing alarm is told, never taken for seen. @throws RiserError `not-out-of-service`. */
export function returnToService(
  control: AlarmControl,
  open: Occurrence | null,
  by: string,
  note: string,
  nowMs: number,
): ControlStep {
  if (control.outOfService === null) throw new RiserError('not-out-of-service');
  const event = { type: 'in-service', by, note } as const;
  const step = open && changeHiding(open, { outOfService: null }, event, nowMs);
  return toStep(control, { outOfService: null }, event, step, nowMs);
}

/** Row 12: the permit has run out. */
export function expireService(control: AlarmControl, open: Occurrence | null, nowMs: number): ControlStep {
  const event = { type: 'service-expired' } as const;
  const step = open && changeHiding(open, { outOfService: null }, event, nowMs);
  return toStep(control, { outOfService: null }, event, step, nowMs);
}
