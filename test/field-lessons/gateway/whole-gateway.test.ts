/**
 * B2: a WAN outage stops local polling (ThingsBoard gateway #2132: all connectors stop 24 to 33 minutes after the uplink
 * drops). B8: a wrong merged block fails in silence (FUXA #2512: 75 of 78 booleans had never once shown live data).
 *
 * The whole gateway as a process. Of a day without uplink its amount is compressed, not its time: 1,000 points change ten
 * times a second until more readings wait than the forwarder keeps in memory, so that the oldest must come back from
 * disk; on the way the uplink hangs, fails, forgets and refuses. That the journal also outlives a killed gateway and
 * a killed InfluxDB is test/e2e/influx.test.ts.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PointQualityList } from '../../../src/api/quality-schema.ts';
import type { PointView } from '../../../src/api/schemas.ts';
import { JOURNAL_LIMITS } from '../../../src/telemetry/journal/limits.ts';
import { readJournal } from '../../../src/telemetry/journal/reader.ts';
import { request } from '../../support/client.ts';
import { type ModbusRig, startModbusRig } from '../../support/modbus-rig.ts';
import { type ChildGateway, startChildGateway } from '../../support/plant.ts';
import { until } from '../../support/poll.ts';
import { freePort } from '../../support/ports.ts';
import { type StallWatch, watchStalls } from '../../support/stalls.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from '../../support/temp.ts';
import { range } from '../bench.ts';
import { gapsOf, toAsked } from '../frames.ts';
import { BOOLEAN_POLL_MS, BOOLEANS, REGISTER_POLL_MS, REGISTERS, writePatternSite } from './pattern-site.ts';
import { startUplink, type Uplink } from './uplink.ts';

const METERS = range(8, 1);
/** 1 refuses one address, 2 refuses 75. */
const ALARMS = [1, 2];
const REFUSED = 41;
/** Beside the stalls of the machine. */
const LONGEST_GAP_MS = 1_000;

let directory: TemporaryDirectory;
let data: TemporaryDirectory;
let meters: ModbusRig;
let alarms: ModbusRig;
let uplink: Uplink;
let gateway: ChildGateway;
let patterns: NodeJS.Timeout;
/** Of this process, in which the devices are, and the gateway. */
let stalls: StallWatch;

beforeAll(async () => {
  directory = createTemporaryDirectory();
  data = createTemporaryDirectory();
  uplink = await startUplink();
  meters = await startModbusRig({
    units: METERS.map((unit) => ({ unit, holding: REGISTERS })),
    logSize: 50_000,
    ledgerSize: null,
  });
  alarms = await startModbusRig({ units: ALARMS.map((unit) => ({ unit, discrete: BOOLEANS })) });
  alarms.setFault(1, { kind: 'holes', table: 'discrete', from: REFUSED, to: REFUSED });
  alarms.setFault(2, { kind: 'holes', table: 'discrete', from: 3, to: BOOLEANS - 1 });
  patterns = setInterval(() => meters.advance(1_000), REGISTER_POLL_MS);
  const httpPort = await freePort();
  const config = writePatternSite(directory.path, {
    httpPort,
    influxUrl: uplink.url,
    meters: { port: meters.port, units: METERS },
    alarms: { port: alarms.port, units: ALARMS },
  });
  gateway = await startChildGateway({ data: data.path, config, httpPort, pumpRoomPort: 0, sumpRoomPort: 0 });
  stalls = watchStalls([gateway.process.pid]);
});

afterAll(async () => {
  clearInterval(patterns);
  stalls?.[Symbol.dispose]();
  await gateway?.stop();
  await meters?.close();
  await alarms?.close();
  await uplink?.[Symbol.asyncDispose]();
  data.remove();
  directory.remove();
});

async function metric(name: string): Promise<number> {
  const body = String((await request(gateway.url, 'GET', '/metrics')).body);
  const found = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(body)?.[1];
  if (found === undefined) throw new Error(`/metrics has no ${name}`);
  return Number(found);
}

