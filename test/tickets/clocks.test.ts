/** Clocks of a ticket: limits, warnings, breaches, tightening. Properties run on a printed seed. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CLOCK_IDS, PRIORITY_NAMES, type TicketClock } from '../../src/core/ticket.ts';
import {
  moveClocks,
  nextDueMs,
  startClock,
  stopClocks,
  sweepClocks,
  tightenClocks,
} from '../../src/tickets/clocks.ts';
import { createTestPolicy } from '../support/model.ts';
import { testSeed } from '../support/seed.ts';

const policy = createTestPolicy();
const MINUTE_MS = 60_000;
const byId = (clocks: readonly TicketClock[], id: string) => clocks.find((clock) => clock.id === id);

describe('clocks', () => {
  test('an urgent arrival is due 30 minutes after receipt and warned about at 80 %', () => {
    const [clock] = startClock([], 'arrival', 0, policy, 'urgent');
    expect(clock).toMatchObject({ dueAtMs: 30 * MINUTE_MS, warnAtMs: 24 * MINUTE_MS, stoppedAtMs: null });
  });

  test('a priority without a limit has no clock', () => {
    expect(startClock([], 'arrival', 0, policy, 'normal')).toEqual([]);
  });

  test('stopping late marks the breach even when no sweep has seen it', () => {
    const clocks = startClock([], 'dispatch', 0, policy, 'normal');
    expect(byId(stopClocks(clocks, ['dispatch'], 120_001), 'dispatch')?.breachedAtMs).toBe(120_001);
    expect(byId(stopClocks(clocks, ['dispatch'], 120_000), 'dispatch')?.breachedAtMs).toBeNull();
  });

  test('a stopped clock stays beside the one that is started again', () => {
    const first = stopClocks(startClock([], 'repair', 0, policy, 'normal'), ['repair'], 5_000);
    const again = startClock(first, 'repair', 9_000, policy, 'normal');
    expect(again.map((clock) => [clock.startedAtMs, clock.stoppedAtMs])).toEqual([
      [0, 5_000],
      [9_000, null],
    ]);
  });

  test('a clock is warned about once and breached once, also when both are overdue at the same sweep', () => {
    const clocks = startClock([], 'dispatch', 0, policy, 'normal');
    const warned = sweepClocks(clocks, 96_000);
    expect(warned).toMatchObject({ warned: ['dispatch'], breached: [] });
    expect(sweepClocks(warned.clocks, 100_000)).toMatchObject({ warned: [], breached: [] });
    expect(sweepClocks(warned.clocks, 120_000)).toMatchObject({ warned: [], breached: ['dispatch'] });
    const late = sweepClocks(clocks, 500_000);
    expect(late).toMatchObject({ warned: [], breached: ['dispatch'] });
    expect(sweepClocks(late.clocks, 600_000)).toMatchObject({ warned: [], breached: [] });
  });

  test('the next due moment is the earliest warning or limit still to come', () => {
    const clocks = startClock(
      startClock([], 'dispatch', 0, policy, 'urgent'),
      'arrival',
      0,
      policy,
      'urgent',
    );
    expect(nextDueMs(clocks)).toBe(96_000);
    expect(nextDueMs(sweepClocks(clocks, 96_000).clocks)).toBe(120_000);
    expect(nextDueMs([])).toBe(Number.POSITIVE_INFINITY);
  });

  test('a wall clock step moves running clocks only, so that the time left stays', () => {
    const clocks = stopClocks(
      startClock(startClock([], 'record', 0, policy, 'urgent'), 'arrival', 0, policy, 'urgent'),
      ['record'],
      500,
    );
    const moved = moveClocks(clocks, -3_600_000);
    expect(byId(moved, 'record')).toEqual(byId(clocks, 'record'));
    expect(byId(moved, 'arrival')?.dueAtMs).toBe(30 * MINUTE_MS - 3_600_000);
  });

  test('property: no clock is negative, and deadlines only tighten when the priority rises', () => {
    const step = fc.record({
      id: fc.constantFrom(...CLOCK_IDS),
      priority: fc.constantFrom(...PRIORITY_NAMES),
      afterMs: fc.integer({ min: 0, max: 100 * MINUTE_MS }),
      action: fc.constantFrom('start', 'stop', 'sweep', 'tighten'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let clocks: readonly TicketClock[] = [];
        let atMs = 0;
        for (const { id, priority, afterMs, action } of steps) {
          atMs += afterMs;
          const before = clocks;
          if (action === 'start') clocks = startClock(clocks, id, atMs, policy, priority);
          if (action === 'stop') clocks = stopClocks(clocks, [id], atMs);
          if (action === 'sweep') clocks = sweepClocks(clocks, atMs).clocks;
          if (action === 'tighten') {
            clocks = tightenClocks(clocks, policy, priority);
            for (const [at, clock] of clocks.entries())
              expect(clock.dueAtMs).toBeLessThanOrEqual(before[at]?.dueAtMs as number);
          }
          for (const clock of clocks) {
            expect((clock.stoppedAtMs ?? atMs) - clock.startedAtMs).toBeGreaterThanOrEqual(0);
            expect(clock.warnAtMs).toBeLessThanOrEqual(clock.dueAtMs);
          }
        }
      }),
      { seed: testSeed(), numRuns: 300 },
    );
  });
});
