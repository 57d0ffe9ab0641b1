/** The stores of telemetry: how journal and forwarder stand, what was lost, and that somebody has seen it. */
import type { Static } from 'typebox';
import { ok } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { EmptyBody } from '../request-schemas.ts';
import type { StoragePort } from '../storage-port.ts';
import { StorageViewSchema } from '../storage-schema.ts';

const tags = ['operations'];

export function storageRoutes(api: Api, { services }: ApiContext): void {
  api.get(
    '/storage',
    {
      config: { permission: 'site.read' },
      schema: {
        operationId: 'getStorage',
        summary: 'How the journal and the forwarder stand, and what was lost: kind, count and time range',
        tags,
        response: ok(StorageViewSchema),
      },
    },
    async () => toStorageView(services.storage),
  );

  api.post(
    '/storage/loss/acknowledge',
    {
      config: { permission: 'storage.manage' },
      schema: {
        operationId: 'acknowledgeLoss',
        summary: 'Somebody has seen what was lost; later losses are told anew',
        tags,
        body: EmptyBody,
        response: ok(StorageViewSchema),
      },
    },
    async ({ person }) => {
      const actor = personOf({ person }).username;
      const { loss, losses } = services.storage.state();
      // Written down first: a loss that nobody has a record of must not vanish from the page.
      if (loss !== null) {
        await services.audit({ actor, action: 'loss-acknowledge', object: 'journal', detail: { ...loss } });
        await services.storage.acknowledgeLosses(
          losses.filter(({ isSeen }) => !isSeen),
          actor,
        );
      }
      return toStorageView(services.storage);
    },
  );
}

function toStorageView(storage: StoragePort): Static<typeof StorageViewSchema> {
  const { losses, ...state } = storage.state();
  return { ...state, losses: [...losses], hasQuarantine: storage.quarantine !== null };
}
