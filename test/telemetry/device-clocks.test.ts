/** Clocks of devices against ours (alarms.md B8 no. 4): what readings tell of them, and what held-up readings must not. */
import { expect, test } from 'vitest';
import { toId } from '../../src/core/ids.ts';
import { QUALITIES, type QualityReason } from '../../src/core/quality.ts';
import { ReadingBatchBuilder } from '../../src/core/reading.ts';
import { createDeviceClocks } from '../../src/telemetry/device-clocks.ts';
import { createTestModel } from '../support/model.ts';

const START_MS = Date.UTC(2026, 10, 21);
const MINUTE_MS = 60_000;

function createRig() {
  const model = createTestModel({ equipment: [{ id: 'meter', points: [{ name: 'p' }] }] });
  const link = model.points[0]?.link ?? toId('none');
  const clocks = createDeviceClocks(model);
  let atMs = START_MS;
  const tell = (behindMs: number, delayMs = 0, quality: QualityReason = 'good'): void => {
    const builder = new ReadingBatchBuilder(model.epoch, 1);
    builder.add(0, 1, QUALITIES[quality].code, atMs, atMs - delayMs - behindMs);
    clocks.apply(builder.finish(atMs));
  };
  /** One reading a minute. @param delayMs of each in turn */
  const tellEach = (behindMs: number, delaysMs: readonly number[], quality: QualityReason = 'good'): void => {
    for (const delayMs of delaysMs) {
      atMs += MINUTE_MS;
      tell(behindMs, delayMs, quality);
    }
  };
  return { clocks, tell, tellEach, offset: () => clocks.offsets(link)[0] };
}

test('without a time of the device nothing is known', () => {
  const { clocks, tellEach, offset } = createRig();
  tellEach(Number.NaN, [0, 0, 0, 0, 0]);
  expect([clocks.wrong(), offset()]).toEqual([Number.NaN, undefined]);
});

test.each([
  [90_000, 1],
  [-59_000, 0],
  [59_000, 0],
  [61_000, 1],
  [3_600_000, 1],
])('a clock that is %i ms behind makes %i wrong clocks', (behindMs, wrong) => {
  const { clocks, tellEach, offset } = createRig();
  tellEach(behindMs, [0, 0, 0, 0]);
  expect(clocks.wrong()).toBe(wrong);
  expect(offset()).toEqual({ equipment: 'meter', behindMs, isWrong: wrong === 1 });
});

test('readings that were held up say nothing as long as one came at once', () => {
  const { clocks, tellEach, offset } = createRig();
  tellEach(0, [0, 0, 600_000, 500_000, 400_000, 300_000]);
  expect([clocks.wrong(), offset()?.behindMs]).toEqual([0, 0]);
});

test('the first value of a connection, which changed long ago, says nothing', () => {
  const { clocks, tell, tellEach } = createRig();
  tell(0, 24 * 60 * MINUTE_MS);
  tellEach(0, [0, 0]);
  expect(clocks.wrong()).toBe(Number.NaN);
  tellEach(0, [0]);
  expect(clocks.wrong()).toBe(0);
});

test('a value that comes again with the time it had says nothing', () => {
  const { clocks, tellEach } = createRig();
  for (let again = 1; again < 9; again++) tellEach(again * MINUTE_MS, [0]);
  expect(clocks.wrong()).toBe(Number.NaN);
});

test('one time that cannot be believed, as devices give when they start up, makes no clock wrong', () => {
  const { clocks, tellEach } = createRig();
  tellEach(0, [0, 0, 0, 0]);
  tellEach(Number.NaN, [0], 'source-time');
  expect(clocks.wrong()).toBe(0);
  tellEach(Number.NaN, [0, 0], 'source-time');
  expect(clocks.wrong()).toBe(1);
});

test('a time ahead beyond belief is a wrong clock whose offset is not known', () => {
  const { clocks, tellEach, offset } = createRig();
  tellEach(Number.NaN, [0, 0, 0], 'source-time');
  expect([clocks.wrong(), offset()]).toEqual([1, { equipment: 'meter', behindMs: null, isWrong: true }]);
  tellEach(
    0,
    Array.from({ length: 12 }, () => 0),
  );
  expect(clocks.wrong()).toBe(0);
});

test('a clock at the limit does not come and go: it is right again below 50 s', () => {
  const { clocks, tellEach } = createRig();
  tellEach(61_000, [0, 0, 0, 0]);
  tellEach(55_000, [0, 0, 0, 0]);
  expect(clocks.wrong()).toBe(1);
  tellEach(49_000, [0, 0]);
  expect(clocks.wrong()).toBe(0);
  tellEach(
    55_000,
    Array.from({ length: 12 }, () => 0),
  );
  expect(clocks.wrong()).toBe(0);
});
