/**
 * To whom outside the house a ticket is given, and how it comes back: withdrawn by name, or because the house takes it over. From
 * then on the firm neither reads the ticket nor takes a step on it (actors.ts). Who is a firm's account, the engine is asked.
 */
import type { Text } from '../core/text.ts';
import type { Ticket } from '../core/ticket.ts';
import type { Happening } from './change.ts';
import { isBlank, requireFields } from './fields.ts';
import type { StepContext } from './step.ts';
import type { Transition } from './transitions.ts';
import type { Outcome, Work } from './work.ts';

/** Where a policy has no ladder. */
const FALLBACK = 'supervisor';

/** Named anew, or with a note alone withdrawn; whoever of the firm had signed for it has it no longer. */
export function applyContractor(
  step: Transition & { type: 'give-contractor' },
  { ticket, context }: Work,
): Outcome {
  const { user = null, contact = null, note } = step;
  const { contractor: from } = ticket;
  const detail = { from };
  if (isBlank(user) && isBlank(contact)) {
    if (from === null) requireFields({ user, contact }, CONTRACTOR_RULE);
    requireFields({ note }, WITHDRAW_RULE);
    return { type: 'contractor-set', change: { contractor: null, ...toReleased(ticket, context) }, detail };
  }
  const contractor = { user: isBlank(user) ? null : user, contact: isBlank(contact) ? null : contact };
  const isSame = from !== null && from.user === contractor.user && from.contact === contractor.contact;
  const released = from === null || isSame ? {} : toReleased(ticket, context);
  return { type: 'contractor-set', change: { contractor, ...released }, detail };
}

/**
 * The house takes over what a firm's account has signed for: the firm has it no longer. One that was asked to come, and has not
 * signed, stays asked: whoever has the ticket in the house waits for it.
 */
export function takeOver(
  ticket: Ticket,
  assignee: string,
  context: Pick<StepContext, 'isContractor'>,
): { readonly change: Pick<Partial<Ticket>, 'contractor'>; readonly happenings: readonly Happening[] } {
  const { contractor: from, takenBy } = ticket;
  const isTheirs = from !== null && takenBy !== null && isOfFirm(takenBy, ticket, context);
  if (!isTheirs || isOfFirm(assignee, ticket, context)) return { change: {}, happenings: [] };
  const happening: Happening = { type: 'contractor-set', detail: { from, contractor: null, assignee } };
  return { change: { contractor: null }, happenings: [happening] };
}

/** Without whoever of the firm had it; nobody of the house being assigned, it is the ladder's to give. */
function toReleased(ticket: Ticket, context: Pick<StepContext, 'isContractor' | 'policy'>): Partial<Ticket> {
  const isTheirs = (name: string | null): boolean => name !== null && isOfFirm(name, ticket, context);
  const to = context.policy.escalation.ladder[0]?.role ?? FALLBACK;
  return {
    ...(isTheirs(ticket.takenBy) && { takenBy: null, readBack: null }),
    ...(isTheirs(ticket.assignee) && { assignee: to }),
  };
}

function isOfFirm(
  name: string,
  { contractor }: Pick<Ticket, 'contractor'>,
  { isContractor }: Pick<StepContext, 'isContractor'>,
): boolean {
  return contractor?.user === name || (isContractor?.(name) ?? false);
}

const CONTRACTOR_RULE: Text = {
  zh: '委托须选择承包商账号或外部联系人',
  en: 'name the contractor: an account or a contact of the register',
};
const WITHDRAW_RULE: Text = {
  zh: '收回委托须写明原因',
  en: 'withdrawing it from a contractor needs a reason',
};
