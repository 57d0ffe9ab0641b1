/**
 * What service-workflow.md §2 and the words of config/policy.ts allow a person to do with a ticket, read for any policy: the
 * oracle of tickets/{path,actors,fields}.ts, with which it shares no code.
 */
import type { Actor, Match, Path, Policy } from '../../src/config/policy.ts';
import type { Stage, Ticket, TicketEvent } from '../../src/core/ticket.ts';
import type { TicketActor, Transition, TransitionType } from '../../src/tickets/transitions.ts';

/** In the order of the document. */
const STEPS = [
  ['recorded', 'record'],
  ['dispatched', 'dispatch'],
  ['taken', 'take'],
  ['on-site', 'arrive'],
  ['diagnosed', 'diagnose'],
  ['planned', 'plan'],
  ['agreed', 'agree'],
  ['handling', 'start'],
  ['done', 'done'],
  ['accepted', 'accept'],
  ['visited', 'visit'],
  ['closed', 'close'],
  ['archived', 'archive'],
] as const satisfies readonly (readonly [Stage, TransitionType])[];
const ORDER: readonly Stage[] = ['received', ...STEPS.map(([stage]) => stage)];
const ANYTIME: readonly TransitionType[] = [
  'urge',
  'answer',
  'escalate',
  'contact',
  'correct',
  'attach',
  'link',
  'note',
];

export type Settings = Partial<
  Pick<Ticket, 'class' | 'source' | 'flow' | 'priority' | 'attendance'> & { readonly isDifficult: boolean }
>;

export function fits(match: Match, settings: Settings): boolean {
  return Object.entries(match).every(([name, wanted]) => {
    const found = settings[name as keyof Settings];
    return Array.isArray(wanted) ? wanted.includes(found) : wanted === found;
  });
}

export function settingsOf(ticket: Ticket): Required<Settings> {
  const { source, flow, priority, attendance, difficult } = ticket;
  return { class: ticket.class, source, flow, priority, attendance, isDifficult: difficult !== null };
}

/** What the stage allows; who may is another matter. */
export function allowedIn(ticket: Ticket, policy: Policy): ReadonlySet<TransitionType> {
  const { stage } = ticket;
  if (['archived', 'cancelled', 'merged'].includes(stage)) return new Set();
  if (stage === 'closed') return new Set<TransitionType>(['archive', 'reopen', 'sample-visit', 'correct']);
  const settings = settingsOf(ticket);
  const path = policy.paths.find(({ match }) => fits(match, settings)) as Path;
  const isFinished = ['done', 'accepted', 'visited'].includes(stage);
  const steps = new Set<TransitionType>([...ANYTIME, ...toSheets(ticket, policy, settings)]);
  for (const step of toOnward(ticket, path, policy)) steps.add(step);
  if (isGoneTo(ticket, path, policy)) steps.add('arrive');
  if (isFinished) return steps.add('reject');
  for (const step of ['cancel', 'merge', 'reclassify', 'appoint', 'estimate', 'give-contractor'] as const)
    steps.add(step);
  if (ticket.priority === 'emergency') steps.add('enter-dwelling');
  steps.add(ticket.difficult === null ? 'set-difficult' : 'clear-difficult');
  if (stage !== 'received' && stage !== 'waiting') steps.add('wait');
  if (stage !== 'received' && stage !== 'recorded') steps.add('transfer');
  return steps;
}

/** Whether nothing but the signature of whoever has taken it over is wanting: then the refusal says that, or who may. */
export function isHeldUpUnsigned(ticket: Ticket, type: TransitionType, policy: Policy): boolean {
  const signed = { ...ticket, takenBy: 'whoever has it' };
  return (
    ticket.takenBy === null && !allowedIn(ticket, policy).has(type) && allowedIn(signed, policy).has(type)
  );
}

/** Told to go to an emergency, before anybody has dispatched it; once is enough. */
function isGoneTo(ticket: Ticket, { stages }: Path, policy: Policy): boolean {
  const { stage, assignee, contractor, earlyArrival = null } = ticket;
  const isBefore = stage === 'received' || stage === 'recorded' || stage === 'rework';
  const isTold = assignee !== null || contractor !== null;
  const hasPlace = stages.some((it) => it.stage === 'on-site');
  return (
    isBefore && isTold && hasPlace && earlyArrival === null && fits(policy.report.match, settingsOf(ticket))
  );
}

