/** When silence is believed, and when not. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Heartbeat } from '../../../src/drivers/opcua/heartbeat.ts';

const LIMIT_MS = 1_000;

let silent: string[] = [];
let heartbeat: Heartbeat;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  silent = [];
  const limitMs = { clock: 3 * LIMIT_MS, answer: LIMIT_MS };
  heartbeat = new Heartbeat({ limitMs, onSilent: (reason) => silent.push(reason) });
  heartbeat.start();
});

afterEach(() => {
  heartbeat.stop();
  vi.useRealTimers();
});

/** Time goes by with a sign at every step of 500 ms. */
function pass(ms: number, ...signs: readonly ('clock' | 'answer')[]): void {
  for (let left = ms; left > 0; left -= 500) {
    vi.advanceTimersByTime(500);
    for (const sign of signs) heartbeat.note(sign);
  }
}

it('an hour of signs is no silence', () => {
  pass(3_600_000, 'clock', 'answer');
  expect(silent).toEqual([]);
});

it('each sign has a limit of its own, and silence is told once', () => {
  pass(2_500, 'answer');
  expect(silent).toEqual([]);
  pass(1_000, 'answer');
  expect(silent).toEqual(["nothing heard of the server's clock for 3000 ms"]);
  pass(10_000);
  expect(silent).toHaveLength(1);
});

it('is noticed within a fifth of the limit', () => {
  pass(5_000, 'clock', 'answer');
  vi.advanceTimersByTime(LIMIT_MS);
  expect(silent).toEqual([]);
  vi.advanceTimersByTime(LIMIT_MS / 5);
  expect(silent).toEqual(['nothing heard of any answer of the subscription for 1000 ms']);
});

it('a process that was busy itself does not take its own silence for the server’s', () => {
  pass(1_000, 'clock', 'answer');
  const busyUntilMs = performance.now() + 30_000;
  const clock = vi.spyOn(performance, 'now').mockReturnValue(busyUntilMs);
  // The timer comes first, then what has been waiting in the socket.
  vi.advanceTimersByTime(100);
  heartbeat.note('clock');
  heartbeat.note('answer');
  vi.advanceTimersByTime(300);
  expect(silent).toEqual([]);
  clock.mockRestore();
});

it('stopped, it says nothing any more', () => {
  heartbeat.stop();
  pass(10_000);
  expect(silent).toEqual([]);
});
