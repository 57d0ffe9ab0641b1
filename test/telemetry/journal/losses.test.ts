/** The list of losses: what is joined, what is never forgotten, and what a person has taken note of. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  acknowledge,
  addLoss,
  LOSS_KINDS,
  LOSS_LIMITS,
  type LossBook,
  type NewLoss,
  NO_LOSSES,
  toLost,
} from '../../../src/telemetry/journal/losses.ts';
import { testSeed } from '../../support/seed.ts';

const HOUR_MS = 3_600_000;

function loss(changes: Partial<NewLoss> = {}): NewLoss {
  return {
    kind: 'expired',
    readings: 10,
    isExact: true,
    fromMs: 1_000,
    toMs: 2_000,
    isConfirmed: false,
    ...changes,
  };
}

const fill = (losses: readonly (readonly [NewLoss, number])[]): LossBook =>
  losses.reduce((book, [one, atMs]) => addLoss(book, one, atMs), NO_LOSSES);

test('a loss that goes on is one entry, with its whole range and when it began', () => {
  const { losses, totals } = fill([
    [loss(), 0],
    [loss({ readings: 5, fromMs: 500, toMs: 9_000 }), LOSS_LIMITS.joinMs],
  ]);
  expect(losses).toMatchObject([
    { readings: 15, fromMs: 500, toMs: 9_000, noticedMs: 0, noticedToMs: LOSS_LIMITS.joinMs, joined: 2 },
  ]);
  expect(totals.expired).toEqual({ readings: 15, losses: 2 });
});

test.each<[string, Partial<NewLoss>, number]>([
  ['much later', {}, LOSS_LIMITS.joinMs + 1],
  ['of another kind', { kind: 'dropped' }, 0],
  ['of readings that the sink has', { isConfirmed: true }, 0],
  ['at a time that nobody knows', { fromMs: null, toMs: null }, 0],
])('one %s is another entry', (_what, changes, afterMs) => {
  expect(
    fill([
      [loss(), 0],
      [loss(changes), afterMs],
    ]).losses,
  ).toHaveLength(2);
});

test('one whose size is not known makes the sum a lower bound, and leaves the known range', () => {
  const { losses } = fill([
    [loss(), 0],
    [loss({ kind: 'damaged', readings: 1, isExact: false, fromMs: null, toMs: null }), 0],
  ]);
  expect(toLost(losses)).toEqual({ readings: 11, isExact: false, fromMs: 1_000, toMs: 2_000 });
});

test('what the sink has is on the list, but not lost', () => {
  const { losses } = fill([[loss({ kind: 'damaged', isConfirmed: true }), 0]]);
  expect(losses).toHaveLength(1);
  expect(toLost(losses)).toBeNull();
});

test('taking note covers what was told; what has come since stays new', () => {
  const before = fill([[loss(), 0]]);
  const grown = addLoss(before, loss({ readings: 3 }), 1);
  const after = acknowledge(grown, before.losses, 'admin', 5);
  expect(after.losses).toMatchObject([
    { readings: 10, joined: 1, isSeen: true },
    { readings: 3, joined: 1, isSeen: false },
  ]);
  expect(after.acknowledged).toEqual({ by: 'admin', atMs: 5, readings: 10 });
  expect(toLost(after.losses)?.readings).toBe(3);
  const [first, second] = after.losses;
  expect(first?.id).not.toBe(second?.id);
  expect(addLoss(after, loss(), 6).losses, 'a new one never joins one that was seen').toHaveLength(2);
});

test('whatever is lost, the list stays bounded, and its sums by kind are those of all that was noted', () => {
  const one = fc.record({
    kind: fc.constantFrom(...LOSS_KINDS),
    readings: fc.integer({ min: 1, max: 1_000 }),
    isExact: fc.boolean(),
    isConfirmed: fc.constantFrom(true, false, null),
    isKnown: fc.boolean(),
    afterMs: fc.integer({ min: 0, max: 40 * HOUR_MS }),
    isNoted: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(one, { minLength: 1, maxLength: 600, size: 'max' }), (many) => {
      let book = NO_LOSSES;
      let nowMs = 0;
      const sums = new Map<string, number>();
      for (const { afterMs, isNoted, isKnown, ...rest } of many) {
        nowMs += afterMs;
        const range = isKnown ? { fromMs: nowMs - 5, toMs: nowMs } : { fromMs: null, toMs: null };
        book = addLoss(book, { ...rest, ...range }, nowMs);
        if (isNoted) book = acknowledge(book, book.losses.slice(-2), 'admin', nowMs);
        sums.set(rest.kind, (sums.get(rest.kind) ?? 0) + rest.readings);
      }
      expect(book.losses.length).toBeLessThanOrEqual(LOSS_LIMITS.entries);
      expect(new Set(book.losses.map(({ id }) => id)).size).toBe(book.losses.length);
      for (const kind of LOSS_KINDS) {
        const listed = book.losses.filter((entry) => entry.kind === kind);
        const sum = listed.reduce((total, { readings }) => total + readings, 0);
        expect([sum, book.totals[kind].readings]).toEqual([sums.get(kind) ?? 0, sums.get(kind) ?? 0]);
        expect(listed.reduce((total, { joined }) => total + joined, 0)).toBe(book.totals[kind].losses);
      }
    }),
    { seed: testSeed(), numRuns: 30 },
  );
});

test('older ones are told by kind and day', () => {
  const many = Array.from({ length: 250 }, (_, at) => [loss(), at * HOUR_MS] as const);
  const { losses } = fill(many);
  const [first, second] = losses;
  expect(first).toMatchObject({ joined: 24, readings: 240, noticedMs: 0, noticedToMs: 23 * HOUR_MS });
  expect(second).toMatchObject({ noticedMs: 24 * HOUR_MS });
  expect(losses.at(-1)).toMatchObject({ joined: 1, noticedMs: 249 * HOUR_MS });
});
