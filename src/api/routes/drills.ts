/** 演练: marked exercises of one equipment and its parts, out of every figure. */
import { RiserError } from '../../core/errors.ts';
import { type EquipmentId, toId } from '../../core/ids.ts';
import type { Command } from '../../engine/commands.ts';
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
      config: { permission: 'drill.end' },
      schema: {
        operationId: 'setDrill',
        summary: 'Begin a drill, or end one (`untilMs` null); answers those that are under way',
        description:
          'Alarms of the equipment and its parts go the whole way, marked as a drill. Beginning one needs `drill.run`; it lasts no ' +
          'longer than `drills.longest` of the policy. To end ' +
          'one names its equipment or a part of it: what still stands then is real and is reported at once. Problems: ' +
          '`not-found`, `not-permitted`, `reason-required`, `end-not-ahead`, `drill-too-long`, `no-drill`, ' +
          '`value-not-allowed` (people are in danger from it), `engine-busy`, `store-failed`.',
        tags,
        body: DrillBody,
        response,
      },
    },
    async ({ body: { equipment, reason, untilMs, fault, isWhole = fault !== undefined }, person }) => {
      const { username: by, permissions } = personOf({ person });
      if (untilMs !== null && !permissions.has('drill.run'))
        throw new RiserError('not-permitted', { permission: 'drill.run' });
      const object = toId<EquipmentId>(equipment);
      const drill = { type: 'drill', equipment: object, by, reason, ...(isWhole && { isWhole }) } as const;
      if (fault === undefined || untilMs === null) await services.commands.submit({ ...drill, untilMs });
      else await beginWithFault(services, { ...drill, untilMs, fault });
      const action = untilMs === null ? 'drill-end' : 'drill-begin';
      const detail = { reason, untilMs, ...(fault !== undefined && { fault }) };
      await services.audit({ actor: by, action, object: equipment, detail });
      return list(services);
    },
  );
}

/**
 * The drill first, so that no alarm of the fault is a real one; a fault that cannot be let happen ends it again. The fault
 * ends with the drill (drill-faults.ts).
 * @throws RiserError `no-simulation`, `unknown-fault`, `simulator-unreachable`, and what the command throws
 */
async function beginWithFault(
  { commands, simulation }: ApiServices,
  drill: Extract<Command, { type: 'drill' }> & { readonly fault: string },
): Promise<void> {
  if (simulation === null) throw new RiserError('no-simulation');
  const { equipment, fault } = drill;
  const known = await simulation.faults();
  if (!known.some((it) => it.equipment === equipment && it.fault === fault))
    throw new RiserError('unknown-fault', { equipment, fault });
  await commands.submit(drill);
  try {
    await simulation.inject(equipment, fault);
  } catch (error) {
    await commands.submit({ type: 'drill', equipment, by: drill.by, reason: drill.reason, untilMs: null });
    throw error;
  }
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
