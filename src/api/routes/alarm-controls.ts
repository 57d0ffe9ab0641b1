/**
 * Shelving and out of service: of the alarm of an occurrence, and of an alarm that has none at the moment. Limits of time
 * and severity are the engine's; who may is judged here.
 */
import type { FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import type { RuleDef } from '../../config/model.ts';
import { RiserError } from '../../core/errors.ts';
import { type AlarmKey, type EquipmentId, type RuleId, toId } from '../../core/ids.ts';
import type { Severity } from '../../core/severity.ts';
import type { Command } from '../../engine/commands.ts';
import { toPermissions } from '../../people/permissions.ts';
import type { UserRow } from '../../store/store.ts';
import { NoteBody, OutOfServiceBody, ShelveBody } from '../alarm-requests.ts';
import { AlarmControlViewSchema, ApproverSchema } from '../alarm-schemas.ts';
import { Alarm, listOf, ok } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { NOUNS } from '../nouns.ts';
import { IdParams, RuleParams } from '../request-schemas.ts';
import { toControlView } from '../rule-views.ts';
import type { ApiServices } from '../services.ts';
import { toAlarmView } from '../views.ts';

const tags = ['alarms'];

const DecisionSchema = Type.Object({
  alarm: Type.Union([Alarm, Type.Null()], { description: 'Open occurrence afterwards' }),
  control: Type.Union([AlarmControlViewSchema, Type.Null()], {
    description: 'null = nothing is decided about the alarm any more',
  }),
});

/** The alarm that is meant. */
interface Target {
  readonly key: AlarmKey;
  readonly equipment: EquipmentId;
  readonly rule: RuleId;
  readonly severity: Severity;
}

interface Place {
  readonly path: string;
  /** Ending of the operation ids. */
  readonly name: 'Alarm' | 'Rule';
  readonly params: typeof IdParams | typeof RuleParams;
  readonly find: (params: unknown) => Promise<Target>;
}

export function alarmControlRoutes(api: Api, context: ApiContext): void {
  listRoute(api, context);
  approverRoute(api, context);
  for (const place of toPlaces(context.services)) {
    shelveRoutes(api, context, place);
    serviceRoutes(api, context, place);
  }
}

function listRoute(api: Api, { services }: ApiContext): void {
  api.get(
    '/alarms/controls',
    {
      config: { permission: 'site.read' },
      schema: {
        operationId: 'listAlarmControls',
        summary: 'Alarms that are shelved or out of service now',
        tags,
        response: ok(listOf(AlarmControlViewSchema)),
      },
    },
    async () => {
      const controls = await services.queries.alarmControls();
      const rules = findRules(services, new Set(controls.map(({ key }) => key)));
      const nowMs = services.clock.now().wallMs;
      const items = controls.map((control) =>
        toControlView(control, rules.get(control.key) ?? null, services.model, nowMs),
      );
      return { items, total: items.length };
    },
  );
}

/** Whom out of service can be approved by: everybody else who may do it, by the names that people know. */
function approverRoute(api: Api, { services: { queries } }: ApiContext): void {
  api.get(
    '/alarms/approvers',
    {
      config: { permission: 'alarm.out-of-service' },
      schema: {
        operationId: 'listServiceApprovers',
        summary: 'Other persons who may approve that an alarm is taken out of service',
        tags,
        response: ok(listOf(ApproverSchema)),
      },
    },
    async ({ person }) => {
      const { username: own } = personOf({ person });
      const items = (await queries.users())
        .filter((user) => user.username !== own && mayApprove(user))
        .map(({ username, displayName }) => ({ username, displayName }));
      return { items, total: items.length };
    },
  );
}

/** In one walk over all rules, however many are asked for. */
function findRules(
  { ruleChanges }: ApiServices,
  wanted: ReadonlySet<AlarmKey>,
): ReadonlyMap<AlarmKey, RuleDef> {
  const found = new Map<AlarmKey, RuleDef>();
  for (const { rule } of ruleChanges.rules()) if (wanted.has(rule.key)) found.set(rule.key, rule);
  return found;
}

function toPlaces(services: ApiServices): readonly Place[] {
  return [
    {
      path: '/alarms/:id',
      name: 'Alarm',
      params: IdParams,
      find: (params) => findOfOccurrence(services, (params as Static<typeof IdParams>).id),
    },
    {
      path: '/rules/:equipment/:rule',
      name: 'Rule',
      params: RuleParams,
      find: async (params) => findOfRule(services, params as Static<typeof RuleParams>),
    },
  ];
}

function shelveRoutes(api: Api, { services }: ApiContext, { path, name, params, find }: Place): void {
  api.post(
    `${path}/shelve`,
    {
      config: { permission: 'alarm.shelve' },
      schema: {
        operationId: `shelve${name}`,
        summary: 'Shelve an alarm for a limited time',
        description:
          'Its condition is judged and recorded as before; a ticket that is open goes on. High severity asks for ' +
          '`alarm.shelve-high`, life safety is never shelved. Problems: `not-found`, `alarm-ended`, `not-permitted`, ' +
          '`reason-required`, `shelve-not-allowed`, `shelve-too-long`, `approval-required`, `engine-busy`, `store-failed`.',
        tags,
        params,
        body: ShelveBody,
        response: ok(DecisionSchema),
      },
    },
    async (request) => {
      const target = await find(request.params);
      const { username: by, permissions } = personOf(request);
      const { approver, reason, forMs, isOneShot } = request.body;
      if (target.severity === 'high' && !permissions.has('alarm.shelve-high'))
        throw new RiserError('not-permitted', { permission: 'alarm.shelve-high' });
      if (approver !== undefined) await requireApprover(services, approver);
      const untilMs = services.clock.now().wallMs + forMs;
      const shelf = { reason, untilMs, isOneShot, ...(approver !== undefined && { approver }) };
      return decide(services, { type: 'shelve-alarm', key: target.key, by, ...shelf });
    },
  );

  api.post(
    `${path}/unshelve`,
    {
      config: { permission: 'alarm.shelve' },
      schema: {
        operationId: `unshelve${name}`,
        summary: 'End a shelf before its time; an alarm that still stands counts as acknowledged',
        description: 'Problems: `not-found`, `alarm-ended`, `not-shelved`, `engine-busy`, `store-failed`.',
        tags,
        params,
        body: NoteBody,
        response: ok(DecisionSchema),
      },
    },
    async (request) =>
      decide(services, { type: 'unshelve-alarm', ...(await toNoted(request, request.body, find)) }),
  );
}

function serviceRoutes(api: Api, { services }: ApiContext, { path, name, params, find }: Place): void {
  api.post(
    `${path}/out-of-service`,
    {
      config: { permission: 'alarm.out-of-service' },
      schema: {
        operationId: `takeOutOfService${name}`,
        summary: 'Take an alarm out of service under a work permit, approved by another person, until a date',
        description:
          'It is judged and recorded, told to nobody and left out of every figure; also life safety. Problems: ' +
          '`not-found`, `alarm-ended`, `reason-required`, `approval-required`, `end-not-ahead`, `engine-busy`, `store-failed`.',
        tags,
        params,
        body: OutOfServiceBody,
        response: ok(DecisionSchema),
      },
    },
    async (request) => {
      const { key } = await find(request.params);
      const { username: by } = personOf(request);
      await requireApprover(services, request.body.approver);
      return decide(services, { type: 'take-out-of-service', key, by, ...request.body });
    },
  );

  api.post(
    `${path}/in-service`,
    {
      config: { permission: 'alarm.out-of-service' },
      schema: {
        operationId: `returnToService${name}`,
        summary: 'Return an alarm to service before its time; one that stands is annunciated',
        description:
          'Problems: `not-found`, `alarm-ended`, `not-out-of-service`, `engine-busy`, `store-failed`.',
        tags,
        params,
        body: NoteBody,
        response: ok(DecisionSchema),
      },
    },
    async (request) =>
      decide(services, { type: 'return-to-service', ...(await toNoted(request, request.body, find)) }),
  );
}

async function toNoted(
  request: Pick<FastifyRequest, 'params' | 'person'>,
  body: Static<typeof NoteBody>,
  find: Place['find'],
): Promise<{ readonly key: AlarmKey; readonly by: string; readonly note: string }> {
  const { key } = await find(request.params);
  return { key, by: personOf(request).username, note: body?.note ?? '' };
}

async function findOfOccurrence({ queries }: ApiServices, id: string): Promise<Target> {
  const occurrence = await queries.alarm(id);
  if (occurrence === null) throw new RiserError('not-found', { what: NOUNS.alarm });
  if (occurrence.endedAtMs !== null) throw new RiserError('alarm-ended');
  return occurrence;
}

/** Of an alarm that stands it is the severity that it has now. */
async function findOfRule(
  { ruleChanges, queries }: ApiServices,
  { equipment, rule: id }: Static<typeof RuleParams>,
): Promise<Target> {
  const found = ruleChanges.rule(toId(equipment), toId(id));
  if (found === null) throw new RiserError('not-found', { what: NOUNS.rule });
  const { key, severity } = found.rule;
  const { items } = await queries.alarms({ state: 'open', equipment, limit: 500, offset: 0 });
  const open = items.find((occurrence) => occurrence.key === key);
  return { key, equipment: toId(equipment), rule: toId(id), severity: open?.severity ?? severity };
}

/** Somebody who may do it himself; that it is another person is the engine's rule. @throws RiserError `approval-required` */
async function requireApprover({ queries }: ApiServices, username: string): Promise<void> {
  const user = await queries.user(username);
  if (user === null || !mayApprove(user)) throw new RiserError('approval-required');
}

function mayApprove({ isDisabled, roles }: Pick<UserRow, 'isDisabled' | 'roles'>): boolean {
  return !isDisabled && toPermissions(roles).has('alarm.out-of-service');
}

async function decide(services: ApiServices, command: Command) {
  const { occurrence, control } = await services.commands.submit(command);
  return {
    alarm: occurrence && toAlarmView(occurrence),
    control: control ? toView(services, control) : null,
  };
}

function toView(
  { ruleChanges, model, clock }: ApiServices,
  control: Parameters<typeof toControlView>[0],
): Static<typeof AlarmControlViewSchema> {
  const rule = ruleChanges.rule(control.equipment, control.rule)?.rule ?? null;
  return toControlView(control, rule, model, clock.now().wallMs);
}
