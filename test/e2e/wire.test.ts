/**
 * The wire of one link is cut and restored: what could not be read is shown as bad everywhere, no alarm clears on it,
 * the other link does not notice, and everything is good again as soon as the wire is. The tests follow one another.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type {
  AlarmView,
  HistoryEntryView,
  LinkView,
  PointView,
  ProblemDocument,
  TicketView,
} from '../../src/api/schemas.ts';
import { QUALITIES } from '../../src/core/quality.ts';
import type { SimulatorProcess } from '../../src/simulation/process.ts';
import { readJournal } from '../../src/telemetry/journal/reader.ts';
import type { ApiClient } from '../support/client.ts';
import { type ChildGateway, control, PROJECT, startChildGateway, startQuietPlant } from '../support/plant.ts';
import { until } from '../support/poll.ts';
import { type StallWatch, watchStalls } from '../support/stalls.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from '../support/temp.ts';
import { createWire, type Wire } from '../support/wire.ts';
import { type Listener, type LiveReading, listen } from './live.ts';

const TRIP = { equipment: 'dws-1-pump-1', fault: 'trip' };
/** Fastest poll of the booster set (devices/generic-booster-2p.yaml). */
const POLL_MS = 500;
/** Of the link that is cut (test/support/small/site.yaml). */
const TIMEOUT_MS = 2_000;
/** A question, asked once more in doubt, and what may be under way: how late silence can be noticed. */
const SILENCE_MS = 2 * TIMEOUT_MS + 3 * POLL_MS;
/** Of the link that must stay good: longer than any stall of a machine that does other work. */
const PATIENT_MS = 10_000;
/** The back-off's longest pause, and some for a busy machine (acquisition/back-off.ts). */
const RECONNECT_MS = 90_000;
/** Beside a figure that is no promise. */
const SLACK_MS = 1_000;

let data: TemporaryDirectory;
let files: TemporaryDirectory;
let plant: SimulatorProcess;
let wire: Wire;
let gateway: ChildGateway;
let api: ApiClient;
let supervisor: ApiClient;
let live: Listener;
/** Of this process, in which the wire is, the gateway and the plant. */
let stalls: StallWatch;
let cutAtMs = 0;
let restoredAtMs = 0;

beforeAll(async () => {
  data = createTemporaryDirectory();
  files = createTemporaryDirectory();
  plant = await startQuietPlant();
  wire = await createWire(plant.ports['pump-room'] as number);
  gateway = await startChildGateway({
    data: data.path,
    config: writePatientSite(),
    pumpRoomPort: wire.port,
    sumpRoomPort: plant.ports['sump-room'] as number,
  });
  api = await gateway.login('engineer');
  supervisor = await gateway.login('supervisor');
  live = await listen(api);
  stalls = watchStalls([gateway.process.pid, plant.pid]);
  await until(async () => (await readPoints()).every(({ quality }) => quality === 'good'), {
    timeoutMs: 60_000,
    what: 'all points of the booster set to be good',
  });
});
afterAll(async () => {
  stalls?.[Symbol.dispose]();
  await live?.[Symbol.asyncDispose]();
  await gateway?.stop();
  await wire?.[Symbol.asyncDispose]();
  await plant?.stop();
  data.remove();
  files.remove();
});

/** The small site, whose link to the sump waits longer. */
function writePatientSite(): string {
  const small = readFileSync(`${PROJECT}/test/support/small/site.yaml`, 'utf8');
  const [before, behind] = small.split('  - id: sump-room\n    name: { zh: 集水坑控制箱');
  const site = `${before}  - id: sump-room\n    name: { zh: 集水坑控制箱${behind?.replace(/timeoutMs: \d+/, `timeoutMs: ${PATIENT_MS}`)}`;
  expect(site).toContain(`timeoutMs: ${TIMEOUT_MS}`);
  expect(site).toContain(`timeoutMs: ${PATIENT_MS}`);
  const path = `${files.path}/site.yaml`;
  writeFileSync(path, site);
  return path;
}

