/**
 * Steps that change what is known of a ticket and not its stage: its settings, appointments, corrections, photos, links. What
 * was there before is never lost: the record names the old value and the new one.
 */
import { never } from '../core/assert.ts';
import { RiserError } from '../core/errors.ts';
import type { Text } from '../core/text.ts';
import { PRIORITIES, type Priority, type Ticket } from '../core/ticket.ts';
import { requirePromise } from './ahead.ts';
import { applyContractor } from './contractors.ts';
import { applyCorrection } from './corrections.ts';
import { requireNoDangerToLower } from './danger.ts';
import { toDeadlineSet } from './day-end.ts';
import { requireFields } from './fields.ts';
import { requireUploadRate } from './rates.ts';
import { isReportable } from './reporting.ts';
import { toPriority, withPriority } from './routing.ts';
import { applyDoorStep } from './step-doors.ts';
import { requireOther } from './step-side.ts';
import type { Transition } from './transitions.ts';
import { type Outcome, toDetail, type Work } from './work.ts';

/** Photos and documents of one ticket. */
export const MAX_ATTACHMENTS = 50;
/** Links of one ticket to others. */
export const MAX_LINKS = 100;

const DATA_STEPS = [
  'reclassify',
  'set-difficult',
  'clear-difficult',
  'appoint',
  'estimate',
  'contact',
  'correct',
  'attach',
  'link',
  'give-contractor',
  'enter-dwelling',
  'sample-visit',
  'note',
] as const satisfies readonly Transition['type'][];
export type DataStep = Transition & { readonly type: (typeof DATA_STEPS)[number] };

export function isDataStep(transition: Transition): transition is DataStep {
  return (DATA_STEPS as readonly string[]).includes(transition.type);
}

export function applyDataStep(step: DataStep, work: Work): Outcome {
  const { ticket, moment } = work;
  switch (step.type) {
    case 'reclassify':
      return applyReclassify(step, work);
    case 'set-difficult': {
      const { approver, reason } = step;
      requireFields({ approver, reason }, DIFFICULT_RULE);
      requireOther(approver, moment.by);
      return { type: 'difficult-set', change: { difficult: { approver, reason, atMs: moment.atMs } } };
    }
    case 'clear-difficult':
      requireFields({ reason: step.reason }, CLEAR_RULE);
      return {
        type: 'difficult-cleared',
        change: { difficult: null },
        detail: { approver: ticket.difficult?.approver ?? null, revokedBy: moment.by },
      };
    case 'appoint':
      return applyAppoint(step, work);
    case 'estimate':
      requirePromise(step.atMs, moment.atMs);
      return {
        type: 'estimated',
        change: {
          estimatedAtMs: step.atMs,
          ...toDeadlineSet(ticket, step.atMs, work.actor, work.context.policy),
        },
        detail: { from: ticket.estimatedAtMs },
      };
    case 'contact':
      requireFields({ how: step.how, note: step.note }, CONTACT_RULE);
      return { type: 'contacted', change: {} };
    case 'correct':
      return applyCorrection(step, work);
    case 'attach':
      return applyAttach(step, work);
    case 'link':
      return applyLink(step, work);
    case 'give-contractor':
      return applyContractor(step, work);
    case 'enter-dwelling':
    case 'sample-visit':
      return applyDoorStep(step, work);
    case 'note':
      requireFields({ note: step.note }, NOTE_RULE);
      return { type: 'noted', change: {} };
    default:
      return never(step);
  }
}

/** One that stands was promised to somebody: it is moved only with their consent, which the record names. */
function applyAppoint(step: DataStep & { type: 'appoint' }, { ticket, moment }: Work): Outcome {
  const { fromMs, toMs, agreedWith, reason } = step;
  if (toMs <= fromMs) throw new RiserError('end-not-ahead');
  for (const atMs of [fromMs, toMs]) requirePromise(atMs, moment.atMs);
  const { appointment: from } = ticket;
  if (from !== null) requireFields({ agreedWith, reason }, MOVED_RULE);
  const detail = from === null ? {} : { from };
  return { type: 'appointed', change: { appointment: { fromMs, toMs } }, detail };
}

