/** The fault that a drill has let happen ends with the drill, and only then. */
import pino from 'pino';
import { expect, test } from 'vitest';
import { type EquipmentId, toId } from '../src/core/ids.ts';
import { createDrillFaults } from '../src/drill-faults.ts';
import type { DrillRow } from '../src/store/store.ts';

const TRANSFORMER = toId<EquipmentId>('transformer-1');
const DRILL: DrillRow = { by: 'boss', atMs: 1, reason: '停电演练', untilMs: 2 };

function createRig() {
  const drills = new Map<EquipmentId, DrillRow>([[TRANSFORMER, { ...DRILL, fault: 'mains-lost' }]]);
  const cleared: string[] = [];
  let isReachable = true;
  const faults = createDrillFaults({
    queries: { drills: async () => new Map(drills) },
    simulation: {
      async clear(equipment, fault) {
        if (!isReachable) throw new Error('no answer');
        cleared.push(`${equipment} ${fault}`);
      },
    },
    log: pino({ level: 'silent' }),
  });
  return { drills, cleared, faults, reach: (can: boolean) => void (isReachable = can) };
}

test('a fault stays while its drill is under way and is ended once after it', async () => {
  const { drills, cleared, faults } = createRig();
  await faults.check();
  expect(cleared).toEqual([]);
  drills.clear();
  await faults.check();
  await faults.check();
  expect(cleared).toEqual(['transformer-1 mains-lost']);
});

test('a simulator that does not answer is asked again', async () => {
  const { drills, cleared, faults, reach } = createRig();
  await faults.check();
  drills.clear();
  reach(false);
  await expect(faults.check()).rejects.toThrow('no answer');
  reach(true);
  await faults.check();
  expect(cleared).toEqual(['transformer-1 mains-lost']);
});

test('a drill without a fault ends nothing on the simulator', async () => {
  const { drills, cleared, faults } = createRig();
  drills.set(TRANSFORMER, DRILL);
  await faults.check();
  drills.clear();
  await faults.check();
  expect(cleared).toEqual([]);
});
