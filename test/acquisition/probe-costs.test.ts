/**
 * What probes may not cost: on a line, a connection or a wait for answers that could be mistaken; where several requests may be under way,
 * the places and the latency of the living. When probes are made is gap-probes.test.ts.
 */
import { describe, expect, it } from 'vitest';
import { Gap } from '../../src/acquisition/gap.ts';
import { PollSchedule } from '../../src/acquisition/schedule.ts';
import type { PlannedRequest, Task } from '../../src/acquisition/task.ts';
import { toChance } from '../../src/acquisition/waiting.ts';
import { defined } from '../../src/core/assert.ts';
import { gaps } from './rig.ts';
import {
  type Asked,
  create,
  isDead,
  LATENCY_MS,
  latest,
  POLL_MS,
  serve,
  timesOf,
  toPlanned,
} from './worked-wire.ts';

const range = (count: number) => Array.from({ length: count }, (_, at) => at);

/**
 * Questions to a unit that are not the last one once more: with nobody heard between, the line connects afresh; within a
 * time-out after that answer, it waits.
 */
function findMistakable(asked: readonly Asked[], device: string, timeoutMs: number): readonly string[] {
  const found: string[] = [];
  for (const [at, { label, device: name, atMs, isAnswered }] of asked.entries()) {
    if (name !== device || isAnswered) continue;
    const rest = asked.slice(at + 1);
    const next = rest.find((one) => one.device === device);
    if (!next || next.label === label) continue;
    const heard = rest.find((one) => one.isAnswered);
    if (!heard || heard.atMs >= next.atMs)
      found.push(`${next.label} at ${next.atMs} with nobody heard since ${atMs}`);
    else if (next.atMs < heard.atMs + LATENCY_MS + timeoutMs)
      found.push(`${next.label} at ${next.atMs} too soon`);
  }
  return found;
}

describe('on a line, where a late answer is told from another by nothing but the question', () => {
  it.each([
    [250, 200],
    [2_000, 200],
    [10_000, 200],
    [1_000, 480],
    [1_000, 900],
    [100, 70],
  ])(
    'beside living ones polled every %i ms another request of a silent unit waits until it cannot be mistaken',
    (pollMs, timeoutMs) => {
      const planned = [
        toPlanned('live', pollMs, 0, { timeoutMs }),
        ...[1, 2, 3].map((at) => toPlanned('dead', 500, at, { timeoutMs })),
      ];
      const asked = serve(new PollSchedule(planned, 0), 300_000);
      expect(findMistakable(asked, 'dead', timeoutMs)).toEqual([]);
      expect(new Set(asked.filter(({ device }) => device === 'dead').map(({ label }) => label)).size).toBe(3);
      expect(latest(asked, 'live')).toBeLessThanOrEqual(pollMs + timeoutMs);
    },
  );

  it('a hung request beside those that are answered keeps its device silent for half a minute, however rare the others', () => {
    const planned = [
      toPlanned('live', 600_000, 0),
      toPlanned('odd', POLL_MS, 1),
      toPlanned('odd', POLL_MS, 2),
    ];
    const asked = serve(new PollSchedule(planned, 0), 300_000, (task, nowMs) =>
      nowMs > 10_000 && task.request.label === 'odd 1000 1' ? 'silence' : { answerMs: LATENCY_MS },
    );
    expect(Math.max(...gaps(timesOf(asked, 'odd 1000 2')))).toBeLessThanOrEqual(32_000);
    expect(timesOf(asked, 'odd 1000 2').length).toBeGreaterThan(240);
  });

  it('a request that hangs keeps the others of its device from their time no longer than until somebody was heard, and a time-out', () => {
    const planned = [toPlanned('live', 1_500, 0), toPlanned('odd', 200, 1), toPlanned('odd', 200, 2)];
    const asked = serve(new PollSchedule(planned, 0), 60_000, (task, nowMs) =>
      nowMs > 10_000 && task.request.label === 'odd 200 1' ? 'silence' : { answerMs: LATENCY_MS },
    );
    expect(Math.max(...gaps(timesOf(asked, 'odd 200 2')))).toBeLessThanOrEqual(1_500 + 2 * 100 + 200);
  });
});

