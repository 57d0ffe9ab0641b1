/** What a refused request does to the points of a link, on the fake driver and fake time. */
import { describe, expect, it } from 'vitest';
import { device, gaps, useRig } from './rig.ts';

const rig = useRig();

/** Refuses every request with one of these points. */
function refuse(...holes: readonly number[]): void {
  rig.driver.outcome = ({ points }) => (points.some((point) => holes.includes(point)) ? 2 : 'answer');
}

const qualities = () => Object.values(rig.recorder.qualities());
const requests = () => rig.recorder.acquisition.requests(rig.recorder.status('link').link);
const asked = () => requests().map(({ points }) => points.join(' '));

describe('a large request with one bad address', () => {
  it('costs only the point to blame, which is named once with its code', async () => {
    refuse(5);
    rig.start(device('pump', 1, 8));
    await rig.pass(60_000);
    expect(qualities()).toEqual([...Array(5).fill('good'), 'device-error', 'good', 'good']);
    expect(
      rig.recorder.seen.filter(({ quality }) => quality === 'device-error').map(({ point }) => point),
    ).toEqual(expect.not.arrayContaining([0, 1, 2, 3, 4, 6, 7]));
    expect(rig.recorder.logged.filter((line) => line.includes('the device refuses'))).toEqual([
      'warn the device refuses pump 1000 [5]',
    ]);
    expect(rig.recorder.counter('link', 'splits')).toBe(3);
    expect(asked()).toEqual(['0 1 2 3', '4', '5', '6 7']);
    expect(requests().map(({ exceptionCode }) => exceptionCode)).toEqual([null, null, 2, null]);
    expect(
      requests().every(({ isSplit, answeredMs, latencyMs }) => isSplit && answeredMs && latencyMs === 5),
    ).toBe(true);
  });

  it('is good within the first second but for that point', async () => {
    refuse(5);
    rig.start(device('pump', 1, 8));
    await rig.pass(200);
    expect(qualities().filter((quality) => quality === 'good')).toHaveLength(7);
  });

  it('asks for that point once a cycle, after a minute every 5 s, and takes it back by itself', async () => {
    refuse(1);
    rig.start(device('pump', 1, 2));
    await rig.pass(400_000);
    const times = rig.readsOf('pump 1000 [1]');
    expect(gaps(times).slice(1, 50)).toEqual(
      expect.not.arrayContaining([expect.toSatisfy((gap: number) => gap < 950 || gap > 1_050)]),
    );
    expect(Math.min(...gaps(times).slice(-50))).toBeGreaterThanOrEqual(5_000);
    expect(Math.max(...gaps(times).slice(-50))).toBeLessThanOrEqual(6_050);
    expect(gaps(rig.readsOf('pump 1000 [0]')).slice(1)).toEqual(
      expect.not.arrayContaining([expect.toSatisfy((gap: number) => gap > 1_010)]),
    );
    rig.driver.outcome = () => 'answer';
    await rig.pass(6_100);
    expect(qualities()).toEqual(['good', 'good']);
    expect(asked()).toEqual(['0 1']);
    expect(requests()[0]!.isSplit).toBe(false);
  });

  it('asks for that point at a growing interval up to a minute where no gap holds an answer', async () => {
    rig.driver.latencyMs = 60;
    rig.driver.outcome = ({ label }) => (label.startsWith('pump') ? 2 : 'answer');
    rig.start(device('pump', 1, 1), device('sump', 2, 1, 110));
    await rig.pass(400_000);
    const seconds = gaps(rig.readsOf('pump')).map((gap) => Math.round(gap / 1_000));
    expect(seconds.slice(0, 5)).toEqual([3, 9, 27, 60, 60]);
  });

  it('that has been good keeps its other points good all the while', async () => {
    rig.start(device('pump', 1, 16));
    await rig.pass(5_500);
    const before = rig.recorder.seen.length;
    refuse(9);
    await rig.pass(30_000);
    const later = rig.recorder.seen.slice(before).filter(({ point }) => point !== 9);
    expect(later.every(({ quality }) => quality === 'good')).toBe(true);
    expect(rig.recorder.last('pump/p9')!.quality).toBe('device-error');
  });

  it('is not split again at a reconnect', async () => {
    refuse(5);
    rig.start(device('pump', 1, 8));
    await rig.pass(3_000);
    rig.driver.drop('gone');
    await rig.pass(3_000);
    expect(rig.recorder.counter('link', 'splits')).toBe(3);
    expect(rig.recorder.counter('link', 'reconnects')).toBe(1);
    expect(qualities().filter((quality) => quality === 'good')).toHaveLength(7);
  });

  it('is asked in one again after a day', async () => {
    refuse(5);
    rig.start(device('pump', 1, 8, 600_000));
    await rig.pass(3_600_000);
    expect(asked()).toContain('5');
    rig.driver.outcome = () => 'answer';
    await rig.pass(25 * 3_600_000);
    expect(asked()).toEqual(['0 1 2 3 4 5 6 7']);
  });
});

