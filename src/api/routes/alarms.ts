/** Alarm occurrences: lists, one, its history, why it is what it is, and what people do to one. Decisions are the engine's. */
import { defined } from '../../core/assert.ts';
import { RiserError } from '../../core/errors.ts';
import { toId } from '../../core/ids.ts';
import type { Command } from '../../engine/commands.ts';
import { AlarmsQuery, CommentBody, NoteBody } from '../alarm-requests.ts';
import { HistoryEntrySchema } from '../alarm-schemas.ts';
import { findAlarms, SEARCHED_ROWS } from '../alarm-search.ts';
import { Alarm, listOf, ok } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { explainEnded } from '../ended-explanation.ts';
import { ExplanationSchema } from '../explain-schema.ts';
import { toExplanationView } from '../explain-view.ts';
import { NOUNS } from '../nouns.ts';
import { IdParams } from '../request-schemas.ts';
import type { AlarmView } from '../schemas.ts';
import type { ApiServices } from '../services.ts';
import { toAlarmView } from '../views.ts';

const tags = ['alarms'];

export function alarmRoutes(api: Api, context: ApiContext): void {
  readRoutes(api, context);
  explainRoute(api, context);
  handlingRoutes(api, context);
}

function readRoutes(api: Api, { services }: ApiContext): void {
  const config = { permission: 'site.read' } as const;
  const { queries } = services;

  api.get(
    '/alarms',
    {
      config,
      schema: {
        operationId: 'listAlarms',
        summary: 'Open occurrences, or all of them, newest first; members of a storm oldest first',
        description:
          'Everything that is named has to match. `equipment` is that very one. Filters other than `state` and `equipment` ' +
          `look at the newest ${SEARCHED_ROWS} occurrences.`,
        tags,
        querystring: AlarmsQuery,
        response: ok(listOf(Alarm)),
      },
    },
    async ({ query: { limit, offset, ...filter } }) => {
      const { items, total } = await findAlarms(queries, services.model, filter, { limit, offset });
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

function explainRoute(api: Api, { services: { queries, explain, ruleChanges } }: ApiContext): void {
  api.get(
    '/alarms/:id/explain',
    {
      config: { permission: 'site.read' },
      schema: {
        operationId: 'explainAlarm',
        summary: 'Why there is this alarm: its readings, and the verdict of every layer',
        description:
          'Of an open occurrence as it is now; of one that has ended from its record (`isLive` false).',
        tags,
        params: IdParams,
        response: ok(ExplanationSchema),
      },
    },
    async ({ params }) => {
      const occurrence = found(await queries.alarm(params.id));
      const live = explain.explainOccurrence(occurrence.id);
      if (live !== null) return toExplanationView(live);
      const { equipment, rule } = occurrence;
      return explainEnded(occurrence, ruleChanges.rule(equipment, rule)?.rule ?? null);
    },
  );
}

function handlingRoutes(api: Api, { services }: ApiContext): void {
  api.post(
    '/alarms/:id/acknowledge',
    {
      config: { permission: 'alarm.acknowledge' },
      schema: {
        operationId: 'acknowledgeAlarm',
        summary: 'Acknowledge an occurrence',
        description:
          'Problems: `not-found`, `alarm-ended`, `already-acknowledged`, `engine-busy`, `store-failed`.',
        tags,
        params: IdParams,
        body: NoteBody,
        response: ok(Alarm),
      },
    },
    ({ params, body, person }) =>
      handle(services, 'acknowledge-alarm', params.id, personOf({ person }).username, body?.note ?? ''),
  );

  api.post(
    '/alarms/:id/reset',
    {
      config: { permission: 'alarm.reset' },
      schema: {
        operationId: 'resetAlarm',
        summary: 'Reset a latched alarm that has returned and is acknowledged',
        description:
          'Problems: `not-found`, `alarm-ended`, `reset-not-allowed`, `engine-busy`, `store-failed`.',
        tags,
        params: IdParams,
        body: NoteBody,
        response: ok(Alarm),
      },
    },
    ({ params, body, person }) =>
      handle(services, 'reset-alarm', params.id, personOf({ person }).username, body?.note ?? ''),
  );

  api.post(
    '/alarms/:id/comment',
    {
      config: { permission: 'alarm.acknowledge' },
      schema: {
        operationId: 'commentAlarm',
        summary: 'Write a comment into the history of an open occurrence',
        description: 'Problems: `not-found`, `alarm-ended`, `missing-fields`, `engine-busy`, `store-failed`.',
        tags,
        params: IdParams,
        body: CommentBody,
        response: ok(Alarm),
      },
    },
    ({ params, body, person }) =>
      handle(services, 'comment-alarm', params.id, personOf({ person }).username, body.note),
  );
}

type Handling = Extract<Command['type'], 'acknowledge-alarm' | 'reset-alarm' | 'comment-alarm'>;

async function handle(
  { commands, queries }: ApiServices,
  type: Handling,
  id: string,
  by: string,
  note: string,
): Promise<AlarmView> {
  found(await queries.alarm(id));
  const { occurrence } = await commands.submit({ type, occurrence: toId(id), by, note });
  return toAlarmView(defined(occurrence, `the occurrence of ${type}`));
}

function found<T>(row: T | null): T {
  if (row === null) throw new RiserError('not-found', { what: NOUNS.alarm });
  return row;
}
