/** The loop around the decisions: order of commit and announcement, failures, limits, stopping. */
import pino from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import type { AlarmEvent } from '../../src/core/alarm.ts';
import type { OccurrenceId } from '../../src/core/ids.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { ReadingBatchBuilder } from '../../src/core/reading.ts';
import type { TicketEvent } from '../../src/core/ticket.ts';
import { Engine, type EnginePhase } from '../../src/engine/engine.ts';
import { createLatest } from '../../src/telemetry/latest.ts';
import { createFakeClock } from '../support/clock.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { createTestModel } from '../support/model.ts';
import { until } from '../support/poll.ts';

const model = createTestModel({
  equipment: [
    {
      id: 'pump',
      points: [{ name: 'p' }],
      rules: [{ id: 'high', type: 'threshold', points: ['p'], params: { point: 'p', hi: { limit: 10 } } }],
    },
  ],
});

const engines: Engine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.stop();
});

function createTestEngine() {
  const store = createMemoryStore();
  const clock = createFakeClock();
  const alarms: AlarmEvent[] = [];
  const tickets: TicketEvent[] = [];
  const phases: EnginePhase[] = [];
  const engine = new Engine({
    model,
    store,
    latest: createLatest(model),
    recent: () => [],
    clock,
    log: pino({ level: 'silent' }),
    onAlarm: (event) => alarms.push(event),
    onTicket: (event) => tickets.push(event),
    onPhase: (phase) => phases.push(phase),
  });
  engines.push(engine);
  engine.start({ occurrences: [], tickets: [], counters: new Map(), delays: [] });
  const feed = (value: number): void => {
    const batch = new ReadingBatchBuilder(model.epoch, 1);
    batch.add(0, value, 0, clock.now().wallMs);
    engine.accept(batch.finish(clock.now().monoMs));
  };
  return { engine, store, clock, alarms, tickets, phases, feed };
}

const acknowledge = (id: OccurrenceId) =>
  ({ type: 'acknowledge-alarm', occurrence: id, by: 'desk', note: '' }) as const;

describe('the decision loop', () => {
  test('alarm, ticket, link and counters of one raise are one batch, announced after it', async () => {
    const { store, alarms, tickets, phases, feed } = createTestEngine();
    store.hold();
    feed(11);
    await until(() => phases.includes('before-commit'), { timeoutMs: 5_000, what: 'the commit' });
    expect([alarms.length, tickets.length]).toEqual([0, 0]);
    store.release();
    await until(() => phases.includes('after-publish'), { timeoutMs: 5_000, what: 'the announcement' });
    expect(phases).toEqual([
      'before-step',
      'after-step',
      'before-commit',
      'after-commit',
      'before-publish',
      'after-publish',
    ]);
    const writes = store.batches.flatMap((batch) => batch.writes.map((write) => write.type));
    expect(new Set(writes)).toEqual(
      new Set(['occurrence', 'alarm-event', 'ticket', 'ticket-alarm', 'ticket-event', 'counter']),
    );
    expect(store.batches).toHaveLength(1);
    expect(alarms[0]?.occurrence.ticket).toBe(tickets[0]?.ticket.id);
  });

  test('a failed commit announces nothing, refuses the command, and the alarm is raised when commits work again', async () => {
    const { engine, store, clock, alarms, feed } = createTestEngine();
    store.fail(true);
    feed(11);
    await until(() => engine.status().commitFailures > 0, { timeoutMs: 5_000, what: 'the failure' });
    expect(engine.status()).toMatchObject({ isHealthy: false, openAlarms: 0, openTickets: 0 });
    expect(alarms).toEqual([]);
    store.fail(false);
    clock.advance(LIMITS.commitRetryMs);
    await until(() => alarms.length > 0, { timeoutMs: 5_000, what: 'the alarm' });
    expect(store.batches).toHaveLength(1);
    expect(engine.status()).toMatchObject({ isHealthy: true, openAlarms: 1, openTickets: 1 });
  });

  test('a command in a round that fails to commit is answered store-failed and leaves no trace', async () => {
    const { engine, store, clock, alarms, feed } = createTestEngine();
    feed(11);
    await until(() => alarms.length > 0, { timeoutMs: 5_000, what: 'the alarm' });
    const id = alarms[0]?.occurrence.id as OccurrenceId;
    store.fail(true);
    await expect(engine.submit(acknowledge(id))).rejects.toMatchObject({ code: 'store-failed' });
    store.fail(false);
    clock.advance(LIMITS.commitRetryMs);
    await expect(engine.submit(acknowledge(id))).resolves.toMatchObject({
      occurrence: { acknowledged: { by: 'desk' } },
    });
  });

  test('one refused command does not touch another of the same round', async () => {
    const { engine, store, alarms, feed } = createTestEngine();
    feed(11);
    await until(() => alarms.length > 0, { timeoutMs: 5_000, what: 'the alarm' });
    const id = alarms[0]?.occurrence.id as OccurrenceId;
    store.hold();
    const answers = Promise.allSettled([
      engine.submit(acknowledge(id)),
      engine.submit(acknowledge(id)),
      engine.submit(acknowledge('o-99' as OccurrenceId)),
    ]);
    store.release();
    const [first, second, third] = await answers;
    expect(first).toMatchObject({ status: 'fulfilled' });
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'already-acknowledged' } });
    expect(third).toMatchObject({ status: 'rejected', reason: { code: 'alarm-ended' } });
  });

  test('commands beyond the limit are refused and counted; readings beyond it drop the oldest and are counted', async () => {
    const { engine, store, phases, feed } = createTestEngine();
    store.hold();
    feed(11);
    await until(() => phases.includes('before-commit'), { timeoutMs: 5_000, what: 'a round that waits' });
    const answers = Array.from({ length: LIMITS.engineQueueCommands + 5 }, () =>
      engine.submit(acknowledge('o-99' as OccurrenceId)),
    );
    for (let count = 0; count < LIMITS.engineQueueInputs + 7; count++) feed(11);
    expect(engine.status()).toMatchObject({ refusedCommands: 5, droppedBatches: 7 });
    store.release();
    const codes = (await Promise.allSettled(answers)).map((it) =>
      it.status === 'rejected' ? it.reason.code : 'done',
    );
    expect(codes.filter((code) => code === 'engine-busy')).toHaveLength(5);
    expect(codes.filter((code) => code === 'alarm-ended')).toHaveLength(LIMITS.engineQueueCommands);
  });

  test('a stopped loop refuses what waits and what comes', async () => {
    const { engine, store, phases, feed } = createTestEngine();
    store.hold();
    feed(11);
    await until(() => phases.includes('before-commit'), { timeoutMs: 5_000, what: 'a round that waits' });
    const waiting = engine.submit(acknowledge('o-1' as OccurrenceId));
    const stopped = engine.stop();
    store.release();
    await expect(waiting).rejects.toMatchObject({ code: 'engine-busy' });
    await stopped;
    await expect(engine.submit(acknowledge('o-1' as OccurrenceId))).rejects.toMatchObject({
      code: 'engine-busy',
    });
  });

  test('readings of another configuration epoch are not judged', async () => {
    const { engine, alarms } = createTestEngine();
    const batch = new ReadingBatchBuilder(model.epoch + 1, 1);
    batch.add(0, 99, 0, 0);
    const before = engine.status().rounds;
    engine.accept(batch.finish(0));
    await until(() => engine.status().rounds > before, { timeoutMs: 5_000, what: 'a round' });
    expect(alarms).toEqual([]);
  });
});