it('a device that refuses everything ends with as many requests as it has points, and costs little', async () => {
  refuse(...Array(16).keys());
  rig.start(device('mad', 1, 16), device('sane', 2));
  rig.driver.outcome = ({ device: unit }) => (unit === 'unit 1' ? 2 : 'answer');
  await rig.pass(300_000);
  expect(requests()).toHaveLength(17);
  const before = rig.driver.reads.length;
  await rig.pass(60_000);
  expect(rig.driver.reads.length - before).toBeLessThanOrEqual(60 + 2 * 16);
  expect(gaps(rig.readsOf('sane')).slice(1)).toEqual(
    expect.not.arrayContaining([expect.toSatisfy((gap: number) => gap > 1_100)]),
  );
});

it('no point is ever asked by two requests, nor by none', async () => {
  rig.start(device('pump', 1, 12));
  for (const holes of [[], [3], [3, 8], [8], [], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], []]) {
    refuse(...holes);
    for (let step = 0; step < 40; step++) {
      await rig.pass(173);
      const points = requests().flatMap((request) => request.points);
      expect(points.toSorted((a, b) => a - b)).toEqual([...Array(12).keys()]);
    }
  }
});

it.each([1, 4, 6])('exception %i makes the points bad and splits nothing', async (code) => {
  rig.start(device('pump', 1, 4));
  await rig.pass(1_500);
  rig.driver.outcome = () => code;
  await rig.pass(5_000);
  expect(qualities()).toEqual(Array(4).fill('device-error'));
  expect(rig.recorder.counter('link', 'splits')).toBe(0);
  expect(rig.recorder.logged.filter((line) => line === 'warn request refused')).toHaveLength(1);
  rig.driver.outcome = () => 'answer';
  await rig.pass(1_000);
  expect(qualities()).toEqual(Array(4).fill('good'));
});

it('a lost frame is made up by a retry: no point turns bad, and it is counted', async () => {
  rig.driver.habits = { retries: 1 };
  rig.start(device('pump', 1), device('sump', 2));
  await rig.pass(1_500);
  let lost = 0;
  rig.driver.outcome = ({ label }) => (label.startsWith('pump') && lost++ % 2 === 0 ? 'timeout' : 'answer');
  await rig.pass(20_000);
  expect(rig.recorder.seen.every(({ quality }) => quality === 'good')).toBe(true);
  expect(rig.recorder.counter('link', 'retries')).toBeGreaterThanOrEqual(18);
  expect(rig.recorder.status('link').state).toBe('online');
});

