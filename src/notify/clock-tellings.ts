/**
 * Limits that run out and that have passed, told: a warning to who has to act, a breach to whom the policy says, with the name of
 * who had to. What the gateway owes itself (the report of an emergency) people can only make up for by telephone.
 */
import { GATEWAY } from '../core/gateway.ts';
import type { Text } from '../core/text.ts';
import type { TicketEvent } from '../core/ticket.ts';
import { DESK, isItsFirm, toActors, toFirm } from './people-of-ticket.ts';
import type { Unreached } from './reported.ts';
import type { Telling, TellingContext } from './telling.ts';
import { atDesk, toTelling, toText } from './telling-parts.ts';
import { ASK } from './wording.ts';

/** Of the events `clock-warned` and `clock-breached`. */
export function toClocks(event: TicketEvent, context: TellingContext): readonly Telling[] {
  return event.type === 'clock-warned' ? toWarned(event, context) : toBreached(event, context);
}

function toWarned(event: TicketEvent, context: TellingContext): readonly Telling[] {
  const { ticket, detail } = event;
  const { priority } = ticket;
  const responsible = toText(detail['responsible']);
  const known = toNamedClocks(event);
  const dueAtMs = Math.min(...known.flatMap(({ dueAtMs: at }) => (at === null ? [] : [at])));
  const due = Number.isFinite(dueAtMs) ? context.timeOf(dueAtMs) : null;
  const { zh, en } = toNameOfAll(known);
  const unreached = toUnreachedText(detail['unreached'], context);
  const fact: Text = {
    zh: `${due === null ? `“${zh}”时限将到` : `“${zh}”时限 ${due} 到期`}${unreached.zh}`,
    en: `${due === null ? `“${en}” is about to run out` : `“${en}” runs out at ${due}`}${unreached.en}`,
  };
  const told = { kind: 'clock-warned', priority, fact, event } as const;
  if (responsible === GATEWAY) {
    const ask = unreached.zh === '' ? ASK.hurry : ASK['ring-them'];
    const to = [{ anyOf: [...toActors(ticket, 'dispatch', context), DESK], ask }];
    // Whoever dispatches may be warned of a limit of his own in the same moment.
    return atDesk(ticket, [{ ...toTelling({ ...told, to }, context), part: GATEWAY }]);
  }
  const firm = isItsFirm(ticket, responsible) ? toFirm(ticket, 'hurry', context) : [];
  const to = [{ anyOf: toWho(event), ask: ASK.hurry }, ...firm];
  return atDesk(ticket, [toTelling({ ...told, to }, context)]);
}

function toBreached(event: TicketEvent, context: TellingContext): readonly Telling[] {
  const { ticket, detail } = event;
  const { priority } = ticket;
  const { zh, en } = toNameOfAll(toNamedClocks(event));
  const name = context.nameOf(toText(detail['responsible']) ?? DESK);
  const unreached = toUnreachedText(detail['unreached'], context);
  const fact: Text = {
    zh: `“${zh}”已超时，责任人：${name.zh}${unreached.zh}`,
    en: `“${en}” is breached; responsible: ${name.en}${unreached.en}`,
  };
  const above = toText(detail['to']);
  const to = [{ anyOf: above === null ? toWho(event) : [above], ask: ASK.oversee }];
  return [toTelling({ kind: 'clock-breached', priority, to, fact, event }, context)];
}

/** Who has to act; the desk where it is nobody of the house. */
function toWho({ ticket, detail }: TicketEvent): readonly string[] {
  const responsible = toText(detail['responsible']);
  const isNobody = responsible === null || responsible === GATEWAY || isItsFirm(ticket, responsible);
  return isNobody ? [DESK] : [responsible, DESK];
}

/** Those that run, where any does. */
function toNamedClocks({ ticket, detail }: TicketEvent): TicketEvent['ticket']['clocks'] {
  const ids: readonly unknown[] = Array.isArray(detail['clocks']) ? detail['clocks'] : [];
  const named = ticket.clocks.filter(({ id }) => ids.includes(id));
  const running = named.filter(({ stoppedAtMs }) => stoppedAtMs === null);
  return running.length > 0 ? running : named;
}

function toNameOfAll(clocks: TicketEvent['ticket']['clocks']): Text {
  return {
    zh: clocks.map(({ name }) => name.zh).join('、'),
    en: clocks.map(({ name }) => name.en).join(', '),
  };
}

/** Of the report of an emergency: who has not got it, and with whom it was tried. */
function toUnreachedText(value: unknown, { nameOf }: TellingContext): Text {
  const rows: readonly Unreached[] = Array.isArray(value) ? value : [];
  if (rows.length === 0) return { zh: '', en: '' };
  const named = rows.map(({ to, people }): Text => {
    const role = to === 'assignee' ? RESPONSIBLE : nameOf(to);
    const names = people.map((one) => nameOf(one));
    return {
      zh: `${role.zh}（${names.map(({ zh }) => zh).join('、') || '无人可通知'}）`,
      en: `${role.en} (${names.map(({ en }) => en).join(', ') || 'nobody can be told'})`,
    };
  });
  return {
    zh: `；未送达：${named.map(({ zh }) => zh).join('、')}`,
    en: `; not reached: ${named.map(({ en }) => en).join(', ')}`,
  };
}

const RESPONSIBLE: Text = { zh: '就近责任人', en: 'nearest responsible person' };
