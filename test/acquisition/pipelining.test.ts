/** Retries, several requests under way at once, and how polls spread, step by step without any time passing by itself. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DueHeap } from '../../src/acquisition/due-heap.ts';
import { PollSchedule } from '../../src/acquisition/schedule.ts';
import type { Task } from '../../src/acquisition/task.ts';
import { defined } from '../../src/core/assert.ts';
import type { PollRequest } from '../../src/drivers/driver.ts';
import { createRandom, testSeed } from '../support/seed.ts';

const TIMEOUT_MS = 100;

function toRequest(device: string, at: number, habits: Partial<PollRequest> = {}): PollRequest {
  return {
    points: [at],
    device,
    label: `${device} ${at}`,
    block: null,
    costMs: 0,
    timeoutMs: TIMEOUT_MS,
    retries: 0,
    maxInFlight: 1,
    detail: null,
    ...habits,
  };
}

/** One request each, at 1 s. */
function create(devices: readonly string[], habits: Partial<PollRequest> = {}, phase = 0): PollSchedule {
  const requests = devices.map((device, at) => ({ request: toRequest(device, at, habits), pollMs: 1_000 }));
  return new PollSchedule(requests, 0, phase);
}

function ask(schedule: PollSchedule, nowMs: number): Task {
  const task = defined(schedule.next(nowMs).task, 'a task that is due');
  schedule.sent(task, nowMs);
  return task;
}

/** All that may go out now. */
function askAll(schedule: PollSchedule, nowMs: number): Task[] {
  const tasks: Task[] = [];
  while (schedule.next(nowMs).task) tasks.push(ask(schedule, nowMs));
  return tasks;
}

describe('a request of a living device that times out', () => {
  it('is asked again at once as often as it may, before the device counts as silent', () => {
    const schedule = create(['a', 'b'], { retries: 2 });
    for (const nowMs of [0, 1]) schedule.answered(ask(schedule, nowMs), nowMs);
    const first = ask(schedule, 1_000);
    expect(schedule.timedOut(first, 1_100, false)).toBe('retry');
    expect(ask(schedule, 1_600)).toBe(first);
    expect(schedule.timedOut(first, 1_700, false)).toBe('retry');
    expect(ask(schedule, 1_700)).toBe(first);
    expect(schedule.silentDevices).toEqual([]);
    expect(schedule.timedOut(first, 1_800, false)).toBe('device');
  });

  it('and then answers is polled as ever, with all its retries again', () => {
    const schedule = create(['a'], { retries: 1 });
    schedule.answered(ask(schedule, 0), 0);
    for (const nowMs of [1_000, 2_000]) {
      expect(schedule.timedOut(ask(schedule, nowMs), nowMs + 100, false)).toBe('retry');
      schedule.answered(ask(schedule, nowMs + 100), nowMs + 105);
      expect(schedule.next(nowMs + 105)).toEqual({ task: null, atMs: nowMs + 1_000 });
    }
  });

  it('is not asked again when it is a probe: a silent device costs one time-out a probe', () => {
    const schedule = create(['dead', 'live'], { retries: 3 });
    expect(schedule.timedOut(ask(schedule, 0), 100, false)).toBe('device');
    schedule.answered(ask(schedule, 100), 105);
    const probe = ask(schedule, 1_100 + 1_000);
    while (probe.device.name !== 'dead') throw new Error('the probe is due');
    expect(schedule.timedOut(probe, 2_200, false)).toBe('device');
    expect(schedule.next(2_200).task?.device.name).toBe('live');
  });

  it('waits for a gap of its own time-out as probe, not of another', () => {
    const requests = [
      { request: toRequest('live', 0, { timeoutMs: 1_000 }), pollMs: 1_000 },
      { request: toRequest('dead', 1, { timeoutMs: 300 }), pollMs: 1_000 },
    ];
    const schedule = new PollSchedule(requests, 0);
    schedule.answered(ask(schedule, 0), 0);
    schedule.timedOut(ask(schedule, 0), 300, false);
    schedule.answered(ask(schedule, 1_000), 1_005);
    expect(schedule.next(1_701).task).toBeNull();
    expect(schedule.next(1_700).task?.device.name).toBe('dead');
  });
});