describe('several reads under way', () => {
  it('are served at the rate of the device, not of the round trip', async () => {
    rig.driver.habits = { maxInFlight: 8 };
    rig.driver.latencyMs = 50;
    const points = Array.from({ length: 8 }, (_, at) => ({
      name: `p${at}`,
      pollMs: 100 + at,
      staleMs: 1_000,
    }));
    rig.start({ id: 'plc', device: { unit: 1 }, points });
    const plan = rig.driver.plan.bind(rig.driver);
    rig.driver.plan = (link, list, equipmentOf) => list.flatMap((point) => plan(link, [point], equipmentOf));
    await rig.pass(10_000);
    expect(rig.driver.maxReads).toBeGreaterThan(2);
    expect(rig.driver.maxReads).toBeLessThanOrEqual(8);
    expect(rig.recorder.counter('link', 'skipped_cycles')).toBe(0);
    expect(rig.driver.reads.length).toBeGreaterThanOrEqual(8 * 90);
  });

  it('that are all lost with the connection are asked again on the next', async () => {
    rig.driver.habits = { maxInFlight: 4 };
    rig.driver.latencyMs = 30;
    rig.start(...[0, 1, 2, 3].map((unit) => device(`u${unit}`, unit, 1, 200)));
    for (let round = 0; round < 10; round++) {
      await rig.pass(917);
      rig.driver.drop('gone');
    }
    await rig.pass(2_000);
    expect(qualities()).toEqual(Array(4).fill('good'));
    expect(rig.driver.openNow).toBe(1);
  });
});

describe('figures', () => {
  it('of the load stand in the status of a polled link', async () => {
    rig.driver.latencyMs = 100;
    rig.start(device('pump', 1, 1, 1_000));
    await rig.pass(120_500);
    const load = rig.recorder.status('link').load!;
    expect(load.busyRatio).toBeCloseTo(0.1, 2);
    expect(load.latencyP50Ms! / 100).toBeCloseTo(1, 0);
    expect(load.reachedRatio).toBe(1);
  });

  it('of a link that is asked too much show it, and it is logged once and once when it is over', async () => {
    rig.driver.latencyMs = 300;
    rig.start(...[1, 2, 3, 4].map((unit) => device(`u${unit}`, unit, 1, 500)));
    await rig.pass(200_000);
    expect(rig.recorder.status('link').load!.busyRatio).toBeGreaterThan(0.95);
    expect(rig.recorder.status('link').load!.reachedRatio).toBeLessThan(0.9);
    expect(rig.recorder.status('link').state).toBe('online');
    rig.driver.latencyMs = 5;
    await rig.pass(200_000);
    expect(rig.recorder.logged.filter((line) => line.includes('overloaded'))).toEqual([
      expect.stringMatching(/^warn link overloaded: poll less often/),
      'info link no longer overloaded',
    ]);
  });

  it('of an unknown link are empty', () => {
    rig.start(device('pump', 1));
    expect(rig.recorder.acquisition.requests('nowhere' as never)).toEqual([]);
  });
});

describe('values', () => {
  it('that leap or rest are uncertain, and good when confirmed', async () => {
    const points = [
      { name: 'level', maxStep: 5 },
      { name: 'flow', stuckMs: 2_500 },
    ];
    rig.start({ id: 'tank', device: { unit: 1 }, points });
    let level = 10;
    rig.driver.sampleOf = (point) => ({ value: point === 0 ? level : 3 });
    await rig.pass(2_100);
    level = 50;
    await rig.pass(3_000);
    expect(rig.recorder.of('tank/level').map(({ quality }) => quality)).toEqual([
      'good',
      'good',
      'good',
      'step',
      'good',
      'good',
    ]);
    expect(rig.recorder.last('tank/level')).toMatchObject({ value: 50 });
    expect(rig.recorder.last('tank/flow')).toMatchObject({ value: 3, quality: 'stuck' });
  });

  it('that are texts travel as numbers of the table, and are bad when it is full', async () => {
    rig.start({ id: 'lift', device: { unit: 1 }, points: [{ name: 'model', type: 'text' }] });
    const texts = ['B1', 'L1', 'B1', 'L2', 'L3', 'B1'];
    let at = -1;
    rig.driver.sampleOf = () => ({ value: Number.NaN, text: texts[(at = Math.min(at + 1, 5))]! });
    await rig.pass(5_100);
    const seen = rig.recorder.of('lift/model').map(({ value, quality }) => [value, quality]);
    expect(seen).toEqual([
      [0, 'good'],
      [1, 'good'],
      [0, 'good'],
      [2, 'good'],
      [Number.NaN, 'decode'],
      [0, 'good'],
    ]);
  });
});
