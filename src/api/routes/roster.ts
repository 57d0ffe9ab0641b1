/** Roster (排班): read, import and export, swaps, gaps, who is on, who would be told. What is decided is people/. */

import Type from 'typebox';
import { RiserError } from '../../core/errors.ts';
import { type EquipmentId, toId } from '../../core/ids.ts';
import type { DutyEntry } from '../../people/duty.ts';
import { MAX_GAP_DAYS } from '../../people/gaps.ts';
import { type WhoAnswer, whoWouldBeTold } from '../../people/who.ts';
import { created, listOf, noContent, ok } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import {
  DropSwapBody,
  DutyNowSchema,
  FormatQuery,
  GapSchema,
  GapsQuery,
  NEVER_MS,
  OnQuery,
  RosterFileQuery,
  RosterSchema,
  type RosterView,
  SwapBody,
  SwapSchema,
  WhoQuery,
  WhoSchema,
} from '../duty-schemas.ts';
import { toContactView } from '../duty-views.ts';
import { NOUNS } from '../nouns.ts';
import { EmptyBody, IdParams } from '../request-schemas.ts';
import type { ApiServices } from '../services.ts';
import { InputError } from '../validation.ts';

const tags = ['roster'];
const read = { permission: 'ticket.read-all' } as const;
const DAY_MS = 86_400_000;
/** How far gaps are looked for when no end is named. */
const DEFAULT_GAP_DAYS = 14;
/** A year of 27 people as YAML; the reader has its own limits besides. */
const ROSTER_BYTES = 4 * 1024 * 1024;
const TYPES = { yaml: 'application/yaml; charset=utf-8', csv: 'text/csv; charset=utf-8' } as const;

export function rosterRoutes(api: Api, context: ApiContext): void {
  readRoutes(api, context);
  importRoute(api, context);
  swapRoutes(api, context);
  dutyRoutes(api, context);
  whoRoute(api, context);
}

function readRoutes(api: Api, { services }: ApiContext): void {
  api.get(
    '/roster',
    {
      config: read,
      schema: {
        operationId: 'getRoster',
        summary: 'The roster: posts, shifts, assignments, swaps that wait; version 0 = there is none yet',
        tags,
        response: ok(RosterSchema),
      },
    },
    () => toRosterView(services),
  );

  api.get(
    '/roster/export',
    {
      config: read,
      schema: {
        operationId: 'exportRoster',
        summary: 'The roster as a file that can be imported again',
        tags,
        querystring: FormatQuery,
        response: {
          ...ok(Type.String()),
          200: { description: 'File', content: { [TYPES.yaml]: { schema: Type.String() } } },
        },
      },
    },
    async ({ query: { format } }, reply) => {
      const file = services.roster.exportRoster(format);
      reply.type(TYPES[format]).header('content-disposition', `attachment; filename="roster.${format}"`);
      return file;
    },
  );
}

function toRosterView({ roster, model }: ApiServices): RosterView {
  const found = roster.roster();
  const none = { version: 0, timeZone: model.site.timeZone, shifts: [], posts: [], assignments: [] };
  return (found ?? none) as unknown as RosterView;
}

/** In a scope of its own: only here is a body taken as bytes. */
function importRoute(api: Api, { services }: ApiContext): void {
  void api.register(async (scope) => {
    scope.addContentTypeParser(
      'application/octet-stream',
      { parseAs: 'buffer', bodyLimit: ROSTER_BYTES },
      async (_request: unknown, body: Buffer) => body,
    );
    (scope as Api).put(
      '/roster',
      {
        config: { permission: 'roster.edit' },
        bodyLimit: ROSTER_BYTES,
        schema: {
          operationId: 'importRoster',
          summary: 'Replace the roster by a file, sent as application/octet-stream',
          description:
            'All of it or nothing; `roster-invalid` names every mistake with its line, `roster-changed` the version in force. ' +
            'Shifts that are over keep whoever had them, and one that runs is not emptied.',
          tags,
          consumes: ['application/octet-stream'],
          querystring: RosterFileQuery,
          response: ok(RosterSchema),
        },
      },
      async (request) => {
        const { body } = request;
        if (!(body instanceof Buffer)) throw new InputError([{ path: 'body', expected: 'the file' }]);
        const { username: by } = personOf(request);
        return (await services.roster.importRoster({
          bytes: body,
          ...request.query,
          by,
        })) as unknown as RosterView;
      },
    );
  });
}

