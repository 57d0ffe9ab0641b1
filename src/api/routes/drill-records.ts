/** Plans (应急预案) and records of drills (演练记录): what is shown and practised. What they are is plans/ and drill-records/. */
import Type, { type Static } from 'typebox';
import { DRILL_KIND_NAMES, DRILL_KINDS, type DrillRecord } from '../../core/drill-record.ts';
import { type EquipmentId, toId } from '../../core/ids.ts';
import { NATURE_NAMES, type Plan } from '../../core/incident.ts';
import { LIMITS } from '../../core/limits.ts';
import { toOverduePlans } from '../../plans/plans.ts';
import { created, listOf, ok } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { closed, Id, IdParams, LAST_MS, LongText, oneOf, paging, ShortText } from '../request-schemas.ts';
import { Ms, nullable, strings, TextSchema } from '../schemas.ts';

const tags = ['drills'];
const read = { permission: 'ticket.read-all' } as const;
const write = { permission: 'drill.run' } as const;
/** People of one drill, and lines of what happened. */
const MAX_LINES = 200;

const PlanSchema = Type.Object({
  id: Type.String(),
  name: TextSchema,
  kind: strings(['fire', 'entrapment', 'other']),
  nature: strings(NATURE_NAMES),
  systems: Type.Array(Type.String()),
  steps: Type.Array(Type.Object({ text: TextSchema, role: Type.String() })),
  contacts: Type.Array(Type.String()),
  reviewedOn: Type.String(),
  reviewBy: Type.String(),
  overdue: nullable(
    Type.Object({
      reason: strings(['three-years', 'major-incident']),
      since: Type.String(),
      incident: nullable(Type.String()),
    }),
  ),
});
type PlanView = Static<typeof PlanSchema>;

const LineSchema = Type.Object({ atMs: Ms, text: TextSchema });
const RecordSchema = Type.Object({
  id: Type.String(),
  revision: Type.Integer({ description: 'Name it with every change; 1 = as it ended' }),
  kind: strings(DRILL_KIND_NAMES),
  kindText: TextSchema,
  equipment: nullable(Type.String()),
  content: Type.String(),
  place: TextSchema,
  beganAtMs: Ms,
  endedAtMs: Ms,
  begunBy: Type.String(),
  tickets: Type.Array(Type.Object({ id: Type.String(), number: Type.String() })),
  participants: Type.Array(Type.String()),
  flow: Type.Array(LineSchema),
  evaluation: nullable(Type.String({ description: 'null = not written yet' })),
  writtenBy: Type.String(),
  writtenAtMs: Ms,
});
type RecordView = Static<typeof RecordSchema>;

const time = Type.Integer({ minimum: 0, maximum: LAST_MS });
const text = closed({ zh: ShortText, en: ShortText });
const written = {
  content: LongText,
  place: text,
  participants: Type.Array(ShortText, { maxItems: MAX_LINES }),
  flow: Type.Array(closed({ atMs: time, text: closed({ zh: LongText, en: LongText }) }), {
    maxItems: MAX_LINES,
  }),
};
const NewRecordBody = closed({
  kind: oneOf(DRILL_KIND_NAMES),
  equipment: Type.Optional(Type.Union([Id, Type.Null()])),
  ...written,
  beganAtMs: time,
  endedAtMs: time,
  evaluation: Type.String({ maxLength: LIMITS.textChars, default: '' }),
});
const EvaluateBody = closed({
  revision: Type.Integer({ minimum: 1 }),
  kind: Type.Optional(oneOf(DRILL_KIND_NAMES)),
  content: Type.Optional(written.content),
  place: Type.Optional(written.place),
  participants: Type.Optional(written.participants),
  flow: Type.Optional(written.flow),
  evaluation: LongText,
});
const RecordsQuery = closed({ state: oneOf(['open', 'all'], { default: 'all' }), ...paging });

export function drillRecordRoutes(api: Api, context: ApiContext): void {
  planRoute(api, context);
  readRoutes(api, context);
  writeRoutes(api, context);
}

