/**
 * The whole gateway (`run`) over every way in which Modbus travels: the same profile behind TCP, RTU over TCP, a serial port
 * and a modem that dials in. Each wire is cut while the others live on. The tests follow one another.
 */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LinkView } from '../../src/api/link-schema.ts';
import type { AlarmView, PointView, TicketView } from '../../src/api/schemas.ts';
import { type SimulatorProcess, startSimulators } from '../../src/simulation/process.ts';
import { type ApiClient, login } from '../support/client.ts';
import { runRiser, startRiser } from '../support/gateway.ts';
import { control, PLANT_READY_MS, PROJECT } from '../support/plant.ts';
import { until } from '../support/poll.ts';
import { freePorts } from '../support/ports.ts';
import type { TestProcess } from '../support/process.ts';
import { describeWithTools } from '../support/require-tool.ts';
import { type SerialPair, startSerialPair } from '../support/serial-pair.ts';
import { createTemporaryDirectory } from '../support/temp.ts';
import { createWire, type Wire } from '../support/wire.ts';

const SITE = `${PROJECT}/test/support/transports/site.yaml`;
const SCENARIO = `${PROJECT}/test/support/transports/scenario.yaml`;
const PASSWORD = 'transports-of-modbus';
const READY_MS = 150_000;
const GOOD_MS = 60_000;
/** Time-out, retry and three polls, on a busy machine. */
const BAD_MS = 45_000;
/** A polled link tries once in its fastest cycle; a modem or an adapter needs a second of its own to be there again. */
const BACK_MS = 60_000;

/** A link and the equipment behind it. */
const WAYS = [
  { link: 'tcp', equipment: 'dws-tcp' },
  { link: 'rtu-over-tcp', equipment: 'dws-rtu' },
  { link: 'serial', equipment: 'dws-serial' },
  { link: 'dial-in', equipment: 'dws-dial' },
] as const;
type LinkName = (typeof WAYS)[number]['link'];

