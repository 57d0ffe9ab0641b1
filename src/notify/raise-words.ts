/** What is said of a ticket that has become graver: from what to what, by which other ticket, and who had it until then. */
import { SEVERITIES, SEVERITY_NAMES } from '../core/severity.ts';
import type { Text } from '../core/text.ts';
import { PRIORITIES, type Priority, type Ticket, type TicketEvent } from '../core/ticket.ts';
import type { TellingContext } from './telling.ts';
import { joinTexts } from './wording.ts';

/** Of an event `priority-raised`; `merged` names the ticket that was the graver one. */
export function toRaise({ detail, ticket }: TicketEvent): Text {
  const from = PRIORITIES[toPriority(detail['from']) ?? ticket.priority].text;
  const to = PRIORITIES[ticket.priority].text;
  const merged = detail['merged'];
  const part: Text =
    typeof merged === 'string'
      ? { zh: `工单 ${merged} 已并入本单，`, en: `Ticket ${merged} has become part of it. ` }
      : { zh: '', en: '' };
  const severity = SEVERITY_NAMES.find((name) => name === detail['severity']);
  if (severity !== undefined) {
    const { text } = SEVERITIES[severity];
    return joinTexts(part, {
      zh: `告警升为“${text.zh}”级`,
      en: `The alarm has become ${text.en.toLowerCase()}`,
    });
  }
  return joinTexts(part, { zh: `由“${from.zh}”提升为“${to.zh}”`, en: `Raised from ${from.en} to ${to.en}` });
}

/** Of a ticket that is back before the desk: whom the gateway had dispatched it to is the proposal now. */
export function toProposed(
  { assignee, priority }: Pick<Ticket, 'assignee' | 'priority'>,
  { nameOf }: Pick<TellingContext, 'nameOf'>,
): Text {
  const { zh, en } = PRIORITIES[priority].text;
  const raised: Text = { zh: `已提升为“${zh}”`, en: `Raised to ${en}` };
  if (assignee === null) return raised;
  const name = nameOf(assignee);
  return joinTexts(raised, { zh: `，建议责任人：${name.zh}`, en: `; proposed: ${name.en}` });
}

function toPriority(value: unknown): Priority | null {
  return typeof value === 'string' && value in PRIORITIES ? (value as Priority) : null;
}
