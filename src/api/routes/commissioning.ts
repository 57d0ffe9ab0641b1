/** Commissioning (调试验收): what stands, who begins and ends it, the record as a file. The steps are commissioning-steps.ts. */
import Type from 'typebox';
import type { CommissioningScope } from '../../commissioning/port.ts';
import { SILENCE_HOURS } from '../../core/commissioning.ts';
import { RiserError } from '../../core/errors.ts';
import { type EquipmentId, type LinkId, type LocationId, toId } from '../../core/ids.ts';
import type { UserRow } from '../../store/store.ts';
import { ApproverSchema } from '../alarm-schemas.ts';
import { created, listOf, ok } from '../answers.ts';
import { toDetail } from '../commissioning-detail.ts';
import {
  BeginBody,
  CommissionDetailSchema,
  CommissioningEventSchema,
  CommissionSchema,
  ExtendBody,
  ReasonBody,
  ScopeQuery,
  StatusSchema,
  toCommissionView,
  toEventView,
  toStatusView,
} from '../commissioning-schema.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { createCommissioningExport } from '../export/commissioning-export.ts';
import { toLanguage } from '../export/words.ts';
import { XLSX_TYPE } from '../export/xlsx.ts';
import { untilGone } from '../history-range.ts';
import { NOUNS } from '../nouns.ts';
import { closed, Id, IdParams, oneOf, PageQuery } from '../request-schemas.ts';
import { sendFile } from '../send-file.ts';
import type { ApiServices } from '../services.ts';
import { InputError } from '../validation.ts';

const tags = ['commissioning'];
const read = { permission: 'site.read' } as const;
const manage = { permission: 'commissioning.manage' } as const;
const StateQuery = closed({ state: oneOf(['open', 'all'], { default: 'open' }) });
const ExportQuery = closed({
  equipment: Type.Optional(Id),
  format: oneOf(['csv', 'xlsx'], { default: 'csv' }),
  language: Type.Optional(oneOf(['zh', 'en'], { description: 'Default: by Accept-Language, else zh' })),
});

export function commissioningRoutes(api: Api, context: ApiContext): void {
  lookRoutes(api, context);
  detailRoutes(api, context);
  approverRoute(api, context);
  beginRoutes(api, context);
  exportRoute(api, context);
}

function lookRoutes(api: Api, { services }: ApiContext): void {
  const { commissioning } = services;
  api.get(
    '/commissioning',
    {
      config: read,
      schema: {
        operationId: 'listCommissioning',
        summary:
          'Equipment in commissioning with its progress; `open` with what was left unsigned or was changed since',
        tags,
        querystring: StateQuery,
        response: ok(listOf(CommissionSchema)),
      },
    },
    async ({ query }) => {
      const items = commissioning.list(query.state).map(toCommissionView);
      return { items, total: items.length };
    },
  );

  api.get(
    '/commissioning/status',
    {
      config: read,
      schema: {
        operationId: 'getCommissioningStatus',
        summary: 'How much is in commissioning, and which alarms of life safety are silent for it',
        tags,
        response: ok(StatusSchema),
      },
    },
    async () => toStatusView(commissioning.status()),
  );

  api.get(
    '/commissioning/preview',
    {
      config: read,
      schema: {
        operationId: 'previewCommissioning',
        summary: 'What would be in commissioning: equipment, points, silent alarms of life safety',
        tags,
        querystring: ScopeQuery,
        response: ok(
          Type.Object({
            equipment: Type.Integer(),
            points: Type.Integer(),
            lifeSafety: Type.Integer(),
          }),
        ),
      },
    },
    async ({ query }) => commissioning.preview(toScope(query)),
  );
}

function detailRoutes(api: Api, { services }: ApiContext): void {
  const { commissioning } = services;
  api.get(
    '/commissioning/:id',
    {
      config: read,
      schema: {
        operationId: 'getCommissioning',
        summary: 'One equipment: its points with every step, who, when and by what evidence',
        tags,
        params: IdParams,
        response: ok(CommissionDetailSchema),
      },
    },
    async ({ params }) => toDetail(services, params.id),
  );

  api.get(
    '/commissioning/:id/history',
    {
      config: read,
      schema: {
        operationId: 'getCommissioningHistory',
        summary:
          'Everything that was recorded about one equipment, newest first; nothing of it is ever changed',
        tags,
        params: IdParams,
        querystring: PageQuery,
        response: ok(listOf(CommissioningEventSchema)),
      },
    },
    async ({ params, query }) => {
      const { items, total } = await commissioning.history(toId(params.id), query);
      return { items: items.map(toEventView), total };
    },
  );
}