/** Steps along its path, the next one first; empty where it has come to its end. */
export function onwardOf(ticket: Ticket, policy: Policy): readonly TransitionType[] {
  if (['archived', 'cancelled', 'merged'].includes(ticket.stage)) return [];
  if (ticket.stage === 'closed') return ['archive'];
  const settings = settingsOf(ticket);
  return toOnward(ticket, policy.paths.find(({ match }) => fits(match, settings)) as Path, policy);
}

/** Along the path: the next stage and what may be reached past optional ones; dispatch again, and a late signature. */
function toOnward(ticket: Ticket, { stages }: Path, policy: Policy): readonly TransitionType[] {
  const { stage, assignee, takenBy } = ticket;
  if (stage === 'waiting') return ['resume'];
  const isDispatched = stages.some((it) => it.stage === 'dispatched');
  const again: readonly TransitionType[] = isDispatched ? ['dispatch'] : [];
  const isNeeded = stages.some((it) => it.stage === 'dispatched' && !it.isOptional);
  if (stage === 'rework' && isDispatched && (isNeeded || assignee === null)) return again;
  const place = ORDER.indexOf(stage === 'rework' ? 'dispatched' : stage);
  const onward: TransitionType[] = [];
  for (const it of stages.filter((one) => ORDER.indexOf(one.stage) > place)) {
    const step = STEPS.find(([to]) => to === it.stage)?.[1];
    if (step !== undefined) onward.push(step);
    if (!it.isOptional) break;
  }
  const isAsked = isAskedFor(ticket);
  if (isAsked && stages.some((it) => it.stage === 'on-site')) onward.push('arrive');
  if (isAsked || ['rework', 'dispatched', 'taken'].includes(stage)) onward.push(...again);
  const signature = stages.find((it) => it.stage === 'taken');
  if (signature === undefined || takenBy !== null || place < ORDER.indexOf('taken')) return onward;
  const isAtWork = place < ORDER.indexOf('done');
  // Who has taken it over signs before anything else, unless the policy lets that be passed over.
  if (isAtWork && !signature.isOptional)
    return ['take', ...onward.filter((step) => step === 'dispatch' && (stage === 'taken' || isAsked))];
  const isGuarded = policy.guards.some(
    ({ transition, match, fields }) =>
      transition === 'close' && fields.includes('takenBy') && fits(match, settingsOf(ticket)),
  );
  return isAtWork || isGuarded ? [...onward, 'take'] : onward;
}

/** In the middle of the work an emergency has begun, or was given to another: somebody comes for it, or is sent. */
function isAskedFor({ stage, priority, marks }: Ticket): boolean {
  if (priority !== 'emergency') return false;
  if (!['on-site', 'diagnosed', 'planned', 'agreed', 'handling'].includes(stage)) return false;
  let askedMs: number | null = null;
  for (const { type, atMs, enteredAtMs } of marks) {
    if (type === 'emergency-began' || type === 'transferred') askedMs = atMs;
    const isEarlier = enteredAtMs !== undefined && atMs < (askedMs ?? atMs);
    if (['arrived', 'done', 'reworked', 'reopened'].includes(type) && !isEarlier) askedMs = null;
  }
  return askedMs !== null;
}

function toSheets(ticket: Ticket, policy: Policy, settings: Settings): readonly TransitionType[] {
  if (ticket.entrapment !== null) return ['entrapment'];
  if (ticket.fire !== null) return ['confirm-fire', 'fire-step'];
  const isOne = ticket.incident !== null || policy.incidents.from.some((match) => fits(match, settings));
  if (!isOne) return [];
  return ticket.class === 'fire' ? ['confirm-fire'] : ['confirm-fire', 'entrapment'];
}

export function isAllowedTo(
  ticket: Ticket,
  type: TransitionType,
  actor: TicketActor,
  policy: Policy,
  owner: string | null,
): boolean {
  const names = [actor.username, ...actor.roles, ...actor.groups];
  const is = (name: string | null): boolean => name !== null && names.includes(name);
  const { roles } = actor;
  const isOutside = roles.length > 0 && roles.every((role) => role === 'contractor' || role === 'occupant');
  return toMay(ticket, type, policy).some((allowed: Actor) => {
    if (allowed === 'assignee') return !isOutside && is(ticket.assignee);
    if (allowed === 'taker') return !isOutside && ticket.takenBy === actor.username;
    if (allowed === 'first-receiver') return is(ticket.firstReceiver);
    if (allowed === 'owner') return is(owner);
    if (allowed === 'its-contractor') {
      const atDesk = actor.roles.includes('desk') || actor.roles.includes('duty');
      if (ticket.contractor !== null && ticket.contractor.user === null) return atDesk;
      return ticket.contractor?.user === actor.username;
    }
    if (allowed === 'reporter') return ticket.reporter === actor.username;
    return actor.roles.includes(allowed);
  });
}

