/**
 * Rows that are derived from the documents of tickets, for tickets that have none: those that versions before 4 of the
 * schema have left. Their documents take the new shape. Runs after all steps of the schema, so that it may use today's
 * tables.
 */
import type { DatabaseSync } from 'node:sqlite';
import { toTicket } from '../../tickets/upgrade.ts';
import { createLister } from './commit-tickets.ts';
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
