/**
 * Exactly one wire of the whole building is cut, for each protocol and in both ways a wire can fail: only its own
 * points turn bad, everything else stays good all the time, the loss becomes an alarm with a ticket after its delay,
 * and all is good again within two cycles of the wire being back. The tests follow one another.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CATALOG } from '../../src/catalog.ts';
import { loadSite } from '../../src/config/load.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { PROJECT } from '../support/plant.ts';
import { until } from '../support/poll.ts';
import { type StallWatch, watchStalls } from '../support/stalls.ts';
import { type Building, isProgrammed, type LinkName, MODBUS_TIMEOUT_MS, startBuilding } from './building.ts';
import {
  badSince,
  goodAgain,
  otherLinks,
  raisedSince,
  SILENT_AFTER_MS,
  toPatientOpcua,
} from './wire-watch.ts';

interface Case {
  readonly protocol: string;
  readonly link: LinkName;
  /** Client id where only one device of the link is cut off. */
  readonly only?: string;
  /** What is behind the wire. */
  readonly equipment: readonly string[];
  /** Whose alarm has the ticket: where all equipment of a shared link is silent, the gateway's part for the link. */
  readonly blamed: string;
  /** How late a closed connection may be noticed, ms. */
  readonly closedMs: number;
  /** How late silence may be noticed: the protocol's own time-out, ms. */
  readonly silentMs: number;
  readonly reasons: readonly string[];
  /** What the link says while it is cut. */
  readonly state: string;
}

const CASES: readonly Case[] = [
  {
    protocol: 'Modbus TCP',
    link: 'fire-pump-room',
    equipment: ['fire-pump-1', 'fire-tank-1', 'jockey-pump-1'],
    blamed: 'gateway-link-fire-pump-room',
    closedMs: 1_000,
    // Each of the three units is asked, and the one that answered last once more (acquisition/schedule.ts).
    silentMs: 500 + 4 * MODBUS_TIMEOUT_MS,
    reasons: ['comm-loss', 'timeout'],
    state: 'offline',
  },
  {
    protocol: 'OPC UA',
    link: 'lift-server',
    equipment: ['lift-1', 'lift-2'],
    blamed: 'gateway-link-lift-server',
    closedMs: 1_000,
    // And two looks.
    silentMs: SILENT_AFTER_MS + 1_000,
    reasons: ['comm-loss'],
    state: 'offline',
  },
  {
    protocol: 'MQTT',
    link: 'iot',
    only: 'acs-1',
    equipment: ['acs-1'],
    blamed: 'acs-1',
    closedMs: 1_000,
    // One and a half times the device's keep-alive of 15 s (simulators/mqtt/client.ts).
    silentMs: 22_500,
    reasons: ['comm-loss'],
    state: 'degraded',
  },
];
/** Beside every figure: the interval of asking, and a machine that does other work. RISER_TEST_STRICT=1 = it is idle. */
const SLACK_MS = process.env['RISER_TEST_STRICT'] === '1' ? 250 : 1_500;
/** Delay of the `offline` rules (profiles/schema.ts), and of that of a link (devices/riser-gateway-link.yaml). */
const OFFLINE_DELAY_MS = 5_000;
const LINK_DELAY_MS = 3_000;
/** What stands for the poll cycle of a point that is told instead of asked. */
const PUSH_CYCLE_MS = 1_000;
/**
 * Time for the alarm and, where it waits for a cause, its ticket: delay, wait of the policy (5 s), and some; after the
 * start also the grace in which missing data is not judged.
 */
const TICKET_MS = LIMITS.bootGraceMs + 20_000;
/** A server keeps session and subscription of a gateway that was cut off so long (drivers/opcua: opening, subscription). */
const LEFT_OVER_MS = 3 * SILENT_AFTER_MS + 45_000;

let building: Building;
/** Of this process, in which the wires are, the gateway and the plant. */
let stalls: StallWatch;
let restoredAtMs = 0;
/** In the order of the cases, before the first cut. */
let openBefore: readonly Readonly<Record<string, unknown>>[] = [];
/** Key: point id; poll interval where it is polled. */
const cycleMs = new Map(
  loadSite(`${PROJECT}/config/demo.yaml`, { catalog: CATALOG, env: {}, epoch: 1 }).points.map(
    ({ id, pollMs }) => [id as string, pollMs],
  ),
);

