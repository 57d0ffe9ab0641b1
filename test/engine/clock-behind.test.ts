/** Starts with the wall clock behind (or ahead of) what is stored, and the clock put right later: through the engine's rounds. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Ticket } from '../../src/core/ticket.ts';
import type { TicketClock } from '../../src/core/ticket-clock.ts';
import { WALL_SAVE_MS } from '../../src/engine/wall-clock.ts';
import { createTestLoop, type TestLoop } from '../support/loop.ts';
import { createTestModel } from '../support/model.ts';
import { testSeed } from '../support/seed.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const YEARS_MS = 3 * 365 * DAY_MS;
const ZONES = ['zone1', 'zone2', 'zone3'] as const;
const model = createTestModel({
  equipment: ZONES.map((name) => ({
    id: `panel-${name}`,
    kind: 'fire-panel',
    points: [{ name }],
    rules: [{ id: name, type: 'state', params: { in: [1] }, points: [name], severity: 'life-safety' }],
  })),
});

function begin(): TestLoop {
  const loop = createTestLoop(model);
  loop.feed({ zone1: 0, zone2: 0, zone3: 0 });
  loop.feed({ zone1: 1 });
  return loop;
}

/** @param offsetMs of the wall clock against the time that is right */
function restart(loop: TestLoop, offsetMs: number, downMs = 0): void {
  loop.clock.stepWall(offsetMs);
  loop.restart(downMs);
  loop.advance(250);
}

function running(loop: TestLoop): readonly (TicketClock & { readonly ticket: Ticket })[] {
  return loop
    .tickets()
    .flatMap((ticket) => ticket.clocks.map((clock) => ({ ...clock, ticket })))
    .filter(({ stoppedAtMs, breachedAtMs }) => stoppedAtMs === null && breachedAtMs === null);
}

/** Time left, ms. Key: ticket/clock. */
function toLeft(loop: TestLoop): Record<string, number> {
  const { wallMs } = loop.clock.now();
  return Object.fromEntries(
    running(loop).map(({ ticket, id, dueAtMs }) => [`${ticket.number}/${id}`, (dueAtMs ?? 0) - wallMs]),
  );
}

function toBreached(loop: TestLoop): readonly string[] {
  return loop
    .tickets()
    .flatMap(({ number, clocks }) =>
      clocks.filter(({ breachedAtMs }) => breachedAtMs !== null).map(({ id }) => `${number}/${id}`),
    );
}