describe('several requests under way', () => {
  const eight = Array.from({ length: 8 }, () => 'a');

  it('are as many as each of them allows, and none twice', () => {
    const schedule = create(eight, { maxInFlight: 3 });
    const tasks = askAll(schedule, 0);
    expect(new Set(tasks).size).toBe(3);
    expect(schedule.next(0)).toEqual({ task: null, atMs: Number.POSITIVE_INFINITY });
    schedule.answered(tasks[1]!, 5);
    const [fourth] = askAll(schedule, 5);
    expect(tasks).not.toContain(fourth);
    expect(schedule.underWay).toBe(3);
  });

  it('are one while a request is under way, or first, that allows one only', () => {
    const requests = [
      { request: toRequest('a', 0, { maxInFlight: 4 }), pollMs: 1_000 },
      { request: toRequest('b', 1), pollMs: 1_000 },
      { request: toRequest('a', 2, { maxInFlight: 4 }), pollMs: 1_000 },
    ];
    const schedule = new PollSchedule(requests, 0);
    const [first, second] = askAll(schedule, 0);
    expect([first?.request.label, second?.request.label]).toEqual(['a 0', 'a 2']);
    expect(schedule.next(0).task).toBeNull();
    schedule.answered(first!, 5);
    expect(schedule.next(5).task).toBeNull();
    schedule.answered(second!, 5);
    expect(askAll(schedule, 5).map(({ request }) => request.label)).toEqual(['b 1']);
  });

  it('of which one times out: the others go on, and the device that answered them lives', () => {
    const schedule = create(eight, { maxInFlight: 4 });
    const [lost, ...others] = askAll(schedule, 0);
    for (const task of others) schedule.answered(task, 20);
    expect(schedule.timedOut(lost!, 100, false)).toBe('request');
    expect(schedule.silentDevices).toEqual([]);
    expect(askAll(schedule, 100)).toHaveLength(4);
  });

  it('that all time out are one silence of one device, probed after one interval', () => {
    const schedule = create([...eight, 'live'], { maxInFlight: 8 });
    let tasks = askAll(schedule, 0);
    for (const task of tasks) schedule.answered(task, 5);
    schedule.answered(ask(schedule, 5), 10);
    tasks = askAll(schedule, 1_000).filter(({ device }) => device.name === 'a');
    const verdicts = tasks.map((task, at) => schedule.timedOut(task, 1_100 + at, false));
    expect(verdicts).toEqual(['device', ...Array(7).fill('known')]);
    expect(schedule.silentDevices[0]).toMatchObject({ failures: 1, probeMs: 2_100 });
  });

  it('that time out together are no dead wire: three silences one after the other are', () => {
    const schedule = create(['a', 'b', 'c', 'd'], { maxInFlight: 4 });
    for (const task of askAll(schedule, 0)) schedule.answered(task, 5);
    const verdicts: string[] = [];
    for (let nowMs = 2_000; nowMs < 3_000 && !verdicts.includes('wire'); nowMs += 100)
      for (const task of askAll(schedule, nowMs)) verdicts.push(schedule.timedOut(task, nowMs + 100, false));
    expect(verdicts.slice(0, 4)).toEqual(Array(4).fill('device'));
    expect(verdicts.at(-1)).toBe('wire');
    expect(verdicts.length).toBeLessThanOrEqual(4 + 2 * 4);
  });

  it('in doubt about the wire become one: the device that answered last, alone', () => {
    const slow = { request: toRequest('live', 0, { maxInFlight: 2 }), pollMs: 60_000 };
    const fast = ['a', 'b', 'c', 'd', 'e', 'f'].map((name, at) => ({
      request: toRequest(name, at + 1, { maxInFlight: 2 }),
      pollMs: 1_000,
    }));
    const schedule = new PollSchedule([slow, ...fast], 0);
    while (schedule.next(0).task) schedule.answered(ask(schedule, 0), 0);
    for (const nowMs of [2_000, 2_100])
      for (const task of askAll(schedule, nowMs)) schedule.timedOut(task, nowMs + 100, false);
    const [e, f] = askAll(schedule, 2_200);
    schedule.timedOut(e!, 2_300, false);
    expect(schedule.next(2_300).task).toBeNull();
    schedule.timedOut(f!, 2_301, false);
    const [witness, ...others] = askAll(schedule, 2_302);
    expect([witness?.device.name, others]).toEqual(['live', []]);
    expect(schedule.timedOut(witness!, 2_402, false)).toBe('wire');
  });

  it('when the connection ends are asked again on the next one', () => {
    const schedule = create(eight, { maxInFlight: 4 });
    askAll(schedule, 0);
    schedule.begin(10);
    expect(schedule.underWay).toBe(0);
    expect(askAll(schedule, 10)).toHaveLength(4);
    schedule.resume();
    expect(askAll(schedule, 10)).toHaveLength(4);
  });
});

