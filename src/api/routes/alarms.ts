/** Alarm occurrences: lists, one, its history, acknowledgement. Decisions are the engine's. */
import { defined } from '../../core/assert.ts';
import { RiserError } from '../../core/errors.ts';
import { toId } from '../../core/ids.ts';
import { Alarm, listOf, ok } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { NOUNS } from '../nouns.ts';
import { AcknowledgeBody, AlarmsQuery, IdParams } from '../request-schemas.ts';
import { HistoryEntrySchema } from '../schemas.ts';
import { toAlarmView } from '../views.ts';

const tags = ['alarms'];

export function alarmRoutes(api: Api, context: ApiContext): void {
  readRoutes(api, context);
  acknowledgeRoute(api, context);
}

function readRoutes(api: Api, { services: { queries } }: ApiContext): void {
  const config = { permission: 'site.read' } as const;

  api.get(
    '/alarms',
    {
      config,
      schema: {
        operationId: 'listAlarms',
        summary: 'Open occurrences, or all of them, newest first',
        tags,
        querystring: AlarmsQuery,
        response: ok(listOf(Alarm)),
      },
    },
    async ({ query }) => {
      const { items, total } = await queries.alarms(query);
      return { items: items.map(toAlarmView), total };
    },
  );

  api.get(
    '/alarms/:id',
    {
      config,
      schema: {
        operationId: 'getAlarm',
        summary: 'One occurrence',
        tags,
        params: IdParams,
        response: ok(Alarm),
      },
    },
    async ({ params }) => toAlarmView(found(await queries.alarm(params.id))),
  );

  api.get(
    '/alarms/:id/history',
    {
      config,
      schema: {
        operationId: 'getAlarmHistory',
        summary: 'What happened to an occurrence, oldest first',
        tags,
        params: IdParams,
        response: ok(listOf(HistoryEntrySchema)),
      },
    },
    async ({ params }) => {
      found(await queries.alarm(params.id));
      const items = [...(await queries.alarmHistory(params.id))];
      return { items, total: items.length };
    },
  );
}

function acknowledgeRoute(api: Api, { services: { commands, queries } }: ApiContext): void {
  api.post(
    '/alarms/:id/acknowledge',
    {
      config: { permission: 'alarm.acknowledge' },
      schema: {
        operationId: 'acknowledgeAlarm',
        summary: 'Acknowledge an occurrence',
        tags,
        params: IdParams,
        body: AcknowledgeBody,
        response: ok(Alarm),
      },
    },
    async ({ params, body, person }) => {
      found(await queries.alarm(params.id));
      const { occurrence } = await commands.submit({
        type: 'acknowledge-alarm',
        occurrence: toId(params.id),
        by: personOf({ person }).username,
        note: body?.note ?? '',
      });
      return toAlarmView(defined(occurrence, 'the occurrence of an acknowledgement'));
    },
  );
}

function found<T>(row: T | null): T {
  if (row === null) throw new RiserError('not-found', { what: NOUNS.alarm });
  return row;
}
