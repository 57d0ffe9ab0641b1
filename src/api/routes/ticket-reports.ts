/** The month's figures of tickets (service-workflow.md §7), with the targets of the policy in force beside them. */
import Type from 'typebox';
import { toInstantMs } from '../../people/shift-time.ts';
import { recompute } from '../../tickets/mark.ts';
import { ok } from '../answers.ts';
import type { Api, ApiContext } from '../context.ts';
import { createLocalTime } from '../export/local-time.ts';
import { closed } from '../request-schemas.ts';
import { Ms, TextSchema } from '../schemas.ts';

const MonthQuery = closed({
  month: Type.Optional(
    Type.String({ pattern: '^20\\d{2}-(0[1-9]|1[0-2])$', description: 'YYYY-MM; default: the present one' }),
  ),
});
const CountsSchema = Type.Record(Type.String(), Type.Integer());
const ReportSchema = Type.Object({
  month: Type.String(),
  fromMs: Ms,
  toMs: Ms,
  opened: Type.Integer(),
  closed: Type.Integer({ description: 'Without those that were cancelled' }),
  cancelled: Type.Integer({
    description: 'Withdrawn or a false alarm; duplicates are in none of the numbers',
  }),
  open: Type.Integer({ description: 'At the end of the month, or now' }),
  byClass: CountsSchema,
  byPriority: CountsSchema,
  clocks: Type.Array(
    Type.Object({
      id: Type.String(),
      name: TextSchema,
      isHuman: Type.Boolean(),
      n: Type.Integer(),
      breached: Type.Integer(),
      medianMs: Type.Number(),
      p90Ms: Type.Number(),
      maxMs: Type.Number(),
    }),
  ),
  reworked: Type.Integer(),
  falseAlarms: Type.Integer(),
  targets: Type.Record(Type.String(), Type.Number({ description: '0–1' })),
});

export function ticketReportRoutes(api: Api, { services, policies }: ApiContext): void {
  api.get(
    '/reports/tickets',
    {
      config: { permission: 'ticket.read-all' },
      schema: {
        operationId: 'reportTickets',
        summary: 'Tickets of a local month: opened, closed, by class and priority, clocks kept and breached',
        description:
          'Drills and duplicates are in none of the numbers. A clock is kept when what it waits for has happened in time: what only the cancelling of its ticket has stopped is not counted. One that is late and still runs is there with the time until now.',
        tags: ['reports'],
        querystring: MonthQuery,
        response: ok(ReportSchema),
      },
    },
    async ({ query }) => {
      const { model, clock, queries } = services;
      const { timeZone } = model.site;
      const month = query.month ?? createLocalTime(timeZone).toClock(clock.now().wallMs).slice(0, 7);
      const fromMs = toInstantMs(timeZone, `${month}-01`, 0);
      const toMs = toInstantMs(timeZone, `${toNextMonth(month)}-01`, 0);
      const nowMs = clock.now().wallMs;
      const { byClass, byPriority, clocks, ...figures } = await queries.ticketFigures(
        fromMs,
        toMs,
        async (ticket) => recompute(ticket, await policies.of(ticket.policyVersion), nowMs),
      );
      return {
        ...figures,
        month,
        byClass: { ...byClass },
        byPriority: { ...byPriority },
        clocks: Object.entries(clocks).map(([id, of]) => {
          const known = model.policy.clocks.find((one) => one.id === id);
          return { id, name: known?.name ?? { zh: id, en: id }, isHuman: known?.isHuman ?? true, ...of };
        }),
        targets: { ...model.policy.targets },
      };
    },
  );
}

function toNextMonth(month: string): string {
  const [year = 0, one = 0] = month.split('-').map(Number);
  return one === 12 ? `${year + 1}-01` : `${year}-${String(one + 1).padStart(2, '0')}`;
}
