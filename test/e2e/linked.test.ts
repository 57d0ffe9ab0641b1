/**
 * Linked physics through the whole chain, at the speed of life: a power failure, an entrapment in it, a fire with
 * everything that it switches. At every step the open tickets are exactly those that somebody has to act on: what follows
 * from them is listed, explained, and has none. The tests follow one another; linked-fast.test.ts has what takes long.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import { type StallWatch, watchStalls } from '../support/stalls.ts';
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

/** The figure for what is life safety. */
const LIFE_SAFETY_MS = 2_000;
const DOORS = [1, 2, 3, 4, 5, 6].map((door) => `acs-1-door-${door}`);

const FIRE = 'fire-panel-1-zone-3: Fire alarm';
const PUMP_RUNS = 'fire-pump-1: Fire pump is running';
/** As of a lift that stands between floors with somebody in it. */
const TRAPPED = { AtLanding: false, DriveStatus: 1, DoorStatus: 0, PassengerAlarm: true } as const;
const ENTRAPMENT = /^lift-2: (?:Passengers trapped in the lift|Passenger alarm button pressed)$/;
let building: Building;
let entrapment = '';
let lostAtMs = 0;
let stalls: StallWatch;

beforeAll(async () => {
  building = await startBuilding({ site: toPatientSite });
  stalls = watchStalls([building.gateway.process.pid, building.plant.pid]);
});
afterAll(async () => {
  stalls?.[Symbol.dispose]();
  await building?.[Symbol.asyncDispose]();
});

const pin = async (isTrapped: boolean): Promise<void> => {
  for (const [name, value] of Object.entries(TRAPPED)) {
    await building.control('PUT', '/variables', {
      equipment: 'lift-2',
      name,
      value: isTrapped ? value : null,
    });
  }
};

test('the mains are lost: one ticket, and the dead essential section is explained by it', async () => {
  lostAtMs = Date.now();
  await building.inject('transformer-1 mains-lost');
  await untilTickets(building, [MAINS]);
  // Whether it is still dead when this is asked is up to the generator.
  const dead = await until(
    async () => {
      const alarm = await readAlarm(building, 'esb-1/bus-dead');
      return alarm?.explainedBy != null && alarm;
    },
    { timeoutMs: SETTLE_MS, what: 'the dead section, and why' },
  );
  expect(dead).toMatchObject({ ticket: null, explainedBy: { key: 'demo/msb-1/mains-lost' } });
  expect(dead.raisedAtMs).toBeGreaterThanOrEqual(lostAtMs);
});

test('somebody is trapped while the power is off: a ticket at once all the same', async () => {
  await pin(true);
  const pinnedAtMs = Date.now();
  const ticket = await until(
    async () =>
      (await building.tickets()).find(
        ({ equipment, priority }) => equipment === 'lift-2' && priority === 'emergency',
      ),
    { timeoutMs: SETTLE_MS, what: 'the ticket of the entrapment' },
  );
  const ms = Date.now() - pinnedAtMs;
  console.log(`entrapment during the power failure: emergency ticket after ${ms} ms`);
  expect(ms).toBeLessThan(LIFE_SAFETY_MS + SLACK_MS + stalls.within(pinnedAtMs));
  const entrapped = await readAlarm(building, 'lift-2/entrapment');
  expect(entrapped).toMatchObject({ severity: 'life-safety', explainedBy: null, ticket: ticket.id });
  const power = building.live.readings((point) => point === 'esb-1/bus-live');
  const raisedAtMs = entrapped?.raisedAtMs ?? 0;
  expect(
    power.findLast(({ receivedMs }) => receivedMs <= raisedAtMs)?.value,
    'power when it was raised',
  ).toBe(0);
  entrapment = `lift-2: ${ticket.content.en}`;
  expect(entrapment).toMatch(ENTRAPMENT);
  await pin(false);
  await untilTickets(building, [MAINS, entrapment]);
});

test('the generator takes the load after about 10 s', async () => {
  await untilValues(building, { 'esb-1/source': 2, 'generator-1/state': 3, 'esb-1/bus-live': 1 }, SETTLE_MS);
  const ms = Date.now() - lostAtMs;
  console.log(`generator on load ${(ms / 1_000).toFixed(1)} s after the mains were lost`);
  expect(ms).toBeGreaterThan(8_000);
  expect(ms).toBeLessThan(13_000 + SLACK_MS + stalls.within(lostAtMs));
});