const isBooster = (point: string): boolean => point.startsWith('dws-1');
const isSump = (point: string): boolean => point.startsWith('sump-1');

async function readPoints(matches = isBooster): Promise<readonly PointView[]> {
  const { items } = await api.read<{ items: PointView[] }>('/api/v1/points');
  return items.filter(({ id }) => matches(id));
}

async function readLink(id: string): Promise<LinkView> {
  const { items } = await api.read<{ items: LinkView[] }>('/api/v1/links');
  return items.find(({ link }) => link === id) as LinkView;
}

async function untilLink(id: string, state: LinkView['state']): Promise<LinkView> {
  const isSo = async () => {
    const link = await readLink(id);
    return link.state === state && link;
  };
  return until(isSo, { timeoutMs: RECONNECT_MS, what: `${id} to be ${state}` });
}

async function readAlarm(equipment: string, rule: string): Promise<AlarmView | null> {
  const { items } = await api.read<{ items: AlarmView[] }>(`/api/v1/alarms?state=all&equipment=${equipment}`);
  return items.find((alarm) => alarm.rule === rule) ?? null;
}

async function readHistory(alarm: AlarmView | null): Promise<readonly HistoryEntryView[]> {
  return (await api.read<{ items: HistoryEntryView[] }>(`/api/v1/alarms/${alarm?.id}/history`)).items;
}

const tripAlarm = (): Promise<AlarmView | null> => readAlarm('dws-1-pump-1', 'tripped');

async function readTicket(): Promise<TicketView> {
  return api.read<TicketView>(`/api/v1/tickets/${(await tripAlarm())?.ticket}`);
}

/** The next step of the pump's ticket. */
async function step(transition: string, fields: Readonly<Record<string, unknown>> = {}, by = api) {
  const { id, version } = await readTicket();
  return by.post(`/api/v1/tickets/${id}/${transition}`, { version, ...fields });
}

async function expectRefused(code: string): Promise<void> {
  const { status, body } = await step('accept', { opinion: 'looks well' }, supervisor);
  expect({ status, code: (body as ProblemDocument).code }).toEqual({ status: 409, code });
  expect((await readTicket()).stage).toBe('done');
}

const since = (readings: readonly LiveReading[], atMs: number): readonly LiveReading[] =>
  readings.filter(({ receivedMs }) => receivedMs >= atMs);

describe('before the cut', () => {
  test('a tripped pump is an alarm with a ticket, which is not accepted while the alarm is active', async () => {
    await control(plant, 'POST', '/faults', TRIP);
    await until(async () => (await tripAlarm())?.isActive, { timeoutMs: 60_000, what: 'the trip' });
    for (const [transition, fields] of [
      ['take', { readBack: 'pump 1 tripped' }],
      ['arrive', { how: 'by-hand' }],
      ['diagnose', { diagnosis: 'overcurrent' }],
      ['plan', { plan: 'reset' }],
      ['start', {}],
      ['done', { handler: 'engineer', result: 'reset' }],
    ] as const) {
      expect((await step(transition, fields)).status, transition).toBe(200);
    }
    await expectRefused('alarm-active');
  });
});

