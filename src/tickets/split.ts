/**
 * Splitting: a second matter was found on a ticket. What somebody has said beside it begins when that is found. An alarm that
 * goes onto a ticket of its own stays an alarm: it keeps its source, its raise, and how far its clocks have come.
 */
import type { Policy } from '../config/policy.ts';
import { RiserError } from '../core/errors.ts';
import type { OccurrenceId } from '../core/ids.ts';
import type { Text } from '../core/text.ts';
import { STAGES, type Ticket, type TicketAlarm } from '../core/ticket.ts';
import type { TicketMark } from '../core/ticket-clock.ts';
import { arePeopleOut } from '../core/ticket-sheets.ts';
import { listActors, mayAct } from './actors.ts';
import { type Happening, type Moment, type TicketStep, toStep } from './change.ts';
import { withBeginning } from './emergency-anew.ts';
import { requireFields } from './fields.ts';
import { isNamed, recompute } from './mark.ts';
import { toSettings } from './match.ts';
import { type GivenFields, openWith } from './new-ticket.ts';
import { isBeforeDone } from './path.ts';
import { toMarkSinceMs, toReceivedSinceMs } from './since.ts';
import type { StepContext } from './step.ts';
import type { TicketActor } from './transitions.ts';

/** What the equipment of an alarm makes of a ticket: as if the gateway had opened it. */
export type AlarmFields = Pick<
  GivenFields,
  | 'source'
  | 'channel'
  | 'class'
  | 'flow'
  | 'priority'
  | 'attendance'
  | 'place'
  | 'location'
  | 'equipment'
  | 'equipmentName'
  | 'faultKind'
  | 'sparePart'
  | 'contact'
  | 'assignee'
  | 'contractor'
  | 'history'
  | 'affected'
>;

export interface SplitInput {
  /** Of the ticket that is opened. */
  readonly number: string;
  readonly content: string;
  /** Alarms that go onto it, each with all that it has been before: one alarm has one open ticket. */
  readonly occurrences: readonly OccurrenceId[];
  readonly reason: string;
  /** Of those alarms, as the register and the policy have it; left out = what the first ticket has. */
  readonly ofAlarm?: AlarmFields | undefined;
}

/**
 * A second matter was found: it has a ticket of its own from now on. Without alarms it has the same place, contact and assignee.
 * Whoever may merge may split.
 * @throws RiserError `wrong-stage`, `not-your-step`, `missing-fields`, `value-not-allowed`
 */
export function splitTicket(
  ticket: Ticket,
  input: SplitInput,
  actor: TicketActor,
  context: StepContext,
): { readonly from: TicketStep; readonly opened: TicketStep } {
  const { policy, nowMs, owner } = context;
  const { content, occurrences, reason } = input;
  if (!isBeforeDone(ticket))
    throw new RiserError('wrong-stage', { stage: STAGES[ticket.stage], transition: 'split' });
  if (!mayAct(ticket, 'merge', actor, policy, owner))
    throw new RiserError('not-your-step', { transition: 'split', who: listActors(ticket, 'merge', policy) });
  requireFields({ content, reason }, SPLIT_RULE);
  const moved = toMoved(ticket, occurrences);
  requireNobodyInside(ticket, moved);
  const moment: Moment = { by: actor.username, atMs: nowMs, nowMs, isLate: false };
  const second = openSecond(ticket, input, moved, moment, policy);
  // Its alarm may be an emergency that the first ticket was none of, or was no more.
  const opened = withBeginning(second, ticket, policy, nowMs, { isDesksChoice: true });
  const change: Partial<Ticket> = {
    alarms: ticket.alarms.filter((alarm) => !moved.includes(alarm)),
    links: [...ticket.links, { ticket: opened.ticket.id, kind: 'split-into' }],
  };
  const detail = { into: opened.ticket.id, occurrences, reason };
  const happening: Happening = { type: 'split', detail };
  return { from: toStep(ticket, change, [happening], moment, policy), opened };
}

/** People who are in the lift stay with the alarm that told of them: their sheet is on this ticket. @throws RiserError `value-not-allowed` */
function requireNobodyInside({ entrapment }: Ticket, moved: readonly TicketAlarm[]): void {
  const grave = moved.find(({ severity }) => severity === 'life-safety');
  if (grave === undefined || entrapment === null || arePeopleOut(entrapment)) return;
  throw new RiserError('value-not-allowed', { value: grave.text, allowed: RELEASED_FIRST });
}

/** Alarms with the named occurrences. @throws RiserError `value-not-allowed` */
function toMoved({ alarms }: Ticket, occurrences: readonly OccurrenceId[]): readonly TicketAlarm[] {
  const named = alarms.filter(({ occurrence }) => occurrences.includes(occurrence));
  const unknown = occurrences.find((id) => !named.some(({ occurrence }) => occurrence === id));
  if (unknown !== undefined)
    throw new RiserError('value-not-allowed', { value: unknown, allowed: ITS_ALARMS });
  const keys = new Set(named.map(({ key }) => key));
  return alarms.filter(({ key }) => keys.has(key));
}

