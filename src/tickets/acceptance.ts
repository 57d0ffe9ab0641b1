/**
 * Whether the condition behind a ticket is normal, as far as acceptance and closing depend on it (alarms.md B9): a standing
 * alarm blocks, a blind one asks for a reading by hand, one that is out of service under a permit, or shelved with an approver, does
 * neither.
 */
import { RiserError } from '../core/errors.ts';
import type { Text } from '../core/text.ts';
import type { Ticket, TicketAlarm } from '../core/ticket.ts';
import { isBlank } from './fields.ts';

/** Alarms that a refusal names; a storm's ticket may carry thousands. */
const MAX_NAMED = 10;

/** Alarms of the ticket that stand, as far as anybody can see, and are not taken out of service. */
export function toStanding({ alarms }: Ticket, atMs: number): readonly TicketAlarm[] {
  return alarms.filter(
    (alarm) => isOwn(alarm) && alarm.isActive && alarm.blindSinceMs === null && !isOutOfService(alarm, atMs),
  );
}

/** Somebody has accepted it over a standing alarm, by name. */
export function isOverridden({ acceptance }: Ticket): boolean {
  return acceptance !== null && acceptance.override !== null;
}

/**
 * @param manualReading what stands in for points that cannot be seen
 * @throws RiserError `alarm-active`, `alarm-blind`
 */
export function requireNormal(
  ticket: Ticket,
  manualReading: string | null,
  isOverride: boolean,
  atMs: number,
): void {
  if (isOverride) return;
  const standing = toStanding(ticket, atMs);
  if (standing.length > 0) throw new RiserError('alarm-active', { alarms: listTexts(standing) });
  const blind = ticket.alarms.filter(
    (alarm) => isOwn(alarm) && alarm.blindSinceMs !== null && !isOutOfService(alarm, atMs),
  );
  if (blind.length > 0 && !isReading(manualReading))
    throw new RiserError('alarm-blind', { alarms: listTexts(blind) });
}

/** "Normal" alone is no reading: it says nothing of what was looked at (service-workflow.md §2). */
function isReading(text: string | null): boolean {
  return !isBlank(text) && !BARE.test((text ?? '').trim());
}

const BARE = /^(?:一切正常|正常|良好|无异常|已恢复|ok|okay|normal|good|fine)[。.!！]*$/iu;

/** Not what another open ticket has taken over. */
function isOwn({ movedTo }: TicketAlarm): boolean {
  return movedTo === undefined;
}

/** Under a permit, or shelved with somebody by name who answers for it; both have an end. */
export function isOutOfService({ outOfServiceUntilMs, shelvedUntilMs }: TicketAlarm, atMs: number): boolean {
  return (outOfServiceUntilMs ?? 0) > atMs || (shelvedUntilMs ?? 0) > atMs;
}

function listTexts(alarms: readonly TicketAlarm[]): Text {
  const named = alarms.slice(0, MAX_NAMED);
  const more = alarms.length - named.length;
  const zh = named.map(({ text }) => text.zh).join('；');
  const en = named.map(({ text }) => text.en).join('; ');
  return more === 0 ? { zh, en } : { zh: `${zh}等 ${alarms.length} 项`, en: `${en} and ${more} more` };
}
