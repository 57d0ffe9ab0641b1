/**
 * Readings that become durable while the roll-ups are busy with the past, a disk that is slow or fails, and a process that is
 * stopped or killed at such a moment: whatever the order, the sink ends up with what the ledger gives.
 */
import { expect, test } from 'vitest';
import type { RangeQuery } from '../../../src/telemetry/rollups/range.ts';
import type { Entry } from './ledger.ts';
import { useRacesRig } from './races-rig.ts';
import { good, HOUR_MS, MINUTE_MS, QUICK, START_MS } from './rig.ts';

const rig = useRacesRig();
/** Reads from this point come late; it has said something once. */
const LATE = 5;

/** Points 0 to 4, twice in the hour. */
function hour(at: number): readonly Entry[] {
  const fromMs = START_MS + at * HOUR_MS;
  return [1, 31].flatMap((minute) =>
    [0, 1, 2, 3, 4].map((point) => good(point, fromMs + minute * MINUTE_MS + 7_000, at + minute / 10)),
  );
}

/** Hours 0 to `hours − 1`, each a block; the first begins with the point that will be late. */
function journalHours(hours: number): void {
  for (let at = 0; at < hours; at++) {
    rig.journal(...(at === 0 ? [good(LATE, START_MS + 1_000, 1)] : []), ...hour(at));
  }
}

function late(at: number, minute: number, value: number): Entry {
  return good(LATE, START_MS + at * HOUR_MS + minute * MINUTE_MS, value);
}

/**
 * Once, where `isMeant`: at the beginning or at the end of a reading of the journal.
 * @returns when that was reached
 */
async function once(
  when: 'begin' | 'end',
  isMeant: (query: RangeQuery) => boolean,
  what: () => Promise<void> | void,
): Promise<void> {
  const reached = Promise.withResolvers<void>();
  let isOver = false;
  rig.hooks = {
    ...rig.hooks,
    [when]: async (query: RangeQuery) => {
      if (isOver || !isMeant(query)) return;
      isOver = true;
      reached.resolve();
      await what();
    },
  };
  await reached.promise;
}

const isPresent = ({ toMs }: RangeQuery): boolean => toMs === Number.POSITIVE_INFINITY;
const isHour =
  (at: number) =>
  ({ fromMs, toMs }: RangeQuery): boolean =>
    fromMs === START_MS + at * HOUR_MS && toMs === fromMs + HOUR_MS;
/** What stood at that hour is looked for: the stretch is the one before it. */
const isLookBack = (at: number) => isHour(at - 1);
const isFindLate = ({ fromMs }: RangeQuery): boolean => fromMs === Number.NEGATIVE_INFINITY;

function at(hours: number): void {
  rig.nowMs = START_MS + hours * HOUR_MS + 10_000;
}

/** Has computed the hours before, hour by hour as they went by. */
async function liveFor(hours: number, limits = QUICK): Promise<void> {
  rig.start(limits);
  await rig.live();
  for (let done = 0; done < hours; done++) {
    rig.journal(...(done === 0 ? [good(LATE, START_MS + 1_000, 1)] : []), ...hour(done));
    at(done + 1);
    await rig.stored(START_MS + (done + 1) * HOUR_MS);
  }
}

test('a late reading that comes while the start looks for such is computed', async () => {
  journalHours(1);
  at(1);
  rig.start();
  await rig.stored(START_MS + HOUR_MS);
  await rig.stop();
  const reached = once('end', isFindLate, () => rig.journal(late(0, 20, 9)));
  rig.start();
  await reached;
  await rig.settle();
});

test('a late reading that comes while the present hour is read is computed, also where too much comes', async () => {
  journalHours(1);
  at(1);
  const reached = once('end', isPresent, () => {
    rig.journal(late(0, 20, 9));
    rig.journal(good(0, START_MS + HOUR_MS + 1_000, 2));
  });
  rig.start({ ...QUICK, waitingBlocks: 1 });
  await reached;
  await rig.settle();
});

test('a late reading that comes while the present hour is read is computed, also where that fails', async () => {
  journalHours(1);
  at(1);
  const reached = once('end', isPresent, () => {
    rig.journal(late(0, 20, 9));
    throw new Error('EIO: i/o error, read');
  });
  rig.start();
  await reached;
  await rig.settle();
});

