/**
 * Probes that cost nobody anything: which gaps hold them, how silent units share them, and how soon a unit that comes back
 * is polled again. What they may not cost is probe-costs.test.ts.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PollSchedule } from '../../src/acquisition/schedule.ts';
import type { Task } from '../../src/acquisition/task.ts';
import { createRandom, testSeed } from '../support/seed.ts';
import { gaps } from './rig.ts';
import {
  create,
  isDead,
  LATENCY_MS,
  latest,
  nextOf,
  POLL_MS,
  serve,
  timesOf,
  toPlanned,
} from './worked-wire.ts';

describe('a silent unit', () => {
  it('is asked once a cycle where a gap just holds its time-out, and ever more rarely where that is 1 ms too short', () => {
    const fits = serve(create(['live', 'dead'], { timeoutMs: POLL_MS - LATENCY_MS }), 60_000);
    expect(
      gaps(timesOf(fits, 'dead'))
        .slice(2)
        .every((gap) => gap === POLL_MS),
    ).toBe(true);
    expect(latest(fits, 'live')).toBe(POLL_MS);
    const tooLong = serve(create(['live', 'dead'], { timeoutMs: POLL_MS - LATENCY_MS + 1 }), 120_000);
    const waits = gaps(timesOf(tooLong, 'dead'));
    expect(waits.length).toBeLessThanOrEqual(5);
    for (const [at, wait] of waits.slice(1).entries()) expect(wait).toBeGreaterThan(2 * (waits[at] ?? 0));
  });

  it('needs room for its request too, since the time-out begins when that is out', () => {
    const habits = { timeoutMs: 960, costMs: 16 };
    expect(serve(create(['live', 'dead'], habits), 60_000).length).toBeGreaterThan(115);
    expect(serve(create(['live', 'dead'], { ...habits, costMs: 20 }), 60_000).length).toBeLessThan(70);
  });

  it('that is polled every 10 s too is asked at the rate of its fast request, by each of them in turn', () => {
    const schedule = new PollSchedule(
      [toPlanned('live', 100, 0), toPlanned('dead', 1_000, 1), toPlanned('dead', 10_000, 2)].map(
        ({ request, pollMs }) => ({ request: { ...request, timeoutMs: 70 }, pollMs }),
      ),
      0,
    );
    const asked = serve(schedule, 60_000);
    expect(timesOf(asked, 'dead').length).toBeGreaterThanOrEqual(59);
    expect(timesOf(asked, 'dead').length).toBeLessThanOrEqual(62);
    expect(timesOf(asked, 'dead 10000 2').length).toBeGreaterThan(25);
    expect(latest(asked, 'live')).toBe(100);
  });

  it('finds the gaps of a link whose answers take their time by chance', () => {
    const seed = testSeed();
    const random = createRandom(seed);
    const schedule = create(['a', 'b', 'dead'], { timeoutMs: 300 });
    const asked = serve(schedule, 600_000, (task) =>
      isDead(task.device.name) ? 'silence' : { answerMs: 5 + Math.floor(random() * 250) },
    );
    expect(timesOf(asked, 'dead').length, `seed ${seed}`).toBeGreaterThan(590);
    expect(latest(asked, 'dead'), `seed ${seed}`).toBeLessThanOrEqual(2 * POLL_MS);
    for (const name of ['a', 'b']) expect(latest(asked, name), `seed ${seed}`).toBe(POLL_MS);
  });

  it('alone behind a gateway that says so is asked once a cycle', () => {
    const asked = serve(create(['dead']), 60_000, () => 'gateway-silence');
    expect(gaps(timesOf(asked, 'dead')).every((gap) => gap === POLL_MS)).toBe(true);
  });

  it('that had gaps costs the others little when there are none any more: the interval grows from its beginning', () => {
    const schedule = new PollSchedule(
      [toPlanned('dead', 100, 0), toPlanned('slow', 1_000, 1), toPlanned('fast', 120, 2)],
      0,
    );
    const before = serve(schedule, 30_000, (task) =>
      task.device.name === 'slow' ? { answerMs: 5 } : 'silence',
    );
    expect(timesOf(before, 'dead').length).toBeGreaterThan(100);
    const after = serve(
      schedule,
      60_000,
      (task) => (task.device.name === 'dead' ? 'silence' : { answerMs: 60 }),
      30_000,
    );
    const waits = gaps(timesOf(after, 'dead'));
    expect(waits.length).toBeLessThan(10);
    expect(waits[0]).toBeLessThan(1_000);
    expect(waits.at(-1)).toBeGreaterThan(2_000);
  });

  it('over which connections end is not asked in gaps each cycle: that would cost the others their connection', () => {
    const schedule = create(['live', 'dead']);
    serve(schedule, 2_000, () => ({ answerMs: 5 }));
    let nowMs = 2_000;
    for (let loss = 0; loss < 2; loss++) {
      const { task, atMs } = nextOf(schedule, 'dead', nowMs);
      schedule.sent(task, atMs);
      schedule.lost(atMs);
      schedule.begin(atMs);
      nowMs = atMs;
    }
    expect(schedule.isSilent('dead')).toBe(true);
    const endMs = nowMs + 60_000;
    let losses = 0;
    for (; nowMs < endMs; losses++) {
      const { task, atMs } = nextOf(schedule, 'dead', nowMs);
      schedule.sent(task, atMs);
      expect(schedule.lost(atMs)).toBe(true);
      schedule.resume();
      nowMs = atMs + 10;
    }
    expect(losses).toBeLessThanOrEqual(5);
  });
});

it('a silent unit that was asked just before another ended the connection is not taken for the cause for long', () => {
  const schedule = create(['live', 'dead', 'cut']);
  serve(schedule, 2_000, () => ({ answerMs: 5 }));
  let nowMs = 2_000;
  for (let loss = 0; loss < 3; loss++) {
    const dead = nextOf(schedule, 'dead', nowMs);
    schedule.sent(dead.task, dead.atMs);
    schedule.timedOut(dead.task, dead.atMs + 100, false);
    const cut = schedule.next(dead.atMs + 1_000).task ?? dead.task;
    schedule.sent(cut, dead.atMs + 1_000);
    schedule.lost(dead.atMs + 1_000);
    nowMs = dead.atMs + 1_001;
    schedule.begin(nowMs);
    if (schedule.isSilent('dead')) break;
  }
  expect(schedule.isSilent('dead')).toBe(true);
  const asked = serve(
    schedule,
    nowMs + 60_000,
    ({ device }) => (device.name === 'live' ? { answerMs: 5 } : 'silence'),
    nowMs,
  );
  expect(timesOf(asked, 'dead').length).toBeGreaterThan(50);
});

describe('several silent units', () => {
  it.each([
    [300, 1],
    [600, 2],
  ])('with a time-out of %i ms are each asked every %i cycles: they share the gaps', (timeoutMs, cycles) => {
    const asked = serve(create(['live', 'dead-a', 'dead-b'], { timeoutMs }), 120_000);
    for (const name of ['dead-a', 'dead-b']) {
      expect(Math.abs(timesOf(asked, name).length - 120 / cycles)).toBeLessThanOrEqual(3);
      expect(latest(asked, name)).toBeLessThanOrEqual((cycles + 1) * POLL_MS);
    }
    expect(latest(asked, 'live')).toBe(POLL_MS);
  });

  it('do not starve the one with the long time-out, nor it the others', () => {
    const habits = [500, 100, 900].map((timeoutMs) => ({ timeoutMs }));
    const planned = ['live', 'dead-short', 'dead-long'].map((name, at) =>
      toPlanned(name, POLL_MS, at, habits[at]),
    );
    const asked = serve(new PollSchedule(planned, 0), 120_000);
    expect(timesOf(asked, 'dead-long').length).toBeGreaterThanOrEqual(55);
    expect(timesOf(asked, 'dead-short').length).toBeGreaterThanOrEqual(55);
    expect(latest(asked, 'live')).toBe(POLL_MS);
  });

  it('that were silent before say nothing of the wire: no living unit is asked out of turn for them', () => {
    const asked = serve(create(['live', 'dead-a', 'dead-b', 'dead-c', 'dead-d'], { timeoutMs: 50 }), 60_000);
    expect(Math.min(...gaps(timesOf(asked, 'live')).slice(3))).toBe(POLL_MS);
    expect(timesOf(asked, 'dead-c').length).toBeGreaterThan(55);
  });
});

describe('where several requests may be under way', () => {
  const live = Array.from({ length: 10 }, (_, at) => `live-${at}`);

  it('a silent unit is asked once a cycle without a gap, and the others are polled beside it', () => {
    const asked = serve(create([...live, 'dead'], { maxInFlight: 4, timeoutMs: 800 }), 60_000);
    expect(latest(asked, 'dead')).toBeLessThanOrEqual(POLL_MS);
    for (const name of live) expect(latest(asked, name)).toBeLessThanOrEqual(POLL_MS + 1);
  });

  it('five of them leave half of the places to the living', () => {
    const dead = Array.from({ length: 5 }, (_, at) => `dead-${at}`);
    const schedule = create([...live, ...dead], { maxInFlight: 4, timeoutMs: 800 });
    let most = 0;
    const asked = serve(schedule, 60_000, (task, nowMs) => {
      const probes = schedule.tasks.filter(
        ({ isUnderWay, device }) => isUnderWay && isDead(device.name),
      ).length;
      if (nowMs > 5_000) most = Math.max(most, probes);
      return isDead(task.device.name) ? 'silence' : { answerMs: LATENCY_MS };
    });
    expect(most).toBe(2);
    for (const name of live) expect(latest(asked, name)).toBeLessThanOrEqual(POLL_MS + 1);
    for (const name of dead) expect(latest(asked, name)).toBeLessThanOrEqual(4 * POLL_MS);
  });

  it('a gateway that serves one after another is found out: its silent unit costs the others one time-out a minute', () => {
    const schedule = create([...live, 'dead'], { maxInFlight: 4, timeoutMs: 800 });
    let freeMs = 0;
    const asked = serve(schedule, 300_000, ({ device }, nowMs) => {
      const beginMs = Math.max(nowMs, freeMs);
      freeMs = beginMs + (isDead(device.name) ? 790 : 2);
      return isDead(device.name) ? 'silence' : { answerMs: freeMs - nowMs };
    });
    const times = timesOf(asked, 'dead').filter((atMs) => atMs > 60_000);
    expect(times.length).toBeLessThanOrEqual(4 * 4);
    expect(times.length).toBeGreaterThanOrEqual(4);
    for (const name of live) expect(timesOf(asked, name).length).toBeGreaterThan(295);
  });

  it('beside a unit that takes one at a time, a probe waits for a gap like everywhere', () => {
    const planned = ['one', 'several', 'dead'].map((name, at) =>
      toPlanned(name, POLL_MS, at, { timeoutMs: 800, maxInFlight: name === 'one' ? 1 : 4 }),
    );
    const asked = serve(new PollSchedule(planned, 0), 60_000);
    expect(timesOf(asked, 'dead').length).toBeLessThan(8);
  });
});

it('a link that gives its connection back needs it for the living and for the growing interval, not for gaps', () => {
  const schedule = create(['live', 'dead']);
  serve(schedule, 10_030);
  expect(schedule.next(10_030)).toEqual({ task: null, atMs: 10_500 });
  expect(schedule.neededMs).toBe(11_000);
  const alone = create(['dead']);
  serve(alone, 10_000, () => 'gateway-silence');
  expect(alone.neededMs).toBe(10_000);
});

describe('a unit that comes back', () => {
  it('is polled in full within two cycles and a time-out (three with several requests), whenever that is, where one gap in each cycle holds it', () => {
    const scenario = fc.record({
      units: fc.integer({ min: 2, max: 8 }),
      requests: fc.integer({ min: 1, max: 5 }),
      latencyMs: fc.integer({ min: 1, max: 10 }),
      outMs: fc.integer({ min: 1, max: 120_000 }),
      timeoutRatio: fc.double({ min: 0.1, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(scenario, ({ units, requests, latencyMs, outMs, timeoutRatio }) => {
        // The gap that the silent unit leaves between its neighbours.
        const gapMs = (2 * POLL_MS) / units - requests * latencyMs;
        const timeoutMs = Math.floor(gapMs * timeoutRatio);
        const planned = Array.from({ length: units * requests }, (_, at) =>
          toPlanned(`unit-${Math.floor(at / requests)}`, POLL_MS, at, { timeoutMs }),
        );
        const schedule = new PollSchedule(planned, 0);
        const fromMs = 5_000;
        const backMs = fromMs + outMs;
        const asked = serve(schedule, backMs + 10_000, ({ device }, nowMs) =>
          device.name === 'unit-1' && nowMs >= fromMs && nowMs < backMs ? 'silence' : { answerMs: latencyMs },
        );
        for (const { request } of planned.filter((each) => each.request.device === 'unit-1')) {
          const first =
            asked.find(({ label, atMs }) => label === request.label && atMs >= backMs)?.atMs ?? Infinity;
          // Another request as probe takes a gap away now and then.
          const cycles = requests > 1 ? 3 : 2;
          expect(first - backMs, request.label).toBeLessThanOrEqual(cycles * POLL_MS + timeoutMs);
        }
      }),
      { seed: testSeed(), numRuns: 200 },
    );
  });
});

describe('a refused request', () => {
  const refuse = { answerMs: LATENCY_MS, againInMs: 60_000 };
  const created = () =>
    new PollSchedule(
      [toPlanned('live', POLL_MS, 0), ...[1, 2, 3].map((at) => toPlanned('odd', POLL_MS, at))],
      0,
    );
  const isOdd = ({ device }: Task) => device.name === 'odd';

  it('is asked in gaps once a cycle for a minute, one of its device at a time, and every 5 s after that', () => {
    const asked = serve(created(), 300_000, (task) => (isOdd(task) ? refuse : { answerMs: LATENCY_MS }));
    const times = timesOf(asked, 'odd');
    const young = times.filter((atMs) => atMs > 1_000 && atMs <= 60_000);
    expect(Math.abs(young.length - 59)).toBeLessThanOrEqual(1);
    const old = times.filter((atMs) => atMs > 65_000);
    expect(old.length).toBeGreaterThan(235 / 6);
    expect(old.length).toBeLessThanOrEqual(235 / 5 + 1);
    expect(new Set(asked.filter(({ atMs }) => atMs > 65_000).map(({ label }) => label)).size).toBe(4);
  });

  it('that is accepted again brings the others of its device with it', () => {
    const backMs = 30_300;
    const asked = serve(created(), backMs + 5_000, (task, nowMs) =>
      isOdd(task) && nowMs < backMs ? refuse : { answerMs: LATENCY_MS },
    );
    for (const at of [1, 2, 3]) {
      const first = timesOf(asked, `odd 1000 ${at}`).find((atMs) => atMs >= backMs) ?? Infinity;
      expect(first - backMs).toBeLessThanOrEqual(POLL_MS + 3 * LATENCY_MS);
    }
  });

  it('has only its own turn where no gap holds an answer', () => {
    const planned = [toPlanned('live', 50, 0), toPlanned('odd', 50, 1)];
    const asked = serve(new PollSchedule(planned, 0), 100_000, (task) =>
      isOdd(task) ? { answerMs: 30, againInMs: 60_000 } : { answerMs: 30 },
    );
    expect(timesOf(asked, 'odd').length).toBe(2);
  });
});
