/** 挂牌上锁: tags that keep everybody from writing to an equipment and its parts. What they forbid is in writing/. */
import { type EquipmentId, toId } from '../../core/ids.ts';
import { listOf, noContent, ok } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { EmptyBody, IdParams, LockOutBody } from '../request-schemas.ts';
import { LockOutViewSchema } from '../write-schema.ts';

const tags = ['equipment'];

export function lockOutRoutes(api: Api, { services: { writing } }: ApiContext): void {
  api.get(
    '/lock-outs',
    {
      config: { permission: 'site.read' },
      schema: {
        operationId: 'listLockOuts',
        summary: 'Tags that hang now',
        tags,
        response: ok(listOf(LockOutViewSchema)),
      },
    },
    async () => {
      const items = [...writing.lockOuts()].map(([equipment, lockOut]) => ({ equipment, ...lockOut }));
      return { items, total: items.length };
    },
  );

  api.post(
    '/equipment/:id/lock-out',
    {
      config: { permission: 'equipment.lock-out' },
      schema: {
        operationId: 'lockOutEquipment',
        summary: 'Hang a tag: nobody writes to the equipment or its parts',
        description:
          'Problems: `not-found`, `locked-out` (a tag hangs already), `reason-required`, `store-failed`.',
        tags,
        params: IdParams,
        body: LockOutBody,
        response: ok(LockOutViewSchema),
      },
    },
    async ({ params, body, person }) => {
      const equipment = toId<EquipmentId>(params.id);
      const lockOut = await writing.lockOut(equipment, body.reason, personOf({ person }).username);
      return { equipment, ...lockOut };
    },
  );

  api.post(
    '/equipment/:id/unlock',
    {
      config: { permission: 'equipment.lock-out' },
      schema: {
        operationId: 'unlockEquipment',
        summary: 'Take the tag off: whoever hung it, or a supervisor or administrator',
        description: 'Problems: `not-found`, `not-locked-out`, `tag-of-another`, `store-failed`.',
        tags,
        params: IdParams,
        body: EmptyBody,
        response: noContent(),
      },
    },
    async ({ params, person }, reply) => {
      const { username, roles } = personOf({ person });
      await writing.unlock(toId<EquipmentId>(params.id), username, roles);
      return reply.code(204).send(null);
    },
  );
}
