/**
 * What is done in somebody's name (挂起等待、定为疑难、入户、撤销): whoever is named as the approver is told by a message of its own, with who
 * asked, why and until when, and how to refuse; whoever has the ticket is told when it is. Who may refuse is the policy's.
 */

import { CANCEL_REASONS } from '../core/cancellation.ts';
import { GATEWAY } from '../core/gateway.ts';
import type { Text } from '../core/text.ts';
import { type Ticket, type TicketEvent, WAIT_REASONS } from '../core/ticket.ts';
import { toActing, toFirm } from './people-of-ticket.ts';
import type { Telling, TellingContext } from './telling.ts';
import { toTelling } from './telling-parts.ts';
import { ASK, type Ask } from './wording.ts';

/** Keeps it apart from what the same step says to the same person otherwise: as the source, or as the desk. */
const APPROVAL = 'approval';

/** Clocks may stand still for it, on the word of whoever asked. */
export function toWaitApproval(event: TicketEvent, context: TellingContext): readonly Telling[] {
  const { estimatedAtMs, waiting } = event.ticket;
  if (waiting === null) return [];
  const { reason, note, approver, untilMs } = waiting;
  const who = context.nameOf(event.by);
  const until = toUntil(untilMs, estimatedAtMs, context);
  const fact: Text = {
    zh: `${who.zh}以您为批准人将本工单挂起等待（${WAIT_REASONS[reason].zh}：${note}${until.zh}）`,
    en: `${who.en} has put it on hold with you as the approver (${WAIT_REASONS[reason].en}: ${note}${until.en})`,
  };
  return tellApprover(event, context, approver, 'end-wait', fact);
}

export function toDifficultApproval(event: TicketEvent, context: TellingContext): readonly Telling[] {
  const { difficult } = event.ticket;
  if (difficult === null) return [];
  const who = context.nameOf(event.by);
  const due = toDue(event.ticket, context);
  const fact: Text = {
    zh: `${who.zh}以您为批准人将本工单定为疑难（${difficult.reason}）${due === null ? '' : `，${due.zh}`}`,
    en: `${who.en} has marked it as difficult with you as the approver (${difficult.reason})${due === null ? '' : `; ${due.en}`}`,
  };
  return tellApprover(event, context, difficult.approver, 'clear-difficult', fact);
}

/** 入户: somebody goes into a home on his word, whoever wrote that down. Told as an emergency is, day and night. */
export function toEntryApproval(event: TicketEvent, context: TellingContext): readonly Telling[] {
  const { approver, reason } = event.detail;
  if (typeof approver !== 'string') return [];
  const who = context.nameOf(event.by);
  const why = typeof reason === 'string' ? reason : '';
  const fact: Text = {
    zh: `${who.zh}登记入户，以您为批准人（${why}）`,
    en: `${who.en} has recorded entry to a dwelling with you as the approver (${why})`,
  };
  return tellApprover(event, context, approver, 'object', fact, event.ticket.priority);
}

/** 撤销: a complaint, or what was late, has been ended on his word. */
export function toCancelApproval(event: TicketEvent, context: TellingContext): readonly Telling[] {
  const { cancellation } = event.ticket;
  if (cancellation?.approver === undefined) return [];
  const { approver, reason, note } = cancellation;
  const who = context.nameOf(event.by);
  const why = CANCEL_REASONS[reason];
  const fact: Text = {
    zh: `${who.zh}以您为批准人撤销了本工单（${why.zh}：${note}）`,
    en: `${who.en} has cancelled it with you as the approver (${why.en}: ${note})`,
  };
  return tellApprover(event, context, approver, 'object', fact);
}

/**
 * By a person: its clocks run again, and whoever has it may be elsewhere. What ends by its own time is expected, unless it was to be
 * done by then; and where nobody has signed for it whoever resumes it is mostly one of those who have it.
 */
