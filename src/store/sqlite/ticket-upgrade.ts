/**
 * Rows that are derived from the documents of tickets, for tickets that have none: those that versions before 4 of the
 * schema have left. Their documents take the new shape. Clocks of versions before 9 are derived anew where that changes them. Runs after
 * all steps of the schema, so that it may use today's tables.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { Ticket } from '../../core/ticket.ts';
import { toTicket } from '../../tickets/upgrade.ts';
import { createClockKeeper, createLister } from './commit-tickets.ts';
import { toDocument } from './ticket-documents.ts';

/** Documents in memory at once. */
const ROWS_AT_ONCE = 500;

/**
 * Inside the caller's transaction; some 4,000 tickets a second.
 * @throws Error when a document is no ticket
 */
export function upgradeTickets(database: DatabaseSync): void {
  const list = createLister(database);
  const page = database.prepare(
    'select rowid as place, id, doc from ticket where rowid > ? order by rowid limit ?',
  );
  const change = database.prepare('update ticket set doc = ? where id = ?');
  for (let last = 0; ; ) {
    const rows = page.all(last, ROWS_AT_ONCE);
    for (const { id, doc } of rows) {
      const ticket = toTicket(JSON.parse(String(doc)));
      change.run(toDocument(ticket), String(id));
      list(ticket);
    }
    if (rows.length < ROWS_AT_ONCE) return;
    last = Number(rows.at(-1)?.['place']);
  }
}

/** Of those that were cancelled, and of those on which a late clock may still run. Inside the caller's transaction. */
export function upgradeClocks(database: DatabaseSync): void {
  const keep = createClockKeeper(database);
  const page = database.prepare(
    `select seq, received_at_ms, doc from ticket_list join ticket on ticket.id = ticket_list.ticket
     where seq > ? and (ticket_list.is_open = 1 or ticket_list.stage in ('cancelled', 'closed')) order by seq limit ?`,
  );
  for (let last = 0; ; ) {
    const rows = page.all(last, ROWS_AT_ONCE);
    for (const { seq, received_at_ms: listedAtMs, doc } of rows)
      keep(Number(seq), Number(listedAtMs), JSON.parse(String(doc)) as Ticket);
    if (rows.length < ROWS_AT_ONCE) return;
    last = Number(rows.at(-1)?.['seq']);
  }
}
