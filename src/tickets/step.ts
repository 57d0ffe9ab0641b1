/**
 * The ticket's stage machine for what people do. Pure: refuses with a RiserError (why not here, why not you, which fields
 * are missing and which rule asks for them), or returns the next ticket and its record; a refusal has changed nothing.
 * What each step means is in step-path.ts, step-side.ts, step-data.ts and step-sheets.ts; what alarms do to a ticket is
 * coupling.ts, what time does sweep.ts.
 */
import type { Policy } from '../config/policy.ts';
import { RiserError } from '../core/errors.ts';
import type { Incident } from '../core/incident.ts';
import type { Kind } from '../core/kinds.ts';
import type { Text } from '../core/text.ts';
import { STAGES, type Ticket } from '../core/ticket.ts';
import type { PersonalFields } from '../store/store.ts';
import { isOneOf, listActors, listNames, mayAct } from './actors.ts';
import { withAnswer } from './answers.ts';
import { follow, joinSteps, type Moment, type TicketStep, toStep } from './change.ts';
import type { Competence } from './competence.ts';
import { toArrivableMs } from './early-arrival.ts';
import { withBeginning } from './emergency-anew.ts';
import { requireFields, requireGuards } from './fields.ts';
import { matches, toSettings } from './match.ts';
import { requireOthersWork } from './own-work.ts';
import { isAllowed, owesSignature } from './path.ts';
import { isConfirmation, isToldLate, reportConfirmed } from './reporting.ts';
import { dispatchByTable, type Propose } from './routing.ts';
import { applyDataStep, isDataStep } from './step-data.ts';
import { applyPathStep, isPathStep } from './step-path.ts';
import { applySheetStep, isFoundReal, isSheetStep, saysStill } from './step-sheets.ts';
import { applySideStep } from './step-side.ts';
import { withUndone } from './told-breaches.ts';
import type { TicketActor, Transition } from './transitions.ts';
import { type Outcome, toDetail, type Work } from './work.ts';

export type { TicketStep } from './change.ts';
export { moveTicketClocks, sweepTicket } from './sweep.ts';

export interface StepContext {
  /** The version that the ticket was opened under. */
  readonly policy: Policy;
  readonly nowMs: number;
  /** 补录: when it really happened; null = now. */
  readonly occurredAtMs: number | null;
  /** Named owner of the equipment: user name, group or role. */
  readonly owner: string | null;
  /** Kinds of the equipment and of what it is part of: a priority may go by them. Left out = none. */
  readonly kinds?: readonly Kind[] | undefined;
  /** New personal fields of the reporter, or of whom else outside the house the transition names. */
  readonly personal: PersonalFields | null;
  /** The incident that the ticket belongs to. */
  readonly incident: Incident | null;
  /** Which certificates people hold; left out = not known, and none is asked for. */
  readonly competence?: Competence | undefined;
  /** Whether an account is one of a firm; left out = only that which the ticket names. */
  readonly isContractor?: ((username: string) => boolean) | undefined;
  /** Whom the gateway dispatches to, where it does; left out = to whom it is proposed already. */
  readonly propose?: Propose | undefined;
}

/**
 * One step of one person.
 * @throws RiserError `wrong-stage`, `not-your-step`, `late-entry-order`, `breach-stands`, `missing-fields`, `alarm-active`, `alarm-blind`,
 *   `report-missing`, `own-approval`, `own-work`, `end-not-ahead`, `archive-too-early`, `reopen-too-late`, `nothing-to-correct`,
 *   `value-not-allowed`, `ticket-full`, `missing-certificate`
 */
export function stepTicket(
  ticket: Ticket,
  transition: Transition,
  actor: TicketActor,
  context: StepContext,
): TicketStep {
  return takeStep(ticket, transition, actor, context, false);
}

/** @param isLet whether the person has been let: a step of a form of theirs */
function takeStep(
  ticket: Ticket,
  transition: Transition,
  actor: TicketActor,
  context: StepContext,
  isLet: boolean,
): TicketStep {
  const { policy, nowMs, incident } = context;
  const { step, moment } = makeStep(ticket, transition, actor, context, isLet);
  const isRecorded = transition.type === 'record' && !moment.isLate;
  const isRated = ['record', 'reclassify'].includes(transition.type) || isSheetStep(transition);
  const isConfirmed = isConfirmation(transition, ticket, incident);
  // Whoever may dispatch it knows who has it.
  const isDesksChoice = mayAct(ticket, 'dispatch', actor, policy, context.owner);
  const isStill = isToldLate(ticket) && !moment.isLate && saysStill(transition, step.ticket);
  const isAgain = isSheetStep(transition) && (isStill || isFoundReal(ticket, step.ticket));
  const begun = isRated ? withBeginning(step, ticket, policy, nowMs, { isAgain, isDesksChoice }) : step;
  return follow(
    begun,
    (next) => (isConfirmed ? reportConfirmed(next, policy, nowMs, moment.isLate) : null),
    (next) => (isRecorded ? dispatchByTable(next, policy, nowMs, context.propose) : null),
  );
}

