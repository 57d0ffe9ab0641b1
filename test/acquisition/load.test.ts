/** How busy a link is called, on a clock that the test moves. */
import { describe, expect, it } from 'vitest';
import { LoadMeter } from '../../src/acquisition/load.ts';

/** Polls every `cycleMs`, each of which takes `busyMs`. */
function poll(meter: LoadMeter, fromMs: number, toMs: number, cycleMs: number, busyMs: number, skipped = 0) {
  for (let nowMs = fromMs; nowMs < toMs; nowMs += cycleMs) {
    meter.began(nowMs);
    meter.ended(nowMs + busyMs, busyMs);
    meter.polled(nowMs + busyMs, skipped);
  }
}

it('nothing asked is nothing busy, no latency, and nothing missed', () => {
  const idle = { busyRatio: 0, latencyP50Ms: null, latencyP99Ms: null, reachedRatio: 1 };
  expect(new LoadMeter(0).read(0)).toEqual(idle);
  expect(new LoadMeter(0).read(1e9)).toEqual(idle);
});

it('the busy share is that of the time with something under way, however many they are', () => {
  const meter = new LoadMeter(0);
  poll(meter, 0, 120_000, 1_000, 250);
  expect(meter.read(120_000).busyRatio).toBeCloseTo(0.25, 2);
  const double = new LoadMeter(0);
  for (let nowMs = 0; nowMs < 120_000; nowMs += 1_000) {
    double.began(nowMs);
    double.began(nowMs + 50);
    double.ended(nowMs + 100, 100);
    double.ended(nowMs + 250, 200);
  }
  expect(double.read(120_000).busyRatio).toBeCloseTo(0.25, 2);
});

it('what is still under way counts, also over several slices, and ends with the connection', () => {
  const meter = new LoadMeter(0);
  meter.began(30_000);
  expect(meter.read(60_000).busyRatio).toBeCloseTo(0.5);
  expect(meter.read(200_000).busyRatio).toBeCloseTo(1);
  meter.stopped(200_000);
  expect(meter.read(400_000).busyRatio).toBe(0);
});

it('latencies are known to within a tenth; what is older than the window is forgotten', () => {
  const meter = new LoadMeter(0);
  for (let at = 0; at < 1_000; at++) {
    meter.began(at);
    meter.ended(at, at < 980 ? 20 : 700);
  }
  const { latencyP50Ms, latencyP99Ms } = meter.read(1_000);
  expect(Math.abs(latencyP50Ms! / 20 - 1)).toBeLessThan(0.1);
  expect(Math.abs(latencyP99Ms! / 700 - 1)).toBeLessThan(0.1);
  expect(meter.read(75_000)).toMatchObject({ latencyP50Ms: null, latencyP99Ms: null });
});

it.each([0, 0.01, 1e9])('a latency of %s ms finds a place', (latencyMs) => {
  const meter = new LoadMeter(0);
  meter.began(0);
  meter.ended(1, latencyMs);
  expect(meter.read(1).latencyP50Ms).toBeGreaterThan(0);
});

it('a time-out is busy time without a latency', () => {
  const meter = new LoadMeter(0);
  meter.began(0);
  meter.ended(1_000, null);
  expect(meter.read(1_000)).toMatchObject({ busyRatio: 1, latencyP50Ms: null });
});

it('polls that were due and not made lower the reached share', () => {
  const meter = new LoadMeter(0);
  poll(meter, 0, 60_000, 1_000, 900, 1);
  expect(meter.read(60_000).reachedRatio).toBe(0.5);
});

describe('an overloaded link', () => {
  it('is called so once, after a whole window of it, and relieved once', () => {
    const meter = new LoadMeter(0);
    const said: string[] = [];
    for (let nowMs = 0; nowMs < 300_000; nowMs += 1_000) {
      poll(meter, nowMs, nowMs + 1_000, 1_000, nowMs < 150_000 ? 990 : 100, nowMs < 150_000 ? 1 : 0);
      const change = meter.judge(nowMs + 1_000);
      if (change) said.push(`${change} ${nowMs < 60_000 ? 'early' : nowMs < 150_000 ? 'during' : 'after'}`);
      if (nowMs < 59_000) expect(change).toBeNull();
    }
    expect(said).toEqual(['overloaded early', 'relieved after']);
  });

  it('is none that is busy and reaches everything, and none that skips and is idle', () => {
    const busy = new LoadMeter(0);
    poll(busy, 0, 120_000, 1_000, 990);
    expect(busy.judge(120_000)).toBeNull();
    const idle = new LoadMeter(0);
    poll(idle, 0, 120_000, 1_000, 10, 1);
    expect(idle.judge(120_000)).toBeNull();
  });
});
