/** How good the data of each point is: shares of the time, counts, stamps, on a clock that the test moves. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type LinkId, toId } from '../../src/core/ids.ts';
import { QUALITIES, type QualityReason } from '../../src/core/quality.ts';
import { ReadingBatchBuilder } from '../../src/core/reading.ts';
import { createPointQuality } from '../../src/telemetry/point-quality.ts';
import { createFakeClock } from '../support/clock.ts';
import { createTestLink, createTestModel } from '../support/model.ts';
import { testSeed } from '../support/seed.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A pump with two points on link `bus`, a lift with one on `shaft`, and one point of the gateway itself. */
function createPlant() {
  const points = (...names: string[]) => names.map((name) => ({ name }));
  const model = createTestModel({
    links: [createTestLink('bus'), createTestLink('shaft')],
    equipment: [
      { id: 'pump', link: 'bus', points: points('pressure', 'speed') },
      { id: 'lift', link: 'shaft', points: points('floor') },
      { id: 'gateway', kind: 'gateway', link: null, points: points('disk-free') },
    ],
  });
  const clock = createFakeClock();
  const figures = createPointQuality(model, clock);
  return {
    model,
    clock,
    figures,
    /** A reading of now; with a reason that is bad the value is lost. */
    read: (point: number, value: number, reason: QualityReason = 'good', epoch = model.epoch): void => {
      const builder = new ReadingBatchBuilder(epoch, 1);
      const now = clock.now();
      builder.add(point, value, QUALITIES[reason].code, now.wallMs);
      figures.apply(builder.finish(now.monoMs));
    },
  };
}

describe('the share of good time', () => {
  test('is unknown when the watch has just begun, and 0 when nothing has come since', () => {
    const { figures, clock } = createPlant();
    expect(figures.get(0)).toMatchObject({ goodRatio: null, goodRatioHour: null });
    clock.advance(1_000);
    expect(figures.get(0)).toMatchObject({ goodRatio: 0, goodRatioHour: 0, good: 0, bad: 0 });
  });

  test('counts time and not readings: a reading stands until the next one', () => {
    const { figures, clock, read } = createPlant();
    read(0, 1);
    clock.advance(3_000);
    for (let again = 0; again < 50; again++) read(0, Number.NaN, 'timeout');
    clock.advance(1_000);
    expect(figures.get(0)).toMatchObject({ goodRatio: 0.75, goodRatioHour: 0.75, good: 1, bad: 50 });
  });

  test('does not count uncertain time as good', () => {
    const { figures, clock, read } = createPlant();
    read(0, 1, 'step');
    clock.advance(1_000);
    read(0, 1);
    clock.advance(1_000);
    expect(figures.get(0)).toMatchObject({ goodRatio: 0.5, uncertain: 1, good: 1 });
  });

  test('forgets in the last hour what is older, and keeps it since the start', () => {
    const { figures, clock, read } = createPlant();
    read(0, 1);
    clock.advance(HOUR_MS);
    read(0, Number.NaN, 'comm-loss');
    expect(figures.get(0).goodRatioHour).toBe(1);
    clock.advance(HOUR_MS / 2);
    expect(figures.get(0).goodRatioHour).toBeCloseTo(0.5, 6);
    clock.advance(HOUR_MS / 2);
    expect(figures.get(0)).toMatchObject({ goodRatioHour: 0, goodRatio: 0.5 });
    read(0, 1);
    clock.advance(HOUR_MS / 4);
    expect(figures.get(0).goodRatioHour).toBeCloseTo(0.25, 6);
    clock.advance(48 * HOUR_MS);
    expect(figures.get(0).goodRatioHour).toBe(1);
  });

  test('of the last hour slides inside a slice of ten minutes', () => {
    const { figures, clock, read } = createPlant();
    read(0, 1);
    clock.advance(10 * MINUTE_MS);
    read(0, Number.NaN, 'stale');
    clock.advance(50 * MINUTE_MS);
    const shares = Array.from({ length: 5 }, () => {
      const { goodRatioHour } = figures.get(0);
      clock.advance(2.5 * MINUTE_MS);
      return Math.round((goodRatioHour ?? -1) * 60 * 10) / 10;
    });
    expect(shares).toEqual([10, 7.5, 5, 2.5, 0]);
  });

  test('does not move with the wall clock, whichever way it is set', () => {
    const { figures, clock, read } = createPlant();
    read(0, 1);
    clock.advance(1_000);
    for (const stepMs of [-24 * HOUR_MS, 48 * HOUR_MS]) {
      clock.stepWall(stepMs);
      expect(figures.get(0)).toMatchObject({ goodRatio: 1, goodRatioHour: 1 });
      read(0, Number.NaN, 'timeout');
      read(0, 1);
      expect(figures.get(0)).toMatchObject({ goodRatio: 1, goodRatioHour: 1 });
    }
  });

  test('is that of a tally kept by hand, for any order of readings, pauses and clock steps', () => {
    const step = fc.record({
      pauseMs: fc.oneof(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 0, max: 3 * HOUR_MS })),
      stepMs: fc.constantFrom(0, 0, 0, -HOUR_MS, HOUR_MS),
      reason: fc.constantFrom<QualityReason>('good', 'good', 'stuck', 'timeout', 'sentinel'),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
        const { figures, clock, read } = createPlant();
        /** Good stretches, monotonic. */
        const stretches: (readonly [fromMs: number, toMs: number])[] = [];
        const startMs = clock.now().monoMs;
        let isGood = false;
        for (const { pauseMs, stepMs, reason } of steps) {
          const fromMs = clock.now().monoMs;
          clock.stepWall(stepMs);
          clock.advance(pauseMs);
          if (isGood) stretches.push([fromMs, fromMs + pauseMs]);
          const { goodRatio, goodRatioHour } = figures.get(0);
          const nowMs = clock.now().monoMs;
          const goodSince = (sinceMs: number) =>
            stretches.reduce((sum, [from, to]) => sum + Math.max(0, to - Math.max(from, sinceMs)), 0);
          const elapsedMs = nowMs - startMs;
          if (elapsedMs > 0) {
            expect(goodRatio).toBeCloseTo(goodSince(startMs) / elapsedMs, 9);
            const hourMs = Math.min(HOUR_MS, elapsedMs);
            const error = Math.abs((goodRatioHour ?? -1) * hourMs - goodSince(nowMs - hourMs));
            expect(error).toBeLessThanOrEqual(10 * MINUTE_MS);
            expect(goodRatioHour).toBeLessThanOrEqual(1);
            // Within the first hour nothing has slid out, so nothing is estimated.
            if (elapsedMs <= HOUR_MS) expect(error).toBeLessThan(1);
          }
          read(0, 1, reason);
          isGood = reason === 'good';
        }
      }),
      { seed: testSeed(), numRuns: 200 },
    );
  });
});

