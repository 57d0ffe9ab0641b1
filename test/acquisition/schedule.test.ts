/** Who is asked next, step by step without any time passing by itself. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Freshness } from '../../src/acquisition/freshness.ts';
import { PollSchedule } from '../../src/acquisition/schedule.ts';
import type { Task } from '../../src/acquisition/task.ts';
import type { SiteModel } from '../../src/config/model.ts';
import { defined } from '../../src/core/assert.ts';
import { createTestModel } from '../support/model.ts';
import { testSeed } from '../support/seed.ts';

const TIMEOUT_MS = 100;

/** `[device, pollMs]` of each request. */
function create(...requests: readonly (readonly [string, number])[]): PollSchedule {
  const planned = requests.map(([device, pollMs], at) => ({
    request: {
      points: [at],
      device,
      label: `${device} ${pollMs}`,
      block: null,
      costMs: 0,
      timeoutMs: TIMEOUT_MS,
      retries: 0,
      maxInFlight: 1,
      detail: null,
    },
    pollMs,
  }));
  const schedule = new PollSchedule(planned, 0);
  schedule.begin(0);
  return schedule;
}

/** Sends what is due. */
function ask(schedule: PollSchedule, nowMs: number): Task {
  const task = defined(schedule.next(nowMs).task, 'a task that is due');
  schedule.sent(task, nowMs);
  return task;
}

const labelOf = (schedule: PollSchedule, nowMs: number) => schedule.next(nowMs).task?.request.label ?? null;

/** Answers whatever is due at `nowMs`. */
function serve(schedule: PollSchedule, nowMs: number): void {
  while (schedule.next(nowMs).task) schedule.answered(ask(schedule, nowMs), nowMs);
}

describe('a wire in doubt', () => {
  it('with ten devices is dead after four time-outs, not after ten', () => {
    const schedule = create(...Array.from({ length: 10 }, (_, at) => [`unit ${at}`, 1_000] as const));
    serve(schedule, 0);
    const verdicts = [2_000, 2_100, 2_200, 2_300].map((nowMs) =>
      schedule.timedOut(ask(schedule, nowMs), nowMs, false),
    );
    expect(verdicts).toEqual(['device', 'device', 'device', 'wire']);
  });

  it('is cleared by an answer of the device that answered last, asked out of turn', () => {
    const schedule = create(['live', 60_000], ['a', 1_000], ['b', 1_000], ['c', 1_000]);
    serve(schedule, 0);
    for (const nowMs of [2_000, 2_100, 2_200]) schedule.timedOut(ask(schedule, nowMs), nowMs, false);
    const witness = ask(schedule, 2_300);
    expect(witness.device.name).toBe('live');
    schedule.answered(witness, 2_310);
    expect(labelOf(schedule, 2_320)).toBe('a 1000');
  });
});

describe('a probe', () => {
  it('by a slow request of a device with fast ones comes as soon as by a fast one, also without gaps', () => {
    const schedule = create(['live', 50], ['dead', 100], ['dead', 10_000]);
    serve(schedule, 0);
    const asked: number[] = [];
    for (let nowMs = 100; nowMs < 3_000; nowMs += 25) {
      while (schedule.next(nowMs).task) {
        const task = ask(schedule, nowMs);
        if (task.device.name === 'live') {
          schedule.answered(task, nowMs);
        } else {
          asked.push(nowMs);
          schedule.timedOut(task, nowMs, true);
        }
      }
    }
    expect(asked.length).toBeGreaterThanOrEqual(4);
    expect((asked[1] ?? 0) - (asked[0] ?? 0)).toBeLessThanOrEqual(2 * 100 + 25);
  });

  it('waits for a gap that holds its time-out', () => {
    const schedule = create(['live', 1_000], ['dead', 1_000]);
    serve(schedule, 0);
    schedule.answered(ask(schedule, 3_000), 3_005);
    const task = ask(schedule, 3_500);
    expect(task.device.name).toBe('dead');
    schedule.timedOut(task, 3_600, false);
    schedule.answered(ask(schedule, 4_000), 4_005);
    expect(labelOf(schedule, 4_950)).toBeNull();
    expect(schedule.next(4_950).atMs).toBe(5_000);
    schedule.answered(ask(schedule, 5_000), 5_005);
    expect(labelOf(schedule, 5_010)).toBe('dead 1000');
  });

  it('is made after twice its interval when there never is a gap', () => {
    const schedule = create(['live', 50], ['dead', 50]);
    schedule.answered(ask(schedule, 0), 0);
    schedule.timedOut(ask(schedule, 1), 101, false);
    const asked: string[] = [];
    for (let nowMs = 101; nowMs <= 210; nowMs += 5) {
      if (!schedule.next(nowMs).task) continue;
      const task = ask(schedule, nowMs);
      asked.push(`${task.device.name} ${nowMs}`);
      if (task.device.name === 'dead') break;
      schedule.answered(task, nowMs);
    }
    expect(asked.at(-1)).toBe('dead 201');
    expect(asked.length).toBeGreaterThan(2);
  });

  it('of a device that comes back leaves no request waiting for long, even without a gap', () => {
    const schedule = create(['pump', 1_000], ['pump', 2_000], ['other', 50]);
    serve(schedule, 0);
    const backMs = 100_000;
    /** Key: label; value: first answer after the outage. */
    const first = new Map<string, number>();
    for (let nowMs = 1_500; nowMs < backMs + 65_000; nowMs += 10) {
      if (!schedule.next(nowMs).task) continue;
      const task = ask(schedule, nowMs);
      if (task.device.name === 'pump' && nowMs < backMs) {
        schedule.timedOut(task, nowMs, false);
        continue;
      }
      schedule.answered(task, nowMs);
      if (nowMs >= backMs && !first.has(task.request.label)) first.set(task.request.label, nowMs);
    }
    const [fast, slow] = ['pump 1000', 'pump 2000'].map((label) => defined(first.get(label), label));
    expect(Math.abs(defined(fast, 'fast') - defined(slow, 'slow'))).toBeLessThanOrEqual(2_500);
  });
});

