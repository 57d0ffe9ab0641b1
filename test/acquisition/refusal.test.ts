/** What is asked in place of a refused request, step by step without a device. */
import { describe, expect, it } from 'vitest';
import { type Refusal, Refusals, type Replacement } from '../../src/acquisition/refusal.ts';
import { AssertionFailure } from '../../src/core/assert.ts';
import type { PollRequest } from '../../src/drivers/driver.ts';
import { mergeNeighbours, splitInHalves, toPiece } from './fake-driver.ts';

const POLL_MS = 1_000;
const HOUR_MS = 3_600_000;
const DRIVER = { split: splitInHalves, merge: mergeNeighbours };

const whole = (points: number): PollRequest => ({
  points: Array.from({ length: points }, (_, at) => at),
  device: 'unit 1',
  label: 'pump',
  block: null,
  costMs: 0,
  timeoutMs: 100,
  retries: 0,
  maxInFlight: 1,
  detail: null,
});

const planned = (request: PollRequest) => ({ request, pollMs: POLL_MS });
const pointsOf = ({ by }: Replacement) => by.map(({ request }) => request.points.join(' '));

function toSplit(refusal: Refusal): Replacement {
  if (refusal.kind !== 'split') throw new Error(`${refusal.kind} in place of split`);
  return refusal.replacement;
}

/** Asks until nothing changes, of a device that refuses every request with one of these points. @returns what is asked then */
function settle(
  refusals: Refusals,
  first: readonly PollRequest[],
  holes: ReadonlySet<number>,
  nowMs: number,
): readonly PollRequest[] {
  let asked = [...first];
  const apply = ({ old, by }: Replacement) => {
    asked = [...asked.filter((request) => !old.includes(request)), ...by.map(({ request }) => request)];
  };
  for (let round = 0; round < 20; round++) {
    const before = asked;
    for (const request of before) {
      if (!asked.includes(request)) continue;
      const isRefused = request.points.some((point) => holes.has(point));
      const refusal = isRefused ? refusals.refused(planned(request), 2, nowMs) : null;
      if (refusal?.kind === 'split') apply(refusal.replacement);
      const canJoin = refusal ? refusal.kind === 'blame' : refusals.accepted(request, nowMs);
      const joined = canJoin ? refusals.join(request, nowMs) : null;
      if (joined) apply(joined);
    }
    if (before === asked) break;
  }
  return asked;
}

const shapes = (requests: readonly PollRequest[]) =>
  requests.map(({ points }) => points.join(' ')).toSorted((a, b) => Number.parseInt(a) - Number.parseInt(b));

describe('a refusal', () => {
  it.each([1, 4, 5, 6, 10, null])('with code %s says nothing of addresses', (code) => {
    expect(new Refusals(DRIVER).refused(planned(whole(4)), code, 0)).toEqual({ kind: 'other' });
  });

  it('by a driver that cannot split says nothing of addresses', () => {
    expect(new Refusals({}).refused(planned(whole(1)), 2, 0)).toEqual({ kind: 'other' });
  });

  it.each([2, 3])('with code %s is answered by smaller requests for the same points', (code) => {
    const refusal = new Refusals(DRIVER).refused(planned(whole(4)), code, 0);
    expect(pointsOf(toSplit(refusal))).toEqual(['0 1', '2 3']);
  });

  it('of one point is its fault; it is asked after 3, 9, 27 and then every 60 s', () => {
    const refusals = new Refusals(DRIVER);
    const request = whole(1);
    const waits = Array.from({ length: 5 }, () => refusals.refused(planned(request), 2, 0));
    expect(waits.map((wait) => wait.kind === 'blame' && wait.againInMs)).toEqual([
      3_000, 9_000, 27_000, 60_000, 60_000,
    ]);
    refusals.accepted(request, 0);
    expect(refusals.refused(planned(request), 2, 0)).toEqual({ kind: 'blame', againInMs: 3_000 });
  });

  it('of a point that is asked every ten minutes does not make it asked more often', () => {
    const refusal = new Refusals(DRIVER).refused({ request: whole(1), pollMs: 600_000 }, 2, 0);
    expect(refusal).toEqual({ kind: 'blame', againInMs: 600_000 });
  });

  it('whose pieces lose or double a point is a mistake of the driver, and found at once', () => {
    const lossy = new Refusals({ split: (request) => [toPiece(request, request.points.slice(1))] });
    expect(() => lossy.refused(planned(whole(4)), 2, 0)).toThrow(AssertionFailure);
    const double = new Refusals({ split: (request) => [request, request] });
    expect(() => double.refused(planned(whole(4)), 2, 0)).toThrow(AssertionFailure);
  });
});

