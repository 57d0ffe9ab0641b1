/** How the stores stand, as people are told: rates, the end of a catch-up, losses until they have been seen. */
import { describe, expect, test } from 'vitest';
import {
  createStorageWatch,
  type RateSample,
  toCatchUpMs,
  toNewLoss,
  toRates,
  toTarget,
} from '../src/storage-watch.ts';
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

  function createWatch() {
    const held = { status: STATUS, forgotten: 0 };
    const clock = { now: () => ({ wallMs: 1_000, monoMs: 0, bootId: 'boot' }) };
    const model = { journal: { maxAgeDays: 14, maxBytes: 8_000 }, influx: null };
    const journal = { status: () => held.status, forgetLoss: () => void held.forgotten++ };
    return { held, watch: createStorageWatch({ journal, model, clock, quarantine: null }) };
  }
  const LOST = { readings: 70, fromMs: 10, toMs: 20 };

  test('are told by cause and range until somebody has seen them; then the journal forgets them', () => {
    const { held, watch } = createWatch();
    expect(watch.state().loss).toBeNull();
    held.status = { ...STATUS, lost: LOST, droppedReadings: 5 };
    const { loss } = watch.state();
    expect(loss).toEqual({ readings: 75, expired: 70, dropped: 5, pushedOut: 0, fromMs: 10, toMs: 20 });
    held.status = { ...held.status, droppedReadings: 9 };
    if (loss !== null) watch.acknowledgeLoss(loss, 'admin');
    expect(held.forgotten).toBe(1);
    const after = watch.state();
    expect(after.loss, 'what came between the look and the answer').toEqual({
      readings: 4,
      dropped: 4,
      expired: 0,
      pushedOut: 0,
      fromMs: null,
      toMs: null,
    });
    expect(after.acknowledged).toEqual({ by: 'admin', atMs: 1_000, readings: 75 });
    held.status = { ...held.status, lost: { readings: 90, fromMs: 30, toMs: 40 } };
    expect(watch.state().loss, 'a new one').toMatchObject({ expired: 90, fromMs: 30, toMs: 40 });
    watch.stop();
  });

  test('that grew since the look are not forgotten: all of it is told again', () => {
    const { held, watch } = createWatch();
    held.status = { ...STATUS, lost: LOST };
    const { loss } = watch.state();
    held.status = { ...STATUS, lost: { ...LOST, readings: 80, toMs: 25 } };
    if (loss !== null) watch.acknowledgeLoss(loss, 'admin');
    expect(held.forgotten).toBe(0);
    expect(watch.state().loss).toMatchObject({ expired: 80, toMs: 25 });
    watch.stop();
  });

  test('that are no more than what was seen are nothing', () => {
    const status = { ...STATUS, lost: LOST, droppedReadings: 3 };
    expect(toNewLoss(status, { lost: LOST, dropped: 3, pushedOut: 0 })).toBeNull();
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
