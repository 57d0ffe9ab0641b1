/** Handovers of shifts (交接班): list, begin, sign. What is frozen and who may sign is handover/. */
import { RiserError } from '../../core/errors.ts';
import type { Text } from '../../core/text.ts';
import { toPermissions } from '../../people/permissions.ts';
import type { StaffMember } from '../../people/staff-book.ts';
import { created, listOf, ok } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { HandoverBody, HandoverSchema, type HandoverView } from '../duty-schemas.ts';
import { EmptyBody, IdParams, PageQuery } from '../request-schemas.ts';

const tags = ['handovers'];
const read = { permission: 'ticket.read-all' } as const;
const sign = { permission: 'handover.sign' } as const;

export function handoverRoutes(api: Api, context: ApiContext): void {
  listRoutes(api, context);
  signRoutes(api, context);
}

function listRoutes(api: Api, { services }: ApiContext): void {
  const { handovers } = services;
  api.get(
    '/handovers',
    {
      config: read,
      schema: {
        operationId: 'listHandovers',
        summary: 'Handovers of shifts (交接班), newest first',
        tags,
        querystring: PageQuery,
        response: ok(listOf(HandoverSchema)),
      },
    },
    async ({ query }) => {
      const { items, total } = await handovers.list(query);
      return { items: items as unknown as HandoverView[], total };
    },
  );

  api.get(
    '/handovers/unsigned',
    {
      config: read,
      schema: {
        operationId: 'listUnsignedHandovers',
        summary: 'Handovers that both have not signed in time, oldest first',
        tags,
        response: ok(listOf(HandoverSchema)),
      },
    },
    () => {
      const items = handovers.unsigned(services.clock.now().wallMs) as unknown as HandoverView[];
      return { items: [...items], total: items.length };
    },
  );
}

function signRoutes(api: Api, { services: { handovers, roster } }: ApiContext): void {
  api.post(
    '/handovers',
    {
      config: sign,
      schema: {
        operationId: 'beginHandover',
        summary: 'Begin a handover: its lists are frozen now',
        description:
          '`user-unknown` where one of the two has no open account, `value-not-allowed` where none of its roles ' +
          'signs handovers (`handover.sign`): they could never sign it.',
        tags,
        body: HandoverBody,
        response: created(HandoverSchema),
      },
    },
    async (request, reply) => {
      const { note = '', ...rest } = request.body;
      const { staff } = roster.view().book;
      for (const username of [rest.from, rest.to]) requireSigner(username, staff.get(username));
      const made = await handovers.begin({ ...rest, note, by: personOf(request).username });
      reply.code(201);
      return made as unknown as HandoverView;
    },
  );

  api.post(
    '/handovers/:id/sign',
    {
      config: sign,
      schema: {
        operationId: 'signHandover',
        summary: 'Sign a handover, each of the two for themselves',
        tags,
        params: IdParams,
        body: EmptyBody,
        response: ok(HandoverSchema),
      },
    },
    async (request) =>
      (await handovers.sign(request.params.id, personOf(request).username)) as unknown as HandoverView,
  );
}

/** @throws RiserError `user-unknown`, `value-not-allowed` */
function requireSigner(username: string, member: StaffMember | undefined): void {
  if (member?.isDisabled !== false) throw new RiserError('user-unknown', { username });
  if (!toPermissions(member.roles).has(sign.permission))
    throw new RiserError('value-not-allowed', { value: username, allowed: SIGNERS });
}

const SIGNERS: Text = {
  zh: '有交接班签字权限的人员',
  en: 'people whose role signs handovers',
};