/** Deadlines only tighten by it (clocks.ts); its number stays what it was. */
function applyReclassify(step: DataStep & { type: 'reclassify' }, { ticket, context }: Work): Outcome {
  const { policy } = context;
  const { impact = null, reason } = step;
  const ticketClass = step.class ?? ticket.class;
  const derived = step.priority ?? toDerived(ticket, ticketClass, impact, context) ?? ticket.priority;
  const changed: Ticket = {
    ...ticket,
    class: ticketClass,
    flow: step.flow ?? ticket.flow,
    impact: impact ?? ticket.impact,
  };
  const { priority, attendance, ...others } = withPriority(changed, derived, policy);
  const isRaise = PRIORITIES[priority].rank > PRIORITIES[ticket.priority].rank;
  // Nobody comes to an emergency tomorrow, whatever was entered.
  const given = isRaise && priority === 'emergency' ? null : step.attendance;
  const settings = { class: ticketClass, priority, flow: changed.flow, impact: changed.impact };
  const wanted = { ...settings, attendance: given ?? attendance };
  const names = Object.keys(wanted) as (keyof typeof wanted)[];
  const from = Object.fromEntries(
    names.filter((name) => wanted[name] !== ticket[name]).map((name) => [name, ticket[name]]),
  );
  // Who was told of an emergency that is none any more is told again should it become one again.
  const isLet = isReportable(ticket, policy) && !isReportable({ ...ticket, ...wanted }, policy);
  const change = { ...wanted, ...others, ...(isLet && { reports: [] }) };
  requireFields({ reason, change: Object.keys(from) }, RECLASSIFY_RULE);
  requireNoDangerToLower(ticket, wanted, context.incident);
  const raised = { type: 'priority-raised' as const, detail: { from: ticket.priority, to: priority } };
  const happenings = [
    { type: 'reclassified' as const, detail: { ...toDetail(step), from } },
    ...(isRaise ? [raised] : []),
  ];
  return { type: 'reclassified', change, happenings };
}

/** By the new impact; else by the new class, which only raises: a leak that turns out to be a fire is an emergency. */
function toDerived(
  { class: was, impact: known, priority, content }: Ticket,
  ticketClass: Ticket['class'],
  impact: Ticket['impact'],
  { policy, kinds = [] }: Work['context'],
): Priority | null {
  if (impact === null && ticketClass === was) return null;
  const derived = toPriority(impact ?? known, ticketClass, kinds, policy, content.zh);
  const isRaise = derived !== null && PRIORITIES[derived].rank > PRIORITIES[priority].rank;
  return impact !== null || isRaise ? derived : null;
}

function applyAttach(
  { attachment }: DataStep & { type: 'attach' },
  { ticket, context, moment }: Work,
): Outcome {
  const { attachments } = ticket;
  requireUploadRate(ticket, moment.by, context.policy, moment.nowMs);
  if (attachments.length >= MAX_ATTACHMENTS)
    throw new RiserError('ticket-full', { what: { zh: '附件', en: 'attachments' }, max: MAX_ATTACHMENTS });
  const known = attachments.filter(({ id }) => id !== attachment.id);
  return { type: 'attached', change: { attachments: [...known, attachment] } };
}

function applyLink({ ticket: other, kind }: DataStep & { type: 'link' }, { ticket }: Work): Outcome {
  requireFields({ ticket: other }, LINK_RULE);
  if (other === ticket.id) throw new RiserError('value-not-allowed', { value: other, allowed: LINK_RULE });
  if (ticket.links.length >= MAX_LINKS)
    throw new RiserError('ticket-full', { what: { zh: '关联', en: 'links' }, max: MAX_LINKS });
  const others = ticket.links.filter((link) => link.ticket !== other || link.kind !== kind);
  return { type: 'linked', change: { links: [...others, { ticket: other, kind }] } };
}

const RECLASSIFY_RULE: Text = {
  zh: '改类别须写明原因，且至少改动一项',
  en: 'reclassifying needs a reason and something that changes',
};
const DIFFICULT_RULE: Text = {
  zh: '定为疑难须写明批准人和原因',
  en: 'a difficult matter needs who approved it and why',
};
const CLEAR_RULE: Text = {
  zh: '撤销疑难认定须写明原因',
  en: 'say why it is not difficult after all',
};
const CONTACT_RULE: Text = {
  zh: '联系来源方须写明联系方式和内容',
  en: 'say how the source was reached and what was said',
};
const LINK_RULE: Text = { zh: '另一张工单', en: 'another ticket' };
const MOVED_RULE: Text = {
  zh: '改约须与报修方商定，并写明与谁商定和原因',
  en: 'an appointment is moved with the consent of the source: say with whom, and why',
};
const NOTE_RULE: Text = { zh: '备注不能为空', en: 'a note needs text' };
