/**
 * B3: one dead slave blanks or slows all the others (Telegraf #11782; EdgeX device-modbus-go #666; node-red-modbus #446,
 * #409, #288; Home Assistant #51326, #115039; Neuron #1602).
 *
 * Twenty units on one link, one of them dead; the time-out is five cycles. A question to it stops everybody else for a
 * time-out, so it is asked ever more rarely: measured are nine seconds from its fifth question on, that one included.
 * All cases run at once, on benches of their own.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WireFault } from '../../../simulators/modbus/wire-faults.ts';
import type { Recorder } from '../../acquisition/support.ts';
import type { ModbusRig } from '../../support/modbus-rig.ts';
import { until } from '../../support/poll.ts';
import {
  findFalseReadings,
  pointsOf,
  range,
  stalls,
  startAcquisition,
  startRig,
  toDevice,
  toLink,
  untilGood,
} from '../bench.ts';
import { type Asked, gapsOf, median, toAsked } from '../frames.ts';

const CYCLE_MS = 80;
const TIMEOUT_MS = 5 * CYCLE_MS;
const UNITS = range(20, 1);
const DEAD = 20;
const LIVE = UNITS.filter((unit) => unit !== DEAD);
const SPAN_MS = 9_000;

interface Case {
  readonly framing: 'mbap' | 'rtu';
  readonly fault: WireFault;
  /** Question to the dead unit at which measuring begins. */
  readonly fromQuestion: number;
  /** Asking it ends the connection of all twenty; that it is the cause is known only after the third time. */
  readonly isCuttingOff?: boolean;
}

const IS_STRICT = process.env['RISER_TEST_STRICT'] === '1';
/** How often the logs are looked at; reading them is work that the loops under test would feel. */
const LOOK_MS = 500;
const CASES: Readonly<Record<string, Case>> = {
  'silent behind Modbus TCP': { framing: 'mbap', fault: { kind: 'silent' }, fromQuestion: 5 },
  'silent on a bus behind a serial server (RTU)': {
    framing: 'rtu',
    fault: { kind: 'silent' },
    fromQuestion: 5,
  },
  'called silent by its gateway (exception 0B)': {
    framing: 'mbap',
    fault: { kind: 'exception', code: 0x0b },
    fromQuestion: 1,
  },
  'on which its gateway hangs up': {
    framing: 'mbap',
    fault: { kind: 'reset' },
    fromQuestion: 5,
    isCuttingOff: true,
  },
  'of which its gateway hands on half an answer': {
    framing: 'mbap',
    fault: { kind: 'truncated' },
    fromQuestion: 6,
    isCuttingOff: true,
  },
};

interface Outcome {
  readonly seen: Recorder;
  readonly rig: ModbusRig;
  readonly fromMs: number;
  /** Of the measured span. */
  readonly asked: readonly Asked[];
}

/** Wall clock at which this process, gateways and simulators in one, had stood still for half a time-out. */
const stallsMs: number[] = [];
const HEARTBEAT_MS = 50;

function watchStalls(): void {
  let lastMs = Date.now();
  const timer = setInterval(() => {
    const nowMs = Date.now();
    if (nowMs - lastMs > TIMEOUT_MS / 2) stallsMs.push(nowMs);
    lastMs = nowMs;
  }, HEARTBEAT_MS);
  defer(() => clearInterval(timer));
}

/** Key: name of the case. */
const outcomes = new Map<string, Outcome>();
const ends: (() => void | Promise<void>)[] = [];
const defer = (end: () => void | Promise<void>): void => void ends.unshift(end);

/** Twenty units that are all well: what the others are measured by, in the same span on the same machine. */
let healthy: ModbusRig;

async function start(framing: Case['framing'], fault: WireFault | null) {
  const rig = await startRig(defer, {
    framing,
    units: UNITS.map((unit) => ({ unit, holding: 4 })),
    logSize: 50_000,
  });
  if (fault !== null) rig.setFault(DEAD, fault);
  const seen = startAcquisition(
    defer,
    [toLink(rig.port, { framing, timeoutMs: TIMEOUT_MS })],
    UNITS.map((unit) => toDevice(`unit-${unit}`, { unit, pollMs: CYCLE_MS, staleMs: 1_000 })),
  );
  return { rig, seen };
}

const inSpan = (asked: readonly Asked[], fromMs: number): readonly Asked[] =>
  asked.filter(({ atMs }) => atMs >= fromMs && atMs < fromMs + SPAN_MS);

async function run({ framing, fault, fromQuestion }: Case): Promise<Outcome> {
  const { rig, seen } = await start(framing, fault);
  const question = () =>
    toAsked(rig.log(), framing).filter(({ unit }) => unit === DEAD)[fromQuestion - 1]?.atMs;
  const fromMs = await until(question, {
    timeoutMs: 60_000,
    what: `question ${fromQuestion} to the dead unit`,
    intervalMs: LOOK_MS,
  });
  await until(() => Date.now() >= fromMs + SPAN_MS, { timeoutMs: SPAN_MS + 60_000, what: 'the span' });
  await seen.acquisition.stop();
  return { seen, rig, fromMs, asked: inSpan(toAsked(rig.log(), framing), fromMs) };
}

beforeAll(async () => {
  watchStalls();
  healthy = (await start('mbap', null)).rig;
  const all = Object.entries(CASES);
  await Promise.all(all.map(async ([name, each]) => outcomes.set(name, await run(each))));
}, 180_000);