it('a probe of the last connection is none of the next', () => {
  const schedule = create(['a', 'b']);
  schedule.timedOut(ask(schedule, 0), 100, false);
  schedule.answered(ask(schedule, 100), 105);
  expect(schedule.next(105).task).toBeNull();
  schedule.begin(10_000);
  const asked = ['a', 'b'].map(() => {
    const task = ask(schedule, 10_000);
    schedule.answered(task, 10_000);
    return task.device.name;
  });
  expect(asked).toEqual(['a', 'b']);
  expect(schedule.next(10_000).task).toBeNull();
});

describe('requests in place of others', () => {
  it('are asked at once, and what the old one still says changes no turn', () => {
    const schedule = create(['a', 'b'], { maxInFlight: 2 });
    const [old] = askAll(schedule, 0);
    const by = [7, 8].map((at) => ({ request: toRequest('a', at), pollMs: 1_000 }));
    schedule.replace([old!], by, 0);
    schedule.answered(old!, 5);
    expect(schedule.tasks.map(({ request }) => request.label).toSorted()).toEqual(['a 7', 'a 8', 'b 1']);
    expect(
      schedule.timedOut(
        defined(
          schedule.tasks.find(({ isUnderWay }) => isUnderWay),
          'b',
        ),
        9,
        true,
      ),
    ).toBe('device');
    expect(ask(schedule, 9).request.label).toBe('a 7');
  });
});

describe('the start', () => {
  it('of 1,000 links with one request at 1 s is spread over the second, and stays so', () => {
    const perSlot = Array.from({ length: 100 }, () => 0);
    for (let link = 0; link < 1_000; link++) {
      const schedule = create(['unit 1'], {}, link / 1_000);
      schedule.answered(ask(schedule, link), link + 3);
      for (let turn = 0; turn < 3; turn++) {
        const { atMs } = schedule.next(link + 3 + turn * 1_000);
        perSlot[Math.floor((atMs % 1_000) / 10)]!++;
        schedule.answered(ask(schedule, atMs), atMs + 3);
      }
    }
    expect(Math.max(...perSlot)).toBeLessThanOrEqual(2 * 30);
    expect(Math.min(...perSlot)).toBeGreaterThan(0);
  });

  it('of 20 links with 20 devices each has no instant for all of them', () => {
    const instants = new Set<number>();
    for (let link = 0; link < 20; link++) {
      const schedule = create(
        Array.from({ length: 20 }, (_, at) => `unit ${at}`),
        {},
        link / 20,
      );
      for (const { gridMs } of schedule.tasks) instants.add(Math.round(gridMs * 10) / 10);
    }
    expect(instants.size).toBe(400);
  });
});

