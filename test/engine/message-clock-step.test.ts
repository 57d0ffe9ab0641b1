/** Messages that wait to be sent, over a step of the wall clock: through the engine's rounds, and out through the sender. */
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Calendar, isWithinCalendar } from '../../src/core/calendar.ts';
import type { MessageId } from '../../src/core/ids.ts';
import { toId } from '../../src/core/ids.ts';
import type { Message } from '../../src/core/message.ts';
import { toSendableMs } from '../../src/core/message.ts';
import { createOutbox } from '../../src/notify/outbox.ts';
import { BUSY, createFakeNotifier, createMessage, SENT, SILENT, toRecipient } from '../notify/fixtures.ts';
import { createTestLoop, type TestLoop } from '../support/loop.ts';
import { createTestModel } from '../support/model.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WORKING: Calendar = {
  id: toId('working'),
  name: { zh: '工作时间', en: 'Working time' },
  timeZone: 'Asia/Shanghai',
  week: Array.from({ length: 7 }, (_, day) => (day < 5 ? [{ from: 540, to: 1_020 }] : [])),
  holiday: [],
  makeUp: null,
  days: null,
};
const model = createTestModel({
  equipment: [
    {
      id: 'panel',
      kind: 'fire-panel',
      points: [{ name: 'zone' }],
      rules: [{ id: 'fire', type: 'state', params: { in: [1] }, points: ['zone'], severity: 'life-safety' }],
    },
  ],
  policy: { calendars: new Map([[WORKING.id, WORKING]]) },
});

/** An alarm has opened a ticket, of which one message tells. @param given of the message */
function begin(given: (nowMs: number) => Partial<Message> = () => ({})) {
  const loop = createTestLoop(model, undefined, {
    toMessages: (events, _incidents, view) =>
      events.flatMap((event) =>
        event.type === 'opened'
          ? createMessage({
              id: view.nextId(),
              ticket: event.ticket.id,
              priority: 'emergency',
              kind: 'emergency',
              createdAtMs: view.nowMs,
              notBeforeMs: view.nowMs,
              nextAtMs: view.nowMs,
              ...given(view.nowMs),
            })
          : [],
      ),
  });
  loop.feed({ zone: 0 });
  loop.feed({ zone: 1 });
  const first = messageOf(loop);
  return { loop, first };
}

function messageOf(loop: TestLoop): Message {
  const found = loop.writes.flatMap((write) => (write.type === 'message' ? [write.message] : [])).at(-1);
  if (found === undefined) throw new Error('no message');
  return found;
}

/** @param atMs when the attempt was made; default: now */
function fail(loop: TestLoop, id: MessageId, atMs = loop.clock.now().wallMs): void {
  loop.command({ type: 'delivery', message: id, outcome: { type: 'attempt', delivery: BUSY, atMs } });
}