test('a late reading that comes while later hours are computed is found after a crash', async () => {
  journalHours(4);
  at(4);
  const reached = once('begin', isHour(2), () => {
    rig.journal(late(0, 20, 9));
    rig.journal(good(0, START_MS + 3 * HOUR_MS + 50 * MINUTE_MS, 4));
  });
  rig.start({ ...QUICK, lateGatherMs: 1e9 });
  await reached;
  await rig.live();
  await rig.kill();
  rig.start();
  await rig.settle();
});

test('a late reading that waits is found after a crash, though hours end meanwhile', async () => {
  await liveFor(1, { ...QUICK, lateGatherMs: 1e9 });
  rig.journal(late(0, 20, 9));
  rig.journal(...hour(1), late(1, 50, 8));
  at(2);
  await rig.settleHour(1);
  await rig.kill();
  rig.start();
  await rig.settle();
});

test('a late reading of an earlier hour that comes while another is dealt with is computed', async () => {
  await liveFor(2);
  const reached = once('end', isLookBack(1), () => rig.journal(late(0, 50, 8)));
  // Of another point: stamps of one rise.
  rig.journal(good(4, START_MS + HOUR_MS + 50 * MINUTE_MS, 9));
  await reached;
  await rig.settle();
});

test('a stop while is looked for what stood leaves nothing wrong behind', async () => {
  await liveFor(3);
  const gate = Promise.withResolvers<void>();
  const reached = once('begin', isLookBack(1), () => gate.promise);
  rig.journal(late(1, 20, 9));
  await reached;
  const stopped = rig.stop();
  gate.resolve();
  await stopped;
  rig.start();
  await rig.settle();
});

test('what stood is looked for again where that fails', async () => {
  await liveFor(3);
  const reached = once('begin', isLookBack(1), () => {
    throw new Error('EIO: i/o error, read');
  });
  rig.journal(late(1, 20, 9));
  await reached;
  await rig.settle();
});

test('a block that is read before it is durable hides no late reading of its own', async () => {
  journalHours(1);
  at(1);
  // Seen by the reader, and synced only when the present has been reached.
  const reached = once('begin', isPresent, () =>
    rig.write(late(0, 20, 9), good(LATE, START_MS + HOUR_MS + 2_000, 3)),
  );
  rig.start();
  await reached;
  await rig.live();
  rig.sync();
  await rig.settle();
});

test('an hour that is passed over as empty is computed when a reading of it comes meanwhile', async () => {
  rig.journal(good(LATE, START_MS + 1_000, 1), ...hour(0));
  rig.journal(...hour(2));
  at(3);
  let isOver = false;
  rig.hooks = {
    ...rig.hooks,
    write: () => {
      if (!isOver) rig.journal(late(1, 20, 9));
      isOver = true;
      return Promise.resolve(null);
    },
  };
  rig.start();
  await rig.settle();
});

test('a reading ahead of the clock is in its hour, however quickly the clock comes there', async () => {
  const from = START_MS + HOUR_MS;
  rig.nowMs = from + 5 * MINUTE_MS;
  rig.journal(good(0, from + 1_000, 1));
  rig.start();
  await rig.live();
  rig.journal(good(1, from + 130 * MINUTE_MS, 7));
  rig.nowMs = from + HOUR_MS + 30 * MINUTE_MS;
  await rig.stored(from + HOUR_MS);
  rig.journal(good(0, from + HOUR_MS + 29 * MINUTE_MS, 2));
  await rig.settle();
  rig.nowMs = from + 3 * HOUR_MS + 10 * MINUTE_MS;
  await rig.settle();
});

test.each([
  ['takes them', 0],
  ['refuses the first', 1],
])('more rows at once than may wait do not stop the past where the sink %s', async (_what, failures) => {
  let left = failures;
  rig.hooks = {
    ...rig.hooks,
    write: () =>
      Promise.resolve(
        left-- > 0 ? { outcome: 'retry', state: 'down', reason: 'refused', waitMs: null } : null,
      ),
  };
  journalHours(2);
  // After it, nothing for most of an hour: then a row for each minute, of all points at once.
  rig.journal(...hour(3));
  at(4);
  rig.start({ ...QUICK, rowsPerS: 1e9, batchRows: 20, waitingRows: 40, rowsPerPoint: 1 });
  await rig.settle();
  expect(rig.status.state).toBe('ok');
});
