/**
 * A day of a gateway, compressed: the command `run` on simulated meters whose every value is one of its kind, and the real
 * InfluxDB behind a proxy. InfluxDB is killed in the middle of a write and stays away, is slow, answers 503; the gateway
 * is killed with -9 again and again on one data directory, once while it starts; its wall clock goes in coarse steps and
 * is set back; its location is renamed. The oracle is what the simulator has served (day/oracle.ts), proved by its ledger.
 * In the end InfluxDB holds each value once, in its order, but for what was served within a second before a kill.
 *
 * About a minute. RISER_DAY=full: eight rounds, about 10 minutes. RISER_TEST_SEED repeats a day.
 * RISER_DAY=lie: the proxy swallows one write with a 204, a block is lost, and the test must fail; that the verdict sees
 * every kind of fault is also tested below on the day's own data.
 */
import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LoggedFrame } from '../../simulators/frame-log.ts';
import { type ModbusRig, startModbusRig } from '../support/modbus-rig.ts';
import { until } from '../support/poll.ts';
import { freePort } from '../support/ports.ts';
import { describeWithTools } from '../support/require-tool.ts';
import { createRandom, testSeed } from '../support/seed.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from '../support/temp.ts';
import { createDayGateway, type DayGateway } from './day/gateway.ts';
import {
  findNeverHeld,
  readStored,
  type ServedByPoint,
  type Stored,
  type StoredDay,
  summarise,
  toServed,
} from './day/oracle.ts';
import { type Day, GRAIN_MS, type Life, planDay, STEP_BACK_MS } from './day/plan.ts';
import { INFLUX_TIMEOUT_MS, POINTS, SITE_ID, UNITS, writeClock, writeDaySite } from './day/site.ts';
import { startUplink, type Uplink } from './day/uplink.ts';
import { tellUplink } from './day/uplink-story.ts';
import { judge, type Verdict } from './day/verdict.ts';

const IS_FULL = process.env['RISER_DAY'] === 'full';
const IS_LIE = process.env['RISER_DAY'] === 'lie';
const ROUNDS = IS_FULL ? 8 : 1;
const LIMIT_MS = IS_FULL ? 3_000_000 : 900_000;
/** The patterns change so much faster than life: every 50 ms, which is sooner than any point is asked again. */
const SPEED = 20;
/** More frames, and more values of an address, than any day has. */
const LOG_SIZE = 200_000;
const LEDGER_SIZE = 20_000;
/** What a kill may cost: durable within 1 s; and a machine that does other work. RISER_TEST_STRICT=1 = it is idle. */
const DURABLE_MS = 1_000;
const SLACK_MS = process.env['RISER_TEST_STRICT'] === '1' ? 0 : 1_500;
/** Answers that are under way reach the gateway within it. */
const ARRIVAL_MS = 500;
const DRAIN_MS = 120_000;

/** All that a day leaves behind. */
interface Told {
  readonly served: ServedByPoint;
  readonly stored: StoredDay;
  readonly verdict: Verdict;
}