describe('a point', () => {
  test('that never was good says so by its stamps and counts, however often it is read', () => {
    const { figures, clock, read } = createPlant();
    for (let again = 0; again < 5; again++) {
      read(0, Number.NaN, 'device-error');
      clock.advance(1_000);
    }
    expect(figures.get(0)).toEqual({
      goodRatio: 0,
      goodRatioHour: 0,
      lastGoodMs: null,
      unchangedSinceMs: null,
      good: 0,
      uncertain: 0,
      bad: 5,
      sentinels: 0,
      reasons: { 'device-error': 5 },
    });
  });

  test('keeps the time of its last good reading when it turns bad', () => {
    const { figures, clock, read } = createPlant();
    read(0, 1);
    clock.advance(500);
    read(0, 2);
    const { wallMs } = clock.now();
    clock.advance(500);
    read(0, Number.NaN, 'comm-loss');
    expect(figures.get(0).lastGoodMs).toBe(wallMs);
  });

  test('counts readings that say "not available" apart from the other reasons', () => {
    const { figures, read } = createPlant();
    for (const reason of ['sentinel', 'sentinel', 'out-of-range', 'good', 'unknown-state'] as const)
      read(0, 1, reason);
    expect(figures.get(0)).toMatchObject({
      good: 1,
      uncertain: 1,
      bad: 3,
      sentinels: 2,
      reasons: { 'out-of-range': 1, 'unknown-state': 1 },
    });
    expect(figures.get(0).reasons).not.toHaveProperty('sentinel');
  });

  test('counts every quality that there is', () => {
    const { figures, read } = createPlant();
    const reasons = Object.keys(QUALITIES) as QualityReason[];
    for (const reason of reasons) read(0, 1, reason);
    const { good, uncertain, bad, reasons: met } = figures.get(0);
    expect(good + uncertain + bad).toBe(reasons.length);
    expect(Object.keys(met).sort()).toEqual(
      reasons.filter((reason) => reason !== 'good' && reason !== 'sentinel').sort(),
    );
  });

  test('rests since its value changed last, also over a gap and while it is called stuck', () => {
    const { figures, clock, read } = createPlant();
    read(0, 7);
    const sinceMs = clock.now().wallMs;
    clock.advance(10_000);
    read(0, 7);
    expect(figures.get(0).unchangedSinceMs).toBe(sinceMs);
    read(0, 7, 'timeout');
    expect(figures.get(0).unchangedSinceMs).toBeNull();
    clock.advance(10_000);
    read(0, 7, 'stuck');
    expect(figures.get(0).unchangedSinceMs).toBe(sinceMs);
    read(0, 7.01);
    expect(figures.get(0).unchangedSinceMs).toBe(sinceMs + 20_000);
  });

  test('has stamps of the clock as it is now set: ages stay true over a step', () => {
    const { figures, clock, read } = createPlant();
    clock.set({ wallMs: 0 });
    read(0, 7);
    clock.advance(5_000);
    clock.set({ wallMs: 1_000 * HOUR_MS });
    expect(figures.get(0)).toMatchObject({
      lastGoodMs: 1_000 * HOUR_MS - 5_000,
      unchangedSinceMs: 1_000 * HOUR_MS - 5_000,
    });
  });

  test('is not touched by the readings of another, nor by those of another configuration', () => {
    const { figures, clock, read, model } = createPlant();
    read(1, 1);
    read(0, 1, 'good', model.epoch + 1);
    clock.advance(1_000);
    expect(figures.get(0)).toMatchObject({ goodRatio: 0, good: 0, lastGoodMs: null });
    expect(figures.get(1)).toMatchObject({ goodRatio: 1, good: 1 });
  });

  test('takes a batch that was made before the one before it without time running backwards', () => {
    const { figures, clock, read } = createPlant();
    clock.advance(10_000);
    read(0, 1);
    const now = clock.now();
    clock.set({ monoMs: now.monoMs - 9_000 });
    read(0, Number.NaN, 'timeout');
    clock.set({ monoMs: now.monoMs + 10_000 });
    expect(figures.get(0)).toMatchObject({ goodRatio: 0, goodRatioHour: 0 });
  });
});

