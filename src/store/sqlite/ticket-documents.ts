/**
 * Tickets as documents. Names of people outside and ways to reach them are not in them, only the id of the row that has them (`personal`): so
 * they are gone from every ticket, also from the archive, when that row is destroyed. Reading puts them back.
 */
import type { Kysely } from 'kysely';
import { toPersonalIds, withoutPersonal, withPersonal } from '../../core/personal-names.ts';
import type { Ticket } from '../../core/ticket.ts';
import { STORE_LIMITS } from '../limits.ts';
import type { PersonalFields } from '../store.ts';
import type { Database } from './database.ts';
import { parse } from './rows.ts';

export function toDocument(ticket: Ticket): string {
  return JSON.stringify(withoutPersonal(ticket));
}

/** In the same order. Fields that were destroyed are empty. */
export async function readTickets(
  database: Kysely<Database>,
  docs: readonly string[],
): Promise<readonly Ticket[]> {
  const tickets = docs.map((doc) => parse(doc) as Ticket);
  const fields = await readPersonal(database, [...new Set(tickets.flatMap(toPersonalIds))]);
  return tickets.map((ticket) => withPersonal(ticket, (id) => fields.get(id)));
}

/** Those that are there. Key: id. */
export async function readPersonal(
  database: Kysely<Database>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, PersonalFields>> {
  const found = new Map<string, PersonalFields>();
  for (let at = 0; at < ids.length; at += STORE_LIMITS.idsPerQuestion) {
    const some = ids.slice(at, at + STORE_LIMITS.idsPerQuestion);
    const rows = await database
      .selectFrom('personal')
      .select(['id', 'doc'])
      .where('id', 'in', some)
      .execute();
    for (const { id, doc } of rows) if (doc !== null) found.set(id, parse(doc) as PersonalFields);
  }
  return found;
}
