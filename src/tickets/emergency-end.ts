/**
 * What keeps a ticket from being ended while somebody could be hurt by it, or while nobody has answered for it: people in a lift,
 * a fire that is real or that nobody has looked at, an alarm that stands, an incident that is open or owes its report.
 * Drills are ended as their exercise wants.
 */
import type { Policy } from '../config/policy.ts';
import { CANCEL_REASONS, type CancelReason } from '../core/cancellation.ts';
import { RiserError } from '../core/errors.ts';
import type { Incident } from '../core/incident.ts';
import type { Text } from '../core/text.ts';
import type { Ticket } from '../core/ticket.ts';
import { type EntrapmentSheet, wasNobodyIn } from '../core/ticket-sheets.ts';
import { owesReport } from '../incidents/reports.ts';
import { toStanding } from './acceptance.ts';
import { isLookedAt, requireReleased } from './danger.ts';
import { requireFields } from './fields.ts';
import { wasComplaint, wasEmergency } from './once.ts';

/**
 * A lift in which people were runs again only after its maintainer has signed (service-workflow.md §3), or stays out of service
 * until a time that stands on the ticket. @throws RiserError `missing-fields`
 */
export function requireBackInService(ticket: Ticket, incident: Incident | null, atMs: number): void {
  const { entrapment, isDrill, alarms } = ticket;
  if (isDrill || entrapment === null || wasNobodyIn(entrapment)) return;
  if (incident?.verdict === 'false-alarm' || incident?.verdict === 'test') return;
  // Its own alarms, all of them: a shelved button beside them takes no lift out of service.
  const own = alarms.filter(({ severity }) => severity === 'life-safety');
  if (own.length > 0 && own.every(({ outOfServiceUntilMs }) => (outOfServiceUntilMs ?? 0) > atMs)) return;
  requireFields({ 'back-in-service': entrapment.steps['back-in-service'] ?? null }, SIGNED_RULE);
}

/**
 * Whether it may be ended without having been worked on.
 * @param incident that it belongs to; null = none, or one that is over
 * @throws RiserError `missing-fields`, `value-not-allowed`, `report-missing`
 */
export function requireCancellable(
  ticket: Ticket,
  reason: CancelReason,
  { incident, policy }: { readonly incident: Incident | null; readonly policy: Policy },
  atMs: number,
): void {
  if (ticket.isDrill) return;
  requireReleased(ticket);
  if (incident !== null && owesReport(incident, policy))
    throw new RiserError('report-missing', { incident: incident.number });
  if (isReal(ticket, incident)) refuse(reason, REAL);
  if (reason === 'duplicate') requireTwin(ticket);
  if (reason === 'false-alarm') requireVerdict(ticket, incident);
  // Nobody has looked yet: it is said what it is, or it is merged with what it is a second report of.
  const isUnseen =
    !isLookedAt(ticket, incident) || (reason !== 'false-alarm' && incident?.verdict === 'open');
  if (wasEmergency(ticket) && isUnseen) refuse(reason, UNSEEN);
  if (reason === 'false-alarm') return;
  if (reason === 'withdrawn' && ticket.source === 'equipment-alarm') refuse(reason, NO_REPORTER);
  if (toStanding(ticket, atMs).length > 0) refuse(reason, STANDING);
}

/**
 * Neither what is or was an emergency or a complaint nor what was late is a duplicate of nothing: it would vanish from the figures.
 * @throws RiserError `value-not-allowed`
 */
function requireTwin(ticket: Ticket): void {
  const { clocks, links } = ticket;
  const isGrave =
    wasEmergency(ticket) || wasComplaint(ticket) || clocks.some(({ breachedAtMs }) => breachedAtMs !== null);
  if (isGrave && !links.some(({ kind }) => kind === 'duplicate')) refuse('duplicate', NO_TWIN);
}

/** A fire is looked at before it is over: real, false alarm or test. @throws RiserError `missing-fields` */
export function requireVerdict({ fire, isDrill }: Ticket, incident: Incident | null): void {
  const isUnknown = incident?.kind === 'fire' && incident.verdict === 'open';
  if (isUnknown && !isDrill) requireFields({ verdict: fire?.verdict }, VERDICT_RULE);
}

/**
 * Whether what it was part of has been answered for; one that was none asks for nothing more.
 * @throws RiserError `report-missing`, `incident-lasts`
 */
export function requireIncidentOver(incident: Incident | null, policy: Policy): void {
  if (incident === null || incident.isDrill) return;
  if (owesReport(incident, policy)) throw new RiserError('report-missing', { incident: incident.number });
  const { verdict, endedAtMs, number } = incident;
  const isOver = verdict === 'open' ? false : verdict !== 'confirmed' || endedAtMs !== null;
  if (!isOver) throw new RiserError('incident-lasts', { incident: number });
}

/** Somebody has written down that there is a fire, or that there are or were people in the lift. */
export function saysReal({ fire, entrapment }: Pick<Ticket, 'fire' | 'entrapment'>): boolean {
  return fire?.verdict === 'real' || (entrapment !== null && hadPeople(entrapment));
}

function hadPeople({ people, lowered = [] }: EntrapmentSheet): boolean {
  return (people ?? 0) > 0 || lowered.length > 0;
}

/** Its own sheet says so, or somebody has confirmed the incident as such. */
function isReal(ticket: Ticket, incident: Incident | null): boolean {
  return saysReal(ticket) || incident?.verdict === 'confirmed';
}

/** @throws RiserError `value-not-allowed` */
function refuse(reason: CancelReason, allowed: Text): never {
  throw new RiserError('value-not-allowed', { value: CANCEL_REASONS[reason], allowed });
}

const SIGNED_RULE: Text = {
  zh: '电梯恢复运行须维保人员签字；暂不恢复的，先将告警登记停用并写明期限',
  en: 'the maintainer signs before the lift runs again; where it does not, its alarm is out of service until a date',
};
const VERDICT_RULE: Text = {
  zh: '火警须先确认：真实、误报或测试',
  en: 'a fire alarm is confirmed first: real, false alarm or test',
};
const REAL: Text = {
  zh: '已确认属实的突发事件须处理完毕；重复的请合并',
  en: 'what is confirmed is worked on to its end; merge a duplicate',
};
const NO_REPORTER: Text = {
  zh: '告警工单没有报修人可撤回，请按误报撤销、合并或处理完毕',
  en: 'an alarm has no reporter to withdraw it: false alarm, merge, or work',
};
const NO_TWIN: Text = {
  zh: '突发紧急、投诉或已有时限超时的，须先关联重复的工单（关联方式：重复），或直接合并',
  en: 'an emergency, a complaint, or what has breached a limit: link the ticket that it duplicates first, or merge the two',
};
const UNSEEN: Text = {
  zh: '尚未核实的突发事件不能撤销：先到场核实或登记核实结论，或合并到另一张工单',
  en: 'an emergency that nobody has looked at is not cancelled: be there or say what it is first, or merge it',
};
const STANDING: Text = {
  zh: '告警仍未恢复：重复的请合并到另一张工单，误报请按误报撤销',
  en: 'its alarm stands: merge a duplicate into the other ticket, cancel a false alarm as one',
};
