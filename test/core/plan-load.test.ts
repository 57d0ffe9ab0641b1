/** Load of a link by its poll plan. */
import { describe, expect, it } from 'vitest';
import { type LoadingRequest, TIGHT_LOAD_RATIO, toPlanLoad } from '../../src/core/plan-load.ts';

function request(costMs: number, pollMs: number, more: Partial<LoadingRequest> = {}): LoadingRequest {
  return { device: 'unit 1', points: [0], block: null, costMs, pollMs, ...more };
}

const block = (count: number, used: number) => ({ table: 'holding', first: 0, count, used });

describe('the load of a plan', () => {
  it('adds up the poll groups, each at its own rate', () => {
    const load = toPlanLoad([
      request(30, 1_000, { block: block(10, 8) }),
      request(20, 500, { device: 'unit 2', points: [1, 2], block: block(2, 2) }),
      request(50, 1_000, { points: [3] }),
    ]);
    expect(load).toMatchObject({
      devices: 2,
      requests: 3,
      points: 4,
      requestsPerSecond: 4,
      coverage: { used: 10, asked: 12 },
      verdict: 'fits',
    });
    expect(load.loadRatio).toBeCloseTo(0.03 + 0.04 + 0.05, 9);
    expect(load.groups.map(({ pollMs, cycleMs, requests }) => ({ pollMs, cycleMs, requests }))).toEqual([
      { pollMs: 500, cycleMs: 20, requests: 1 },
      { pollMs: 1_000, cycleMs: 80, requests: 2 },
    ]);
  });

  it('gives a request that shares the wire its part of the time', () => {
    expect(toPlanLoad([request(100, 1_000, { maxInFlight: 4 })]).loadRatio).toBeCloseTo(0.025, 9);
  });

  it.each([
    [1_000 * TIGHT_LOAD_RATIO, 'fits'],
    [1_000 * TIGHT_LOAD_RATIO + 1, 'tight'],
    [1_000, 'tight'],
    [1_001, 'overloaded'],
  ])('%d ms of a second: %s', (costMs, verdict) => {
    expect(toPlanLoad([request(costMs, 1_000)]).verdict).toBe(verdict);
  });

  it('of nothing is nothing', () => {
    expect(toPlanLoad([])).toMatchObject({ requests: 0, loadRatio: 0, groups: [], verdict: 'fits' });
  });
});