it('after connecting leaves out the instant of the grid that would follow at once', () => {
  const schedule = create(['pump', 1_000]);
  schedule.begin(2_900);
  schedule.answered(ask(schedule, 2_900), 2_910);
  expect(schedule.next(2_911).atMs).toBe(4_000);
  schedule.begin(5_400);
  schedule.answered(ask(schedule, 5_400), 5_410);
  expect(schedule.next(5_411).atMs).toBe(6_000);
});

it('asks every request again and again, whatever is answered: nobody starves', () => {
  const outcomes = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 50, maxLength: 50 });
  fc.assert(
    fc.property(outcomes, (fates) => {
      const schedule = create(['a', 100], ['a', 700], ['b', 100], ['c', 300]);
      let nowMs = 0;
      /** Key: label; value: when it was last asked, and the longest time it was not. */
      const asked = new Map<string, number>();
      for (let step = 0; nowMs < 600_000 && step < 50_000; step++) {
        const { task, atMs } = schedule.next(nowMs);
        if (task === null && atMs <= nowMs)
          throw new Error(`nothing to do at ${nowMs}, and no time to wait for`);
        nowMs = Math.max(nowMs, atMs);
        if (!task) continue;
        schedule.sent(task, nowMs);
        asked.set(task.request.label, nowMs);
        // The first device never answers; the others answer as fate has it.
        const isSilent = task.device.name === 'a' || fates[step % fates.length] === 0;
        nowMs += isSilent ? TIMEOUT_MS : 3;
        if (!isSilent) schedule.answered(task, nowMs);
        else if (schedule.timedOut(task, nowMs, false) === 'wire') schedule.begin(nowMs);
      }
      for (const lastMs of asked.values()) expect(nowMs - lastMs).toBeLessThan(150_000);
      expect(asked.size).toBe(4);
    }),
    { seed: testSeed(), numRuns: 30 },
  );
});

function createFreshness({ points }: SiteModel): Freshness {
  return new Freshness(points, ({ equipment }) => equipment, new Uint32Array(points.length));
}

const good = (point: number, monoMs: number) => ({
  count: 1,
  point: Uint32Array.of(point),
  quality: Uint8Array.of(0),
  monoMs,
});

it('a stale value whose device is heard afterwards is missing, and once; a silent device stays stale', () => {
  const points = [
    { name: 'fast', staleMs: 100 },
    { name: 'slow', staleMs: 1_000 },
  ];
  const model = createTestModel({ equipment: [{ id: 'pump', points }] });
  const freshness = createFreshness(model);
  freshness.note(good(0, 1_000));
  freshness.note(good(1, 1_000));
  expect(freshness.expire(1_100)).toEqual([{ points: [0], reason: 'stale' }]);
  expect(freshness.expire(1_500)).toEqual([]);
  freshness.note(good(1, 1_600));
  expect(freshness.expire(1_700)).toEqual([{ points: [0], reason: 'missing' }]);
  expect(freshness.expire(1_800)).toEqual([]);
  freshness.note(good(0, 1_900));
  expect(freshness.expire(2_000)).toEqual([{ points: [0], reason: 'stale' }]);
  expect(freshness.expire(2_600)).toEqual([{ points: [1], reason: 'stale' }]);
  expect(freshness.expire(9_000)).toEqual([]);
});

it('a value expires once', () => {
  const model = createTestModel({ equipment: [{ id: 'pump', points: [{ name: 'a', staleMs: 100 }] }] });
  const freshness = createFreshness(model);
  freshness.note(good(0, 1_000));
  expect(freshness.expire(1_099)).toEqual([]);
  expect(freshness.expire(1_100)).toEqual([{ points: [0], reason: 'stale' }]);
  expect(freshness.expire(1_200)).toEqual([]);
});