describe('while the wire is cut', () => {
  test('every point of the link is bad with its reason and without a value, in the answers and in the live events', async () => {
    cutAtMs = Date.now();
    wire.cut();
    await until(async () => (await readPoints()).every(({ quality }) => quality === 'bad'), {
      timeoutMs: 30_000,
      what: 'all points of the booster set to be bad',
    });
    console.log(`all points were bad within ${Date.now() - cutAtMs} ms of the cut`);
    const points = await readPoints();
    expect(points.length).toBeGreaterThan(30);
    for (const point of points) {
      expect(point).toMatchObject({ value: null, quality: 'bad', qualityReason: 'comm-loss' });
      const slackMs = SLACK_MS + stalls.within(cutAtMs);
      expect(point.lastGood?.receivedMs, point.id).toBeLessThanOrEqual(cutAtMs + slackMs);
    }
    const events = await until(
      () => {
        const bad = since(live.readings(isBooster), cutAtMs).filter(({ quality }) => quality !== 0);
        return bad.length >= points.length && bad;
      },
      { timeoutMs: 30_000, what: 'the loss of every point in the live events' },
    );
    for (const { value, quality } of events) {
      expect({ value, quality }).toEqual({ value: null, quality: QUALITIES['comm-loss'].code });
    }
    expect((await untilLink('pump-room', 'offline')).reason).toEqual(expect.any(String));
  });

  test('the journal holds the loss of every point, not its last value', async () => {
    const ids = new Set((await readPoints()).map(({ id }) => id));
    const lost = (): readonly string[] =>
      [...readJournal(`${data.path}/journal`)]
        .filter(
          ({ quality, value, receivedMs }) => quality === 129 && value === null && receivedMs >= cutAtMs,
        )
        .map(({ pointId }) => pointId)
        .filter(isBooster);
    await until(() => new Set(lost()).size === ids.size, {
      timeoutMs: 30_000,
      what: 'the loss in the journal',
    });
    expect(lost().toSorted()).toEqual([...ids].toSorted());
  });

  test('the active alarm does not clear; it is shown as blind', async () => {
    await until(async () => (await tripAlarm())?.blindSinceMs, {
      timeoutMs: 60_000,
      what: 'the blind alarm',
    });
    expect(await tripAlarm()).toMatchObject({ isActive: true, returnedAtMs: null });
    await until(async () => (await readTicket()).alarms[0]?.blindSinceMs, {
      timeoutMs: 30_000,
      what: 'the ticket to know',
    });
    expect((await readTicket()).alarms).toMatchObject([{ isActive: true, blindSinceMs: expect.any(Number) }]);
  });

  test('the ticket is not accepted on a point that nobody can see', () => expectRefused('alarm-blind'));

  test('a fault that ends meanwhile does not end its alarm, because nobody has seen it end', async () => {
    await control(plant, 'DELETE', `/faults/${TRIP.equipment}/${TRIP.fault}`);
    const seen: (AlarmView | null)[] = [];
    await until(
      async () => {
        seen.push(await tripAlarm());
        return seen.length > 8 && (await readAlarm('dws-1', 'offline'));
      },
      { timeoutMs: 60_000, what: 'the offline alarm, looking at the other all the time', intervalMs: 250 },
    );
    expect(seen.filter((alarm) => alarm?.isActive !== true || alarm.endedAtMs !== null)).toEqual([]);
    expect((await readHistory(await tripAlarm())).map(({ type }) => type)).not.toContain('returned');
  });

  test('the equipment is reported offline, with a ticket', async () => {
    const alarm = await until(
      async () => {
        const found = await readAlarm('dws-1', 'offline');
        return found?.ticket != null && found;
      },
      { timeoutMs: 60_000, what: 'offline, and its ticket' },
    );
    expect(alarm).toMatchObject({ isActive: true, severity: 'medium', ticket: expect.any(String) });
    expect(alarm.raisedAtMs - cutAtMs).toBeGreaterThanOrEqual(5_000);
    expect(await readAlarm('sump-1', 'offline')).toBeNull();
  });

  test('the other link has been good all the time', async () => {
    const readings = since(live.readings(isSump), cutAtMs);
    expect(readings.length).toBeGreaterThan(50);
    expect(readings.filter(({ quality }) => quality !== 0)).toEqual([]);
    const level = since(
      live.readings((point) => point === 'sump-1/level'),
      cutAtMs,
    );
    const gaps = level.slice(1).map(({ receivedMs }, at) => receivedMs - (level[at]?.receivedMs ?? 0));
    console.log(`sump level during the cut: ${level.length} readings, longest gap ${Math.max(...gaps)} ms`);
    expect(Math.max(...gaps)).toBeLessThan(5_000 + stalls.within(cutAtMs));
    expect(live.of('link').filter(({ data: link }) => link.link === 'sump-room')).toEqual([]);
    expect((await readLink('sump-room')).state).toBe('online');
  });
});

