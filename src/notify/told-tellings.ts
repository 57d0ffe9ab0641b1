/** What those who were told of a ticket are told when it is less than it was, has returned, or is over. */
import { CANCEL_REASONS } from '../core/cancellation.ts';
import type { Message, MessageKind } from '../core/message.ts';
import type { Text } from '../core/text.ts';
import { isTicketOpen, type Ticket, type TicketEvent } from '../core/ticket.ts';
import type { Addressee, Telling, TellingContext } from './telling.ts';
import { toTelling, toText } from './telling-parts.ts';
import { ASK, type Ask } from './wording.ts';

/** Messages after which a return or a cancellation is news. */
const RAISES: readonly MessageKind[] = ['emergency', 'assigned', 'priority-raised', 'reworked', 'escalated'];

/** Whoever was told of an emergency is told that it is none, by whom and why: they may know better. */
export function toLowered(event: TicketEvent, context: TellingContext): readonly Telling[] {
  const { ticket, detail, by } = event;
  const { priority } = (detail['from'] ?? {}) as Partial<Ticket>;
  if (priority !== 'emergency' || ticket.priority === 'emergency') return [];
  const [who, why] = [context.nameOf(by), toText(detail['reason']) ?? ''];
  const fact: Text = {
    zh: `${who.zh}已将本单由突发紧急降级，原因：${why}`,
    en: `${who.en} says that it is no emergency: ${why}`,
  };
  return toTold(event, context, 'know', fact);
}

/** Only of what has rung: to those who were told, when nothing on the ticket stands any more. */
export function toReturn(event: TicketEvent, context: TellingContext): readonly Telling[] {
  const { ticket } = event;
  const isOver = ticket.alarms.every(({ isActive }) => !isActive);
  if (!isOver || ticket.priority === 'normal' || !isTicketOpen(ticket)) return [];
  return toTold(event, context, ticket.priority === 'emergency' ? 'verify' : 'none', RETURNED);
}

export function toEnd(event: TicketEvent, context: TellingContext): readonly Telling[] {
  const { ticket, type } = event;
  const reason = ticket.cancellation === null ? null : CANCEL_REASONS[ticket.cancellation.reason];
  const into = ticket.links.findLast(({ kind }) => kind === 'merged-into')?.ticket ?? '';
  const fact: Text =
    type === 'merged'
      ? { zh: `已并入工单 ${into}`, en: `Merged into ticket ${into}` }
      : {
          zh: `工单已撤销${reason === null ? '' : `（${reason.zh}）`}`,
          en: `The ticket is cancelled${reason === null ? '' : ` (${reason.en})`}`,
        };
  const told = toTold(event, context, type === 'merged' ? 'none' : 'stop', fact);
  const { reporter } = ticket;
  if (reporter === null) return told;
  const to = [{ anyOf: [reporter], ask: ASK.none }];
  const { priority } = ticket;
  return [...told, toTelling({ kind: 'information', priority, to, fact, event }, context)];
}

function toTold(event: TicketEvent, context: TellingContext, ask: Ask, fact: Text): readonly Telling[] {
  const { ticket } = event;
  const to = toRaisesOf(context.view.messagesOf(ticket.id)).map(
    (after): Addressee => ({ after, ask: ASK[ask] }),
  );
  if (to.length === 0) return [];
  return [toTelling({ kind: 'information', priority: ticket.priority, to, fact, event }, context)];
}

/** The raise of each recipient and channel that has gone out, or still may. */
export function toRaisesOf(messages: readonly Message[]): readonly Message[] {
  const raises = messages.filter(
    ({ kind, state }) => RAISES.includes(kind) && state !== 'failed' && state !== 'dropped',
  );
  const byWay = new Map(raises.map((message) => [`${message.recipient}/${message.channel}`, message]));
  return [...byWay.values()];
}

const RETURNED: Text = { zh: '告警已恢复正常', en: 'The alarm has returned to normal' };