afterAll(async () => {
  for (const end of ends) await end();
});

describe.each(Object.keys(CASES))('B3 one dead unit in twenty, %s', (name) => {
  const outcome = (): Outcome => outcomes.get(name) as Outcome;

  test('keeps the other nineteen within 10 % of their cycle, each of them', () => {
    const { asked, fromMs } = outcome();
    const wellAsked = inSpan(toAsked(healthy.log()), fromMs);
    const figuresOf = (from: readonly Asked[], unit: number) => {
      const own = from.filter((each) => each.unit === unit);
      return { polls: own.length, medianMs: median(gapsOf(own)) };
    };
    const pairs = LIVE.map((unit) => {
      return { unit, own: figuresOf(asked, unit), well: figuresOf(wellAsked, unit) };
    });
    const sum = (of: (pair: (typeof pairs)[number]) => number) =>
      pairs.reduce((total, pair) => total + of(pair), 0);
    const [polls, wellPolls] = [sum(({ own }) => own.polls), sum(({ well }) => well.polls)];
    // A machine that does other work keeps the healthy ones from their cycle too; alone it is the cycle.
    const ranMs = SPAN_MS - stalls.within(fromMs, fromMs + SPAN_MS);
    expect(wellPolls).toBeGreaterThan((LIVE.length * ranMs * (IS_STRICT ? 0.99 : 0.6)) / CYCLE_MS);
    expect(polls * 1.1).toBeGreaterThanOrEqual(wellPolls);
    const late = pairs.filter(({ own, well }) => {
      const isRare = own.polls * (IS_STRICT ? 1.1 : 1.2) < well.polls;
      return isRare || Math.abs(own.medianMs - well.medianMs) > CYCLE_MS * (IS_STRICT ? 0.1 : 0.25);
    });
    expect(late).toEqual([]);
  });

  test('is asked again and again, ever more rarely, so that its return would be seen', () => {
    const { rig } = outcome();
    const { framing, fromQuestion } = CASES[name] as Case;
    const questions = toAsked(rig.log(), framing).filter(({ unit }) => unit === DEAD);
    expect(questions.length).toBeGreaterThanOrEqual(Math.max(fromQuestion, 5));
    // By a clock that stands still with the machine.
    const ran = questions.slice(2).map(({ atMs }) => ({ atMs: atMs - stalls.within(0, atMs) }));
    const [first = 0, ...later] = gapsOf(ran);
    expect(Math.max(...later)).toBeGreaterThan(2 * first);
  });

  test('never makes the data of the others bad, and is itself told as silent', () => {
    const { seen, fromMs } = outcome();
    const { isCuttingOff = false } = CASES[name] as Case;
    const bad = seen.seen.filter(({ point, quality, receivedMs }) => {
      const isDead = seen.model.points[point]?.equipment === `unit-${DEAD}`;
      return !isDead && quality !== 'good' && (!isCuttingOff || receivedMs >= fromMs);
    });
    // An answer that is late because the machine stood still is no fault of the dead unit.
    const isStall = (atMs: number) =>
      !IS_STRICT && stallsMs.some((stallMs) => Math.abs(atMs - stallMs) < 3 * TIMEOUT_MS);
    expect(bad.filter(({ receivedMs }) => !isStall(receivedMs))).toEqual([]);
    expect(seen.of(`unit-${DEAD}/p0`).filter(({ quality }) => quality === 'good')).toEqual([]);
    expect(seen.last(`unit-${DEAD}/p0`)?.quality).toBe('timeout');
    const degraded = seen.states.filter(({ state }) => state === 'degraded').map(({ reason }) => reason);
    expect(degraded).toContain(`no answer from unit ${DEAD}`);
    if (!isCuttingOff && stallsMs.length === 0) expect(seen.counter('link', 'reconnects')).toBe(0);
  });

  test('gives nobody a reading that the registers have not held', () => {
    const { seen, rig } = outcome();
    expect(seen.seen.length).toBeGreaterThan(1_000);
    expect(findFalseReadings(seen, rig)).toEqual([]);
  });
});

test('B3 a unit over which the connection ended is good again after it was mended, without a restart', async ({
  onTestFinished,
}) => {
  const units = [1, 2, 3];
  const rig = await startRig(onTestFinished, { units: units.map((unit) => ({ unit, holding: 4 })) });
  rig.setFault(3, { kind: 'reset' });
  const seen = startAcquisition(
    onTestFinished,
    [toLink(rig.port, { timeoutMs: TIMEOUT_MS })],
    units.map((unit) => toDevice(`unit-${unit}`, { unit, pollMs: 100 })),
  );
  await until(() => seen.status('link').state === 'degraded', {
    timeoutMs: 45_000,
    what: 'the cause to be known',
  });
  await until(() => rig.log('reset').length >= 4, { timeoutMs: 45_000, what: 'another question' });
  const mendedMs = Date.now();
  rig.clearFaults();
  // Its next question, at an interval that has grown to some cycles.
  await untilGood(seen, pointsOf(seen, 'unit-3'), { afterMs: mendedMs, timeoutMs: 45_000 });
  await until(() => seen.status('link').state === 'online', {
    timeoutMs: 45_000,
    what: 'the link to be whole',
  });
  const ownBefore = seen.of('unit-3/p0').length;
  await until(() => seen.of('unit-3/p0').length >= ownBefore + 10, {
    timeoutMs: 45_000,
    what: 'its own cycle again',
  });
});
