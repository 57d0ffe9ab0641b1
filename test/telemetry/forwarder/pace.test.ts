/** The pace of the backlog: never above the configured rate over time, and slower than that while the server is slow. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { FORWARDER_LIMITS } from '../../../src/telemetry/forwarder/limits.ts';
import { Pace } from '../../../src/telemetry/forwarder/pace.ts';
import { testSeed } from '../../support/seed.ts';

/** Sends whenever it may. @returns readings sent until `untilMs` */
function drain(pace: Pace, readings: number, fromMs: number, untilMs: number): number {
  let sent = 0;
  let nowMs = fromMs;
  for (;;) {
    nowMs += pace.waitMs(nowMs);
    if (nowMs >= untilMs) return sent;
    pace.take(readings, nowMs);
    sent += readings;
  }
}

test('over time the rate is kept, whatever the size of a write', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 100, max: 100_000 }),
      fc.integer({ min: 1, max: 5_000 }),
      (perS, readings) => {
        const seconds = 100;
        const sent = drain(new Pace(perS, 0), readings, 0, seconds * 1000);
        expect(sent).toBeLessThanOrEqual(perS * (seconds + 0.1) + readings);
        // A wait is whole milliseconds.
        const perWriteMs = (readings / perS) * 1000;
        expect(sent).toBeGreaterThan(perS * seconds * (perWriteMs / (perWriteMs + 2)) - readings);
      },
    ),
    { seed: testSeed(), numRuns: 200 },
  );
});

test('time without a backlog is not saved up', () => {
  const pace = new Pace(1_000, 0);
  expect(drain(pace, 10, 3_600_000, 3_600_000 + 1_000)).toBeLessThanOrEqual(1_000 * 1.1 + 10);
});

test('writes that take much longer than the quickest halve the pace, down to a least share', () => {
  const pace = new Pace(1_000, 0);
  pace.note(100);
  expect(pace.ratio).toBe(1);
  pace.note(600);
  expect(pace.ratio).toBe(0.5);
  for (let write = 0; write < 20; write++) pace.note(2_000);
  expect(pace.ratio).toBe(FORWARDER_LIMITS.minPaceRatio);
  expect(drain(pace, 5, 0, 64_000)).toBeLessThanOrEqual(1_000 + 110);
});

test('a quick server is not called slow for a few milliseconds more', () => {
  const pace = new Pace(1_000, 0);
  pace.note(2);
  pace.note(FORWARDER_LIMITS.slowMs - 1);
  expect(pace.ratio).toBe(1);
});

test('a server that is always slow is worked with at the full pace: it is no slower than it was', () => {
  const pace = new Pace(1_000, 0);
  for (let write = 0; write < 50; write++) pace.note(1_500);
  expect(pace.ratio).toBe(1);
});

test('the pace comes back step by step when the server is quick again', () => {
  const pace = new Pace(1_000, 0);
  pace.slow();
  pace.slow();
  const ratios = Array.from({ length: 14 }, () => {
    pace.note(10);
    return pace.ratio;
  });
  expect(ratios.slice(0, 2)).toEqual([0.3125, 0.375]);
  expect(ratios.at(-1)).toBe(1);
});