describe('the gap that a probe needs', () => {
  /** Reckoned as on a line with even parity: 8 + 5 characters and two silences, 11 bits each, and the data. */
  const needOf = (baudRate: number, registers: number): number => {
    const costMs = ((20 + 2 * registers) * 11_000) / baudRate;
    const block = { table: 'holding', first: 0, count: registers, used: registers };
    const { request, pollMs } = toPlanned('dead', POLL_MS, 0, { costMs });
    const [task] = new PollSchedule([{ request: { ...request, block }, pollMs }], 0).tasks;
    return toChance(defined(task, 'the task')).needMs - request.timeoutMs;
  };

  it.each([
    [300, 1],
    [1_200, 1],
    [1_200, 125],
    [2_400, 20],
  ])(
    'at %i baud holds the request and the silence before it, whatever is read (%i registers)',
    (baudRate, registers) => {
      const sendingMs = (8 * 11_000) / baudRate;
      expect(needOf(baudRate, registers)).toBeGreaterThanOrEqual(sendingMs + 50);
    },
  );

  it('does not hold the data, which are the time-out of the answer', () => {
    expect(needOf(9_600, 125)).toBeLessThanOrEqual(64);
  });
});

it('a refused request is asked while no other of its device is, also where many may be under way', () => {
  const planned = [
    toPlanned('live', POLL_MS, 0, { maxInFlight: 16 }),
    ...range(40).map((at) => toPlanned('odd', POLL_MS, at + 1, { maxInFlight: 16 })),
  ];
  const asked = serve(new PollSchedule(planned, 0), 300_000, ({ device }) =>
    device.name === 'odd' ? { answerMs: 30, againInMs: 600_000 } : { answerMs: 30 },
  );
  const times = timesOf(asked, 'odd').filter((atMs) => atMs >= 2_000);
  expect(times.filter((atMs) => atMs < 60_000).length).toBeLessThanOrEqual(59);
  expect(times.filter((atMs) => atMs > 65_000).length).toBeLessThanOrEqual(235 / 5 + 1);
  expect(Math.min(...gaps(times))).toBeGreaterThan(30);
});

describe('where several requests may be under way', () => {
  /** Fate of a gateway that serves one after another: a silent unit holds it, the others wait. */
  const queued = (holdMs: number) => {
    let freeMs = 0;
    return ({ device }: Task, nowMs: number) => {
      freeMs = Math.max(nowMs, freeMs) + (isDead(device.name) ? holdMs : 2);
      return isDead(device.name) ? ('silence' as const) : { answerMs: freeMs - nowMs };
    };
  };
  const live = range(10).map((at) => `live-${at}`);

  it.each([
    [500, 1_500],
    [1_000, 1_000],
  ])(
    'four silent units behind a gateway that serves one after another, each for %i ms, are asked one at a time',
    (holdMs, timeoutMs) => {
      const dead = range(4).map((at) => `dead-${at}`);
      const schedule = create([...live, ...dead], { maxInFlight: 16, timeoutMs });
      const fate = queued(holdMs);
      let most = 0;
      const asked = serve(schedule, 600_000, (task, nowMs) => {
        if (nowMs > 10_000)
          most = Math.max(
            most,
            schedule.tasks.filter((one) => one.isUnderWay && isDead(one.device.name)).length,
          );
        return fate(task, nowMs);
      });
      expect(most).toBe(1);
      for (const name of live)
        expect(
          latest(
            asked.filter(({ atMs }) => atMs > 10_000),
            name,
          ),
        ).toBeLessThanOrEqual(POLL_MS + holdMs + 100);
      for (const name of dead) expect(Math.max(...gaps(timesOf(asked, name)))).toBeLessThanOrEqual(66_000);
    },
  );

  it('that the living need, a probe beside them is tried ever more rarely', () => {
    // 15 polls of 50 ms in 500 ms need three quarters of two places.
    const polls = range(15).map((at) =>
      toPlanned(`live-${at % 3}`, 500, at, { maxInFlight: 2, timeoutMs: 1_000 }),
    );
    const planned: readonly PlannedRequest[] = [
      ...polls,
      toPlanned('dead', 500, 99, { maxInFlight: 2, timeoutMs: 1_000 }),
    ];
    const schedule = new PollSchedule(planned, 0);
    const hour = 3_600_000;
    const asked = serve(schedule, 2 * hour, ({ device }) =>
      isDead(device.name) ? 'silence' : { answerMs: 50 },
    );
    const reached =
      asked.filter(({ atMs, isAnswered }) => isAnswered && atMs > hour).length / ((15 * hour) / 500);
    expect(reached).toBeGreaterThan(0.995);
    expect(timesOf(asked, 'dead').filter((atMs) => atMs > hour).length).toBeGreaterThan(55);
  });
});