describeWithTools(['socat'], 'the gateway over every transport of Modbus', (socat) => {
  const made = new AsyncDisposableStack();
  const wires: Record<string, Wire> = {};
  let pair: SerialPair;
  let dialInPort = 0;
  let plant: SimulatorProcess;
  let gateway: TestProcess;
  let api: ApiClient;

  beforeAll(async () => {
    const { path } = made.adopt(createTemporaryDirectory(), (directory) => directory.remove());
    const [httpPort, dialling] = (await freePorts(2)) as [number, number];
    dialInPort = dialling;
    pair = made.use(await startSerialPair(socat, path));
    wires['dial-in'] = made.use(await createWire(dialInPort));
    plant = made.adopt(await startPlant(path, pair.far, wires['dial-in'].port), (each) => each.stop());
    for (const id of ['tcp', 'rtu-over-tcp'])
      wires[id] = made.use(await createWire(plant.ports[id] as number));
    const data = `${path}/data`;
    writeFileSync(`${path}/password`, `${PASSWORD}\n`);
    const account = ['user', 'add', 'wang', '--role', 'engineer', '--password-file', `${path}/password`];
    expect(await runRiser([...account, '--data', data])).toMatchObject({ code: 0 });
    const env = {
      RISER_HTTP_PORT: String(httpPort),
      RISER_TCP_PORT: String(wires['tcp']?.port),
      RISER_RTU_PORT: String(wires['rtu-over-tcp']?.port),
      RISER_SERIAL_DEVICE: pair.near,
      RISER_DIAL_IN_PORT: String(dialInPort),
    };
    gateway = made.use(await startRiser(['run', '--config', SITE, '--data', data], { env }));
    await gateway.waitForLine(/"gateway ready"/, READY_MS);
    api = await login(`http://127.0.0.1:${httpPort}`, 'wang', PASSWORD);
  });
  afterAll(() => made.disposeAsync());

  async function readPoints(equipment: string): Promise<readonly PointView[]> {
    const { items } = await api.read<{ items: PointView[] }>('/api/v1/points');
    return items.filter(
      (point) => point.equipment === equipment || point.equipment.startsWith(`${equipment}-`),
    );
  }

  async function readLink(link: LinkName): Promise<LinkView> {
    const { items } = await api.read<{ items: LinkView[] }>('/api/v1/links');
    return items.find((item) => item.link === link) as LinkView;
  }

  async function untilLink(link: LinkName, state: LinkView['state']): Promise<LinkView> {
    const isSo = async () => {
      const found = await readLink(link);
      return found.state === state && found;
    };
    return until(isSo, { timeoutMs: BACK_MS, what: `${link} to be ${state}` });
  }

  async function untilAll(equipment: string, quality: 'good' | 'bad', timeoutMs: number): Promise<void> {
    const isMet = async (): Promise<boolean> => {
      const points = await readPoints(equipment);
      return points.length > 30 && points.every((point) => point.quality === quality);
    };
    await until(isMet, { timeoutMs, what: `all points of ${equipment} to be ${quality}` });
  }

  async function cut(link: LinkName): Promise<void> {
    if (link === 'serial') await pair.unplug();
    else wires[link]?.cut();
  }

  async function restore(link: LinkName): Promise<void> {
    if (link === 'serial') await pair.plug();
    else wires[link]?.restore();
  }

  test('reads the same profile behind each of them, to the same values as the simulator shows', async () => {
    for (const { equipment } of WAYS) await untilAll(equipment, 'good', GOOD_MS);
    for (const { equipment } of WAYS) {
      const points = await readPoints(equipment);
      const valueOf = (name: string): unknown =>
        points.find(({ id }) => id === `${equipment}/${name}`)?.value;
      // What the booster set starts with (docs/register-maps.md).
      expect([equipment, valueOf('mode'), valueOf('water-shortage')]).toEqual([equipment, 2, 0]);
      await control(plant, 'PUT', '/registers', { equipment, table: 'holding', address: 3, value: 1_234 });
    }
    for (const { equipment } of WAYS) {
      const flow = async (): Promise<unknown> =>
        (await readPoints(equipment)).find(({ id }) => id === `${equipment}/flow`)?.value;
      await until(async () => (await flow()) === 123.4, {
        timeoutMs: GOOD_MS,
        what: `the flow of ${equipment}`,
      });
    }
  });

  test('raises the alarm of a tripped pump with one ticket behind each of them', async () => {
    for (const { equipment } of WAYS)
      await control(plant, 'POST', '/faults', { equipment: `${equipment}-pump-1`, fault: 'trip' });
    for (const { equipment } of WAYS) {
      const read = async (): Promise<AlarmView | undefined> => {
        const { items } = await api.read<{ items: AlarmView[] }>(
          `/api/v1/alarms?equipment=${equipment}-pump-1`,
        );
        return items.find(({ rule, isActive }) => rule === 'tripped' && isActive);
      };
      const alarm = await until(read, { timeoutMs: GOOD_MS, what: `the trip behind ${equipment}` });
      const ticket = await api.read<TicketView>(`/api/v1/tickets/${alarm.ticket}`);
      expect(ticket.alarms.map(({ occurrence }) => occurrence)).toContain(alarm.id);
    }
  });

  test.each(WAYS)(
    'a cut of $link turns its points bad and nobody else’s, and they come back',
    async (way) => {
      const { link, equipment } = way;
      const others = WAYS.filter((each) => each.link !== link);
      const before = new Map(
        await Promise.all(
          others.map(async (each) => [each.link, (await readLink(each.link)).counters] as const),
        ),
      );
      await cut(link);
      await untilAll(equipment, 'bad', BAD_MS);
      expect(await untilLink(link, 'offline')).toMatchObject({ reason: expect.any(String) });
      // While it is cut. A request that comes late on a busy machine is over at the next one.
      for (const each of others) await untilAll(each.equipment, 'good', BAD_MS);
      await restore(link);
      const restoredMs = performance.now();
      await untilAll(equipment, 'good', BACK_MS);
      console.log(
        `${link}: all good ${Math.round(performance.now() - restoredMs)} ms after the wire was back`,
      );
      const up = await untilLink(link, 'online');
      expect(up.reason).toBeNull();
      expect(up.counters['reconnects']).toBeGreaterThan(0);
      for (const each of others) {
        const { counters } = await readLink(each.link);
        expect([each.link, counters['reconnects']]).toEqual([
          each.link,
          before.get(each.link)?.['reconnects'],
        ]);
      }
    },
  );

  test('tells of each link what it asked, what came, how long it took and how busy it is', async () => {
    for (const { link } of WAYS) {
      // Shares and latencies are of the last minute, and counted when a request is over.
      const { counters, load, protocol } = await until(
        async () => {
          const found = await readLink(link);
          return (found.counters['replies'] ?? 0) > 20 && (found.load?.latencyP50Ms ?? 0) > 0 && found;
        },
        { timeoutMs: GOOD_MS, what: `figures of ${link}` },
      );
      expect([link, protocol]).toEqual([link, 'modbus']);
      const { requests = 0, replies = 0, timeouts = 0, bytes_in = 0, bytes_out = 0 } = counters;
      expect(replies, link).toBeGreaterThan(20);
      expect(requests, link).toBeGreaterThanOrEqual(replies + timeouts);
      expect(bytes_in, link).toBeGreaterThan(bytes_out);
      expect(load?.busyRatio, link).toBeGreaterThan(0);
      expect(load?.busyRatio, link).toBeLessThan(1);
      expect(load?.latencyP50Ms, link).toBeGreaterThan(0);
      expect(load?.latencyP99Ms ?? 0, link).toBeGreaterThanOrEqual(load?.latencyP50Ms ?? 0);
    }
    await until(async () => ((await readLink('dial-in')).counters['heartbeats'] ?? 0) > 3, {
      timeoutMs: GOOD_MS,
      what: 'heartbeats of the modem',
    });
    expect((await readLink('tcp')).counters['heartbeats'] ?? 0).toBe(0);
  });

  test('stops in time with all of them open, and frees the port that modems dial', async () => {
    const { code } = await gateway.stop();
    expect(code).toBe(0);
    expect(gateway.survivors()).toEqual([]);
    const server = createServer().listen(dialInPort, '127.0.0.1');
    await once(server, 'listening');
    await new Promise((resolve) => server.close(resolve));
  });
});

async function startPlant(
  directory: string,
  serialPort: string,
  dialInPort: number,
): Promise<SimulatorProcess> {
  const scenario = `${directory}/scenario.yaml`;
  writeFileSync(scenario, readFileSync(SCENARIO, 'utf8').replace('SERIAL_PORT', serialPort));
  return startSimulators({
    scenario,
    speed: 1,
    isAnyPort: true,
    readyTimeoutMs: PLANT_READY_MS,
    controlPort: 0,
    ports: { 'dial-in': dialInPort },
  });
}
