/** Writing to devices, and what was written. Checks, read-back, revert and audit are in writing/. */

import type { FastifyRequest } from 'fastify';
import { RiserError } from '../../core/errors.ts';
import { type EquipmentId, type PointId, toId, toPointId } from '../../core/ids.ts';
import { listOf, ok } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { NOUNS } from '../nouns.ts';
import { PointParams, WriteBody, WritesQuery } from '../request-schemas.ts';
import type { ApiServices } from '../services.ts';
import { PointWriteViewSchema } from '../write-schema.ts';
import { toPointWriteView } from '../write-views.ts';

const tags = ['points'];

export function writeRoutes(api: Api, { services }: ApiContext): void {
  const { writing, model } = services;
  api.post(
    '/points/:equipment/:point/write',
    {
      config: { permission: 'point.write' },
      schema: {
        operationId: 'writePoint',
        summary: 'Write a value to the device and read it back',
        description:
          'Answers when the value has been read back or its time is over, after 15 s at the latest with the state `sent`. ' +
          'Only `confirmed` means that the device shows it. Problems: `not-found`, `not-writable`, `life-safety-write`, ' +
          '`not-permitted` (the point asks for another role), `locked-out`, `value-not-allowed`, `interlocked`, ' +
          '`reason-required`, `write-busy`, `link-down`, `write-failed` (nothing was changed), `store-failed`, `engine-busy`.',
        tags,
        params: PointParams,
        body: WriteBody,
        response: ok(PointWriteViewSchema),
      },
      errorHandler: (error, request) => {
        noteUnread(error, request, services);
        throw error;
      },
    },
    async ({ params, body, person }) => {
      const point = model.pointIndex.get(toIdOf(params));
      if (point === undefined) throw new RiserError('not-found', { what: NOUNS.point });
      const { username, roles } = personOf({ person });
      return toPointWriteView(await writing.write({ point, ...body, by: username, roles }));
    },
  );

  api.get(
    '/writes',
    {
      config: { permission: 'site.read' },
      schema: {
        operationId: 'listWrites',
        summary: 'What was written to devices, newest first',
        description: '`point` is the name of the point within its equipment, or its whole id.',
        tags,
        querystring: WritesQuery,
        response: ok(listOf(PointWriteViewSchema)),
      },
    },
    async ({ query: { limit, equipment, point } }) => {
      const rows = await writing.writes({ limit, ...toFilter(equipment, point) });
      const items = rows.map(toPointWriteView);
      return { items, total: items.length };
    },
  );
}

interface PointPath {
  readonly equipment: string;
  readonly point: string;
}

function toIdOf({ equipment, point }: PointPath): PointId {
  return toPointId(toId<EquipmentId>(equipment), point);
}

/** Who may write nothing at all is refused before his request has been read; that he has tried is written down all the same. */
function noteUnread(error: unknown, { person, body, params }: FastifyRequest, services: ApiServices): void {
  if (!(error instanceof RiserError) || error.code !== 'not-permitted') return;
  const point = services.model.pointIndex.get(toIdOf(params as PointPath));
  if (person === null || body !== undefined || point === undefined) return;
  services.writing.noteUnread(point, person.username, error);
}

interface PointFilter {
  readonly equipment?: string;
  readonly point?: string;
}

/** Of a whole id, both halves count. */
function toFilter(equipment: string | undefined, point: string | undefined): PointFilter {
  const slash = point?.indexOf('/') ?? -1;
  if (point !== undefined && slash >= 0) {
    return { equipment: equipment ?? point.slice(0, slash), point: point.slice(slash + 1) };
  }
  return { ...(equipment !== undefined && { equipment }), ...(point !== undefined && { point }) };
}