describe.each([4 * HOUR_MS, 40 * DAY_MS, -4 * HOUR_MS, -40 * DAY_MS])('a step of %d ms', (stepMs) => {
  test('makes no message too old, and puts off none', () => {
    const { loop, first } = begin();
    for (let made = 0; made < 9; made++) fail(loop, first.id);
    const before = messageOf(loop);
    const leftMs = (before.nextAtMs ?? 0) - loop.clock.now().wallMs;
    loop.clock.stepWall(stepMs);
    loop.advance(250);
    const moved = messageOf(loop);
    expect(moved).toMatchObject({ state: 'queued', attempts: 9, createdAtMs: first.createdAtMs });
    expect((moved.nextAtMs ?? 0) - loop.clock.now().wallMs).toBe(leftMs - 250);
    fail(loop, first.id);
    expect(messageOf(loop)).toMatchObject({ state: 'queued', attempts: 10 });
    // Its age counts on: what is as old as that by the time that has really passed is given up.
    loop.clock.advance(4 * HOUR_MS);
    fail(loop, first.id);
    expect(messageOf(loop)).toMatchObject({ state: 'failed', attempts: 11 });
  });

  test('is kept over a restart', () => {
    const { loop, first } = begin();
    for (let made = 0; made < 9; made++) fail(loop, first.id);
    loop.clock.stepWall(stepMs);
    loop.advance(250);
    loop.restart(1_000);
    fail(loop, first.id);
    expect(messageOf(loop)).toMatchObject({ state: 'queued', attempts: 10 });
  });

  test('between an attempt and its record puts off nothing', () => {
    const { loop, first } = begin();
    const { wallMs } = loop.clock.now();
    loop.clock.stepWall(stepMs);
    fail(loop, first.id, wallMs);
    const { nextAtMs } = messageOf(loop);
    expect((nextAtMs ?? 0) - loop.clock.now().wallMs).toBeLessThanOrEqual(1_000);
  });

  test('leaves what is held for its hours to the hours of the clock on the wall', () => {
    // 2026-11-21 10:00 is a Saturday: told on Monday at 9:00.
    const { loop } = begin((nowMs) => ({ notBeforeMs: nowMs + 47 * HOUR_MS, hours: WORKING.id }));
    loop.clock.stepWall(stepMs);
    loop.advance(250);
    const { notBeforeMs } = messageOf(loop);
    const { wallMs } = loop.clock.now();
    expect(isWithinCalendar(WORKING, notBeforeMs)).toBe(true);
    expect(notBeforeMs - wallMs).toBeLessThanOrEqual(3 * DAY_MS);
    const isOpen = isWithinCalendar(WORKING, wallMs);
    if (!isOpen) expect(notBeforeMs).toBeGreaterThan(wallMs);
  });

  test('counts no time that has not passed as waiting', () => {
    const { loop, first } = begin();
    loop.advance(10_000);
    loop.clock.stepWall(stepMs);
    loop.advance(250);
    expect(loop.clock.now().wallMs - toSendableMs(messageOf(loop))).toBe(10_250);
    expect(first.clockStepMs).toBeUndefined();
  });
});

test('what goes by its time has its age from when its hours began, also when the clock is set after that', () => {
  const { loop, first } = begin((nowMs) => ({ notBeforeMs: nowMs + HOUR_MS, hours: WORKING.id }));
  loop.clock.advance(HOUR_MS + 60_000);
  for (let made = 0; made < 6; made++) fail(loop, first.id);
  loop.clock.stepWall(5 * HOUR_MS);
  loop.advance(250);
  fail(loop, first.id);
  expect(messageOf(loop)).toMatchObject({ state: 'queued', attempts: 7 });
});

describe('the sender', () => {
  function send(message: Message, wallMs: number) {
    vi.useFakeTimers({ now: wallMs });
    const channel = createFakeNotifier([SENT]);
    const outbox = createOutbox({
      channels: [{ notifier: channel, rate: null }],
      port: { submit: () => Promise.resolve() },
      clock: { now: () => ({ wallMs: Date.now(), monoMs: performance.now(), bootId: 'boot' }) },
      log: SILENT,
      toRecipient,
    });
    onTestFinished(async () => {
      await outbox.stop();
      vi.useRealTimers();
    });
    outbox.accept([message]);
    outbox.start();
    return channel;
  }

  test('sends at once what was made when the clock was ahead, also after a start', async () => {
    const atMs = 30 * DAY_MS;
    const channel = send(createMessage({ createdAtMs: atMs, notBeforeMs: atMs, nextAtMs: atMs }), DAY_MS);
    await vi.advanceTimersByTimeAsync(0);
    expect(channel.delivered).toHaveLength(1);
  });

  test('tries again within an hour what was tried when the clock was ahead', async () => {
    const atMs = 30 * DAY_MS;
    const channel = send(
      createMessage({ createdAtMs: atMs, notBeforeMs: atMs, nextAtMs: atMs + 1_000, attempts: 3 }),
      DAY_MS,
    );
    await vi.advanceTimersByTimeAsync(HOUR_MS + 1_000);
    expect(channel.delivered).toHaveLength(1);
  });
});