function swapRoutes(api: Api, { services }: ApiContext): void {
  api.post(
    '/roster/swaps',
    {
      config: read,
      schema: {
        operationId: 'requestSwap',
        summary: 'Ask for a swap of shifts (换班): by one of the two, or by who makes the roster',
        tags,
        body: SwapBody,
        response: created(SwapSchema),
      },
    },
    async (request, reply) => {
      const { username: by, permissions } = personOf(request);
      const { inReturn = null, ...swap } = request.body;
      if (by !== swap.from && by !== swap.to && !permissions.has('roster.edit'))
        throw new RiserError('not-permitted', { permission: 'roster.edit' });
      reply.code(201);
      return services.roster.requestSwap({ ...swap, inReturn, by });
    },
  );

  agreeRoutes(api, { services });

  api.post(
    '/roster/swaps/:id/drop',
    {
      config: read,
      schema: {
        operationId: 'dropSwap',
        summary: 'Refuse a swap, or withdraw it by one of those who are part of it',
        tags,
        params: IdParams,
        body: DropSwapBody,
        response: noContent(),
      },
    },
    async (request, reply) => {
      const { username: by, permissions } = personOf(request);
      const swap = services.roster.roster()?.swaps?.find(({ id }) => id === request.params.id);
      const isOwn = swap !== undefined && [swap.from, swap.to, swap.by].includes(by);
      if (!isOwn && !permissions.has('roster.approve'))
        throw new RiserError('not-permitted', { permission: 'roster.approve' });
      await services.roster.dropSwap(request.params.id, by, request.body.note);
      return reply.code(204).send(null);
    },
  );
}

/** The consent of whoever takes over, and then the approval. */
function agreeRoutes(api: Api, { services }: Pick<ApiContext, 'services'>): void {
  api.post(
    '/roster/swaps/:id/agree',
    {
      config: read,
      schema: {
        operationId: 'agreeSwap',
        summary: 'Agree to a swap: by whoever takes the shift over; before that nobody approves it',
        tags,
        params: IdParams,
        body: EmptyBody,
        response: ok(RosterSchema),
      },
    },
    async (request) =>
      (await services.roster.agreeSwap(
        request.params.id,
        personOf(request).username,
      )) as unknown as RosterView,
  );

  api.post(
    '/roster/swaps/:id/approve',
    {
      config: { permission: 'roster.approve' },
      schema: {
        operationId: 'approveSwap',
        summary: 'Approve a swap that whoever takes over has agreed to; not by those who are part of it',
        tags,
        params: IdParams,
        body: EmptyBody,
        response: ok(RosterSchema),
      },
    },
    async (request) =>
      (await services.roster.approveSwap(
        request.params.id,
        personOf(request).username,
      )) as unknown as RosterView,
  );
}

