/** Clocks under policies as no site would write them: against a minute-by-minute recount, and what must hold of any. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PRIORITIES, PRIORITY_NAMES } from '../../src/core/ticket.ts';
import type { TicketClock, TicketMark } from '../../src/core/ticket-clock.ts';
import { computeClocks, nextDueMs, sweepClocks } from '../../src/tickets/clocks.ts';
import { recount } from '../support/clock-recount.ts';
import { testRuns } from '../support/effort.ts';
import {
  anyChoice,
  defaultPolicy,
  MINUTE_MS,
  randomClocks,
  randomCourse,
  randomSettings,
  START_MS,
  toMs,
  toPolicy,
} from '../support/random-tickets.ts';
import { testSeed } from '../support/seed.ts';

const SEED = testSeed();
const RUNS = { seed: SEED, numRuns: testRuns(60) };
const toKey = ({ id, round }: { id: string; round: number }) => `${id}/${round}`;

describe('property', () => {
  test('starts, stops, pauses and breaches equal a recount minute by minute', () => {
    fc.assert(
      fc.property(randomClocks, randomCourse, (choice, { marks, nowMs }) => {
        const policy = toPolicy(choice);
        const found = computeClocks(marks, policy, [], nowMs).map((clock) => ({
          id: clock.id,
          round: clock.round,
          startedAtMs: clock.startedAtMs,
          stoppedAtMs: clock.stoppedAtMs,
          breachedAtMs: clock.breachedAtMs,
          isPaused: clock.isPaused,
        }));
        const counted = recount(marks, policy, nowMs).map(
          ({ id, round, startedAtMs, stoppedAtMs, breachedAtMs, isPaused }) => ({
            id,
            round,
            startedAtMs,
            stoppedAtMs,
            breachedAtMs,
            isPaused,
          }),
        );
        expect(found).toEqual(counted);
      }),
      RUNS,
    );
  });

  test('the due time of a running clock is the minute in which the recount breaches it', () => {
    fc.assert(
      fc.property(randomClocks, randomCourse, (choice, { marks, nowMs }) => {
        const policy = toPolicy(choice);
        for (const clock of computeClocks(marks, policy, [], nowMs)) {
          if (clock.stoppedAtMs !== null || clock.dueAtMs === null || clock.breachedAtMs !== null) continue;
          expect(clock.dueAtMs).toBeGreaterThan(nowMs);
          // Weeks ahead the recount would only count closed hours.
          if (clock.dueAtMs > nowMs + toMs(3_000)) continue;
          const later = recount(marks, policy, clock.dueAtMs).find((one) => toKey(one) === toKey(clock));
          expect(later?.breachedAtMs).toBe(clock.dueAtMs);
        }
      }),
      RUNS,
    );
  });

  test('no clock is negative: it stops after it starts, counts no more than has passed, and warns before it is due', () => {
    fc.assert(
      fc.property(anyChoice, randomCourse, (choice, { marks, nowMs }) => {
        const policy = toPolicy(choice);
        for (const clock of computeClocks(marks, policy, [], nowMs)) {
          const endMs = clock.stoppedAtMs ?? nowMs;
          expect(clock.spentMs).toBeGreaterThanOrEqual(0);
          expect(clock.spentMs).toBeLessThanOrEqual(Math.max(0, endMs - clock.startedAtMs));
          if (clock.stoppedAtMs !== null) expect(clock.stoppedAtMs).toBeGreaterThanOrEqual(clock.startedAtMs);
          if (clock.dueAtMs !== null) {
            expect(clock.dueAtMs).toBeGreaterThanOrEqual(clock.startedAtMs);
            expect(clock.warnAtMs).toBeLessThanOrEqual(clock.dueAtMs);
          }
          if (clock.breachedAtMs !== null)
            expect(clock.breachedAtMs).toBeGreaterThanOrEqual(clock.startedAtMs);
        }
      }),
      RUNS,
    );
  });

  test('computed at every mark and swept in between, a ticket has the clocks that a restart computes from its marks', () => {
    fc.assert(
      fc.property(anyChoice, randomCourse, fc.nat(3), (choice, { marks, nowMs }, sweeps) => {
        const policy = toPolicy(choice);
        let clocks: readonly TicketClock[] = [];
        for (const [index, mark] of marks.entries()) {
          const known = marks.slice(0, index + 1);
          clocks = computeClocks(known, policy, clocks, mark.atMs);
          const nextMs = marks[index + 1]?.atMs ?? nowMs;
          for (let sweep = 1; sweep <= sweeps; sweep++) {
            // Swept off the marks themselves: told exactly when it stops is another matter.
            const sweepMs = mark.atMs + Math.floor(((nextMs - mark.atMs) * sweep) / (sweeps + 1));
            if (sweepMs < nextMs) clocks = sweepClocks(clocks, sweepMs).clocks;
          }
        }
        clocks = computeClocks(marks, policy, clocks, nowMs);
        expect(clocks.map(withoutTold)).toEqual(computeClocks(marks, policy, [], nowMs).map(withoutTold));
      }),
      RUNS,
    );
  });

  test('due times only tighten when the priority rises, or the ticket becomes another matter', () => {
    const changes = fc.record({
      from: fc.constantFrom(...PRIORITY_NAMES),
      to: fc.constantFrom(...PRIORITY_NAMES),
      // What the policy makes of a priority, and what the desk calls it: all but difficult, which has an approver.
      now: randomSettings,
      isOnlyRaised: fc.boolean(),
    });
    fc.assert(
      fc.property(anyChoice, randomCourse, changes, fc.nat(600), (choice, { marks }, change, wait) => {
        const policy = toPolicy(choice);
        const { from, to, now, isOnlyRaised } = change;
        if (isOnlyRaised) fc.pre(PRIORITIES[to].rank > PRIORITIES[from].rank);
        const last = marks.at(-1) as TicketMark;
        const known = marks.findLast(({ settings }) => settings !== undefined)?.settings;
        if (known === undefined) return;
        const first = [...marks, { ...last, type: 'noted', settings: { ...known, priority: from } } as const];
        const nowMs = last.atMs + toMs(wait);
        const raised: TicketMark = {
          atMs: nowMs,
          type: 'priority-raised',
          stage: last.stage,
          settings: isOnlyRaised
            ? { ...known, attendance: now.attendance, priority: to }
            : { ...now, isDifficult: known.isDifficult },
        };
        const before = computeClocks(first, policy, [], nowMs);
        const after = new Map(
          computeClocks([...first, raised], policy, before, nowMs).map((clock) => [toKey(clock), clock]),
        );
        for (const clock of before) {
          const same = after.get(toKey(clock));
          expect(same).toBeDefined();
          // Nor does it end a clock: one that has stopped is never due.
          expect(same?.stoppedAtMs).toBe(clock.stoppedAtMs);
          if (clock.dueAtMs !== null) expect(same?.dueAtMs).toBeLessThanOrEqual(clock.dueAtMs);
          if (clock.warnAtMs !== null) expect(same?.warnAtMs).toBeLessThanOrEqual(clock.warnAtMs);
          if (clock.breachedAtMs !== null) expect(same?.breachedAtMs).toBe(clock.breachedAtMs);
        }
      }),
      RUNS,
    );
  });

  test('a week offline breaches nothing twice and nothing at another time than a gateway that never stopped', () => {
    const weekMs = 7 * 24 * 60 * MINUTE_MS;
    fc.assert(
      fc.property(anyChoice, randomCourse, (choice, { marks, nowMs }) => {
        const policy = toPolicy(choice);
        const clocks = computeClocks(marks, policy, [], nowMs);
        const backMs = nowMs + weekMs;
        const late = sweepClocks(computeClocks(marks, policy, clocks, backMs), backMs);
        let awake = clocks;
        const told: string[] = [];
        for (let atMs = nextDueMs(awake); atMs <= backMs; atMs = nextDueMs(awake)) {
          const swept = sweepClocks(awake, Math.max(atMs, nowMs));
          expect(swept.warned.length + swept.breached.length).toBeGreaterThan(0);
          told.push(...swept.breached.map(toKey));
          awake = swept.clocks;
        }
        expect(new Set(told).size).toBe(told.length);
        expect(late.breached.map(toKey).sort()).toEqual(told.sort());
        const toBreaches = (all: readonly TicketClock[]) => all.map((one) => [toKey(one), one.breachedAtMs]);
        expect(toBreaches(late.clocks)).toEqual(toBreaches(awake));
        expect(sweepClocks(late.clocks, backMs)).toMatchObject({ warned: [], breached: [] });
      }),
      RUNS,
    );
  });

  test('late entries in any order of writing give the clocks of the order in which things happened', () => {
    fc.assert(
      fc.property(
        anyChoice,
        randomCourse,
        fc.integer({ min: 1, max: 13 }),
        (choice, { marks, nowMs }, at) => {
          const policy = toPolicy(choice);
          const late = marks[at];
          const next = marks[at + 1];
          // A step entered behind one that changed neither stage nor settings: what the gateway noted meanwhile.
          if (late === undefined || next === undefined || next.settings !== undefined) return;
          if (late.atMs === next.atMs) return;
          const noted = { ...next, stage: late.stage };
          const inOrder = [...marks.slice(0, at + 1), noted, ...marks.slice(at + 2)];
          const before = marks[at - 1]?.stage ?? late.stage;
          const asWritten: readonly TicketMark[] = [
            ...marks.slice(0, at),
            { ...noted, stage: before },
            { ...late, enteredAtMs: next.atMs },
            ...marks.slice(at + 2),
          ];
          const toTimes = (all: readonly TicketMark[]) =>
            computeClocks(all, policy, [], nowMs + toMs(60)).map(withoutTold);
          if (late.settings === undefined) expect(toTimes(asWritten)).toEqual(toTimes(inOrder));
        },
      ),
      RUNS,
    );
  });

  test('a step of the wall clock leaves the time left of every clock without a calendar', () => {
    const hours = fc.integer({ min: -48, max: 48 }).filter((value) => value !== 0);
    fc.assert(
      fc.property(anyChoice, randomCourse, hours, (choice, { marks, nowMs }, by) => {
        const policy = toPolicy(choice);
        const plain = {
          ...policy,
          clocks: policy.clocks
            .filter(({ start }) => !start.includes('appointment'))
            .map((clock) => ({
              ...clock,
              limits: clock.limits.map((limit) => ({ ...limit, calendar: null })),
            })),
        };
        const stepMs = by * 60 * MINUTE_MS;
        const stage = marks.at(-1)?.stage ?? 'received';
        const stepped: readonly TicketMark[] = [
          ...marks,
          { atMs: nowMs + stepMs, type: 'clock-step', stage, stepMs },
        ];
        const before = computeClocks(marks, plain, [], nowMs);
        const after = computeClocks(stepped, plain, before, nowMs + stepMs);
        const toShifted = (clock: TicketClock): TicketClock =>
          clock.stoppedAtMs !== null
            ? clock
            : {
                ...clock,
                startedAtMs: clock.startedAtMs + stepMs,
                warnAtMs: clock.warnAtMs === null ? null : clock.warnAtMs + stepMs,
                dueAtMs: clock.dueAtMs === null ? null : clock.dueAtMs + stepMs,
                breachedAtMs: clock.breachedAtMs === null ? null : clock.breachedAtMs + stepMs,
              };
        expect(after).toEqual(before.map(toShifted));
      }),
      RUNS,
    );
  });
});

test('the recount itself knows nights, holidays and make-up days', () => {
  const policy = {
    ...defaultPolicy,
    clocks: [
      {
        id: 'desk-time',
        name: { zh: '工作', en: 'Work' },
        start: ['received'],
        stop: ['done'],
        limits: [{ match: {}, limitMs: toMs(8 * 60), warnRatio: 1, calendar: 'working' }],
        pauses: [],
        isEachRound: false,
        isHuman: true,
      },
    ],
  } as unknown as typeof defaultPolicy;
  const settings = {
    class: 'help',
    source: 'round',
    flow: 'daily',
    priority: 'normal',
    attendance: 'urgent',
    isDifficult: false,
  } as const;
  // Wednesday 30 September, 16:00: one hour, then the holidays of October 1 to 7, then seven hours of the 8th.
  const atMs = START_MS + toMs(32 * 60);
  const [only] = recount(
    [{ atMs, type: 'received', stage: 'received', settings }],
    policy,
    atMs + toMs(15 * 1440),
  );
  expect(new Date((only?.breachedAtMs ?? 0) + 8 * 3_600_000).toISOString()).toBe('2026-10-08T16:00:00.000Z');
});

/** What is told, and when, is not computed from the marks. */
function withoutTold(clock: TicketClock): Omit<TicketClock, 'warnedAtMs' | 'answeredAtMs' | 'isBreachTold'> {
  const { warnedAtMs: _warned, answeredAtMs: _answered, isBreachTold: _told, ...rest } = clock;
  return rest;
}