/** Those of `actors`, and whom a row lets take it besides. */
export function toMay(ticket: Ticket, type: TransitionType, policy: Policy): readonly Actor[] {
  const rows = (policy.alsoMay ?? []).filter(
    (row) => row.step === type && fits(row.match, settingsOf(ticket)),
  );
  return [...policy.actors[type], ...rows.flatMap(({ actors }) => actors)];
}

/** Steps that are work: whoever has taken one since the round began has done the work of it. */
const WORK_EVENTS = ['taken', 'arrived', 'diagnosed', 'planned', 'started', 'done'];

/** Whether the person may not accept it for having worked on it. @param record of the ticket, all of it */
export function isBarred(
  ticket: Ticket,
  actor: TicketActor,
  policy: Policy,
  record: readonly TicketEvent[],
): boolean {
  if (policy.ownAcceptance.some((match) => fits(match, settingsOf(ticket)))) return false;
  const { contractor } = ticket;
  const isForFirm = ({ by }: TicketEvent): boolean =>
    contractor !== null && contractor.user === null && by !== ticket.assignee;
  const own = record.filter(
    (event) => event.ticket.round === ticket.round && WORK_EVENTS.includes(event.type) && !isForFirm(event),
  );
  const names = own.flatMap(({ by, detail }) => [by, detail['handler']]);
  return names.includes(actor.username) || contractor?.user === actor.username;
}

/** Fields that guards of the policy ask for and that nobody has given. @param after the ticket with the step done */
export function missingFields(step: Transition, after: Ticket, policy: Policy): readonly string[] {
  const settings = settingsOf(after);
  const asked = policy.guards.filter(
    ({ transition, match }) => transition === step.type && fits(match, settings),
  );
  const isGiven = (name: string): boolean => {
    const { contact } = after;
    const special: Readonly<Record<string, unknown>> = {
      contact: contact.name.zh,
      contactName: contact.name.zh,
      contactMethod: contact.method,
    };
    const ofTicket = name in special ? special[name] : (after as unknown as Record<string, unknown>)[name];
    return [(step as unknown as Record<string, unknown>)[name], ofTicket].some(saysSomething);
  };
  // A list that is given says something, be it that there is nothing.
  const isList = (name: string): boolean => Array.isArray((step as unknown as Record<string, unknown>)[name]);
  return asked.flatMap(({ fields }) => fields.filter((name) => !isList(name) && !isGiven(name)));
}

function saysSomething(value: unknown): boolean {
  if (value === null || value === undefined) return false;
  if (typeof value === 'string') return value.trim().length > 0;
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object' && 'zh' in value && 'en' in value)
    return saysSomething(value.zh) || saysSomething(value.en);
  return true;
}

/** What an alarm's ticket begins with: rows of the policy in their order. */
export function bornSettings(
  policy: Policy,
  alarm: { readonly class: Ticket['class']; readonly severity: keyof Policy['priorityOf'] },
): Pick<Ticket, 'priority' | 'flow' | 'attendance'> {
  const priority = policy.priorityOf[alarm.severity];
  const early = { class: alarm.class, source: 'equipment-alarm', priority } as const;
  const flow = policy.flowFrom.find(({ match }) => fits(match, early))?.flow ?? 'daily';
  const known = { ...early, flow };
  const found = policy.attendanceFrom.find(({ match }) => fits(match, known))?.attendance ?? 'urgent';
  const isQuiet = policy.quiet.severities.includes(alarm.severity);
  return { priority, flow, attendance: isQuiet ? 'next-working-day' : found };
}

/** Whom the responsibility table gives it to, and whether the gateway dispatches it itself. */
export function bornAssignee(
  policy: Policy,
  ticket: Ticket,
  kind: string,
  responsible: string | null,
): { readonly assignee: string | null; readonly isDispatched: boolean } {
  const row = policy.routing.find(
    (it) => (it.class === null || it.class === ticket.class) && (it.kind === null || it.kind === kind),
  );
  const settings = settingsOf(ticket);
  const path = policy.paths.find(({ match }) => fits(match, settings)) as Path;
  const has = (stage: Stage): boolean => path.stages.some((it) => it.stage === stage);
  const isDesks = policy.deskDispatches.some((match) => fits(match, settings));
  const assignee = responsible ?? row?.assignee ?? null;
  // Only what lies between the receipt and the dispatch is done by the gateway itself.
  return { assignee, isDispatched: assignee !== null && has('dispatched') && !isDesks };
}
