/** The rows of history: met by a sound run, missed by a slow one, and said where a tool is missing. */
import { expect, test } from 'vitest';
import { toHistoryRows } from '../../bench/storage/history.ts';

const sound = { day: [20, 30], instant: [40], rows: [10, 12], influx: { path: [110], bare: [100] } };
const met = (figures: Parameters<typeof toHistoryRows>[1]) =>
  toHistoryRows('scene', figures).map((row) => row.met);

test('a sound run meets every goal', () => {
  expect(met(sound)).toEqual([true, true, true]);
});

test('one slow day in twenty, a slow instant, a long way to InfluxDB: each misses its own goal', () => {
  const oneSlow = [...Array.from({ length: 18 }, () => 20), 51, 51];
  expect(met({ ...sound, day: oneSlow })).toEqual([false, true, true]);
  expect(met({ ...sound, instant: [101] })).toEqual([true, false, true]);
  expect(met({ ...sound, influx: { path: [131], bare: [100] } })).toEqual([true, true, false]);
});

test('without InfluxDB its row says so', () => {
  const [, , row] = toHistoryRows('scene', { ...sound, influx: null });
  expect(row).toMatchObject({ value: null, missing: 'influxd is not installed' });
});