describe('a start with the clock behind', () => {
  test.each([3 * HOUR_MS, YEARS_MS])('by %d ms leaves what runs the time that it had left', (behindMs) => {
    const loop = begin();
    const before = toLeft(loop);
    expect(Object.keys(before).length).toBeGreaterThan(1);
    restart(loop, -behindMs);
    const expected = Object.fromEntries(Object.entries(before).map(([id, ms]) => [id, ms - 250]));
    expect(toLeft(loop)).toEqual(expected);
  });

  test('that is put right later counts the time off, and moves nothing beyond its limit', () => {
    const loop = begin();
    const due = loop.tickets()[0]?.clocks.map(({ id, dueAtMs }) => [id, dueAtMs]);
    restart(loop, -YEARS_MS, HOUR_MS);
    loop.advance(20_000);
    loop.clock.stepWall(YEARS_MS);
    loop.advance(250);
    const clocks = loop.tickets()[0]?.clocks ?? [];
    // An hour off: what was due in it is late since then, what was not is due when it was.
    expect(clocks.map(({ id, dueAtMs }) => [id, dueAtMs])).toEqual(due);
    const { wallMs } = loop.clock.now();
    for (const { dueAtMs, breachedAtMs } of clocks.filter(({ stoppedAtMs }) => stoppedAtMs === null))
      expect(breachedAtMs).toBe(dueAtMs !== null && dueAtMs <= wallMs ? dueAtMs : null);
    expect(toBreached(loop).length).toBeGreaterThan(0);
    expect(loop.ticketEvents.at(-1)?.ticket.stageSinceMs).toBeLessThan(wallMs - HOUR_MS);
  });

  test('counts no time off for what began after it, whenever the clock is put right', () => {
    const loop = begin();
    restart(loop, -YEARS_MS, 5 * DAY_MS);
    loop.feed({ zone1: 1, zone2: 0, zone3: 0 });
    loop.feed({ zone2: 1 });
    loop.advance(10_000);
    const [, second] = loop.tickets();
    const before = Object.entries(toLeft(loop)).filter(([id]) => id.startsWith(String(second?.number)));
    expect(before.length).toBeGreaterThan(1);
    loop.clock.stepWall(YEARS_MS);
    loop.advance(250);
    const after = toLeft(loop);
    for (const [id, ms] of before) expect(after[id]).toBe(ms - 250);
    expect(toBreached(loop).every((id) => !id.startsWith(String(second?.number)))).toBe(true);
  });

  test('is put right over several steps and one more restart', () => {
    const loop = begin();
    const due = loop.tickets()[0]?.clocks.map(({ id, dueAtMs }) => [id, dueAtMs]);
    restart(loop, -YEARS_MS, 2 * MINUTE_MS);
    loop.clock.stepWall(DAY_MS);
    loop.advance(5_000);
    restart(loop, 0, MINUTE_MS);
    loop.clock.stepWall(YEARS_MS - DAY_MS);
    loop.advance(250);
    const clocks = loop.tickets()[0]?.clocks ?? [];
    expect(clocks.map(({ id, dueAtMs }) => [id, dueAtMs])).toEqual(due);
  });

  test('is the time after a day of running: a step keeps the time left then', () => {
    const loop = begin();
    restart(loop, -YEARS_MS, HOUR_MS);
    loop.clock.advance(24 * HOUR_MS + 1_000);
    loop.advance(500);
    loop.feed({ zone1: 1, zone2: 0, zone3: 0 });
    loop.feed({ zone2: 1 });
    const before = toLeft(loop);
    loop.clock.stepWall(YEARS_MS);
    loop.advance(250);
    for (const [id, ms] of Object.entries(toLeft(loop))) expect(ms).toBe((before[id] ?? 0) - 250);
  });

  test('moves by whole milliseconds', () => {
    const loop = begin();
    loop.clock.set({ monoMs: loop.clock.now().monoMs + 0.490_234 });
    loop.clock.stepWall(HOUR_MS);
    loop.round();
    for (const { dueAtMs, startedAtMs } of running(loop))
      expect([dueAtMs, startedAtMs].every(Number.isInteger)).toBe(true);
  });
});

/** What happens to a gateway: minutes. */
const anyOffset = fc.oneof(
  fc.integer({ min: -3_000_000, max: 3_000_000 }),
  fc.integer({ min: -200, max: 200 }),
  fc.constant(0),
);
const anyHappening = fc.oneof(
  fc.record({ type: fc.constant('restart' as const), offset: anyOffset, down: fc.nat(300) }),
  fc.record({ type: fc.constant('step' as const), offset: anyOffset, down: fc.constant(0) }),
  fc.record({ type: fc.constant('pass' as const), offset: fc.constant(0), down: fc.nat(60) }),
);

test('whatever the clock does over starts and steps, nothing runs beyond its limit, and no breach is lost', () => {
  fc.assert(
    fc.property(fc.array(anyHappening, { minLength: 2, maxLength: 8 }), (happenings) => {
      const loop = begin();
      let breached = toBreached(loop);
      happenings.forEach(({ type, offset, down }, index) => {
        const before = toLeft(loop);
        loop.clock.advance(type === 'pass' ? down * MINUTE_MS : 1_000);
        if (type === 'restart') restart(loop, offset * MINUTE_MS, down * MINUTE_MS);
        else loop.clock.stepWall(offset * MINUTE_MS);
        loop.advance(500);
        const zone = ZONES[1 + (index % 2)] as string;
        if (index < 2) loop.feed({ zone1: 1, zone2: 0, zone3: 0 });
        if (index < 2) loop.feed({ [zone]: 1 });
        const { wallMs } = loop.clock.now();
        for (const { dueAtMs, limitMs, id } of running(loop)) {
          expect((dueAtMs ?? 0) - wallMs, id).toBeLessThanOrEqual(limitMs);
          expect(Number.isInteger(dueAtMs), id).toBe(true);
        }
        // Time left never grows, but by what a kill loses of the time that had passed.
        const lostMs = type === 'restart' ? WALL_SAVE_MS : 0;
        for (const [id, ms] of Object.entries(toLeft(loop)))
          expect(ms, id).toBeLessThanOrEqual((before[id] ?? Number.POSITIVE_INFINITY) + lostMs);
        const now = toBreached(loop);
        for (const id of breached) expect(now).toContain(id);
        breached = now;
      });
    }),
    { seed: testSeed(), numRuns: 60 },
  );
});
