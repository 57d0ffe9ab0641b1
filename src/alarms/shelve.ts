/**
 * Shelving (搁置, alarms.md B1 rows 8–10, B2, B7): pure. The shelf belongs to the alarm, not to the occurrence: it outlives
 * returns and raises, and an open occurrence carries a copy. A one-shot shelf ends with the return it waits for.
 */
import type { AlarmTimes } from '../config/policy.ts';
import type { AlarmControl, AlarmControlEvent, Occurrence, Shelf } from '../core/alarm.ts';
import { RiserError } from '../core/errors.ts';
import { LIMITS } from '../core/limits.ts';
import { SEVERITIES, type Severity } from '../core/severity.ts';
import { changeHiding } from './annunciation.ts';
import type { AlarmStep } from './step.ts';

export interface ControlStep {
  readonly control: AlarmControl;
  readonly event: AlarmControlEvent;
  /** What it makes of the open occurrence; null when there is none. */
  readonly step: AlarmStep | null;
}

type ControlChange = Pick<AlarmControlEvent, 'type' | 'by' | 'note'>;
type ShelveTimes = Pick<AlarmTimes, 'shelveMaxMs'>;

const MINUTE_MS = 60_000;

/**
 * Shelves, or shelves anew with another end.
 * @param open the open occurrence, null when the alarm is normal
 * @param severity the gravest that the alarm can have now: of the occurrence, else of the rule
 * @throws RiserError `reason-required`, `shelve-not-allowed`, `end-not-ahead`, `shelve-too-long`, `approval-required`.
 */
export function shelveAlarm(
  control: AlarmControl,
  open: Occurrence | null,
  wanted: Pick<Shelf, 'by' | 'reason' | 'untilMs' | 'isOneShot' | 'approver'>,
  severity: Severity,
  times: ShelveTimes,
  nowMs: number,
): ControlStep {
  requireReason(wanted.reason);
  const maxMs = toMaxMs(severity, times);
  if (maxMs === 0) throw new RiserError('shelve-not-allowed', { severity: SEVERITIES[severity].text });
  requireAhead(wanted.untilMs, nowMs);
  if (wanted.untilMs - nowMs > maxMs) {
    throw new RiserError('shelve-too-long', { minutes: Math.floor(maxMs / MINUTE_MS) });
  }
  const { by, reason, untilMs, isOneShot, approver } = wanted;
  if (approver !== undefined && (approver.trim() === '' || approver.trim() === by))
    throw new RiserError('approval-required');
  const shelf: Shelf = {
    by,
    atMs: nowMs,
    reason,
    untilMs,
    isOneShot,
    ...(approver !== undefined && { approver }),
  };
  const event = { type: 'shelved', by, note: reason } as const;
  const step = open && changeHiding(open, { shelf }, event, nowMs);
  return toStep(control, { shelf }, event, step, nowMs);
}

/** Row 9: whoever brings it back has seen it. @throws RiserError `not-shelved`. */
export function unshelveAlarm(
  control: AlarmControl,
  open: Occurrence | null,
  by: string,
  note: string,
  nowMs: number,
): ControlStep {
  if (control.shelf === null) throw new RiserError('not-shelved');
  const event = { type: 'unshelved', by, note } as const;
  const step = open && changeHiding(open, { shelf: null }, event, nowMs, { by, atMs: nowMs, note });
  return toStep(control, { shelf: null }, event, step, nowMs);
}

/** Row 10, also for a one-shot shelf whose alarm has returned. @param note why before its time */
export function endShelf(
  control: AlarmControl,
  open: Occurrence | null,
  nowMs: number,
  note?: string,
): ControlStep {
  const event = { type: 'shelf-expired', ...(note !== undefined && { note }) } as const;
  const step = open && changeHiding(open, { shelf: null }, event, nowMs);
  return toStep(control, { shelf: null }, event, step, nowMs);
}

/**
 * The end that counts: no further ahead than the policy allows from now on. The wall clock may have been set back while
 * the gateway was down, the policy or the severity may have changed. At or before now: the shelf is over.
 */
export function toShelfEndMs(
  { untilMs }: Shelf,
  severity: Severity,
  times: ShelveTimes,
  nowMs: number,
): number {
  return Math.min(untilMs, nowMs + toMaxMs(severity, times));
}

/** Whether to remind of the end now; never where the whole shelf is no longer than the reminder. */
export function isReminderDue(
  { atMs, untilMs, isReminded }: Shelf,
  reminderMs: number,
  nowMs: number,
): boolean {
  return !isReminded && untilMs - atMs > reminderMs && nowMs >= untilMs - reminderMs;
}

/** The person has been reminded. */
export function noteReminder(shelf: Shelf): Shelf {
  return { ...shelf, isReminded: true };
}

/** After a step of the wall clock: the time left stays what it was. */
export function moveShelf(shelf: Shelf, stepMs: number): Shelf {
  return { ...shelf, atMs: shelf.atMs + stepMs, untilMs: shelf.untilMs + stepMs };
}

/** @throws RiserError `reason-required`. */
export function requireReason(reason: string): void {
  const { length } = reason.trim();
  const { textChars: max } = LIMITS;
  if (length === 0 || length > max) throw new RiserError('reason-required', { max });
}

/** @throws RiserError `end-not-ahead`. */
export function requireAhead(untilMs: number, nowMs: number): void {
  if (!(untilMs > nowMs)) throw new RiserError('end-not-ahead');
}

export function toStep(
  control: AlarmControl,
  change: Partial<Pick<AlarmControl, 'shelf' | 'outOfService'>>,
  event: ControlChange,
  step: AlarmStep | null,
  nowMs: number,
): ControlStep {
  const next: AlarmControl = { ...control, ...change };
  return { control: next, event: { ...event, atMs: nowMs, control: next }, step };
}

/** Life safety is never shelved, whatever a policy says. */
function toMaxMs(severity: Severity, { shelveMaxMs }: ShelveTimes): number {
  return severity === 'life-safety' ? 0 : shelveMaxMs[severity];
}