describeWithTools(['influxd'], 'a day of outages, kills and clock steps', () => {
  let files: TemporaryDirectory;
  let influxData: TemporaryDirectory;
  let rig: ModbusRig;
  let uplink: Uplink;
  let gateway: DayGateway;
  let day: Day;
  let modbusPort = 0;
  let httpPort = 0;
  let offsetMs = 0;
  let renames = 0;
  let told: Told;

  beforeAll(async () => {
    const seed = testSeed();
    files = createTemporaryDirectory();
    influxData = createTemporaryDirectory();
    day = planDay(createRandom(seed), ROUNDS);
    rig = await startModbusRig({
      units: UNITS.map((unit) => ({ unit, holding: 2 * POINTS })),
      speed: SPEED,
      logSize: LOG_SIZE,
      ledgerSize: LEDGER_SIZE,
    });
    modbusPort = rig.port;
    httpPort = await freePort();
    uplink = await startUplink({
      dataDirectory: influxData.path,
      random: createRandom(seed + 1),
      slowMs: 2 * INFLUX_TIMEOUT_MS,
    });
    const config = writeSite();
    const clock = writeClock(files.path, { offsetMs, grainMs: 1 });
    gateway = createDayGateway({ config, data: `${files.path}/data`, clock, httpPort });
  });
  afterAll(async () => {
    await gateway?.[Symbol.asyncDispose]();
    await uplink?.[Symbol.asyncDispose]();
    await rig?.close();
    files?.remove();
    influxData?.remove();
  });

  /** Where the location has been renamed it has another id too, and so has all that lies in it another place. */
  const writeSite = (): string =>
    writeDaySite(files.path, {
      httpPort,
      influxUrl: uplink.url,
      modbusPort,
      location: { id: `room-${renames}`, name: `Room ${renames}` },
    });

  async function live({ what, ms, end }: Life): Promise<void> {
    if (what === 'renamed') {
      renames++;
      writeSite();
    }
    writeClock(files.path, { offsetMs, grainMs: what === 'coarse' ? GRAIN_MS : 1 });
    await gateway.start();
    if (what !== 'short') await gateway.untilReady();
    await delay(ms / 2);
    if (what === 'stepped') {
      offsetMs -= STEP_BACK_MS;
      writeClock(files.path, { offsetMs, grainMs: 1 });
    }
    await delay(ms / 2);
    if (end === 'kill') return await gateway.kill();
    // Nothing is asked in vain: what was served has arrived.
    rig.setFault(null, { kind: 'silent' });
    await delay(ARRIVAL_MS);
    // Its loop has turned since: a question that came later than the answers has been answered.
    for (let turn = 0; turn < 3; turn++) await gateway.figures();
    await gateway.stop();
    rig.clearFaults();
  }

  async function tellGateway(): Promise<void> {
    for (const life of day.lives) await live(life);
    writeClock(files.path, { offsetMs, grainMs: 1 });
    await gateway.start();
    await gateway.untilReady();
  }

  /** Nothing is answered any more, and all that was answered has reached InfluxDB. */
  async function drain(): Promise<void> {
    if (IS_LIE) {
      uplink.set('swallow');
      await uplink.untilStruck('swallow', DRAIN_MS);
    }
    rig.setFault(null, { kind: 'silent' });
    await delay(ARRIVAL_MS + DURABLE_MS + SLACK_MS);
    for (let turn = 0; turn < 3; turn++) await gateway.figures();
    await until(async () => (await gateway.figures()).backlog === 0, {
      timeoutMs: DRAIN_MS,
      what: 'nothing to wait',
      intervalMs: 200,
    });
  }

  test(
    'leaves every value in InfluxDB once and in its order, but for the last second before a kill',
    async () => {
      const [stretches] = await Promise.all([tellUplink(uplink, day.uplink), tellGateway()]);
      await drain();
      told = await compare();
      const { served, stored, verdict } = told;
      console.log(`InfluxDB: ${stretches.join(', ')}; writes struck ${JSON.stringify(uplink.struck)}`);
      console.log(`lives: ${day.lives.map(({ what, ms, end }) => `${what} ${ms} ms ${end}`).join(', ')}`);
      for (const { atMs, lost, oldestMs, silentMs } of verdict.kills)
        console.log(
          `kill at ${atMs}, ${silentMs} ms after it was heard: ${lost} readings lost, the oldest ${oldestMs} ms old`,
        );
      console.log(`served ${summarise(served)}`);
      console.log(`to be stored ${summarise(verdict.expected)}, stored ${summarise(stored.points)}`);
      const kept = Map.groupBy(readdirSync(`${files.path}/data/journal`), (name) =>
        name.replace(/^.*\./, ''),
      );
      console.log(`journal: ${[...kept].map(([kind, names]) => `${names.length} ${kind}`).join(', ')}`);
      expect(findNeverHeld(rig, served)).toEqual([]);
      expect(verdict.problems.slice(0, 10)).toEqual([]);
      expect(summarise(stored.points)).toBe(summarise(verdict.expected));
      expect(await gateway.figures()).toMatchObject({ dropped: 0, rejected: 0 });
    },
    LIMIT_MS,
  );

  async function compare(): Promise<Told> {
    const frames: readonly LoggedFrame[] = rig.log();
    const served = toServed(frames, gateway.ends);
    const { server } = uplink;
    if (server === null) throw new Error('InfluxDB is down at the end of the day');
    const stored = await readStored(server);
    const verdict = judge(served, stored.points, gateway.ends, DURABLE_MS + SLACK_MS);
    return { served, stored, verdict };
  }

  test('was a day: every fault has struck, and enough was served', () => {
    const { struck } = uplink;
    for (const mode of ['slow', 'refuse', 'kill-half', 'kill-stored'] as const)
      expect(struck[mode], mode).toBeGreaterThan(0);
    expect(gateway.ends.filter(({ isKill }) => isKill)).toHaveLength(5 * ROUNDS);
    for (const [id, values] of told.served) expect(values.length, id).toBeGreaterThan(50 * ROUNDS);
    expect(told.verdict.kills.length).toBe(5 * ROUNDS);
  });

  test('readings of the same millisecond and after the step back have stamps of their own', () => {
    const moved = [...told.stored.points.values()].map(
      (values) => values.filter(({ stampMs }, at) => stampMs === (values[at - 1]?.stampMs ?? 0) + 1).length,
    );
    expect(Math.min(...moved)).toBeGreaterThan(0);
  });

  test('no series is split by a location that is renamed', () => {
    expect(renames).toBe(ROUNDS);
    expect(told.stored.series).toEqual(
      UNITS.map((unit) => JSON.stringify({ equipment: `meter-${unit}`, site: SITE_ID })),
    );
  });

  test('would not be passed with a value that is lost, doubled, altered, from elsewhere or out of order', () => {
    const [id, values] = [...told.stored.points][0] ?? ['', []];
    const problemsOf = (changed: readonly Stored[]): readonly string[] => {
      const points = new Map([...told.stored.points, [id, changed]]);
      return judge(told.served, points, [], 0).problems.filter((problem) => problem.startsWith(`${id}:`));
    };
    const sound = problemsOf(values).length;
    const at = values.length >> 1;
    const one = values[at] as Stored;
    const before = values.slice(0, at);
    const after = values.slice(at + 1);
    expect(problemsOf([...before, ...after])).toHaveLength(sound + 1);
    expect(problemsOf([...before, one, one, ...after])).toHaveLength(sound + 1);
    expect(problemsOf([...before, { ...one, value: one.value + 0.5 }, ...after])).toHaveLength(sound + 2);
    expect(problemsOf([...values, { stampMs: 0, value: -1 }])).toHaveLength(sound + 1);
    expect(problemsOf([...before, ...after.slice(0, 1), one, ...after.slice(1)]).length).toBeGreaterThan(
      sound,
    );
  });
});