/** What the person does, without what the gateway adds to it. */
function makeStep(
  ticket: Ticket,
  transition: Transition,
  actor: TicketActor,
  context: StepContext,
  isLet: boolean,
): { readonly step: TicketStep; readonly moment: Moment } {
  const { policy } = context;
  const { type } = transition;
  const isUnsigned = isHeldUpUnsigned(ticket, type, policy);
  if (!isUnsigned && !isAllowed(ticket, type, policy))
    throw new RiserError('wrong-stage', { stage: STAGES[ticket.stage], transition: type });
  if (!isLet && !mayAct(ticket, type, actor, policy, context.owner))
    throw new RiserError('not-your-step', { transition: type, who: listActors(ticket, type, policy) });
  if (isUnsigned) requireFields({ takenBy: null }, SIGNATURE_RULE);
  if (type === 'accept') requireOthersWork(ticket, actor, policy);
  const moment = toMoment(ticket, type, actor, context);
  const answered = withAnswer(ticket, transition, actor, context);
  // Whether the rung before has been answered is what the next call goes by.
  const base = type === 'escalate' ? { ...answered, escalation: ticket.escalation } : answered;
  const outcome = apply(transition, { ticket: base, actor, context, moment });
  const { change, happenings } = outcome;
  const step = toStep(base, change, happenings ?? [toHappening(outcome, transition)], moment, policy);
  requireGuards(transition, step.ticket, policy);
  return { step: moment.isLate ? withUndone(ticket, step, actor, context) : step, moment };
}

/**
 * Several steps on one form (简化流程): all of them or none, each recorded by itself.
 * @param form id of a short form of the policy that matches the ticket; the transitions are its own, in its order
 * @throws RiserError `wrong-form`, and what `stepTicket` throws
 */
export function stepForm(
  ticket: Ticket,
  form: string,
  transitions: readonly Transition[],
  actor: TicketActor,
  context: StepContext,
): TicketStep {
  const found = context.policy.forms.find(
    ({ id, match }) => id === form && matches(match, toSettings(ticket)),
  );
  const isWhole =
    found !== undefined &&
    transitions.length === found.transitions.length &&
    transitions.every(({ type }, at) => type === found.transitions[at]);
  const [first, ...rest] = transitions;
  if (!isWhole || first === undefined) throw new RiserError('wrong-form', { form });
  const { actors } = found;
  const isLet = actors !== undefined;
  if (isLet && !isOneOf(ticket, actors, actor, context.policy, context.owner))
    throw new RiserError('not-your-step', { transition: first.type, who: listNames(actors) });
  const last = transitions.length - 1;
  // Only once all of it is written does the gateway add what is its own.
  const take = (before: Ticket, transition: Transition, at: number): TicketStep =>
    at === last || transition.type !== 'record'
      ? takeStep(before, transition, actor, context, isLet)
      : makeStep(before, transition, actor, context, isLet).step;
  return rest.reduce(
    (done, transition, at) => joinSteps(done, take(done.ticket, transition, at + 1)),
    take(ticket, first, 0),
  );
}

/** Whether only the signature of whoever has taken it over is wanting. */
function isHeldUpUnsigned(ticket: Ticket, type: Transition['type'], policy: Policy): boolean {
  if (!owesSignature(ticket, policy) || isAllowed(ticket, type, policy)) return false;
  return isAllowed({ ...ticket, takenBy: ticket.assignee ?? '' }, type, policy);
}

function apply(transition: Transition, work: Work): Outcome {
  if (isPathStep(transition)) return applyPathStep(transition, work);
  if (isSheetStep(transition)) return applySheetStep(transition, work);
  if (isDataStep(transition)) return applyDataStep(transition, work);
  return applySideStep(transition, work);
}

function toHappening({ type, detail }: Outcome, transition: Transition) {
  return { type, detail: { ...toDetail(transition), ...detail } };
}

/** @throws RiserError `late-entry-order`: not later than now, not before the step before it, save for an arrival. */
function toMoment(
  ticket: Ticket,
  type: Transition['type'],
  { username }: TicketActor,
  context: StepContext,
): Moment {
  const { nowMs, occurredAtMs, policy } = context;
  if (occurredAtMs === null) return { by: username, atMs: nowMs, nowMs, isLate: false };
  const arrivableMs = type === 'arrive' ? toArrivableMs(ticket, policy) : null;
  const afterMs = Math.min(arrivableMs ?? ticket.stageSinceMs, nowMs);
  if (!(occurredAtMs >= afterMs && occurredAtMs <= nowMs))
    throw new RiserError('late-entry-order', { after: new Date(afterMs).toISOString() });
  return { by: username, atMs: occurredAtMs, nowMs, isLate: occurredAtMs < nowMs };
}

const SIGNATURE_RULE: Text = {
  zh: '转派后须由新责任人签收方可继续',
  en: 'whoever has taken it over signs for it before going on',
};
