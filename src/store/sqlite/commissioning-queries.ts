/** Reads of the events of commissioning. What they mean is commissioning/. */
import type { Kysely } from 'kysely';
import type { CommissioningEvent } from '../../core/commissioning.ts';
import type { StoreQueries } from '../store.ts';
import { countAll, type Database } from './database.ts';
import { parse, toPage } from './rows.ts';

/** Ids that one statement asks for. */
const IDS_AT_ONCE = 500;

export function createCommissioningQueries(
  database: Kysely<Database>,
): Pick<StoreQueries, 'commissioningEvents' | 'commissioningHistory' | 'commissioningPhotos'> {
  return {
    async commissioningEvents(after, limit) {
      const rows = database.selectFrom('commissioning_event').select(['seq', 'doc']).where('seq', '>', after);
      const found = await rows.orderBy('seq').limit(limit).execute();
      return found.map(({ seq, doc }) => ({ seq, event: parse(doc) as CommissioningEvent }));
    },
    async commissioningHistory(equipment, page) {
      const rows = database.selectFrom('commissioning_event').where('equipment', '=', equipment);
      const { limit, offset } = toPage(page);
      const found = await rows.select('doc').orderBy('seq', 'desc').limit(limit).offset(offset).execute();
      const items = found.map(({ doc }) => parse(doc) as CommissioningEvent);
      return { items, total: await countAll(rows) };
    },
    async commissioningPhotos(ids) {
      const found = new Set<string>();
      for (let at = 0; at < ids.length; at += IDS_AT_ONCE) {
        const some = ids.slice(at, at + IDS_AT_ONCE);
        const rows = database.selectFrom('commissioning_event').select('photo').where('photo', 'in', some);
        for (const { photo } of await rows.execute()) if (photo !== null) found.add(photo);
      }
      return found;
    },
  };
}
