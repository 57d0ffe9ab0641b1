/** 演练: marked exercises of one equipment and its parts, out of every figure. */
import { type EquipmentId, toId } from '../../core/ids.ts';
import { DrillBody } from '../alarm-requests.ts';
import { DrillViewSchema } from '../alarm-schemas.ts';
import { listOf, ok } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { toEquipmentName } from '../rule-views.ts';
import type { ApiServices } from '../services.ts';

const tags = ['alarms'];
const response = ok(listOf(DrillViewSchema));

export function drillRoutes(api: Api, { services }: ApiContext): void {
  api.get(
    '/drills',
    {
      config: { permission: 'site.read' },
      schema: { operationId: 'listDrills', summary: 'Drills that are under way', tags, response },
    },
    () => list(services),
  );

  api.post(
    '/drills',
    {
      config: { permission: 'drill.run' },
      schema: {
        operationId: 'setDrill',
        summary: 'Begin a drill, or end one (`untilMs` null); answers those that are under way',
        description:
          'Alarms of the equipment and its parts go the whole way, marked as a drill. Problems: `not-found`, ' +
          '`reason-required`, `end-not-ahead`, `no-drill`, `engine-busy`, `store-failed`.',
        tags,
        body: DrillBody,
        response,
      },
    },
    async ({ body: { equipment, reason, untilMs }, person }) => {
      const by = personOf({ person }).username;
      const object = toId<EquipmentId>(equipment);
      await services.commands.submit({ type: 'drill', equipment: object, by, reason, untilMs });
      const action = untilMs === null ? 'drill-end' : 'drill-begin';
      await services.audit({ actor: by, action, object: equipment, detail: { reason, untilMs } });
      return list(services);
    },
  );
}

async function list({ queries, model }: ApiServices) {
  const drills = await queries.drills();
  const items = [...drills].map(([equipment, drill]) => ({
    equipment,
    equipmentName: toEquipmentName(model, equipment),
    ...drill,
  }));
  return { items, total: items.length };
}