function openSecond(
  ticket: Ticket,
  { number, content, occurrences, reason, ofAlarm }: SplitInput,
  alarms: readonly TicketAlarm[],
  moment: Moment,
  policy: Policy,
): TicketStep {
  // A place that it has from the first ticket was typed there, and is redacted on this one by itself.
  const { zh, en } = ticket.place;
  const copied =
    ofAlarm === undefined && `${zh}${en}`.trim() !== '' ? { place: zh === en ? zh : ticket.place } : {};
  const detail = { splitFrom: ticket.id, occurrences, reason, content, ...copied };
  const second = { ...toSecond(ticket), number, content: { zh: content, en: content }, alarms };
  const { nowMs } = moment;
  if (alarms.length === 0)
    return openWith({ ...second, receivedAtMs: nowMs }, { isRecorded: true, detail }, moment, policy);
  const raisedAtMs = Math.min(...alarms.map(({ firstAtMs }) => firstAtMs));
  // Nobody was asked for it before the ticket that it was on.
  const beganAtMs = Math.max(toWallToday(ticket.marks, raisedAtMs), toReceivedSinceMs(ticket));
  const receivedAtMs = Math.min(nowMs, beganAtMs);
  const given = { ...second, ...ofAlarm, ...(ofAlarm && { reporter: null }), receivedAtMs, raisedAtMs };
  const step = openWith(given, { isRecorded: true, detail }, moment, policy);
  return withPast(step, ticket, policy, nowMs);
}

/** Its clocks go on from where they were on the first ticket, with the limits that are its own. */
function withPast({ ticket, events }: TicketStep, from: Ticket, policy: Policy, nowMs: number): TicketStep {
  const past = toPast(from, ticket.receivedAtMs);
  const told = from.clocks
    .filter(({ isBreachTold, round }) => isBreachTold && round === from.round)
    .map((clock) => ({ ...clock, round: 1 }));
  const own = ticket.marks.slice(1).map(({ settings: _settings, ...mark }) => mark);
  const [first, ...rest] = past;
  if (first === undefined) return { ticket, events };
  const marks = [
    { ...first, settings: toSettings(ticket) },
    ...rest,
    ...own,
    ...toHandedOver(from, ticket, nowMs),
  ];
  const isKept = ({ type }: TicketMark): boolean =>
    type === 'received' || STEPS.includes(type) || isNamed(type, policy);
  const next = recompute({ ...ticket, clocks: told, marks: marks.filter(isKept) }, policy, nowMs);
  return {
    ticket: next,
    events: events.map((event) => ({
      ...event,
      ticket: { ...event.ticket, marks: next.marks, clocks: next.clocks },
    })),
  };
}

/** Of its present round, and nothing of before the alarm; all of it by the wall clock as it is now. */
function toPast({ marks: written }: Ticket, receivedAtMs: number): readonly TicketMark[] {
  const marks = written.map(
    (mark, at): TicketMark => ({
      ...mark,
      atMs: toMarkSinceMs(written, at),
    }),
  );
  const begin = marks.findLastIndex(({ type }) => type === 'reworked' || type === 'reopened');
  const [first, ...rest] = marks.slice(Math.max(0, begin));
  if (first === undefined) return [];
  const received: TicketMark = { type: 'received', atMs: receivedAtMs, stage: 'received' };
  const recorded: readonly TicketMark[] =
    begin < 0 ? [] : [{ type: 'recorded', atMs: Math.max(receivedAtMs, first.atMs), stage: 'recorded' }];
  const past = rest
    .filter(({ type }) => STEPS.includes(type))
    .map(({ settings: _settings, ...mark }) => ({ ...mark, atMs: Math.max(mark.atMs, receivedAtMs) }));
  return [received, ...recorded, ...past];
}

/** A moment as the wall clock showed it then, by the wall clock as it is now: it may have been set since. */
function toWallToday(marks: readonly TicketMark[], atMs: number): number {
  return marks.reduce((ms, mark) => (mark.atMs > atMs ? ms + (mark.stepMs ?? 0) : ms), atMs);
}

/** Somebody had signed for it there; whoever has it now reads it back as after a transfer. */
function toHandedOver(from: Ticket, { stage }: Ticket, nowMs: number): readonly TicketMark[] {
  return from.takenBy === null || stage !== 'dispatched' ? [] : [{ type: 'transferred', atMs: nowMs, stage }];
}

/** What has been done of an alarm on the ticket that it was on; the rest was about that ticket. */
const STEPS: readonly TicketMark['type'][] = [
  'recorded',
  'emergency-began',
  'reporting',
  'reported',
  'dispatched',
  'taken',
  'arrived',
  'waited',
  'resumed',
];

/** What the second matter has of the first. */
function toSecond(ticket: Ticket): Omit<GivenFields, 'number' | 'receivedAtMs' | 'content'> {
  return {
    site: ticket.site,
    source: ticket.source,
    channel: ticket.channel,
    class: ticket.class,
    flow: ticket.flow,
    priority: ticket.priority,
    attendance: ticket.attendance,
    firstReceiver: ticket.firstReceiver,
    place: ticket.place,
    location: ticket.location,
    equipment: ticket.equipment,
    equipmentName: ticket.equipmentName,
    faultKind: ticket.faultKind,
    sparePart: ticket.sparePart,
    contact: ticket.contact,
    assignee: ticket.assignee,
    contractor: ticket.contractor,
    history: ticket.history,
    affected: ticket.affected,
    evidence: ticket.evidence,
    reporter: ticket.reporter,
    isDrill: ticket.isDrill,
    incident: ticket.incident,
    links: [{ ticket: ticket.id, kind: 'split-from' }],
  };
}

const SPLIT_RULE: Text = {
  zh: '拆分须写明另一事项的内容和原因',
  en: 'a split needs the other matter and a reason',
};
const RELEASED_FIRST: Text = {
  zh: '被困人员全部解救之前，困人告警不得拆出',
  en: 'the alarm of people in the lift, only once they are out',
};
const ITS_ALARMS: Text = { zh: '该工单的告警', en: 'alarms of this ticket' };