describe('when the wire is back', () => {
  test('all points are good again within two polls of the new connection', async () => {
    const before = wire.connections();
    restoredAtMs = Date.now();
    wire.restore();
    await until(() => wire.connections() > before, { timeoutMs: RECONNECT_MS, what: 'a new connection' });
    await until(async () => (await readPoints()).every(({ quality }) => quality === 'good'), {
      timeoutMs: 60_000,
      what: 'all points of the booster set to be good',
    });
    const connectedAtMs = wire.connectedAtMs() as number;
    const ids = (await readPoints()).map(({ id }) => id);
    const firstGood = (id: string): number =>
      since(
        live.readings((point) => point === id),
        restoredAtMs,
      ).find(({ quality }) => quality === 0)?.receivedMs ?? Number.POSITIVE_INFINITY;
    await until(() => ids.every((id) => Number.isFinite(firstGood(id))), {
      timeoutMs: 30_000,
      what: 'live events',
    });
    const slowestMs = Math.max(...ids.map(firstGood)) - connectedAtMs;
    console.log(
      `reconnected ${connectedAtMs - restoredAtMs} ms after the wire was back; all good ${slowestMs} ms later`,
    );
    expect(slowestMs).toBeLessThanOrEqual(2 * POLL_MS + stalls.within(connectedAtMs));
    await untilLink('pump-room', 'online');
  });

  test('the alarm is sighted and only now returns, and the ticket can be accepted', async () => {
    await until(async () => (await tripAlarm())?.isActive === false, {
      timeoutMs: 60_000,
      what: 'the return',
    });
    const history = await readHistory(await tripAlarm());
    const types = history.map(({ type }) => type);
    expect(types.filter((type) => ['raised', 'blind', 'sighted', 'returned'].includes(type))).toEqual([
      'raised',
      'blind',
      'sighted',
      'returned',
    ]);
    expect(history.find(({ type }) => type === 'returned')?.atMs).toBeGreaterThan(restoredAtMs);
    expect((await step('accept', { opinion: 'looks well' }, supervisor)).status).toBe(200);
  });

  test('the offline alarm returns', async () => {
    await until(async () => (await readAlarm('dws-1', 'offline'))?.isActive === false, {
      timeoutMs: 60_000,
      what: 'the offline alarm to return',
    });
    expect((await readHistory(await readAlarm('dws-1', 'offline'))).map(({ type }) => type)).toEqual(
      expect.arrayContaining(['raised', 'returned']),
    );
  });
});

describe('a wire that falls silent without closing', () => {
  test('is noticed within a time-out and its polls, while the other link stays good', async () => {
    const mutedAtMs = Date.now();
    wire.mute();
    await until(async () => (await readPoints()).every(({ quality }) => quality === 'bad'), {
      timeoutMs: SILENCE_MS + 30_000,
      what: 'all points of the booster set to be bad',
    });
    const points = await readPoints();
    const ms = Math.max(...points.map(({ receivedMs }) => receivedMs ?? 0)) - mutedAtMs;
    console.log(`all points were bad ${ms} ms after the wire had fallen silent`);
    for (const { value, qualityReason, id } of points) {
      expect({ value, isLoss: ['timeout', 'comm-loss'].includes(qualityReason) }, id).toEqual({
        value: null,
        isLoss: true,
      });
    }
    const sump = since(live.readings(isSump), mutedAtMs).filter(({ quality }) => quality !== 0);
    expect(sump).toEqual([]);
    const firstBad = points.map(({ id }) =>
      since(
        live.readings((point) => point === id),
        mutedAtMs,
      ).find(({ quality }) => quality !== 0),
    );
    expect(Math.max(...firstBad.map((reading) => reading?.receivedMs ?? 0)) - mutedAtMs).toBeLessThan(
      SILENCE_MS + SLACK_MS + stalls.within(mutedAtMs),
    );
  });

  test('is read again when it speaks', async () => {
    wire.restore();
    await until(async () => (await readPoints()).every(({ quality }) => quality === 'good'), {
      timeoutMs: RECONNECT_MS,
      what: 'all points of the booster set to be good',
    });
    await untilLink('pump-room', 'online');
  });
});
