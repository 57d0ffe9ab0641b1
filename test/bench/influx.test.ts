/** The suite of the writer: a tiny run against the real servers, and what misses its goals. */
import { expect, test } from 'vitest';
import { hasMissedGoal } from '../../bench/rows.ts';
import { runScene } from '../../bench/suite.ts';
import { influx, toInfluxRows } from '../../bench/suites/influx.ts';
import type { Figures } from '../../bench/window.ts';
import { describeWithTools } from '../support/require-tool.ts';

const RUN_TIMEOUT_MS = 120_000;
const TIMING = { warmUpMs: 100, windowMs: 2_000, alarmsMs: 0, repetitions: 1 };
const FASTER = { of: 'ratio', min: 1.5 } as const;
const THEIRS: Figures = {
  perS: 1_000,
  perCpuS: 2_000,
  loopDelayP99Ms: 40,
  rssMb: 200,
  skipped: 0,
  failures: 0,
};
const OURS: Figures = { ...THEIRS, perS: 1_600, perCpuS: 4_100, loopDelayP99Ms: 5 };

const rowsOf = (ours: Figures, theirs = THEIRS): ReturnType<typeof toInfluxRows> =>
  toInfluxRows(
    'scene',
    FASTER,
    new Map([
      ['sink', [ours]],
      ['writePoints', [theirs]],
    ]),
  );

test('a sound run meets every goal', () => {
  const rows = rowsOf(OURS);
  expect(hasMissedGoal(rows)).toBe(false);
  expect(rows[0]).toMatchObject({ what: 'CPU per point', ratio: expect.closeTo(0.4878, 3) });
});

test.each<[string, Figures, Figures?]>([
  ['CPU per point', { ...OURS, perCpuS: 3_900 }],
  ['points a second', { ...OURS, perS: 1_400 }],
  ['loop delay p99', { ...OURS, loopDelayP99Ms: 11 }],
  ['failures: sink', { ...OURS, failures: 1 }],
  ['failures: writePoints', OURS, { ...THEIRS, failures: 1 }],
])('"%s" can be missed', (what, ours, theirs) => {
  expect(
    rowsOf(ours, theirs)
      .filter(({ met }) => met === false)
      .map((row) => row.what),
  ).toEqual([what]);
});

test('without the server every goal is missed, and the rows say why', () => {
  const rows = toInfluxRows('scene', FASTER, new Map(), 'influxd is not installed');
  expect(hasMissedGoal(rows)).toBe(true);
  expect(rows.every(({ missing }) => missing === 'influxd is not installed')).toBe(true);
});

describeWithTools(['influxd', 'victoria-metrics'], 'a tiny run', () => {
  test('writes with both clients into both servers without a failure', {
    timeout: RUN_TIMEOUT_MS,
  }, async () => {
    for (const scene of influx.scenes(0.02, TIMING)) {
      const { rows } = await runScene(scene, { timing: TIMING, isProfiled: false, onProgress: () => {} });
      const rate = rows.find(({ what }) => what === 'points a second');
      expect(rate?.value).toBeGreaterThan(0);
      expect(rate?.baseline).toBeGreaterThan(0);
      const failures = rows.filter(({ what }) => what.startsWith('failures'));
      expect(failures.map(({ value }) => value)).toEqual([0, 0]);
    }
  });
});
