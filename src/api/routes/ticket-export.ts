/** Tickets in bulk as CSV or XLSX, with the filters of the list; who took a copy of the archive is audited. */
import Type from 'typebox';
import { RiserError } from '../../core/errors.ts';
import { ok } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { EXPORT_LIMITS } from '../export/limits.ts';
import { createTicketExport } from '../export/ticket-export.ts';
import { toLanguage } from '../export/words.ts';
import { XLSX_TYPE } from '../export/xlsx.ts';
import { untilGone } from '../history-range.ts';
import { closed, oneOf, ticketFilters } from '../request-schemas.ts';
import { sendFile } from '../send-file.ts';
import { toTicketFilter } from '../ticket-readers.ts';

/** 200,000 tickets on a slow line; then the file ends, whatever it holds. */
const LONGEST_MS = 3_600_000;

const ExportTicketsQuery = closed({
  state: oneOf(['open', 'closed', 'all'], { default: 'all' }),
  ...ticketFilters,
  format: oneOf(['csv', 'xlsx'], { default: 'csv' }),
  language: Type.Optional(oneOf(['zh', 'en'], { description: 'Default: by Accept-Language, else zh' })),
});

export function ticketExportRoutes(api: Api, { services }: ApiContext): void {
  let running = 0;
  api.get(
    '/tickets/export',
    {
      config: { permission: 'archive.export', isStream: true },
      handlerTimeout: LONGEST_MS,
      exposeHeadRoute: false,
      schema: {
        operationId: 'exportTickets',
        summary: 'Tickets by state and other marks as CSV or XLSX, one row each; audited',
        description:
          'Streamed; without personal data. Problems: `bad-request`, `history-busy`, `store-failed`.',
        tags: ['tickets'],
        querystring: ExportTicketsQuery,
        response: {
          ...ok(Type.String()),
          200: {
            description: 'File',
            content: { 'text/csv': { schema: Type.String() }, [XLSX_TYPE]: { schema: Type.String() } },
          },
        },
      },
    },
    async (request, reply) => {
      const { format, language = toLanguage(request.headers['accept-language']), ...rest } = request.query;
      const { queries, model, clock } = services;
      if (running >= EXPORT_LIMITS.running) throw new RiserError('history-busy');
      running++;
      const signal = untilGone(reply);
      const {
        limit: _limit,
        offset: _offset,
        ...filter
      } = toTicketFilter({ ...rest, limit: 1, offset: 0 }, model);
      try {
        const { username: actor } = personOf(request);
        const { orFaultKinds: _kinds, ...asked } = filter;
        const detail = { ...asked, format };
        await services.audit({ actor, action: 'ticket-export', object: model.site.id, detail });
      } catch (error) {
        running--;
        throw error;
      }
      const nowMs = clock.now().wallMs;
      const file = createTicketExport({ queries, model, filter, format, language, nowMs, signal });
      return sendFile(file, reply, signal, () => running--);
    },
  );
}
