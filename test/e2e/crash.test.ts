/**
 * kill -9 at every point of the decision loop and at random: after the restart there is the same occurrence and
 * exactly one ticket, and the chains of the records verify.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AlarmView, TicketView } from '../../src/api/schemas.ts';
import type { EnginePhase } from '../../src/engine/engine.ts';
import type { SimulatorProcess } from '../../src/simulation/process.ts';
import { control, spawnGateway, startChildGateway, startQuietPlant } from '../support/plant.ts';
import { until } from '../support/poll.ts';
import { freePort } from '../support/ports.ts';
import { createRandom, testSeed } from '../support/seed.ts';
import { temporaryDirectory } from '../support/temp.ts';
import { verifyStore } from '../support/verify-store.ts';

const PHASES: readonly EnginePhase[] = [
  'before-step',
  'after-step',
  'before-commit',
  'after-commit',
  'before-publish',
  'after-publish',
];
/** Lives of the gateway in the test of random moments. */
const ROUNDS = 5;
const RULE = { equipment: 'dws-1-pump-1', fault: 'trip' };

interface Found {
  readonly alarms: readonly AlarmView[];
  readonly tickets: readonly TicketView[];
}

let plant: SimulatorProcess;
beforeAll(async () => {
  plant = await startQuietPlant();
});
afterAll(() => plant.stop());

const ports = () => ({
  pumpRoomPort: plant.ports['pump-room'] as number,
  sumpRoomPort: plant.ports['sump-room'] as number,
});

/** Alarms and tickets of the pump; waits until the alarm is there. */
async function look(data: string): Promise<Found> {
  await using gateway = await startChildGateway({ data, ...ports() });
  const api = await gateway.login('engineer');
  const filter = `equipment=${RULE.equipment}&state=all`;
  const read = async (): Promise<Found> => ({
    alarms: (await api.read<{ items: AlarmView[] }>(`/api/v1/alarms?${filter}`)).items,
    tickets: (await api.read<{ items: TicketView[] }>(`/api/v1/tickets?${filter}`)).items,
  });
  let found: Found = { alarms: [], tickets: [] };
  // The two lists are asked for one after the other: what comes between them is on one of them only.
  await until(
    async () => {
      found = await read().catch((error: unknown) => {
        throw new Error(`${String(error)}\n${gateway.process.stderr()}`, { cause: error });
      });
      return found.alarms.some((alarm) => alarm.isActive) && isDeepStrictEqual(...toBothSides(found));
    },
    { timeoutMs: 60_000, what: 'the alarm of the tripped pump on its ticket' },
  ).catch((error: unknown) => {
    if (found.alarms.length === 0) throw error;
  });
  return found;
}

/** Occurrences that stand on tickets, and those that are alarms. */
function toBothSides({ alarms, tickets }: Found): [readonly string[], readonly string[]] {
  const onTicket = tickets.flatMap((ticket) => ticket.alarms.map((alarm) => alarm.occurrence));
  return [onTicket.toSorted(), alarms.map((alarm) => alarm.id).toSorted()];
}

function expectOneOfEach({ alarms, tickets }: Found): void {
  const byRule = Map.groupBy(alarms, (alarm) => alarm.rule);
  for (const [rule, occurrences] of byRule) expect(occurrences, `occurrences of ${rule}`).toHaveLength(1);
  expect(tickets.map((ticket) => ticket.number)).toHaveLength(1);
  const [onTicket, raised] = toBothSides({ alarms, tickets });
  expect(onTicket).toEqual(raised);
}

describe('a gateway killed with -9', () => {
  for (const phase of PHASES) {
    test(`${phase}: finds the same occurrence and one ticket`, async () => {
      const data = temporaryDirectory();
      {
        await using gateway = await startChildGateway({ data, ...ports(), crash: `${phase}:1` });
        await control(plant, 'POST', '/faults', RULE);
        expect(await gateway.process.waitForExit(60_000)).toMatchObject({ signal: 'SIGKILL' });
      }
      const found = await look(data);
      await control(plant, 'DELETE', `/faults/${RULE.equipment}/${RULE.fault}`);
      expectOneOfEach(found);
      expect(await verifyStore(data)).toEqual([]);
    });
  }

  test('at random moments from its start on, again and again: still one occurrence and one ticket', async () => {
    const random = createRandom(testSeed());
    const data = temporaryDirectory();
    await control(plant, 'POST', '/faults', RULE);
    const start = { data, ...ports(), httpPort: await freePort() };
    const readyMs = await measureReady(start);
    const lives: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await using gateway = await spawnGateway(start);
      // Up to half as long again as it takes to be ready, so that about a third die when all runs.
      const lifeMs = random() * 1.5 * readyMs;
      await Promise.race([delay(lifeMs), gateway.exited]);
      gateway.kill('SIGKILL');
      expect(await gateway.exited, gateway.stderr()).toMatchObject({ signal: 'SIGKILL' });
      lives.push(Math.round(lifeMs));
    }
    console.log(`ready after ${Math.round(readyMs)} ms; killed after ${lives.join(', ')} ms`);
    const first = await look(data);
    const second = await look(data);
    await control(plant, 'DELETE', `/faults/${RULE.equipment}/${RULE.fault}`);
    expectOneOfEach(first);
    expectOneOfEach(second);
    expect(second.alarms.map((alarm) => alarm.id)).toEqual(first.alarms.map((alarm) => alarm.id));
    expect(second.tickets[0]?.number).toBe(first.tickets[0]?.number);
    expect(await verifyStore(data)).toEqual([]);
  });
});

/** One start, killed as soon as it is ready. @returns how long it took, ms. */
async function measureReady(options: Parameters<typeof startChildGateway>[0]): Promise<number> {
  const fromMs = performance.now();
  await using gateway = await startChildGateway(options);
  const readyMs = performance.now() - fromMs;
  gateway.process.kill('SIGKILL');
  await gateway.process.exited;
  return readyMs;
}
