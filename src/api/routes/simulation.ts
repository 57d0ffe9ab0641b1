/** Faults of the running simulators, audited. Answers `no-simulation` on a gateway with real equipment. */
import { RiserError } from '../../core/errors.ts';
import { listOf, noContent, ok } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { FaultFields } from '../request-schemas.ts';
import { SimulatedFaultSchema } from '../schemas.ts';
import type { SimulationPort } from '../services.ts';

const tags = ['simulation'];

export function simulationRoutes(api: Api, { services }: ApiContext): void {
  const config = { permission: 'simulation.control' } as const;
  const simulation = (): SimulationPort => {
    if (services.simulation === null) throw new RiserError('no-simulation');
    return services.simulation;
  };

  const audit = (
    request: Parameters<typeof personOf>[0],
    action: string,
    { equipment, fault }: { readonly equipment: string; readonly fault: string },
  ): Promise<void> =>
    services.audit({ actor: personOf(request).username, action, object: equipment, detail: { fault } });

  api.get(
    '/simulation/faults',
    {
      config,
      schema: {
        operationId: 'listFaults',
        summary: 'Faults that the simulators know',
        tags,
        response: ok(listOf(SimulatedFaultSchema)),
      },
    },
    async () => {
      const items = [...(await simulation().faults())];
      return { items, total: items.length };
    },
  );

  api.post(
    '/simulation/faults',
    {
      config,
      schema: {
        operationId: 'injectFault',
        summary: 'Let a fault happen',
        tags,
        body: FaultFields,
        response: noContent(),
      },
    },
    async (request, reply) => {
      const { equipment, fault } = request.body;
      await simulation().inject(equipment, fault);
      await audit(request, 'fault-inject', { equipment, fault });
      return reply.code(204).send(null);
    },
  );

  api.delete(
    '/simulation/faults/:equipment/:fault',
    {
      config,
      schema: {
        operationId: 'clearFault',
        summary: 'End a fault',
        tags,
        params: FaultFields,
        response: noContent(),
      },
    },
    async (request, reply) => {
      const { equipment, fault } = request.params;
      await simulation().clear(equipment, fault);
      await audit(request, 'fault-clear', { equipment, fault });
      return reply.code(204).send(null);
    },
  );
}
