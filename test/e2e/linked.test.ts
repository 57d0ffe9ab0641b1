/**
 * Linked physics through the whole chain, at the speed of life: a power failure, an entrapment in it, a fire with
 * everything that it switches. At every step the open tickets are exactly those that somebody has to act on: what follows
 * from them is listed, explained, and has none. The tests follow one another; linked-fast.test.ts has what takes long.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import { type Building, startBuilding } from './building.ts';
import {
  expectNoTicketBut,
  MAINS,
  readAlarm,
  readTickets,
  SETTLE_MS,
  SLACK_MS,
  toPatientSite,
  untilActive,
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

beforeAll(async () => {
  building = await startBuilding({ site: toPatientSite });
});
afterAll(async () => {
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
  await untilTickets(building, [MAINS], 10_000);
  const dead = await until(() => readAlarm(building, 'esb-1/bus-dead'), {
    timeoutMs: 10_000,
    what: 'the dead section',
  });
  expect(dead).toMatchObject({
    isActive: true,
    ticket: null,
    explainedBy: { key: 'demo/msb-1/mains-lost' },
  });
});

test('somebody is trapped while the power is off: a ticket at once all the same', async () => {
  await pin(true);
  const pinnedAtMs = Date.now();
  const ticket = await until(
    async () =>
      (await building.tickets()).find(
        ({ equipment, priority }) => equipment === 'lift-2' && priority === 'emergency',
      ),
    { timeoutMs: 10_000, what: 'the ticket of the entrapment' },
  );
  const ms = Date.now() - pinnedAtMs;
  console.log(`entrapment during the power failure: emergency ticket after ${ms} ms`);
  expect(ms).toBeLessThan(LIFE_SAFETY_MS + SLACK_MS);
  expect((await building.point('esb-1/bus-live')).value).toBe(0);
  expect(await readAlarm(building, 'lift-2/entrapment')).toMatchObject({
    severity: 'life-safety',
    explainedBy: null,
    ticket: ticket.id,
  });
  entrapment = `lift-2: ${ticket.content.en}`;
  expect(entrapment).toMatch(ENTRAPMENT);
  await pin(false);
  await untilTickets(building, [MAINS, entrapment], 1_000);
});

test('the generator takes the load after about 10 s', async () => {
  await untilValues(building, { 'esb-1/source': 2, 'generator-1/state': 3, 'esb-1/bus-live': 1 }, 25_000);
  const ms = Date.now() - lostAtMs;
  console.log(`generator on load ${(ms / 1_000).toFixed(1)} s after the mains were lost`);
  expect(ms).toBeGreaterThan(8_000);
  expect(ms).toBeLessThan(13_000 + SLACK_MS);
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
  await untilTickets(building, [MAINS, entrapment], 1_000);
  const explained = await expectNoTicketBut(
    building,
    lostAtMs,
    /msb-1\/mains-lost|lift-2\/(?:entrapment|passenger-alarm)/,
  );
  expect(explained).toBeGreaterThan(8);
});

test('the mains are back: everything returns, and no ticket has come of it', async () => {
  await building.clear('transformer-1 mains-lost');
  await untilActive(building, []);
  await untilTickets(building, [MAINS, entrapment], 1_000);
});

test('a fire in a zone: one alarm of life safety and its emergency ticket within 2 s', async () => {
  const injectedAtMs = Date.now();
  await building.inject('fire-panel-1-zone-3 manual-call-point');
  await untilTickets(building, [MAINS, entrapment, FIRE], 10_000);
  const ms = Date.now() - injectedAtMs;
  console.log(`fire: emergency ticket ${ms} ms after the call point was pressed`);
  expect(ms).toBeLessThan(LIFE_SAFETY_MS + SLACK_MS);
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
    timeoutMs: 30_000,
    what: 'the cut of the controller',
  });
  expect(cut).toMatchObject({ ticket: null });
  await until(
    async () =>
      (await readAlarm(building, 'acs-1/mains-lost'))?.explainedBy?.key ===
      'demo/fire-panel-1/linkage-active',
    {
      timeoutMs: 5_000,
      what: 'the linkage to explain it',
    },
  );
  await untilTickets(building, [MAINS, entrapment, FIRE], 1_000);
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
    30_000,
  );
  // The linkage explains the pump for a while; after that it has a ticket of its own.
  const others = (await readTickets(building)).filter((ticket) => ticket !== PUMP_RUNS);
  expect(others).toEqual([MAINS, entrapment, FIRE].toSorted());
});
