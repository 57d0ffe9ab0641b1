/** Labels for the equipment (设备二维码): what their codes say. Whoever knows one can say that he stands before it, so few may ask. */
import Type from 'typebox';
import { listOf, ok } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';

const LabelSchema = Type.Object({
  equipment: Type.String(),
  path: Type.String({ description: 'Of the address in the code, e.g. `/r/pump-1?k=0123456789abcdef`' }),
});

export function labelRoutes(api: Api, { services }: ApiContext): void {
  api.get(
    '/labels',
    {
      config: { permission: 'slip.manage' },
      schema: {
        operationId: 'listLabels',
        summary: 'Codes of the labels of all equipment, to print; audited',
        tags: ['slips'],
        response: ok(listOf(LabelSchema)),
      },
    },
    async (request, reply) => {
      const { model, labels } = services;
      const items = [...model.equipment.keys()].map((equipment) => ({
        equipment,
        path: labels.pathOf(equipment),
      }));
      const detail = { labels: items.length };
      await services.audit({
        actor: personOf(request).username,
        action: 'labels-read',
        object: model.site.id,
        detail,
      });
      reply.header('cache-control', 'no-store');
      return { items, total: items.length };
    },
  );
}