function dutyRoutes(api: Api, { services }: ApiContext): void {
  api.get(
    '/roster/on',
    {
      config: read,
      schema: {
        operationId: 'listOnDuty',
        summary: 'Who is on duty or stand-by at an instant',
        tags,
        querystring: OnQuery,
        response: ok(listOf(DutyNowSchema)),
      },
    },
    ({ query: { at, post, role } }) => {
      const atMs = at ?? services.clock.now().wallMs;
      const filter = { ...(post !== undefined && { post }), ...(role !== undefined && { role }) };
      const items = services.roster.view().on(atMs, filter).map(toDutyView);
      return { items, total: items.length };
    },
  );

  api.get(
    '/roster/gaps',
    {
      config: read,
      schema: {
        operationId: 'listGaps',
        summary:
          'Holes in the roster that lie ahead: nobody, somebody twice, certificates, nobody to be reached',
        tags,
        querystring: GapsQuery,
        response: ok(listOf(GapSchema)),
      },
    },
    ({ query }) => {
      const fromMs = query.from ?? services.clock.now().wallMs;
      const toMs = query.to ?? fromMs + DEFAULT_GAP_DAYS * DAY_MS;
      if (toMs < fromMs || toMs - fromMs > MAX_GAP_DAYS * DAY_MS)
        throw new InputError([{ path: 'query.to', expected: `at most ${MAX_GAP_DAYS} days after \`from\`` }]);
      const items = [...services.roster.gaps(fromMs, toMs)];
      return { items, total: items.length };
    },
  );
}

function toDutyView({ assignment, post, shift, member, fromMs, toMs }: DutyEntry) {
  const { username } = assignment;
  const name = member?.name ?? { zh: username, en: username };
  const { id, name: postName, role, isStandby } = post;
  return { post: id, postName, role, shift: shift.id, username, name, isStandby, fromMs, toMs };
}

function whoRoute(api: Api, { services }: ApiContext): void {
  api.get(
    '/who',
    {
      config: read,
      schema: {
        operationId: 'whoWouldBeTold',
        summary:
          'Who would be told of an alarm at some time, step by step, with what is missing; tells nobody',
        tags,
        querystring: WhoQuery,
        response: ok(WhoSchema),
      },
    },
    async ({ query, person }) => {
      const { username, permissions } = personOf({ person });
      const answer = ask(query, services);
      const hasWays = permissions.has('staff.personal');
      if (hasWays) {
        const people = [...new Set(answer.steps.flatMap((step) => step.people.map((one) => one.username)))];
        await services.audit({ actor: username, action: 'staff-read', object: 'who', detail: { people } });
      }
      return toWhoView(answer, hasWays);
    },
  );
}

/** @throws RiserError `not-found` */
function ask(
  {
    at,
    severity,
    equipment: id,
    class: ticketClass,
  }: { at?: number; severity: WhoSeverity; equipment?: string; class?: WhoClass },
  { model, roster, clock, openLoad }: ApiServices,
): WhoAnswer {
  const equipment = id === undefined ? null : (model.equipment.get(toId<EquipmentId>(id)) ?? null);
  if (id !== undefined && equipment === null) throw new RiserError('not-found', { what: NOUNS.equipment });
  const { policy, contacts, site } = model;
  const duty = roster.view();
  const context = { policy, duty, contacts, timeZone: site.timeZone, openLoad: openLoad() };
  const atMs = at ?? clock.now().wallMs;
  return whoWouldBeTold({ atMs, severity, class: ticketClass ?? null, equipment }, context);
}

type WhoQuestion = Parameters<typeof whoWouldBeTold>[0];
type WhoSeverity = WhoQuestion['severity'];
type WhoClass = NonNullable<WhoQuestion['class']>;

function toWhoView({ atMs, localTime, settings, ...answer }: WhoAnswer, hasWays: boolean) {
  return {
    atMs,
    localTime,
    priority: settings.priority,
    heldUntilMs: answer.heldUntilMs === null ? null : Math.min(answer.heldUntilMs, NEVER_MS),
    steps: answer.steps.map(({ people, gaps, ...step }) => ({
      ...step,
      people: people.map(({ username, name, standing, untilMs, ways }) => ({
        username,
        name,
        standing,
        untilMs,
        ...(hasWays && { ways: [...ways] }),
      })),
      gaps: [...gaps],
    })),
    proposal: answer.proposal.best?.person.username ?? null,
    contacts: answer.contacts.map(toContactView),
    gaps: [...answer.gaps],
  };
}