const backlog = (): Promise<number> => metric('riser_journal_backlog_readings');

async function untilWaiting(readings: number): Promise<void> {
  await until(async () => (await backlog()) >= readings, {
    timeoutMs: 110_000,
    what: `${readings} readings to wait`,
    intervalMs: 200,
  });
}

const withoutRepeats = (values: readonly number[]): readonly number[] =>
  values.filter((value, at) => at === 0 || value !== values[at - 1]);

describe('B2 an uplink that is away', () => {
  let awayMs = 0;
  let backMs = 0;

  test('takes the readings of 1,000 points as long as it is there', async () => {
    await until(() => uplink.size() > 5_000, { timeoutMs: 90_000, what: '5,000 readings in the uplink' });
  });

  test('hangs, fails, forgets and refuses until more readings wait than memory holds: polling goes on without a gap (ThingsBoard gateway #2132)', async () => {
    awayMs = Date.now();
    await uplink.become('hangs');
    await untilWaiting(15_000);
    await uplink.become('fails');
    await untilWaiting(30_000);
    await uplink.become('forgets');
    await until(() => (uplink.met.get('forgets') ?? 0) > 0, {
      timeoutMs: 90_000,
      what: 'a write to be forgotten',
    });
    await uplink.become('refuses');
    await untilWaiting(JOURNAL_LIMITS.liveReadings * 1.2);
    backMs = Date.now();
    const stalledMs = stalls.within(awayMs, backMs);
    const spanMs = backMs - awayMs - stalledMs;
    const asked = toAsked(meters.log()).filter(({ atMs }) => atMs >= awayMs && atMs < backMs);
    for (const unit of METERS) {
      const own = asked.filter(
        (each) => each.unit === unit && each.exceptionCode === null && each.isAnswered,
      );
      expect(Math.max(...gapsOf(own)), `longest gap of unit ${unit}`).toBeLessThan(
        LONGEST_GAP_MS + stalledMs,
      );
      expect(own.length, `polls of unit ${unit}`).toBeGreaterThan((spanMs / REGISTER_POLL_MS) * 0.95);
    }
    expect([...uplink.met.keys()]).toEqual(expect.arrayContaining(['up', 'hangs', 'fails', 'forgets']));
    expect((await request(gateway.url, 'GET', '/ready')).status).toBe(200);
    const api = await gateway.login('engineer');
    const readBad = async (): Promise<readonly string[]> => {
      const { items } = await api.read<{ items: PointView[] }>('/api/v1/points');
      return items
        .filter(({ id, quality }) => id.startsWith('meter-') && quality !== 'good')
        .map(({ id }) => id);
    };
    await expect.poll(readBad).toEqual([]);
  });

  test('gets all of it when it is back: every value that stood in an answer on the wire, in order, once', async () => {
    await uplink.become('up');
    await until(async () => (await backlog()) < 20_000, { timeoutMs: 90_000, what: 'most of the backlog' });
    clearInterval(patterns);
    const endMs = Date.now();
    // Group commit and what is on its way; then nothing may wait any more.
    await until(async () => Date.now() > endMs + 2_000 && (await backlog()) === 0, {
      timeoutMs: 60_000,
      what: 'nothing to wait',
    });
    expect(await metric('riser_journal_dropped_readings_total')).toBe(0);
    expect(await metric('riser_influx_rejected_readings_total')).toBe(0);
    expect(uplink.conflicts).toEqual([]);
    const asked = toAsked(meters.log());
    let compared = 0;
    for (const unit of METERS) {
      const answers = asked.filter((each) => each.unit === unit && each.registers.length === REGISTERS);
      for (const register of range(REGISTERS)) {
        const sent = withoutRepeats(answers.map(({ registers }) => registers[register] ?? Number.NaN));
        const stored = [...(uplink.series.get(`meter-${unit}/r${register}`) ?? [])].toSorted(
          ([a], [b]) => a - b,
        );
        const kept = withoutRepeats(stored.map(([, value]) => value));
        compared += kept.length;
        if (String(kept) !== String(sent)) expect(kept, `meter-${unit}/r${register}`).toEqual(sent);
      }
    }
    expect(compared).toBeGreaterThan(JOURNAL_LIMITS.liveReadings * 1.2);
    const journalled = [...readJournal(`${data.path}/journal`)].filter(
      ({ pointId, value, receivedMs }) =>
        pointId.startsWith('meter-') && value !== null && receivedMs < endMs,
    );
    const missing = journalled.filter(({ pointId, stampMs }) => !uplink.series.get(pointId)?.has(stampMs));
    expect(missing).toEqual([]);
  });
});

