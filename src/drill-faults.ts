/**
 * Drills on simulators: the fault that a drill has let happen (api/routes/drills.ts) ends with it, whoever ended it, or when its
 * time is over. A gateway with real equipment has none.
 */
import type { Logger } from 'pino';
import type { SimulationPort } from './api/services.ts';
import type { StoreQueries } from './store/store.ts';

/** Between two looks at the drills that are under way. */
const CHECK_MS = 2_000;

export interface DrillFaultsOptions {
  readonly simulation: Pick<SimulationPort, 'clear'>;
  readonly queries: Pick<StoreQueries, 'drills'>;
  readonly log: Logger;
}

export interface DrillFaults {
  /** One look: ends what belongs to no drill any more. A simulator that does not answer is asked again next time. */
  check(): Promise<void>;
  start(): void;
  stop(): void;
}

export function createDrillFaults({ simulation, queries, log }: DrillFaultsOptions): DrillFaults {
  /** Key: equipment; value: its fault. */
  const known = new Map<string, string>();
  let timer: NodeJS.Timeout | null = null;
  let isChecking = false;
  const check = async (): Promise<void> => {
    const drills = await queries.drills();
    for (const [equipment, { fault }] of drills) if (fault !== undefined) known.set(equipment, fault);
    for (const [equipment, fault] of known) {
      if (drills.get(equipment as never)?.fault === fault) continue;
      await simulation.clear(equipment, fault);
      known.delete(equipment);
    }
  };
  const checkOnce = async (): Promise<void> => {
    if (isChecking) return;
    isChecking = true;
    try {
      await check();
    } catch (error) {
      log.warn({ err: error }, 'the fault of a drill that has ended could not be ended on the simulator');
    } finally {
      isChecking = false;
    }
  };
  return {
    check,
    start() {
      timer = setInterval(() => void checkOnce(), CHECK_MS);
    },
    stop() {
      if (timer !== null) clearInterval(timer);
    },
  };
}