beforeAll(async () => {
  building = await startBuilding({ site: toPatientOpcua });
  stalls = watchStalls([building.gateway.process.pid, building.plant.pid]);
  openBefore = await Promise.all(CASES.map(readOpen));
});
afterAll(async () => {
  stalls?.[Symbol.dispose]();
  await building?.[Symbol.asyncDispose]();
});

const isBehind = ({ equipment }: Case, point: string): boolean =>
  equipment.some((id) => point.startsWith(`${id}/`) || point.startsWith(`${id}-door-`));

/** The points behind the wire. @returns how long after `fromMs` the last of them was bad, ms. */
async function untilBad(one: Case, fromMs: number, timeoutMs: number): Promise<number> {
  const points = await until(
    async () => {
      const behind = (await building.points()).filter(({ id }) => isBehind(one, id));
      return behind.length > 0 && behind.every(({ quality }) => quality === 'bad') && behind;
    },
    { timeoutMs, what: `everything behind ${one.link} to be bad` },
  );
  for (const { id, value, qualityReason } of points) {
    expect({ value, isWhy: one.reasons.includes(qualityReason) }, `${id} ${qualityReason}`).toEqual({
      value: null,
      isWhy: true,
    });
  }
  return Math.max(...points.map(({ receivedMs }) => receivedMs ?? 0)) - fromMs;
}

async function expectOthersGood(one: Case, fromMs: number): Promise<void> {
  const isOther = (id: string): boolean => !isBehind(one, id) && isProgrammed(id);
  const others = (await building.points()).filter(({ id }) => isOther(id));
  expect(others.filter(({ quality }) => quality !== 'good').map(({ id }) => id)).toEqual([]);
  expect(others.length).toBeGreaterThan(200);
  expect([...badSince(building, fromMs)].filter(isOther)).toEqual([]);
  expect(otherLinks(building, one.link, fromMs)).toEqual([]);
}

/** Waits until the wire works again and checks how soon each point was good. */
async function expectBack(one: Case, kind: string): Promise<void> {
  const ids = (await building.points()).map(({ id }) => id).filter((id) => isBehind(one, id));
  const first = await until(
    () => {
      const good = goodAgain(building, restoredAtMs);
      return ids.every((id) => good.has(id)) && good;
    },
    { timeoutMs: 60_000, what: `everything behind ${one.link} to be good again` },
  );
  const afterMs = (id: string): number => (first.get(id) as number) - restoredAtMs;
  const allowedMs = (id: string): number =>
    2 * (one.protocol === 'Modbus TCP' ? (cycleMs.get(id) as number) : PUSH_CYCLE_MS);
  console.log(
    `${one.protocol}, ${kind}: all good again ${Math.max(...ids.map(afterMs))} ms after the wire was back`,
  );
  const slackMs = SLACK_MS + stalls.within(restoredAtMs);
  expect(ids.filter((id) => afterMs(id) > allowedMs(id) + slackMs).map((id) => [id, afterMs(id)])).toEqual(
    [],
  );
  await until(async () => (await building.link(one.link)).state === 'online', {
    timeoutMs: 30_000,
    what: `${one.link} to be online`,
  });
  await untilSeenUp();
}

/** The gateway's own points say so too: what they still call down raises an alarm, and not in the next cut. */
async function untilSeenUp(): Promise<void> {
  const limit = { timeoutMs: 30_000, what: 'each link to be up by its own point' };
  await until(async () => {
    const { items } = await building.api.read<{ items: { id: string; value: unknown }[] }>('/api/v1/points');
    const up = items.filter(({ id }) => /^gateway-link-.*\/up$/.test(id));
    return up.length > 0 && up.every(({ value }) => Number(value) === 1);
  }, limit);
}

/** What is open at the devices: connections through the wire, sessions and subscriptions of servers. */
async function readOpen({ link, protocol }: Case): Promise<Readonly<Record<string, unknown>>> {
  const { sessions, subscriptions, connected } = await building.counters(link);
  const open = { connections: building.wires[link].open() };
  if (protocol === 'OPC UA') return { ...open, sessions, subscriptions };
  return protocol === 'MQTT' ? { ...open, connected } : open;
}

