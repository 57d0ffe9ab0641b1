/** How the stores stand, as people are told: rates, the end of a catch-up, losses and whether they have been seen. */
import { describe, expect, test } from 'vitest';
import {
  createStorageWatch,
  type RateSample,
  toCatchUpMs,
  toNewLoss,
  toRates,
  toTarget,
} from '../src/storage-watch.ts';
import {
  acknowledge,
  addLoss,
  type LossBook,
  type NewLoss,
  NO_LOSSES,
} from '../src/telemetry/journal/losses.ts';
import type { JournalStatus } from '../src/telemetry/journal.ts';

const sample = (atMs: number, durableReadings: number, confirmedReadings = 0): RateSample => ({
  atMs,
  durableReadings,
  confirmedReadings,
});

describe('rates', () => {
  test('are those of the last minute, whatever was before', () => {
    const samples = [sample(0, 0), sample(100_000, 9_000_000, 0), sample(130_000, 9_000_300, 600)];
    const rates = toRates(samples, sample(160_000, 9_000_600, 1_200));
    expect(rates).toEqual({ durablePerS: 10, confirmedPerS: 20 });
  });

  test('are not told before there is something to tell', () => {
    expect(toRates([], sample(0, 5))).toEqual({ durablePerS: null, confirmedPerS: null });
    expect(toRates([sample(0, 0)], sample(9_000, 5)).durablePerS).toBeNull();
    expect(toRates([sample(0, 0)], sample(10_000, 5)).durablePerS).toBe(0.5);
  });
});

describe('the end of a catch-up', () => {
  const rates = { durablePerS: 100, confirmedPerS: 600 };

  test('is the backlog by what it shrinks in a second', () => {
    expect(toCatchUpMs(5_000, rates, 'ok')).toBe(10_000);
  });

  test('is not told while nothing waits, the server is away, or the backlog grows', () => {
    expect(toCatchUpMs(0, rates, 'ok')).toBeNull();
    expect(toCatchUpMs(5_000, rates, 'down')).toBeNull();
    expect(toCatchUpMs(5_000, { durablePerS: 600, confirmedPerS: 100 }, 'ok')).toBeNull();
    expect(toCatchUpMs(5_000, { durablePerS: null, confirmedPerS: null }, 'ok')).toBeNull();
  });
});

test('the target is shown without anything secret', () => {
  expect(toTarget({ url: 'http://user:secret@influx:8086/path?p=secret', database: 'riser' })).toBe(
    'http://influx:8086/path · riser',
  );
});

describe('losses', () => {
  const STATUS = {
    isHealthy: true,
    detail: '',
    appendedReadings: 100,
    durableReadings: 100,
    confirmedReadings: 90,
    droppedReadings: 0,
    inFlightReadings: 0,
    backlogReadings: 10,
    oldestUnconfirmedMs: 5,
    bytes: 1_000,
    segments: 1,
    lastSyncMs: 6,
    sealedReadingBytes: 3.1,
    oldestStampMs: 4,
    hoursHeld: 48,
    oldestWaitingMs: 0,
    lost: null,
    damagedPlaces: 0,
    damagedReadings: 0,
    influx: {
      state: 'ok',
      detail: '',
      sentReadings: 90,
      rejectedReadings: 0,
      retries: 0,
      quarantinedReadings: 0,
      quarantineDropped: 0,
      paceRatio: 1,
    },
  } as unknown as JournalStatus;

  function createWatch(book: LossBook = NO_LOSSES) {
    const held = { status: STATUS, book, asked: [] as unknown[] };
    const clock = { now: () => ({ wallMs: 1_000, monoMs: 0, bootId: 'boot' }) };
    const model = { journal: { maxAgeDays: 14, maxBytes: 8_000 }, influx: null };
    const journal = {
      status: () => held.status,
      losses: () => held.book,
      acknowledgeLosses: async (...call: readonly unknown[]) => void held.asked.push(call),
    };
    return { held, watch: createStorageWatch({ journal, model, clock, quarantine: null }) };
  }
  const LOST: NewLoss = {
    kind: 'expired',
    readings: 70,
    isExact: true,
    fromMs: 10,
    toMs: 20,
    isConfirmed: false,
  };

  test('are told by cause and range, newest first, and passed on when somebody has seen them', async () => {
    const damaged: NewLoss = {
      ...LOST,
      kind: 'damaged',
      readings: 1,
      isExact: false,
      fromMs: null,
      toMs: null,
    };
    const dropped: NewLoss = { ...LOST, kind: 'dropped', readings: 5, fromMs: 30, toMs: 40 };
    const kept: NewLoss = { ...LOST, kind: 'damaged', readings: 9, isConfirmed: true, fromMs: 1, toMs: 99 };
    const book = [LOST, damaged, dropped, kept].reduce((sum, loss) => addLoss(sum, loss, 500), NO_LOSSES);
    const { held, watch } = createWatch(book);
    const { loss, losses, acknowledged } = watch.state();
    expect(loss).toEqual({
      readings: 76,
      isExact: false,
      expired: 70,
      dropped: 5,
      pushedOut: 0,
      damaged: 1,
      kept: 9,
      fromMs: 10,
      toMs: 40,
    });
    expect(losses.map(({ kind, readings }) => [kind, readings])).toEqual([
      ['damaged', 9],
      ['dropped', 5],
      ['damaged', 1],
      ['expired', 70],
    ]);
    expect(acknowledged).toBeNull();
    await watch.acknowledgeLosses(losses, 'admin');
    expect(held.asked).toEqual([[losses, 'admin']]);
    watch.stop();
  });

  test('that were seen are nothing new, but stay on the list', () => {
    const seen = addLoss(NO_LOSSES, LOST, 500);
    const { watch } = createWatch(acknowledge(seen, seen.losses, 'admin', 600));
    expect(watch.state()).toMatchObject({
      loss: null,
      losses: [{ kind: 'expired', isSeen: true }],
      acknowledged: { by: 'admin', atMs: 600, readings: 70 },
    });
    expect(toNewLoss([])).toBeNull();
    watch.stop();
  });

  test('that happen now are told apart from a disk that cannot be written', () => {
    const { held, watch } = createWatch();
    const stateOf = (given: Partial<JournalStatus>) => {
      held.status = { ...STATUS, ...given };
      return watch.state().journal.state;
    };
    expect(stateOf({})).toBe('ok');
    expect(stateOf({ detail: 'cannot maintain: EIO' })).toBe('upkeep');
    expect(stateOf({ isHealthy: false, droppedReadings: 2, detail: 'no room for readings; 2 dropped' })).toBe(
      'dropping',
    );
    expect(stateOf({ isHealthy: false, droppedReadings: 2, detail: 'cannot write: ENOSPC; no room' })).toBe(
      'failing',
    );
    watch.stop();
  });
});
