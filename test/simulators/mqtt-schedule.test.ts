/** Which messages of a simulated device are due, with the time given by hand. */
import { describe, expect, it } from 'vitest';
import type { Message } from '../../simulators/devices/device.ts';
import { createSchedule } from '../../simulators/mqtt/schedule.ts';

const state = (mains: string): Message => ({
  topic: 'state',
  payload: { mains },
  isRetained: true,
  repeatMs: 30_000,
});
const door = (contact: string): Message => ({
  topic: 'door/1',
  payload: { contact },
  isRetained: true,
  repeatMs: null,
});
const telemetry = (temperature: number | null): Message => ({
  topic: 'telemetry',
  payload: { temperature },
  isRetained: false,
  repeatMs: 10_000,
});
const event = (text: string): Message => ({
  topic: 'event',
  payload: { text },
  isRetained: false,
  repeatMs: null,
});

/** `topic payload` of what is due. */
function createTaker(): (messages: readonly Message[], nowMs: number) => readonly string[] {
  const schedule = createSchedule();
  return (messages, nowMs) =>
    schedule.take(messages, nowMs).map(({ topic, payload }) => `${topic} ${payload}`);
}

it('gives the whole state at first, each with the time', () => {
  const take = createTaker();
  expect(take([state('ok'), door('closed'), telemetry(21), event('x')], 1_000)).toEqual([
    'state {"mains":"ok","ts":1000}',
    'door/1 {"contact":"closed","ts":1000}',
    'telemetry {"temperature":21,"ts":1000}',
    'event {"text":"x","ts":1000}',
  ]);
});

it('and the whole state again after a restart, with the times of the last changes', () => {
  const schedule = createSchedule();
  schedule.take([door('closed'), telemetry(21)], 1_000);
  schedule.restart();
  expect(schedule.take([door('closed'), telemetry(21)], 5_000).map(({ payload }) => payload)).toEqual([
    '{"contact":"closed","ts":1000}',
    '{"temperature":21,"ts":5000}',
  ]);
});

describe('a retained message', () => {
  it('is due when it changes, at once, and not otherwise', () => {
    const take = createTaker();
    take([door('closed')], 0);
    expect(take([door('closed')], 3_600_000)).toEqual([]);
    expect(take([door('open')], 3_600_100)).toEqual(['door/1 {"contact":"open","ts":3600100}']);
    expect(take([door('open')], 3_600_200)).toEqual([]);
  });

  it('with a repeat is due again after it, with the time of its last change', () => {
    const take = createTaker();
    take([state('ok')], 0);
    expect(take([state('lost')], 4_000)).toEqual(['state {"mains":"lost","ts":4000}']);
    expect(take([state('lost')], 33_999)).toEqual([]);
    expect(take([state('lost')], 34_000)).toEqual(['state {"mains":"lost","ts":4000}']);
  });
});

describe('telemetry', () => {
  it('keeps its beat whatever it measures, with the time of now', () => {
    const take = createTaker();
    take([telemetry(21)], 0);
    expect(take([telemetry(22)], 9_900)).toEqual([]);
    expect(take([telemetry(23)], 10_000)).toEqual(['telemetry {"temperature":23,"ts":10000}']);
    expect(take([telemetry(23)], 20_000)).toEqual(['telemetry {"temperature":23,"ts":20000}']);
  });

  it('does not drift when the rounds fall beside the beat, and does not make up for a sleep', () => {
    const take = createTaker();
    take([telemetry(1)], 0);
    const sentAt = Array.from({ length: 700 }, (_, round) => round * 150).filter(
      (nowMs) => take([telemetry(1)], nowMs).length > 0,
    );
    expect(sentAt).toHaveLength(10);
    expect(sentAt.at(-1)).toBeLessThan(100_150);
    expect(take([telemetry(1)], 1_000_000)).toHaveLength(1);
    expect(take([telemetry(1)], 1_000_100)).toEqual([]);
    expect(take([telemetry(1)], 1_010_000)).toHaveLength(1);
  });

  it('of a failed sensor is null, not missing', () => {
    expect(createTaker()([telemetry(null)], 7)).toEqual(['telemetry {"temperature":null,"ts":7}']);
  });
});