describe.each(CASES)('$protocol: the wire of $link is cut', (one) => {
  const wire = () => building.wires[one.link];
  let cutAtMs = 0;

  test('closed: its points alone are bad, at once', async () => {
    cutAtMs = Date.now();
    wire().cut(one.only);
    const ms = await untilBad(one, cutAtMs, 30_000);
    console.log(`${one.protocol}, closed: all bad ${ms} ms after the cut`);
    expect(ms).toBeLessThan(one.closedMs + SLACK_MS + stalls.within(cutAtMs));
    const { reason } = await until(
      async () => {
        const link = await building.link(one.link);
        return link.state === one.state && link;
      },
      { timeoutMs: 30_000, what: `${one.link} to be ${one.state}` },
    );
    expect(reason).toMatch(/\w/);
    if (one.only !== undefined) expect(reason).toContain(one.only);
  });

  test('each of its equipment is offline after the delay, one ticket says so, and nothing else is reported', async () => {
    const offline = [...new Set([...one.equipment, one.blamed])].map((id) => `${id}/offline`).toSorted();
    const tickets = await until(
      async () => {
        const alarms = (await building.alarms()).filter(({ raisedAtMs }) => raisedAtMs >= cutAtMs);
        const open = await building.tickets();
        // The stream of events and the list are two ways to the same alarms.
        const isTold = Math.min(alarms.length, raisedSince(building, cutAtMs).length) >= offline.length;
        return isTold && open.some(({ equipment }) => equipment === one.blamed) && open;
      },
      { timeoutMs: TICKET_MS, what: `the ticket of ${one.blamed} and ${offline.join(', ')}` },
    );
    const own = tickets.filter(({ receivedAtMs }) => receivedAtMs >= cutAtMs);
    expect(own.map(({ equipment }) => equipment)).toEqual([one.blamed]);
    expect(raisedSince(building, cutAtMs)).toEqual(offline);
    const alarms = (await building.alarms()).filter(({ raisedAtMs }) => raisedAtMs >= cutAtMs);
    for (const { key, raisedAtMs, ticket } of alarms) {
      const isBlamed = key === `demo/${one.blamed}/offline`;
      expect({ key, hasTicket: ticket !== null }).toEqual({ key, hasTicket: isBlamed });
      const delayMs = isBlamed && one.only === undefined ? LINK_DELAY_MS : OFFLINE_DELAY_MS;
      expect(raisedAtMs - cutAtMs, key).toBeGreaterThanOrEqual(delayMs);
    }
  });

  test('the rest of the building has been good all the time', () => expectOthersGood(one, cutAtMs));

  test('closed: all is good again within two cycles of the wire being back, and the alarms return', async () => {
    restoredAtMs = Date.now();
    wire().restore();
    await expectBack(one, 'closed');
    await until(
      async () => {
        const alarms = await building.alarms();
        return one.equipment.every((id) =>
          alarms.some(({ key, isActive }) => key === `demo/${id}/offline` && !isActive),
        );
      },
      { timeoutMs: 60_000, what: 'the offline alarms to return' },
    );
    await expectOthersGood(one, cutAtMs);
  });

  test('half-open: silence is noticed within its time-out, and is over as soon as the wire is back', async () => {
    const mutedAtMs = Date.now();
    wire().mute(one.only);
    const ms = await untilBad(one, mutedAtMs, one.silentMs + 15_000);
    console.log(`${one.protocol}, half-open: all bad after ${ms} ms`);
    expect(ms).toBeLessThan(one.silentMs + SLACK_MS + stalls.within(mutedAtMs));
    restoredAtMs = Date.now();
    wire().restore();
    await expectBack(one, 'half-open');
    await expectOthersGood(one, mutedAtMs);
  });
});

// Last, because a server keeps what it cannot know to be lost; for the others it is long ago by then.
test('no connection, session or subscription of before is left beside the new ones', async () => {
  let open: unknown = null;
  const isSame = async (): Promise<boolean> => {
    open = await Promise.all(CASES.map(readOpen));
    return JSON.stringify(open) === JSON.stringify(openBefore);
  };
  const limit = { timeoutMs: LEFT_OVER_MS, what: 'what is open to be as before', intervalMs: 250 };
  await until(isSame, limit).catch(() => null);
  expect(open).toEqual(openBefore);
});