describe('B8 a block of 78 booleans of which the device does not have all (FUXA #2512)', () => {
  const quality = async (query: string): Promise<PointQualityList> =>
    (await gateway.login('engineer')).read<PointQualityList>(`/api/v1/points/quality?${query}`);

  test('one is refused: the other 77 are live, follow the device, and nothing but the one is without data', async () => {
    const booleans = async (): Promise<readonly PointView[]> => {
      const api = await gateway.login('engineer');
      const { items } = await api.read<{ items: PointView[] }>('/api/v1/points?equipment=alarms-1');
      return items;
    };
    for (let change = 0; change < 3; change++) {
      alarms.advance(1_000);
      const sinceMs = Date.now();
      await until(
        async () =>
          (await booleans()).every(
            ({ name, value, receivedMs }) =>
              name === `b${REFUSED}` ||
              ((receivedMs ?? 0) > sinceMs && value === alarms.value(1, 'discrete', Number(name.slice(1)))),
          ),
        { timeoutMs: 45_000, what: '77 booleans as the device has them', intervalMs: 100 },
      );
    }
    const items = await booleans();
    expect(items).toHaveLength(BOOLEANS);
    expect(items.filter(({ quality }) => quality !== 'good')).toMatchObject([
      { id: `alarms-1/b${REFUSED}`, value: null, qualityReason: 'device-error' },
    ]);
  });

  test('the list of what was never good names the one, with why, and how often it was refused', async () => {
    const { total, items } = await quality('equipment=alarms-1&only=never-good');
    expect(total).toBe(1);
    expect(items).toMatchObject([
      {
        point: `alarms-1/b${REFUSED}`,
        isNeverGood: true,
        lastGoodMs: null,
        good: 0,
        qualityReason: 'device-error',
        reasons: { 'device-error': expect.any(Number) },
      },
    ]);
  });

  test('where 75 of 78 are dead, the list names all 75, and the coverage figure of the link shows it', async () => {
    const { total } = await quality('equipment=alarms-2&only=never-good');
    expect(total).toBe(75);
    const { summary } = await quality('link=alarms&limit=1');
    const points = ALARMS.length * BOOLEANS;
    expect(summary.links.find(({ link }) => link === 'alarms')).toMatchObject({
      points,
      neverGood: 76,
      coverageRatio: (points - 76) / points,
    });
    expect(summary.links.find(({ link }) => link === 'meter')).toMatchObject({
      neverGood: 0,
      coverageRatio: 1,
    });
  });

  test('the device was asked for the refused address alone and at most once a cycle, not for a block that fails', async () => {
    const refused = toAsked(alarms.log()).filter(
      ({ unit, exceptionCode }) => unit === 1 && exceptionCode !== null,
    );
    // Halving 78 until one is left takes seven refusals; from then on it is the one.
    const alone = refused.slice(8);
    expect(alone.filter(({ address, count }) => address !== REFUSED || count !== 1)).toEqual([]);
    const gaps = gapsOf(refused.filter(({ count }) => count === 1));
    expect(gaps.length).toBeGreaterThanOrEqual(2);
    // Once in each cycle of the grid: two may be nearer than a cycle, many cannot.
    const spanMs = gaps.reduce((sum, gap) => sum + gap, 0);
    expect(gaps.length).toBeLessThanOrEqual(spanMs / BOOLEAN_POLL_MS + 2);
  });
});
