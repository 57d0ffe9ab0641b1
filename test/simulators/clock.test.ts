/** The clock of the simulators: real time in, simulated time out. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type SimulationClock, startClock } from '../../simulators/clock.ts';

let nowMs: number;
let simulatedMs: number;
let clock: SimulationClock | null;

beforeEach(() => {
  vi.useFakeTimers();
  nowMs = 1_000;
  simulatedMs = 0;
  clock = null;
});

afterEach(() => {
  clock?.stop();
  vi.useRealTimers();
});

function start(speed: number): SimulationClock {
  const advance = (ms: number): void => {
    simulatedMs += ms;
  };
  clock = startClock({ advance }, speed, () => nowMs);
  return clock;
}

function pass(ms: number): void {
  nowMs += ms;
  vi.advanceTimersByTime(50);
}

it('gives as much simulated time as has really passed, whenever it is called', () => {
  start(1);
  pass(50);
  pass(730);
  expect(simulatedMs).toBe(780);
});

it('runs faster by its speed', () => {
  start(60);
  pass(50);
  expect(simulatedMs).toBe(3_000);
});

it('gives up what it cannot make up after a long sleep, and counts it', () => {
  const running = start(1);
  pass(3_600_000);
  expect(simulatedMs).toBe(100_000);
  expect(running.lostMs()).toBe(3_500_000);
});

it('stands still once it is stopped', () => {
  start(1).stop();
  pass(500);
  expect(simulatedMs).toBe(0);
});
