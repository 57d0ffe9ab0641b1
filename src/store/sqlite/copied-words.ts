/**
 * Rows that repeat what was typed on a ticket: messages about it, names of its files, later tickets of the same equipment with it among their
 * past repairs, the lists of handovers, its incident. They follow when words of the ticket are redacted or destroyed. The
 * ticket itself the engine writes anew, and with it its place in the lists and its words in the index.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { Handover } from '../../core/duty.ts';
import type { Incident } from '../../core/incident.ts';
import type { Message } from '../../core/message.ts';
import type { Text } from '../../core/text.ts';
import type { Attachment, Ticket } from '../../core/ticket.ts';
import { mapHistoryOf } from '../../core/ticket-words.ts';
import { parse } from './rows.ts';

type ToText = (text: string) => string;

export interface Copies {
  rewrite(ticket: string, toText: ToText): void;
}

interface Kind {
  /** Takes the id of the ticket once or more; gives `key` and `doc`. */
  readonly find: string;
  readonly change: string;
  readonly map: (doc: unknown, ticket: string, toText: ToText) => unknown;
}

const KINDS: readonly Kind[] = [
  {
    find: 'select seq as key, doc from message where ticket = ?1',
    change: 'update message set doc = ? where seq = ?',
    map: (doc, _ticket, toText) => mapMessage(doc as Message, toText),
  },
  {
    find: `select other.ticket as key, ticket.doc as doc
      from ticket_list as own
      join ticket_list as other on other.equipment = own.equipment and other.received_at_ms >= own.received_at_ms
      join ticket on ticket.id = other.ticket
      where own.ticket = ?1 and other.ticket <> ?1 and instr(ticket.doc, ?1) > 0`,
    change: 'update ticket set doc = ? where id = ?',
    map: (doc, ticket, toText) => mapHistoryOf(doc as Ticket, ticket, toText),
  },
  {
    find: 'select id as key, doc from attachment where ticket = ?1',
    change: 'update attachment set doc = ? where id = ?',
    map: (doc, _ticket, toText) => ({ ...(doc as Attachment), name: toText((doc as Attachment).name) }),
  },
  {
    find: 'select seq as key, doc from handover where instr(doc, ?1) > 0',
    change: 'update handover set doc = ? where seq = ?',
    map: (doc, ticket, toText) => mapHandover(doc as Handover, ticket, toText),
  },
  {
    find: 'select seq as key, doc from incident where instr(doc, ?1) > 0',
    change: 'update incident set doc = ? where seq = ?',
    map: (doc, _ticket, toText) => ({
      ...(doc as Incident),
      place: both((doc as Incident).place, toText),
    }),
  },
];

export function createCopies(database: DatabaseSync): Copies {
  const kinds = KINDS.map(({ find, change, map }) => ({
    find: database.prepare(find),
    change: database.prepare(change),
    map,
  }));
  return {
    rewrite(ticket, toText) {
      for (const { find, change, map } of kinds) {
        for (const { key, doc } of find.all(ticket)) {
          const next = JSON.stringify(map(parse(String(doc)), ticket, toText));
          if (next !== doc) change.run(next, key ?? null);
        }
      }
    },
  };
}

export function mapMessage(message: Message, toText: ToText): Message {
  const { subject, body, answer } = message;
  return {
    ...message,
    subject: both(subject, toText),
    body: both(body, toText),
    answer: answer && { ...answer, text: toText(answer.text) },
  };
}

/** The line of the ticket; its number stays, since the line's id is it. */
function mapHandover(handover: Handover, ticket: string, toText: ToText): Handover {
  const tickets = handover.tickets.map((line) => {
    if (line.id !== ticket) return line;
    const { zh, en } = both(line.text, toText);
    return { ...line, text: { zh: zh || ticket, en: en || ticket } };
  });
  return { ...handover, tickets };
}

function both({ zh, en }: Text, toText: ToText): Text {
  return { zh: toText(zh), en: toText(en) };
}
