/** The supervisor's list at the end of the day (当日未完成): what was still open, and until when. When a ticket gets there is tickets/day-end.ts. */
import { LIMITS } from '../../core/limits.ts';
import type { Ticket as StoredTicket } from '../../core/ticket.ts';
import { isCarriedOver } from '../../core/ticket-carried.ts';
import { listOf, ok, Ticket } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { READ_TICKETS, showTicket, toActor, toOwnFilter } from '../ticket-readers.ts';

/** Pages of open tickets that are looked through: ten thousand are more than people can have open. */
const MAX_PAGES = 20;

export function carriedOverRoutes(api: Api, { services, policies }: ApiContext): void {
  api.get(
    '/tickets/carried-over',
    {
      config: { permission: READ_TICKETS },
      schema: {
        operationId: 'listCarriedOver',
        summary: 'Tickets that were still open at the end of a day, soonest new deadline first',
        tags: ['tickets'],
        response: ok(listOf(Ticket)),
      },
    },
    async ({ person }) => {
      const { queries } = services;
      const actor = toActor(personOf({ person }), services);
      const own = toOwnFilter(actor);
      const found: StoredTicket[] = [];
      for (let page = 0; page < MAX_PAGES; page++) {
        const offset = page * LIMITS.pageRows;
        const { items } = await queries.tickets({ state: 'open', ...own, limit: LIMITS.pageRows, offset });
        found.push(...items.filter(isCarriedOver));
        if (items.length < LIMITS.pageRows) break;
      }
      const options = { isWhole: false, explained: await queries.explained() };
      const sorted = found.toSorted((a, b) => toDeadline(a) - toDeadline(b));
      const shown = sorted.map((ticket) => showTicket(ticket, actor, services, policies, options));
      return { items: await Promise.all(shown), total: found.length };
    },
  );
}

function toDeadline({ carriedOver }: StoredTicket): number {
  return carriedOver?.deadlineAtMs ?? Number.MAX_SAFE_INTEGER;
}
