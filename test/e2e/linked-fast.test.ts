/**
 * Linked physics through the whole chain, ten times as fast as life: a generator that cools down, one that fails, a tank
 * that runs empty. As in linked.test.ts the open tickets are exactly those that somebody has to act on. The tests follow
 * one another.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import { watchStalls } from '../support/stalls.ts';
import { type Building, startBuilding } from './building.ts';
import {
  MAINS,
  readAlarm,
  readTickets,
  SETTLE_MS,
  SLACK_MS,
  toPatientSite,
  untilActive,
  untilNoTicketBut,
  untilTickets,
  untilValues,
} from './linked-watch.ts';

const SPEED = 10;

let building: Building;

beforeAll(async () => {
  building = await startBuilding({ speed: SPEED, site: toPatientSite });
});
afterAll(async () => {
  await building?.[Symbol.asyncDispose]();
});

test('the generator stops 180 s after the return of the mains, and nothing complains of it', async () => {
  using stalls = watchStalls([building.gateway.process.pid, building.plant.pid]);
  await building.inject('transformer-1 mains-lost');
  await untilValues(building, { 'esb-1/source': 2, 'generator-1/state': 3 }, 60_000);
  // An outage that is over before anybody has seen it is nobody's ticket.
  await untilTickets(building, [MAINS], SETTLE_MS);
  const backAtMs = Date.now();
  await building.clear('transformer-1 mains-lost');
  await untilValues(building, { 'generator-1/state': 0, 'esb-1/source': 1 }, 90_000);
  const seconds = ((Date.now() - backAtMs) * SPEED) / 1_000;
  console.log(`generator stopped ${seconds.toFixed(0)} simulated seconds after the return of the mains`);
  expect(seconds).toBeGreaterThan(170);
  const slackMs = SLACK_MS + stalls.within(backAtMs);
  expect(seconds).toBeLessThan(190 + (slackMs * SPEED) / 1_000);
  await untilActive(building, []);
  await untilTickets(building, [MAINS]);
});

test('a generator that does not start: four tickets, and no others', async () => {
  const lostAtMs = Date.now();
  await building.inject('generator-1 start-failure');
  await building.inject('transformer-1 mains-lost');
  // A fire pump that cannot start is a matter of its own, whatever the reason.
  const four = [
    MAINS,
    'generator-1: Generator failed to start',
    'esb-1: Essential bus stays dead',
    'fire-pump-1: Fire pump stays without power and cannot start',
  ];
  await until(async () => (await readTickets(building)).length >= four.length, {
    timeoutMs: 60_000,
    what: 'four tickets',
  });
  await untilTickets(building, four);
  await until(async () => (await readAlarm(building, 'ups-1/on-battery'))?.isActive, {
    timeoutMs: SETTLE_MS,
    what: 'the UPS',
  });
  await untilNoTicketBut(
    building,
    lostAtMs,
    /msb-1\/mains-lost$|generator-1\/|esb-1\/transfer-failed$|fire-pump-1\/[a-z-]*power[a-z-]*$/,
  );
  await building.clear('generator-1 start-failure');
  await building.clear('transformer-1 mains-lost');
  await untilActive(building, []);
  await untilTickets(building, four);
});

test('the fire water tank runs empty: what the pumps lack for it is explained by the tank', async () => {
  const before = await readTickets(building);
  await building.inject('fire-tank-1 leak');
  const tank = 'fire-tank-1: Fire water tank level very low';
  await until(async () => (await readTickets(building)).includes(tank), {
    timeoutMs: 90_000,
    what: 'the ticket of the tank',
  });
  // The main loses its pressure over half an hour; the transmitter of the pump says now what it would say then.
  const pressure = { equipment: 'fire-pump-1', table: 'holding', address: 2 };
  await building.control('PUT', '/registers', { ...pressure, value: 650 });
  const low = await until(
    async () => {
      const alarm = await readAlarm(building, 'fire-pump-1/pressure-low');
      return alarm?.isActive === true && alarm;
    },
    { timeoutMs: SETTLE_MS, what: 'low pressure' },
  );
  expect(low).toMatchObject({ isActive: true, ticket: null });
  await until(
    async () =>
      (await readAlarm(building, 'fire-pump-1/pressure-low'))?.explainedBy?.key ===
      'demo/fire-tank-1/level-low-low',
    {
      timeoutMs: 30_000,
      what: 'the tank to explain it',
    },
  );
  // A jockey pump that has sucked air has tripped and must be reset by somebody.
  const others = (await readTickets(building)).filter(
    (ticket) => ticket !== 'jockey-pump-1: Jockey pump fault',
  );
  expect(others).toEqual([...before, tank].toSorted());
  await building.control('PUT', '/registers', { ...pressure, value: null });
  await building.clear('fire-tank-1 leak');
  await until(async () => (await readAlarm(building, 'fire-pump-1/pressure-low'))?.isActive === false, {
    timeoutMs: SETTLE_MS,
    what: 'the pressure to be seen normal',
  });
  expect((await readAlarm(building, 'fire-pump-1/pressure-low'))?.ticket).toBeNull();
});
