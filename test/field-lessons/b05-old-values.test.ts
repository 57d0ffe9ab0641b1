/**
 * B5: stale values sent again with new time stamps, so that a dead device looks like a constant one (ThingsBoard gateway
 * #2065). Every good reading must have an answer of its own in the simulator's log, and after the last answer the quality
 * turns bad within the age that the point declares.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, test } from 'vitest';
import type { ModbusRig } from '../support/modbus-rig.ts';
import { until } from '../support/poll.ts';
import type { Wire } from '../support/wire.ts';
import {
  findFalseReadings,
  layWire,
  SLACK_MS,
  stalls,
  startAcquisition,
  startRig,
  toDevice,
  toLink,
} from './bench.ts';
import { toAsked } from './frames.ts';

const CYCLE_MS = 150;
const STALE_MS = 700;
/** How late the age may be noticed (acquisition.ts). */
const WATCHDOG_MS = 250;
/** Between the device's answer and its reading; a busy machine. */
const WAY_MS = 100;
/** How long the death is watched. */
const DEAD_MS = 2_000;

interface Death {
  readonly timeoutMs: number;
  readonly die: (rig: ModbusRig, wire: Wire) => void;
  readonly revive: (rig: ModbusRig, wire: Wire) => void;
  readonly quality: RegExp;
}

const clear = (rig: ModbusRig): void => rig.clearFaults();

const DEATHS: Readonly<Record<string, Death>> = {
  'its cable is pulled': {
    timeoutMs: 100,
    die: (_, wire) => wire.mute(),
    revive: (_, wire) => wire.restore(),
    quality: /^comm-loss$/,
  },
  'its cable is pulled, and the time-out is longer than the age': {
    timeoutMs: 5_000,
    die: (_, wire) => wire.mute(),
    revive: (_, wire) => wire.restore(),
    quality: /^stale$/,
  },
  'it says nothing any more': {
    timeoutMs: 100,
    die: (rig) => rig.setFault(1, { kind: 'silent' }),
    revive: clear,
    quality: /^(timeout|comm-loss)$/,
  },
  'it answers each question too late': {
    timeoutMs: 100,
    die: (rig) => rig.setFault(1, { kind: 'late', ms: 130 }),
    revive: clear,
    quality: /^(timeout|comm-loss)$/,
  },
  'it answers for another unit': {
    timeoutMs: 100,
    die: (rig) => rig.setFault(1, { kind: 'wrong-unit' }),
    revive: clear,
    quality: /^(timeout|comm-loss)$/,
  },
  'it refuses with failure (exception 4)': {
    timeoutMs: 100,
    die: (rig) => rig.setFault(1, { kind: 'exception', code: 4 }),
    revive: clear,
    quality: /^device-error$/,
  },
};

describe('B5 the last value of a dead device is not repeated with a new time (ThingsBoard gateway #2065)', () => {
  test.concurrent.for(Object.keys(DEATHS))('when %s', async (name, { expect, onTestFinished }) => {
    const death = DEATHS[name] as Death;
    const rig = await startRig(onTestFinished, { units: [{ unit: 1, holding: 4 }] });
    const wire = await layWire(onTestFinished, rig);
    const seen = startAcquisition(
      onTestFinished,
      [toLink(wire.port, { timeoutMs: death.timeoutMs, connectTimeoutMs: 200 })],
      [toDevice('pump', { pollMs: CYCLE_MS, staleMs: STALE_MS, habits: { retries: 0 } })],
    );
    const good = () => seen.of('pump/p0').filter(({ quality }) => quality === 'good');
    await until(() => good().length >= 5, { timeoutMs: 15_000, what: 'five good readings' });
    const diedMs = Date.now();
    death.die(rig, wire);
    const answered = toAsked(rig.log()).filter(({ isAnswered }) => isAnswered);
    await delay(DEAD_MS);
    const deadToMs = Date.now();
    // Held up for long enough, it is too old before the question is given up.
    const isTold = (): boolean => death.quality.test(seen.last('pump/p0')?.quality ?? '');
    await until(isTold, { timeoutMs: 10_000, what: 'the death' }).catch(() => null);
    expect(seen.last('pump/p0')?.quality).toMatch(death.quality);
    expect(seen.last('pump/p0')?.value).toBeNaN();
    const last = good().at(-1);
    const lastAnswerMs = answered.at(-1)?.atMs ?? 0;
    const wayMs = WAY_MS + stalls.within(lastAnswerMs, deadToMs);
    expect(last?.receivedMs).toBeLessThanOrEqual(lastAnswerMs + wayMs);
    const bad = seen
      .of('pump/p0')
      .find(({ quality, receivedMs }) => quality !== 'good' && receivedMs >= diedMs);
    expect((bad?.receivedMs ?? Infinity) - (last?.receivedMs ?? 0)).toBeLessThanOrEqual(
      STALE_MS + WATCHDOG_MS + SLACK_MS / 3 + stalls.within(last?.receivedMs ?? 0),
    );
    // One reading for each answer at most, and none after the last answer, however often it was asked.
    expect(good().length).toBeLessThanOrEqual(answered.length);
    expect(good().filter(({ receivedMs }) => receivedMs > diedMs + wayMs && receivedMs < deadToMs)).toEqual(
      [],
    );
    death.revive(rig, wire);
    await until(() => (good().at(-1)?.receivedMs ?? 0) > deadToMs, { timeoutMs: 15_000, what: 'its return' });
    expect(findFalseReadings(seen, rig, { windowMs: Math.min(death.timeoutMs, 500) + WAY_MS })).toEqual([]);
  });

  test.concurrent('when a bus without transactions answers late, a value is never older than it was late', async ({
    expect,
    onTestFinished,
  }) => {
    const lateMs = 220;
    const rig = await startRig(onTestFinished, { framing: 'rtu', units: [{ unit: 1, holding: 4 }] });
    rig.setFault(1, { kind: 'late', ms: lateMs });
    const seen = startAcquisition(
      onTestFinished,
      [toLink(rig.port, { framing: 'rtu', timeoutMs: 100 })],
      [toDevice('pump', { pollMs: CYCLE_MS, staleMs: STALE_MS, habits: { retries: 0 } })],
    );
    // The answer to the same question asked before may be taken for the answer to this one: it is one of the two.
    await until(() => rig.log('late').length >= 20, { timeoutMs: 30_000, what: '20 late answers' });
    const good = seen.of('pump/p0').filter(({ quality }) => quality === 'good');
    expect(good.length).toBeLessThanOrEqual(rig.log('late').length);
    expect(findFalseReadings(seen, rig, { windowMs: lateMs + WAY_MS })).toEqual([]);
  });
});