function beginRoutes(api: Api, { services }: ApiContext): void {
  const { commissioning } = services;
  api.post(
    '/commissioning',
    {
      config: manage,
      schema: {
        operationId: 'beginCommissioning',
        summary: 'Put an equipment, everything at a place, or everything on a link into commissioning',
        description:
          'Exactly one of `equipment`, `location`, `link`. Points that are signed stay so, and their alarms open tickets. Where life safety will be silent: ' +
          'with `approver`, for 24 hours at most, then over by itself.',
        tags,
        body: BeginBody,
        response: created(listOf(CommissionSchema)),
      },
    },
    async (request, reply) => {
      const { reason, untilMs = null, isLifeSafetyConfirmed, approver, ...scope } = request.body;
      if (approver !== undefined) await requireApprover(services, approver);
      const input = { reason, untilMs, isLifeSafetyConfirmed, ...(approver !== undefined && { approver }) };
      const begun = await commissioning.begin(toScope(scope), input, personOf(request).username);
      const items = begun.flatMap((id) => commissioning.equipment(id) ?? []).map(toCommissionView);
      reply.code(201);
      return { items, total: items.length };
    },
  );

  const change = { params: IdParams, response: ok(CommissionDetailSchema), tags };
  api.post(
    '/commissioning/:id/extend',
    {
      config: manage,
      schema: {
        operationId: 'extendCommissioning',
        summary: 'Put its planned end off, with the reason',
        body: ExtendBody,
        ...change,
      },
    },
    async (request) => {
      const { params } = request;
      const { reason, untilMs, approver } = request.body;
      if (approver !== undefined) await requireApprover(services, approver);
      const input = { reason, untilMs, ...(approver !== undefined && { approver }) };
      await commissioning.extend(toId(params.id), input, personOf(request).username);
      return toDetail(services, params.id);
    },
  );

  api.post(
    '/commissioning/:id/end',
    {
      config: manage,
      schema: {
        operationId: 'endCommissioning',
        summary: 'End it with points that are not signed: they open tickets from now on, and stay listed',
        body: ReasonBody,
        ...change,
      },
    },
    async (request) => {
      const { params, body } = request;
      await commissioning.end(toId(params.id), body.reason, personOf(request).username);
      return toDetail(services, params.id);
    },
  );
}

/** Whom it can be approved by: everybody else who may, by the names that people know. */
function approverRoute(api: Api, { services }: ApiContext): void {
  api.get(
    '/commissioning/approvers',
    {
      config: manage,
      schema: {
        operationId: 'listCommissioningApprovers',
        summary: 'Other persons who may approve that alarms of life safety are silent in a commissioning',
        tags,
        response: ok(listOf(ApproverSchema)),
      },
    },
    async ({ person }) => {
      const { username: own } = personOf({ person });
      const items = (await services.queries.users())
        .filter((user) => user.username !== own && mayApprove(services, user))
        .map(({ username, displayName }) => ({ username, displayName }));
      return { items, total: items.length };
    },
  );
}

/** That it is another person is the step's rule. @throws RiserError `commissioning-approval` */
async function requireApprover(services: ApiServices, username: string): Promise<void> {
  const user = await services.queries.user(username);
  if (user !== null && mayApprove(services, user)) return;
  throw new RiserError('commissioning-approval', { hours: SILENCE_HOURS });
}

/** Approvers of the policy; of lifts, whoever answers for their safety. */
function mayApprove(
  { model }: ApiServices,
  { isDisabled, roles }: Pick<UserRow, 'isDisabled' | 'roles'>,
): boolean {
  const { approvers } = model.policy.staff;
  return !isDisabled && roles.some((role) => role === 'lift-safety' || approvers.includes(role));
}

function exportRoute(api: Api, { services }: ApiContext): void {
  api.get(
    '/commissioning/export',
    {
      config: { ...read, isStream: true },
      exposeHeadRoute: false,
      schema: {
        operationId: 'exportCommissioning',
        summary: 'The handover document (竣工验收单) as CSV or XLSX: one row for each point; audited',
        tags,
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
    async (request, reply) => {
      const { format, equipment, language = toLanguage(request.headers['accept-language']) } = request.query;
      const { commissioning, model, clock } = services;
      const all = commissioning.list('all');
      const chosen =
        equipment === undefined ? all : all.filter((one) => one.commission.equipment === equipment);
      if (equipment !== undefined && chosen.length === 0)
        throw new RiserError('not-found', { what: NOUNS.commissioning });
      const { username: actor } = personOf(request);
      const object = equipment ?? model.site.id;
      await services.audit({ actor, action: 'commissioning-export', object, detail: { format } });
      const signal = untilGone(reply);
      const file = createCommissioningExport({
        equipment: chosen,
        pointsOf: (id) => commissioning.points(id),
        model,
        format,
        language,
        nowMs: clock.now().wallMs,
      });
      return sendFile(file, reply, signal, () => undefined);
    },
  );
}

interface Named {
  readonly equipment?: string | undefined;
  readonly location?: string | undefined;
  readonly link?: string | undefined;
}

/** @throws InputError unless it is exactly one */
function toScope({ equipment, location, link }: Named): CommissioningScope {
  const given: CommissioningScope[] = [];
  if (equipment !== undefined) given.push({ equipment: toId<EquipmentId>(equipment) });
  if (location !== undefined) given.push({ location: toId<LocationId>(location) });
  if (link !== undefined) given.push({ link: toId<LinkId>(link) });
  const [scope] = given;
  if (scope === undefined || given.length > 1)
    throw new InputError([{ path: 'equipment', expected: 'exactly one of equipment, location, link' }]);
  return scope;
}
