/**
 * What was repaired before on each equipment, as the engine remembers it: kept with every ticket that is closed, read once, at
 * the start. A row says all that is shown: documents of tickets lie all over a large file, and reading thousands of them on a
 * slow disk would keep the gateway from its field.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { Kysely } from 'kysely';
import type { EquipmentId } from '../../core/ids.ts';
import { toPastRepair } from '../../core/past-repair.ts';
import type { PastRepair, Ticket } from '../../core/ticket.ts';
import type { BootState } from '../store.ts';
import type { Database } from './database.ts';
import { parse } from './rows.ts';

/** Repairs of each equipment. */
const REPAIRS = 5;

/** By equipment, newest first. */
export async function readPastRepairs(database: Kysely<Database>): Promise<BootState['pastRepairs']> {
  const rows = await database
    .selectFrom('past_repair')
    .select(['equipment', 'doc'])
    .orderBy('equipment')
    .orderBy('closed_at_ms', 'desc')
    .orderBy('seq', 'desc')
    .execute();
  return rows.map(({ equipment, doc }) => ({
    equipment: equipment as EquipmentId,
    repair: parse(doc) as PastRepair,
  }));
}

/** @returns keeps the row of a ticket that is `seq` in the lists; one that is open again has none */
export function createRepairKeeper(database: DatabaseSync): (seq: number, ticket: Ticket) => void {
  const clear = database.prepare('delete from past_repair where seq = ?');
  const add = database.prepare(
    'insert into past_repair (equipment, closed_at_ms, seq, doc) values (?, ?, ?, ?)',
  );
  const prune = database.prepare(
    `delete from past_repair where equipment = ?1 and seq in (
      select seq from past_repair where equipment = ?1
      order by closed_at_ms desc, seq desc limit -1 offset ${REPAIRS})`,
  );
  return (seq, ticket) => {
    const { equipment, stage, closedAtMs, isDrill } = ticket;
    clear.run(seq);
    const isRepaired = !isDrill && (stage === 'closed' || stage === 'archived');
    if (equipment === null || closedAtMs === null || !isRepaired) return;
    add.run(equipment, closedAtMs, seq, JSON.stringify(toPastRepair(ticket)));
    prune.run(equipment);
  };
}