describe('pieces', () => {
  it.each([
    { points: 8, holes: [5], asked: ['0 1 2 3', '4', '5', '6 7'] },
    { points: 8, holes: [0, 7], asked: ['0', '1 2', '3 4', '5 6', '7'] },
    { points: 5, holes: [0, 1, 2, 3, 4], asked: ['0', '1', '2', '3', '4'] },
  ])('of $points points with holes at $holes end as few requests around them', ({ points, holes, asked }) => {
    expect(shapes(settle(new Refusals(DRIVER), [whole(points)], new Set(holes), 0))).toEqual(asked);
  });

  it('of a device that only takes fewer at once stay as large as it takes', () => {
    const refusals = new Refusals(DRIVER);
    const [left, right] = toSplit(refusals.refused(planned(whole(8)), 3, 0)).by;
    expect(refusals.accepted(left!.request, 0)).toBe(true);
    expect(refusals.join(left!.request, 0)).toBeNull();
    expect(refusals.accepted(right!.request, 0)).toBe(true);
    expect(refusals.join(right!.request, 0)).toBeNull();
    expect([left, right].map((piece) => refusals.isSplit(piece!.request))).toEqual([true, true]);
  });

  it('that join nothing stay as they are, with what is known of them', () => {
    const pieces = [
      [0, 1],
      [2, 3],
      [4, 5],
    ].map((points) => toPiece(whole(6), points));
    const kept = pieces[2]!;
    const refusals = new Refusals({
      split: () => pieces,
      merge: () => [toPiece(whole(6), [0, 1, 2, 3]), kept],
    });
    refusals.refused(planned(whole(6)), 2, 0);
    for (const piece of pieces) refusals.accepted(piece, 0);
    const joined = refusals.join(kept, 0)!;
    expect(joined.old).toEqual(pieces.slice(0, 2));
    expect(pointsOf(joined)).toEqual(['0 1 2 3']);
    expect(refusals.isSplit(kept)).toBe(true);
  });

  it('may be made of one point and what it needs besides', () => {
    const [value, scale] = [toPiece(whole(1), [0]), { ...whole(1), points: [] }];
    const refusals = new Refusals({ split: () => [value, scale] });
    const { by } = toSplit(refusals.refused(planned(whole(1)), 2, 0));
    expect(by.map(({ request }) => request.points)).toEqual([[0], []]);
  });

  it('are forgotten after a day, and the whole is asked again', () => {
    const refusals = new Refusals(DRIVER);
    const request = whole(8);
    const asked = settle(refusals, [request], new Set([5]), 0);
    expect(refusals.forgetMs).toBe(24 * HOUR_MS);
    expect(refusals.forget(24 * HOUR_MS - 1)).toEqual([]);
    const [replacement] = refusals.forget(24 * HOUR_MS);
    expect(shapes(replacement!.old)).toEqual(shapes(asked));
    expect(replacement!.by).toEqual([planned(request)]);
    expect(refusals.hasAny).toBe(false);
    expect(refusals.forgetMs).toBe(Number.POSITIVE_INFINITY);
  });

  it('of a device that refused while it started up are forgotten when it accepts the last of them', () => {
    const refusals = new Refusals(DRIVER);
    const request = whole(4);
    const asked = settle(refusals, [request], new Set([0, 1, 2, 3]), 0);
    for (const piece of asked) {
      expect(refusals.forget(5_000)).toEqual([]);
      refusals.accepted(piece, 5_000);
    }
    expect(refusals.forget(5_000).map(({ by }) => by[0]?.request)).toEqual([request]);
  });

  it('of which one comes back are joined anew within the hour', () => {
    const refusals = new Refusals(DRIVER);
    const asked = settle(refusals, [whole(8)], new Set([1, 5]), 0);
    const back = asked.find(({ points }) => points[0] === 1)!;
    refusals.accepted(back, 5_000);
    expect(refusals.forgetMs).toBe(HOUR_MS + 5_000);
    expect(refusals.forget(HOUR_MS + 5_000)).toHaveLength(1);
  });

  it('of a device that accepts and refuses by turns are tried in one at most four times an hour', () => {
    const refusals = new Refusals(DRIVER);
    const request = whole(4);
    let tries = 0;
    for (let nowMs = 0; nowMs < 3 * HOUR_MS; nowMs += 10_000) {
      const asked = settle(refusals, [request], new Set([0, 1, 2, 3]), nowMs);
      for (const piece of asked) refusals.accepted(piece, nowMs);
      while (refusals.hasAny && refusals.forget(nowMs).length === 0 && nowMs < 3 * HOUR_MS) nowMs += 10_000;
      tries++;
    }
    expect(tries).toBeGreaterThan(4);
    expect(tries).toBeLessThanOrEqual(3 * 4 + 1);
  });
});