describe('what shows that a probe costs others something', () => {
  const tasksOf = (...requests: readonly PlannedRequest[]) => new PollSchedule(requests, 0).tasks;
  const many = { maxInFlight: 8 };
  const pair = () => {
    const [probe, other] = tasksOf(toPlanned('dead', POLL_MS, 0, many), toPlanned('live', POLL_MS, 1, many));
    const [asked, waiting] = [defined(probe, 'the probe'), defined(other, 'the other')];
    asked.isFree = true;
    asked.sentMs = 0;
    waiting.sentMs = 100;
    return { asked, waiting };
  };

  it('is an answer later than a tenth of its cycle, and nothing less', () => {
    const { asked, waiting } = pair();
    const gap = new Gap(8);
    gap.answered(waiting, [asked], 200);
    expect(gap.isBlocked(200)).toBe(false);
    gap.answered(waiting, [asked], 201);
    expect(gap.isBlocked(201)).toBe(true);
    expect(gap.isBlocked(60_201)).toBe(false);
  });

  it('is a poll that is still not answered when the probe ends, though nobody was answered beside it', () => {
    const { asked, waiting } = pair();
    const gap = new Gap(8);
    gap.probed(asked, [waiting], 150);
    expect(gap.isBlocked(150)).toBe(false);
    gap.probed(asked, [waiting], 300);
    expect(gap.isBlocked(300)).toBe(true);
  });

  it('is a poll that goes out late for want of a place, but not one that is late while there are places', () => {
    const { asked, waiting } = pair();
    const gap = new Gap(8);
    waiting.dueMs = 0;
    gap.sent(waiting, [asked], 8, 300);
    expect(gap.isBlocked(300)).toBe(false);
    gap.sent(waiting, [asked], 2, 250);
    expect(gap.isBlocked(250)).toBe(false);
    gap.sent(waiting, [asked], 2, 251);
    expect(gap.isBlocked(251)).toBe(true);
  });

  it('is no poll that is late soon after a live one has timed out, which held the place', () => {
    const { asked, waiting } = pair();
    const gap = new Gap(8);
    waiting.dueMs = 0;
    gap.troubled(0);
    gap.sent(waiting, [asked], 2, 4_999);
    expect(gap.isBlocked(4_999)).toBe(false);
    gap.sent(waiting, [asked], 2, 5_000);
    expect(gap.isBlocked(5_000)).toBe(true);
  });

  it('that goes out so late beside no probe either is what it always was', () => {
    const { asked, waiting } = pair();
    const gap = new Gap(8);
    waiting.dueMs = 0;
    gap.sent(waiting, [], 2, 300);
    gap.sent(waiting, [asked], 2, 500);
    expect(gap.isBlocked(500)).toBe(false);
  });

  it('lasts a minute, twice as long when the next probe does it again, and a minute after a good while', () => {
    const { asked, waiting } = pair();
    const gap = new Gap(8);
    const blockMs = (nowMs: number): number => {
      waiting.sentMs = nowMs - 500;
      asked.sentMs = nowMs - 600;
      gap.answered(waiting, [asked], nowMs);
      return range(40).filter((minute) => gap.isBlocked(nowMs + minute * 60_000)).length;
    };
    expect([blockMs(0), blockMs(60_001), blockMs(181_000), blockMs(900_000)]).toEqual([1, 2, 4, 1]);
  });

  it('gives one place until somebody was answered beside a probe as usual, then two, then half of all', () => {
    const { asked, waiting } = pair();
    const gap = new Gap(8);
    const placesOf = () =>
      range(9).filter(
        (free) =>
          gap.lengthMs(
            1_000,
            2_000,
            range(free).map(() => asked),
          ) > 0,
      ).length;
    const places = [placesOf()];
    gap.probed(asked, [], 100);
    places.push(placesOf());
    for (const _ of range(4)) {
      gap.answered(waiting, [asked], 110);
      gap.probed(asked, [], 120);
      places.push(placesOf());
    }
    expect(places).toEqual([1, 1, 2, 4, 4, 4]);
  });
});
