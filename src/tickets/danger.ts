/**
 * Who could still be hurt by what a ticket is about, as far as it is written down: people in a lift, a fire that is real or that
 * nobody has looked at. While they could, the ticket is not put off, and not made less of (service-workflow.md §1 and §3).
 */
import { RiserError } from '../core/errors.ts';
import type { Incident } from '../core/incident.ts';
import type { Text } from '../core/text.ts';
import type { Ticket } from '../core/ticket.ts';
import { arePeopleOut, isFireOut } from '../core/ticket-sheets.ts';
import { requireFields } from './fields.ts';

/** @throws RiserError `missing-fields` while nobody has written down that the people are out of the lift */
export function requireReleased(ticket: Pick<Ticket, 'entrapment'>): void {
  if (mayHavePeople(ticket)) requireFields({ released: null }, RELEASED_RULE);
}

/**
 * No part and no weather is waited for. @param incident that the ticket belongs to; null = none, or one that is long over
 * @throws RiserError `missing-fields`, `value-not-allowed`
 */
export function requireNoDangerToWait(ticket: Ticket, incident: Incident | null): void {
  requireNobodyInDanger(ticket, incident, WAITING);
  const isUnjudged = incident?.kind === 'other' && incident.verdict === 'open';
  if (isUnjudged && ticket.priority === 'emergency' && !ticket.isDrill)
    throw new RiserError('value-not-allowed', { value: WAITING, allowed: JUDGED });
  requireLookedAt(ticket, incident, WAITING);
}

/**
 * What is an emergency stays one, attended to as one. @param wanted what it is to be
 * @throws RiserError `missing-fields`, `value-not-allowed`
 */
export function requireNoDangerToLower(
  ticket: Ticket,
  wanted: Pick<Ticket, 'priority' | 'attendance'>,
  incident: Incident | null,
): void {
  const isLess = ticket.priority === 'emergency' && wanted.priority !== 'emergency';
  const isLater = ticket.attendance === 'emergency' && wanted.attendance !== 'emergency';
  if (!isLess && !isLater) return;
  requireNobodyInDanger(ticket, incident, LOWERING);
  requireLookedAt(ticket, incident, LOWERING);
}

/** Gas, electric shock, violence: neither sheet asks about them, so somebody looks first. @throws RiserError `value-not-allowed` */
function requireLookedAt(ticket: Ticket, incident: Incident | null, what: Text): void {
  const { priority, isDrill, class: name, entrapment } = ticket;
  const isOther = incident === null ? name !== 'fire' && entrapment === null : incident.kind === 'other';
  if (isOther && priority === 'emergency' && !isDrill && !isLookedAt(ticket, incident))
    throw new RiserError('value-not-allowed', { value: what, allowed: LOOKED_AT });
}

function requireNobodyInDanger(ticket: Ticket, incident: Incident | null, what: Text): void {
  if (ticket.isDrill) return;
  requireReleased(ticket);
  if (isBurning(ticket, incident))
    throw new RiserError('value-not-allowed', { value: what, allowed: FIRE_OUT });
}

/** Whether somebody could be hurt as far as its sheets say. @param incident that it belongs to; null = none, or not known */
export function isInDanger(ticket: Ticket, incident: Incident | null): boolean {
  return mayHavePeople(ticket) || isBurning(ticket, incident);
}

/** Nobody has written down that the people are out, or that nobody was in it: not knowing how many is not nobody. */
export function mayHavePeople({ entrapment }: Pick<Ticket, 'entrapment'>): boolean {
  return entrapment !== null && !arePeopleOut(entrapment);
}

/**
 * Whether an emergency has been looked at: somebody was there since it began, or what it turned out to be is written down, on a
 * sheet or of its incident.
 */
export function isLookedAt(
  { marks, fire, entrapment, earlyArrival }: Ticket,
  incident: Incident | null,
): boolean {
  if (fire !== null || (entrapment !== null && arePeopleOut(entrapment))) return true;
  if (incident !== null && incident.verdict !== 'open') return true;
  const began = marks.findLastIndex(({ type }) => type === 'emergency-began');
  return (earlyArrival ?? null) !== null || marks.slice(began + 1).some(({ type }) => type === 'arrived');
}

/**
 * A pre-alarm is no fire yet. A real fire is out when somebody says so, whatever its alarm does: a panel is reset, and a detector
 * burns, while people still fight it. What nobody has looked at lasts as long as its alarm; what somebody rang about has none.
 */
export function isBurning(
  { class: name, fire, alarms, priority }: Ticket,
  incident: Incident | null,
): boolean {
  if (incident !== null && incident.endedAtMs !== null) return false;
  if (fire !== null) return fire.verdict === 'real' && !isFireOut(fire);
  const isUnseen = priority === 'emergency' && (name === 'fire' || incident?.kind === 'fire');
  return isUnseen && (alarms.length === 0 || alarms.some(({ isActive }) => isActive));
}

const RELEASED_RULE: Text = {
  zh: '被困人员全部解救后方可结束；从未有人被困的，先登记被困人数为 0',
  en: 'not while people are in the lift; where nobody ever was, enter 0 people first',
};
const WAITING: Text = { zh: '等待', en: 'waiting' };
const LOWERING: Text = { zh: '降级', en: 'less than an emergency' };
const FIRE_OUT: Text = {
  zh: '真实火警已登记明火扑灭；未核实的，已复位或已确认为误报、测试之后',
  en: 'once a real fire was entered as out; what nobody has looked at: once its alarm has returned or it was confirmed as false or a test',
};
const LOOKED_AT: Text = {
  zh: '有人到场之后，或其突发事件已核实（属实、误报或测试）之后',
  en: 'once somebody has been there, or its incident was said to be confirmed, a false alarm or a test',
};
const JUDGED: Text = {
  zh: '先核实突发事件的性质（属实、误报或测试）',
  en: 'say first what the incident is: confirmed, false alarm or test',
};
