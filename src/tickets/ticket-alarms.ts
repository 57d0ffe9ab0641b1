/** The rows of a ticket's alarms: one for each occurrence, kept up to date with it. What they mean is coupling.ts. */
import type { Occurrence } from '../core/alarm.ts';
import type { TicketId } from '../core/ids.ts';
import { compareSeverity, type Severity } from '../core/severity.ts';
import type { Ticket, TicketAlarm } from '../core/ticket.ts';
import type { AlarmPeak } from '../core/ticket-alarm.ts';

/** Whether the alarm is this ticket's to deal with; one that another ticket has taken over is not any more. */
export function carries({ alarms }: Pick<Ticket, 'alarms'>, key: string): boolean {
  return alarms.some((alarm) => alarm.key === key && alarm.movedTo === undefined);
}

/** Rows whose alarm another open ticket carries are marked so. @returns the same array where there is none */
export function markMoved(
  alarms: readonly TicketAlarm[],
  elsewhere: (key: string) => TicketId | null,
): readonly TicketAlarm[] {
  const marked = alarms.map((alarm) => {
    const movedTo = alarm.movedTo === undefined ? elsewhere(alarm.key) : null;
    return movedTo === null ? alarm : { ...alarm, movedTo };
  });
  return marked.some((alarm, at) => alarm !== alarms[at]) ? marked : alarms;
}

/** An alarm whose rule went away while it was open can no longer be judged: it counts as blind from then on. */
export function toTicketAlarm(occurrence: Occurrence): TicketAlarm {
  const { endedAtMs, endReason, outOfService, returnedAtMs, shelf } = occurrence;
  const isLost = endReason === 'rule-removed' || endReason === 'source-removed';
  return {
    occurrence: occurrence.id,
    key: occurrence.key,
    text: occurrence.text,
    severity: occurrence.severity,
    firstAtMs: occurrence.raisedAtMs,
    lastAtMs: occurrence.raisedAtMs,
    count: occurrence.count,
    isActive: isStanding(occurrence),
    blindSinceMs: isLost ? endedAtMs : occurrence.blindSinceMs,
    onsetAtMs: occurrence.onsetAtMs,
    onsetAfterMs: occurrence.onsetAfterMs,
    returnedAtMs: isStanding(occurrence) ? null : (returnedAtMs ?? endedAtMs),
    outOfServiceUntilMs: outOfService?.untilMs ?? null,
    shelvedUntilMs: shelf?.approver === undefined ? null : shelf.untilMs,
    peak: toPeak(occurrence),
  };
}

/** @param raisedAgainMs when it was raised on this ticket once more; without it only its state is brought up to date */
export function mergeAlarm(
  alarms: readonly TicketAlarm[],
  occurrence: Occurrence,
  raisedAgainMs?: number,
): readonly TicketAlarm[] {
  const fresh = toTicketAlarm(occurrence);
  const at = alarms.findIndex((alarm) => alarm.occurrence === occurrence.id);
  const before = alarms[at];
  if (before === undefined) return [...alarms, fresh];
  const { firstAtMs, lastAtMs } = before;
  const peak = toWorse(
    before.peak ?? null,
    isStanding(occurrence) ? toPeak(occurrence) : null,
    occurrence.level,
  );
  const severity = toGravestSeverity([before, fresh]) ?? occurrence.severity;
  return alarms.with(at, { ...fresh, severity, firstAtMs, lastAtMs: raisedAgainMs ?? lastAtMs, peak });
}

/** The gravest that has been on the ticket; null = none is known. */
export function toGravestSeverity(alarms: readonly TicketAlarm[]): Severity | null {
  const known = alarms.flatMap(({ severity }) => severity ?? []);
  return known.toSorted((a, b) => compareSeverity(b, a))[0] ?? null;
}

/** Those of both, each occurrence once. */
export function joinAlarms(
  alarms: readonly TicketAlarm[],
  others: readonly TicketAlarm[],
): readonly TicketAlarm[] {
  const known = new Set(alarms.map(({ occurrence }) => occurrence));
  return [...alarms, ...others.filter(({ occurrence }) => !known.has(occurrence))];
}

function isStanding({ isActive, endedAtMs }: Occurrence): boolean {
  return isActive && endedAtMs === null;
}

/** Of rules with a limit: of what is only on or off no reading is worse than another. */
function toPeak({ level, evidence }: Occurrence): AlarmPeak | null {
  const { value, valueText, receivedMs } = evidence;
  return level === null || value === null ? null : { value, text: valueText, atMs: receivedMs };
}

/** Above a high limit the greater, below a low one the smaller. */
function toWorse(was: AlarmPeak | null, is: AlarmPeak | null, level: string | null): AlarmPeak | null {
  if (was === null || is === null) return was ?? is;
  const isLow = level?.startsWith('lo') === true;
  return (isLow ? is.value < was.value : is.value > was.value) ? is : was;
}