describe('the tally', () => {
  const bus = toId<LinkId>('bus');
  const shaft = toId<LinkId>('shaft');

  test('begins with nothing good, and names what never was', () => {
    const { figures } = createPlant();
    expect(figures.tally(null)).toEqual({ points: 4, good: 0, uncertain: 0, bad: 4, neverGood: 4 });
    expect(figures.tally(bus)).toEqual({ points: 2, good: 0, uncertain: 0, bad: 2, neverGood: 2 });
  });

  test('follows each turn, of the site and of the link; the gateway’s own points belong to the site only', () => {
    const { figures, read } = createPlant();
    read(0, 1);
    read(1, 1, 'step');
    read(3, 1);
    expect(figures.tally(bus)).toEqual({ points: 2, good: 1, uncertain: 1, bad: 0, neverGood: 1 });
    expect(figures.tally(shaft)).toEqual({ points: 1, good: 0, uncertain: 0, bad: 1, neverGood: 1 });
    expect(figures.tally(null)).toEqual({ points: 4, good: 2, uncertain: 1, bad: 1, neverGood: 2 });
    read(0, Number.NaN, 'timeout');
    read(0, Number.NaN, 'stale');
    read(1, 1);
    read(1, 2);
    expect(figures.tally(bus)).toEqual({ points: 2, good: 1, uncertain: 0, bad: 1, neverGood: 0 });
  });

  test('of an unknown link is empty', () => {
    const { figures } = createPlant();
    expect(figures.tally(toId<LinkId>('nowhere'))).toEqual({
      points: 0,
      good: 0,
      uncertain: 0,
      bad: 0,
      neverGood: 0,
    });
  });
});

test('a point costs at most 150 bytes', () => {
  const { figures, model } = createPlant();
  expect(figures.bytes / model.points.length).toBeLessThanOrEqual(150);
});