/** Serves a serial bus for so long. @returns instants at which each device was asked */
function serve(schedule: PollSchedule, forMs: number, isDead: (task: Task) => boolean) {
  const asked = new Map<string, number[]>();
  let nowMs = 0;
  while (nowMs < forMs) {
    const { task, atMs } = schedule.next(nowMs);
    nowMs = Math.max(nowMs, atMs);
    if (!task) continue;
    schedule.sent(task, nowMs);
    asked.set(task.device.name, [...(asked.get(task.device.name) ?? []), nowMs]);
    nowMs += isDead(task) ? TIMEOUT_MS : 20;
    if (!isDead(task)) schedule.answered(task, nowMs);
    else schedule.timedOut(task, nowMs, false);
  }
  return asked;
}

it('one dead unit in twenty leaves the other nineteen their cycle within a tenth', () => {
  const units = Array.from({ length: 20 }, (_, at) => `unit ${at}`);
  const schedule = create(units, { retries: 1 });
  const asked = serve(schedule, 600_000, ({ device, sentMs }) => device.name === 'unit 7' && sentMs > 10_000);
  for (const [unit, times] of asked) {
    if (unit === 'unit 7') continue;
    const cycles = times.slice(2).map((time, at) => time - times[at + 1]!);
    // Its death costs a retry too, each probe after that one time-out.
    expect(Math.max(...cycles)).toBeLessThanOrEqual(1_000 + 2 * TIMEOUT_MS);
    expect(Math.max(...cycles.slice(15))).toBeLessThanOrEqual(1_000 + TIMEOUT_MS + 20);
    const late = cycles.filter((cycle) => Math.abs(cycle - 1_000) > 100);
    expect(late.length / cycles.length).toBeLessThan(0.01);
    expect(600_000 / times.length).toBeLessThanOrEqual(1_005);
  }
  expect(asked.get('unit 7')!.length).toBeGreaterThan(600 / 61);
  expect(schedule.skippedCycles).toBe(0);
});

it.each([0, 0.1])(
  'the choice among 1,000 devices costs little more than among ten, a share of %d silent',
  (share) => {
    const cost = (devices: number): number => {
      const schedule = create(
        Array.from({ length: devices }, (_, at) => `unit ${at}`),
        { maxInFlight: 2 },
      );
      let nowMs = 0;
      const turn = (): void => {
        const { task, atMs } = schedule.next(nowMs);
        nowMs = Math.max(nowMs, atMs);
        if (!task) return;
        schedule.sent(task, nowMs);
        if (task.order < share * devices) schedule.timedOut(task, nowMs, true);
        else schedule.answered(task, nowMs);
      };
      for (let at = 0; at < 20_000; at++) turn();
      const startMs = performance.now();
      for (let at = 0; at < 50_000; at++) turn();
      return performance.now() - startMs;
    };
    const ratios = Array.from({ length: 5 }, () => cost(1_000) / cost(10)).toSorted((a, b) => a - b);
    expect(ratios[0]).toBeLessThan(8);
  },
);

it('a heap gives what is due first, whatever is added and taken out', () => {
  const seed = testSeed();
  fc.assert(
    fc.property(fc.array(fc.nat(20), { maxLength: 60 }), fc.nat(), (times, salt) => {
      const random = createRandom(seed + salt);
      const items = times.map((dueMs, order) => ({ dueMs, order, place: -1 }));
      const heap = new DueHeap<(typeof items)[number]>();
      for (const item of items) heap.add(item);
      const kept = items.filter((item) => {
        const isKept = random() < 0.6;
        if (!isKept) heap.remove(item);
        return isKept;
      });
      for (const item of kept.toSorted((a, b) => a.dueMs - b.dueMs || a.order - b.order)) {
        expect(heap.first).toBe(item);
        heap.remove(item);
        heap.remove(item);
      }
      expect(heap.first).toBeNull();
    }),
    { seed },
  );
});