export function toResumed(event: TicketEvent, context: TellingContext): readonly Telling[] {
  const { by, detail, ticket } = event;
  const isRevoked = detail['revokedBy'] === by;
  if (by === GATEWAY) return toPromiseOver(event, context);
  if (ticket.takenBy === null && !isRevoked) return [];
  const who = context.nameOf(by);
  const fact: Text = isRevoked
    ? {
        zh: `批准人${who.zh}撤回等待批准，已恢复处理`,
        en: `${who.en} has withdrawn the approval of the wait: it goes on`,
      }
    : { zh: `${who.zh}已恢复处理`, en: `${who.en} has ended the wait: it goes on` };
  return tellActing(event, context, 'hurry', fact);
}

/** It waited until the time by which it was promised, and is not done: whoever has it is told, and whoever approved the wait. */
function toPromiseOver(event: TicketEvent, context: TellingContext): readonly Telling[] {
  const { approver } = event.detail;
  if (typeof approver !== 'string') return [];
  return [
    ...tellActing(event, context, 'hurry', PROMISE_OVER),
    ...tellApprover(event, context, approver, 'oversee', PROMISE_OVER, event.ticket.priority),
  ];
}

export function toCleared(event: TicketEvent, context: TellingContext): readonly Telling[] {
  const { by, detail, ticket } = event;
  const who = context.nameOf(by);
  const reason = typeof detail['reason'] === 'string' ? detail['reason'] : '';
  const due = toDue(ticket, context);
  const fact: Text = {
    zh: `${who.zh}撤销疑难认定（${reason}）${due === null ? '' : `，${due.zh}`}`,
    en: `${who.en} does not hold it for difficult (${reason})${due === null ? '' : `; ${due.en}`}`,
  };
  return tellActing(event, context, 'act', fact);
}

function toUntil(untilMs: number | null, estimatedAtMs: number | null, { timeOf }: TellingContext): Text {
  const until = untilMs === null ? null : timeOf(untilMs);
  if (until !== null && untilMs === estimatedAtMs)
    return { zh: `，等至 ${until}，预计届时完成`, en: `, until ${until}, when it is expected to be done` };
  const estimated = estimatedAtMs === null ? null : timeOf(estimatedAtMs);
  return {
    zh: `${until === null ? '' : `，等至 ${until}`}${estimated === null ? '' : `，预计 ${estimated} 完成`}`,
    en: `${until === null ? '' : `, until ${until}`}${estimated === null ? '' : `, expected to be done at ${estimated}`}`,
  };
}

/** Of the running clocks that a difficult matter gets more time for; null = none of them runs. */
function toDue(ticket: Ticket, { view, timeOf }: TellingContext): Text | null {
  const ids = view
    .policyOf(ticket)
    .clocks.filter(({ limits }) => limits.some(({ match }) => match.isDifficult === true))
    .map(({ id }) => id);
  const dues = ticket.clocks.flatMap(({ id, name, dueAtMs, stoppedAtMs }) =>
    ids.includes(id) && stoppedAtMs === null && dueAtMs !== null ? [{ name, at: timeOf(dueAtMs) }] : [],
  );
  if (dues.length === 0) return null;
  return {
    zh: dues.map(({ name, at }) => `“${name.zh}”时限为 ${at}`).join('，'),
    en: dues.map(({ name, at }) => `“${name.en}” is due at ${at}`).join(', '),
  };
}

function tellApprover(
  event: TicketEvent,
  context: TellingContext,
  approver: string,
  ask: Ask,
  fact: Text,
  priority: Telling['priority'] = 'normal',
): readonly Telling[] {
  const to = [{ anyOf: [approver], ask: ASK[ask] }];
  const told = toTelling({ kind: 'information', priority, to, fact, event }, context);
  return [{ ...told, part: APPROVAL }];
}

function tellActing(event: TicketEvent, context: TellingContext, ask: Ask, fact: Text): readonly Telling[] {
  const { ticket } = event;
  const to = [{ anyOf: toActing(ticket), ask: ASK[ask] }, ...toFirm(ticket, ask, context)];
  return [toTelling({ kind: 'information', priority: ticket.priority, to, fact, event }, context)];
}

const PROMISE_OVER: Text = {
  zh: '已到预计完成时间仍未完成，等待结束，时限恢复计时',
  en: 'The time at which it was expected to be done has come: the wait is over, and its limits run again',
};
