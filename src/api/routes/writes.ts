/** Writing to devices, and what was written. Checks, read-back, revert and audit are in writing/. */

import { RiserError } from '../../core/errors.ts';
import type { EquipmentId } from '../../core/ids.ts';
import { toId, toPointId } from '../../core/ids.ts';
import { listOf, ok } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { NOUNS } from '../nouns.ts';
import { PointParams, WriteBody, WritesQuery } from '../request-schemas.ts';
import { PointWriteViewSchema } from '../write-schema.ts';

const tags = ['points'];

export function writeRoutes(api: Api, { services: { writing, model } }: ApiContext): void {
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
    },
    async ({ params, body, person }) => {
      const id = toPointId(toId<EquipmentId>(params.equipment), params.point);
      const point = model.pointIndex.get(id);
      if (point === undefined) throw new RiserError('not-found', { what: NOUNS.point });
      const { username, roles } = personOf({ person });
      return writing.write({ point, ...body, by: username, roles });
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
      const items = [...(await writing.writes({ limit, ...toFilter(equipment, point) }))];
      return { items, total: items.length };
    },
  );
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
