/** What the equipment page says of the data of its points: marks in the list, figures beside the trend, texts as texts. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Point } from '../../src/web/api/types.ts';
import { type PointQualityRow, toMark, toReasons } from '../../src/web/equipment/point-quality.ts';
import { readings } from '../../src/web/live/readings.ts';
import { text } from './samples.ts';

const COMM_LOSS = 129;

function toRow(given: Partial<PointQualityRow> = {}): PointQualityRow {
  return {
    point: 'unit/level',
    equipment: 'unit',
    link: 'bus',
    text: text('level'),
    quality: 'good',
    qualityCode: 0,
    qualityReason: 'good',
    qualityText: text('good'),
    goodRatio: 1,
    goodRatioHour: 1,
    lastGoodMs: 5,
    unchangedSinceMs: 1,
    isNeverGood: false,
    isStuck: false,
    good: 10,
    uncertain: 0,
    bad: 0,
    sentinels: 0,
    reasons: {},
    ...given,
  };
}

describe('the mark in the list', () => {
  test('is missing for data that is good, and while nothing is known yet', () => {
    expect([toMark(toRow()), toMark(undefined), toMark(toRow({ goodRatioHour: null }))]).toEqual([
      null,
      null,
      null,
    ]);
  });

  test('is the share of the last hour once it was not good for more than a blink', () => {
    expect(toMark(toRow({ goodRatioHour: 0.995 }))).toBeNull();
    expect(toMark(toRow({ goodRatioHour: 0.62 }))).toEqual({ type: 'share', ratio: 0.62 });
  });

  test('says never good and stuck before any share', () => {
    expect(toMark(toRow({ isNeverGood: true, isStuck: true, goodRatioHour: 0 }))?.type).toBe('never-good');
    expect(toMark(toRow({ isStuck: true, goodRatioHour: 0.5 }))?.type).toBe('stuck');
  });
});

test('reasons stand with the most frequent first, those that say "not available" among them', () => {
  const row = toRow({ sentinels: 3, reasons: { timeout: 1, stale: 7, decode: 0 } });
  expect(toReasons(row)).toEqual([
    { reason: 'stale', count: 7 },
    { reason: 'sentinel', count: 3 },
    { reason: 'timeout', count: 1 },
  ]);
});

describe('a point of type text', () => {
  afterEach(() => readings.clear());

  const id = 'unit/serial-number';
  const snapshot = (textValue: string | null, qualityCode = 0): Point =>
    ({ id, value: null, textValue, qualityCode, receivedMs: 1, lastGood: null }) as Point;

  test('shows the text of the snapshot, then that of the stream', () => {
    readings.applySnapshot([snapshot('SN-1')], readings.epoch);
    expect(readings.get(id)).toMatchObject({ text: 'SN-1', value: null });
    readings.applyReadings([[id, null, 0, 2, null, 'SN-2']]);
    expect(readings.get(id)).toMatchObject({ text: 'SN-2', value: null });
  });

  test('a changed text is told to whoever shows it', () => {
    readings.applySnapshot([snapshot('SN-1')], readings.epoch);
    let told = 0;
    const end = readings.subscribe(id, () => {
      told += 1;
    });
    readings.applyReadings([[id, null, 0, 2, null, 'SN-1']]);
    expect(told, 'the same once more').toBe(0);
    readings.applyReadings([[id, null, 0, 3, null, 'SN-2']]);
    expect(told).toBe(1);
    end();
  });

  test('that turns bad shows no text: an old one is not the present one', () => {
    readings.applySnapshot([snapshot('SN-1')], readings.epoch);
    readings.applyReadings([[id, null, COMM_LOSS, 2, null, 'SN-1']]);
    expect(readings.get(id)).toMatchObject({ text: null, qualityCode: COMM_LOSS });
    readings.applySnapshot([snapshot('SN-1', COMM_LOSS)], readings.epoch);
    expect(readings.get(id)?.text).toBeNull();
  });
});