function planRoute(api: Api, { services }: ApiContext): void {
  api.get(
    '/plans',
    {
      config: read,
      schema: {
        operationId: 'listPlans',
        summary: 'Emergency plans of the site, with those that have to be reviewed marked',
        tags,
        response: ok(listOf(PlanSchema)),
      },
    },
    async () => {
      const { model, queries, clock } = services;
      const { items: incidents } = await queries.incidents({
        state: 'all',
        limit: LIMITS.pageRows,
        offset: 0,
      });
      const overdue = toOverduePlans(model, incidents, model.policy, clock.now().wallMs);
      const items = model.plans.map((plan) => toPlanView(plan, overdue));
      return { items, total: items.length };
    },
  );
}

function toPlanView(plan: Plan, overdue: ReturnType<typeof toOverduePlans>): PlanView {
  const found = overdue.find((one) => one.plan.id === plan.id);
  const { systems, steps, contacts } = plan;
  const { reason, since, incident } = found ?? { reason: null, since: '', incident: null };
  return {
    ...plan,
    systems: [...systems],
    steps: [...steps],
    contacts: [...contacts],
    overdue: reason === null ? null : { reason, since, incident },
  };
}

function toRecordView({ tickets, participants, flow, ...record }: DrillRecord): RecordView {
  return {
    ...record,
    kindText: DRILL_KINDS[record.kind],
    tickets: [...tickets],
    participants: [...participants],
    flow: [...flow],
  };
}

function readRoutes(api: Api, { services }: ApiContext): void {
  api.get(
    '/drill-records',
    {
      config: read,
      schema: {
        operationId: 'listDrillRecords',
        summary: 'Records of drills, the last one first; `open` = without an evaluation',
        tags,
        querystring: RecordsQuery,
        response: ok(listOf(RecordSchema)),
      },
    },
    async ({ query }) => {
      const { items, total } = await services.drillRecords.list(query);
      return { items: items.map(toRecordView), total };
    },
  );

  api.get(
    '/drill-records/due',
    {
      config: read,
      schema: {
        operationId: 'listDueDrills',
        summary: 'Kinds of drills that were not held within a year',
        tags,
        response: ok(
          listOf(
            Type.Object({
              kind: strings(DRILL_KIND_NAMES),
              kindText: TextSchema,
              lastAtMs: nullable(Ms),
            }),
          ),
        ),
      },
    },
    async () => {
      const due = await services.drillRecords.due();
      const items = due.map(({ kind, lastAtMs }) => ({ kind, kindText: DRILL_KINDS[kind], lastAtMs }));
      return { items, total: items.length };
    },
  );

  api.get(
    '/drill-records/:id',
    {
      config: read,
      schema: {
        operationId: 'getDrillRecord',
        summary: 'All revisions of a record, oldest first',
        tags,
        params: IdParams,
        response: ok(listOf(RecordSchema)),
      },
    },
    async ({ params }) => {
      const items = (await services.drillRecords.revisions(params.id)).map(toRecordView);
      return { items, total: items.length };
    },
  );
}

function writeRoutes(api: Api, { services }: ApiContext): void {
  api.post(
    '/drill-records',
    {
      config: write,
      schema: {
        operationId: 'writeDrillRecord',
        summary: 'Record a drill that the gateway has seen nothing of',
        tags,
        body: NewRecordBody,
        response: created(RecordSchema),
      },
    },
    async (request, reply) => {
      const { equipment = null, ...rest } = request.body;
      const record = await services.drillRecords.write({
        ...rest,
        equipment: equipment === null ? null : toId<EquipmentId>(equipment),
        by: personOf(request).username,
      });
      reply.code(201).header('location', `/api/v1/drill-records/${record.id}`);
      return toRecordView(record);
    },
  );

  api.post(
    '/drill-records/:id/evaluate',
    {
      config: write,
      schema: {
        operationId: 'evaluateDrill',
        summary: 'Evaluate a drill: a further revision; all of them stay',
        tags,
        params: IdParams,
        body: EvaluateBody,
        response: ok(RecordSchema),
      },
    },
    async (request) => {
      const { body, params } = request;
      return toRecordView(
        await services.drillRecords.evaluate(params.id, { ...body, by: personOf(request).username }),
      );
    },
  );
}
