/** The equipment register, parts included. */

import { RiserError } from '../../core/errors.ts';
import type { EquipmentId } from '../../core/ids.ts';
import { toId } from '../../core/ids.ts';
import { listOf, ok } from '../answers.ts';
import type { Api, ApiContext } from '../context.ts';
import { NOUNS } from '../nouns.ts';
import { IdParams } from '../request-schemas.ts';
import { EquipmentViewSchema } from '../schemas.ts';
import { toEquipmentView, toPointsByEquipment } from '../views.ts';

const tags = ['equipment'];

export function equipmentRoutes(api: Api, { services }: ApiContext): void {
  const config = { permission: 'site.read' } as const;

  api.get(
    '/equipment',
    {
      config,
      schema: {
        operationId: 'listEquipment',
        summary: 'All equipment',
        tags,
        response: ok(listOf(EquipmentViewSchema)),
      },
    },
    async () => {
      const { model } = services;
      const points = toPointsByEquipment(model);
      const lockOuts = services.writing.lockOuts();
      const items = [...model.equipment.values()].map((one) =>
        toEquipmentView(
          one,
          model,
          points.get(one.id) ?? [],
          lockOuts,
          services.commissioning.isOpen(one.id),
        ),
      );
      return { items, total: items.length };
    },
  );

  api.get(
    '/equipment/:id',
    {
      config,
      schema: {
        operationId: 'getEquipment',
        summary: 'One equipment',
        tags,
        params: IdParams,
        response: ok(EquipmentViewSchema),
      },
    },
    async ({ params }) => {
      const { model } = services;
      const equipment = model.equipment.get(toId<EquipmentId>(params.id));
      if (equipment === undefined) throw new RiserError('not-found', { what: NOUNS.equipment });
      const points = model.points
        .filter((point) => point.equipment === equipment.id)
        .map((point) => point.id);
      return toEquipmentView(
        equipment,
        model,
        points,
        services.writing.lockOuts(),
        services.commissioning.isOpen(equipment.id),
      );
    },
  );
}
