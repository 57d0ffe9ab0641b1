/**
 * The building with Mosquitto between devices and gateway instead of the gateway's own broker: its wire is cut in both
 * ways, one device is cut off from it, and it is killed and started again. The tests follow one another.
 */
import { writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import { freePort } from '../support/ports.ts';
import { startProcess, type TestProcess } from '../support/process.ts';
import { describeWithTools } from '../support/require-tool.ts';
import { type StallWatch, watchStalls } from '../support/stalls.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from '../support/temp.ts';
import { BROKER, type Building, isProgrammed, startBuilding } from './building.ts';
import { badSince, goodAgain, otherLinks, toPatientOpcua } from './wire-watch.ts';

/** Of the gateway's link: silence is noticed after one and a half times this. */
const KEEP_ALIVE_S = 6;
const SILENT_MS = 1_500 * KEEP_ALIVE_S;
const SLACK_MS = process.env['RISER_TEST_STRICT'] === '1' ? 250 : 1_500;
/** What stands for the poll cycle: of points that are told, and of telemetry that is sent every 10 s. */
const PUSH_CYCLE_MS = 1_000;
const TELEMETRY_CYCLE_MS = 10_000;
const DEVICE = 'acs-1';
const DEVICES = 8;
const WHOLE = { state: 'online', connected: DEVICES, wires: 1, devices: DEVICES } as const;

const isTelemetry = (point: string): boolean => /^(?:climate|meter|water-meter)-/.test(point);
const isOfDevice = (point: string): boolean =>
  point.startsWith(`${DEVICE}/`) || point.startsWith(`${DEVICE}-`);

/** The gateway dials into a broker instead of being one. */
const dialOut = (site: string): string =>
  site.replace(
    /^ {4}listen:\n(?: {6,}.*\n)+/m,
    `    url: mqtt://127.0.0.1:\${RISER_IOT_PORT}\n    keepAliveS: ${KEEP_ALIVE_S}\n`,
  );

describeWithTools(['mosquitto'], 'a broker that is not ours', (mosquitto) => {
  let place: TemporaryDirectory;
  let port = 0;
  let broker: TestProcess;
  let building: Building;
  let isBehind: (point: string) => boolean;
  /** Of this process, in which the wires are, the gateway and the plant. */
  let stalls: StallWatch;

  const startBroker = (): Promise<TestProcess> =>
    startProcess(mosquitto, ['-c', `${place.path}/mosquitto.conf`]);

  beforeAll(async () => {
    place = createTemporaryDirectory();
    port = await freePort();
    const lines = [`listener ${port} 127.0.0.1`, 'allow_anonymous true', 'persistence false', 'user root'];
    writeFileSync(`${place.path}/mosquitto.conf`, `${lines.join('\n')}\n`);
    broker = await startBroker();
    building = await startBuilding({
      site: (text) => toPatientOpcua(dialOut(text)),
      brokerPort: port,
      gatewayBrokerPort: port,
    });
    stalls = watchStalls([building.gateway.process.pid, building.plant.pid]);
    const ids = new Set(building.pointsOf(BROKER));
    isBehind = (point) => ids.has(point);
  });
  afterAll(async () => {
    stalls?.[Symbol.dispose]();
    await building?.[Symbol.asyncDispose]();
    await broker?.stop();
    place.remove();
  });

  /** @returns how long after `fromMs` the last of the points was bad. */
  async function untilBad(
    fromMs: number,
    timeoutMs: number,
    matches: (point: string) => boolean,
  ): Promise<number> {
    const points = await until(
      async () => {
        const meant = (await building.points()).filter(({ id }) => matches(id));
        return meant.length > 0 && meant.every(({ quality }) => quality === 'bad') && meant;
      },
      { timeoutMs, what: 'what is behind the wire to be bad' },
    );
    const wrong = points.filter(
      ({ value, qualityReason }) => value !== null || qualityReason !== 'comm-loss',
    );
    expect(wrong.map(({ id, qualityReason }) => `${id} ${qualityReason}`)).toEqual([]);
    return Math.max(...points.map(({ receivedMs }) => receivedMs ?? 0)) - fromMs;
  }

  /** @returns why it is so */
  async function untilLink(state: string): Promise<string | null> {
    const isSo = async () => {
      const link = await building.link(BROKER);
      return link.state === state && link;
    };
    return (await until(isSo, { timeoutMs: 30_000, what: `the link to be ${state}` })).reason;
  }

  async function expectOthersGood(fromMs: number, matches: (point: string) => boolean): Promise<void> {
    const bad = [...badSince(building, fromMs)].filter((point) => !matches(point) && isProgrammed(point));
    expect(bad).toEqual([]);
    const others = (await building.points()).filter(({ id }) => !matches(id) && isProgrammed(id));
    expect(others.filter(({ quality }) => quality !== 'good')).toEqual([]);
    expect(otherLinks(building, BROKER, fromMs)).toEqual([]);
  }

  /** How soon each point was good again. */
  async function expectBack(
    what: string,
    fromMs: number,
    matches: (point: string) => boolean,
  ): Promise<void> {
    const ids = building.pointsOf(BROKER).filter(matches);
    const first = await until(
      () => {
        const good = goodAgain(building, fromMs);
        return ids.every((id) => good.has(id)) && good;
      },
      { timeoutMs: 6 * TELEMETRY_CYCLE_MS, what: `all good after: ${what}` },
    );
    const slackMs = SLACK_MS + stalls.within(fromMs);
    await building.untilGood(30_000);
    const late = (told: readonly string[]): number =>
      Math.max(...told.map((id) => (first.get(id) ?? Infinity) - fromMs));
    const [told, sent] = [ids.filter((id) => !isTelemetry(id)), ids.filter(isTelemetry)];
    console.log(
      `${what}: good again after ${late(told)} ms, telemetry after ${sent.length > 0 ? late(sent) : '–'} ms`,
    );
    expect(late(told)).toBeLessThan(2 * PUSH_CYCLE_MS + slackMs);
    if (sent.length > 0) expect(late(sent)).toBeLessThan(2 * TELEMETRY_CYCLE_MS + slackMs);
    // The points are good before the link is called whole; what is left of the old connections goes by itself.
    let found: unknown = null;
    const isWhole = async (): Promise<boolean> => {
      const { state } = await building.link(BROKER);
      const { connected } = await building.counters(BROKER);
      found = { state, connected, wires: building.wires[BROKER].open(), devices: building.devices.open() };
      return isDeepStrictEqual(found, WHOLE);
    };
    await until(isWhole, { timeoutMs: 30_000, what: 'one connection of each' }).catch(() => null);
    expect(found).toEqual(WHOLE);
  }

  test('the wire between gateway and broker is closed: all of the link is bad, and good again when it is back', async () => {
    const cutAtMs = Date.now();
    building.wires[BROKER].cut();
    const ms = await untilBad(cutAtMs, 30_000, isBehind);
    console.log(`broker's wire closed: all bad after ${ms} ms`);
    expect(ms).toBeLessThan(1_000 + SLACK_MS + stalls.within(cutAtMs));
    expect(await untilLink('offline')).toMatch(/\w/);
    const restoredAtMs = Date.now();
    building.wires[BROKER].restore();
    await expectBack('closed', restoredAtMs, isBehind);
    await expectOthersGood(cutAtMs, isBehind);
  });

  test('it falls silent: that is noticed within one and a half keep-alives', async () => {
    const mutedAtMs = Date.now();
    building.wires[BROKER].mute();
    const ms = await untilBad(mutedAtMs, SILENT_MS + 30_000, isBehind);
    console.log(`broker's wire half-open: all bad after ${ms} ms`);
    expect(ms).toBeLessThan(SILENT_MS + SLACK_MS + stalls.within(mutedAtMs));
    const restoredAtMs = Date.now();
    building.wires[BROKER].restore();
    await expectBack('half-open', restoredAtMs, isBehind);
    await expectOthersGood(mutedAtMs, isBehind);
  });

  test('one device loses the broker: its will takes its own points, and no others', async () => {
    const cutAtMs = Date.now();
    building.devices.cut(DEVICE);
    const ms = await untilBad(cutAtMs, 30_000, isOfDevice);
    console.log(`${DEVICE} cut off: all its points bad after ${ms} ms`);
    expect(await untilLink('degraded')).toContain(DEVICE);
    const restoredAtMs = Date.now();
    building.devices.restore();
    await expectBack('one device', restoredAtMs, isOfDevice);
    await expectOthersGood(cutAtMs, isOfDevice);
  });

  test('the broker is killed and started again with nothing retained: devices and gateway find it by themselves', async () => {
    const killedAtMs = Date.now();
    broker.kill('SIGKILL');
    await broker.exited;
    const ms = await untilBad(killedAtMs, 30_000, isBehind);
    console.log(`broker killed: all bad after ${ms} ms`);
    const startedAtMs = Date.now();
    broker = await startBroker();
    await expectBack('broker started again', startedAtMs, isBehind);
    await expectOthersGood(killedAtMs, isBehind);
  });
});