test('what the failure has switched off is listed and explained, and opens no ticket', async () => {
  await untilValues(
    building,
    { 'lift-1/mode': 1, 'lift-2/mode': 1, 'fire-pump-1/control-power': 1 },
    SETTLE_MS,
  );
  // Electricity meters stand on the mains section: they stay silent as long as the mains are away.
  await until(async () => (await readAlarm(building, 'meter-public/offline'))?.explainedBy, {
    timeoutMs: SETTLE_MS,
    what: 'the silent meter to be explained',
  });
  await untilActive(building, [
    'esb-1/on-generator',
    'meter-public/offline',
    'meter-pump-room/offline',
    'msb-1/mains-lost',
  ]);
  await untilTickets(building, [MAINS, entrapment]);
  await untilNoTicketBut(building, lostAtMs, /msb-1\/mains-lost|lift-2\/(?:entrapment|passenger-alarm)/);
});

test('the mains are back: everything returns, and no ticket has come of it', async () => {
  await building.clear('transformer-1 mains-lost');
  await untilActive(building, []);
  await untilTickets(building, [MAINS, entrapment]);
});

test('a fire in a zone: one alarm of life safety and its emergency ticket within 2 s', async () => {
  const injectedAtMs = Date.now();
  await building.inject('fire-panel-1-zone-3 manual-call-point');
  await untilTickets(building, [MAINS, entrapment, FIRE]);
  const ms = Date.now() - injectedAtMs;
  console.log(`fire: emergency ticket ${ms} ms after the call point was pressed`);
  expect(ms).toBeLessThan(LIFE_SAFETY_MS + SLACK_MS + stalls.within(injectedAtMs));
  const fire = (await building.tickets()).find(({ equipment }) => equipment === 'fire-panel-1-zone-3');
  expect(fire).toMatchObject({ class: 'fire', priority: 'emergency' });
  const alarms = await building.alarms();
  const ofLife = alarms.filter(
    ({ severity, raisedAtMs }) => severity === 'life-safety' && raisedAtMs >= injectedAtMs,
  );
  expect(ofLife.map(({ key }) => key)).toEqual(['demo/fire-panel-1-zone-3/fire']);
});

test('lifts are recalled, doors released, non-fire power cut, and the panel has it confirmed', async () => {
  await untilValues(
    building,
    {
      'lift-1/mode': 11,
      'lift-2/mode': 11,
      ...Object.fromEntries(DOORS.map((door) => [`${door}/lock`, 2])),
      'acs-1/fire-input': 1,
      'acs-1/mains': 0,
      'fire-pump-1/running': 1,
      'fire-panel-1/feedback-lifts': 1,
      'fire-panel-1/feedback-doors': 1,
      'fire-panel-1/feedback-power-cut': 1,
      'fire-panel-1/feedback-pump': 1,
    },
    60_000,
  );
  const cut = await until(() => readAlarm(building, 'acs-1/mains-lost'), {
    timeoutMs: SETTLE_MS,
    what: 'the cut of the controller',
  });
  expect(cut).toMatchObject({ ticket: null });
  await until(
    async () =>
      (await readAlarm(building, 'acs-1/mains-lost'))?.explainedBy?.key ===
      'demo/fire-panel-1/linkage-active',
    {
      timeoutMs: 30_000,
      what: 'the linkage to explain it',
    },
  );
  await untilTickets(building, [MAINS, entrapment, FIRE]);
});

test('reset: all is normal but the fire pump, which people must stop', async () => {
  await building.clear('fire-panel-1-zone-3 manual-call-point');
  await untilActive(building, [], SETTLE_MS, 'fire-pump-1/running');
  await untilValues(
    building,
    {
      'lift-1/mode': 1,
      'lift-2/mode': 1,
      ...Object.fromEntries(DOORS.map((door) => [`${door}/lock`, 0])),
      'acs-1/mains': 1,
      'fire-panel-1/linkage-commands': 0,
    },
    SETTLE_MS,
  );
  // The linkage explains the pump for a while; after that it has a ticket of its own.
  const others = (await readTickets(building)).filter((ticket) => ticket !== PUMP_RUNS);
  expect(others).toEqual([MAINS, entrapment, FIRE].toSorted());
});
