/** The past of points as a file: streamed as it is read, in the pace of the client, ended when the client goes away. */
import Type, { type Static } from 'typebox';
import { RiserError } from '../../core/errors.ts';
import { ok } from '../answers.ts';
import type { Api, ApiContext } from '../context.ts';
import { createExport, type ExportFile, findExportProblems } from '../export/export.ts';
import { EXPORT_LIMITS } from '../export/limits.ts';
import { toLanguage } from '../export/words.ts';
import { XLSX_TYPE } from '../export/xlsx.ts';
import { parsePoints, toRange, untilGone } from '../history-range.ts';
import { ExportQuery } from '../request-schemas.ts';
import { sendFile, TRAILER } from '../send-file.ts';
import type { ApiServices } from '../services.ts';
import { InputError } from '../validation.ts';

/** A year of many points takes this long on a slow line; then the file ends, whatever it holds. */
const LONGEST_MS = 6 * 3_600_000;
const description = [
  'Streamed. CSV is UTF-8 with a byte order mark; times stand on the clocks of the site, beside UTC milliseconds.',
  `When something is missing, the last row says so and the trailer \`${TRAILER}\` is \`incomplete\`.`,
].join(' ');

export function exportRoutes(api: Api, { services }: ApiContext): void {
  let running = 0;
  api.get(
    '/history/export',
    {
      config: { permission: 'site.read', isStream: true },
      handlerTimeout: LONGEST_MS,
      exposeHeadRoute: false,
      schema: {
        operationId: 'exportHistory',
        summary: 'What was read of points over a range, as CSV or XLSX',
        description,
        tags: ['history'],
        querystring: ExportQuery,
        response: {
          ...ok(Type.String()),
          200: {
            description: 'File',
            content: { 'text/csv': { schema: Type.String() }, [XLSX_TYPE]: { schema: Type.String() } },
          },
        },
      },
    },
    async ({ query, headers }, reply) => {
      const signal = untilGone(reply);
      const file = toFile(services, query, headers['accept-language'], signal);
      if (running >= EXPORT_LIMITS.running) throw new RiserError('history-busy');
      running++;
      return sendFile(file, reply, signal, () => running--);
    },
  );
}

/** @throws InputError. */
function toFile(
  services: ApiServices,
  query: Static<typeof ExportQuery>,
  accepted: string | undefined,
  signal: AbortSignal,
): ExportFile {
  const { model, history, clock } = services;
  const points = parsePoints(services, query.points, EXPORT_LIMITS.points);
  const range = toRange(query, clock.now().wallMs);
  const { format, kind, step = null, language = toLanguage(accepted) } = query;
  const asked = { points, ...range, kind, stepMs: step };
  const problems = findExportProblems(asked);
  if (problems.length > 0) {
    throw new InputError(problems.map(({ field, expected }) => ({ path: `query.${field}`, expected })));
  }
  return createExport({ model, history, ...asked, format, language, isSealed: true, signal });
}
