/** The loop around the decisions: order of commit and announcement, failures, limits, stopping. */
import pino from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import type { AlarmEvent } from '../../src/core/alarm.ts';
import { AssertionFailure } from '../../src/core/assert.ts';
import type { OccurrenceId } from '../../src/core/ids.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { QUALITIES } from '../../src/core/quality.ts';
import { ReadingBatchBuilder } from '../../src/core/reading.ts';
import type { TicketEvent } from '../../src/core/ticket.ts';
import { Engine, type EnginePhase } from '../../src/engine/engine.ts';
import { createLatest } from '../../src/telemetry/latest.ts';
import { createFakeClock } from '../support/clock.ts';
import { createMemoryStore, EMPTY_BOOT } from '../support/memory-store.ts';
import { createTestModel } from '../support/model.ts';
import { until } from '../support/poll.ts';

const model = createTestModel({
  equipment: [
    {
      id: 'pump',
      points: [{ name: 'p' }, { name: 'slow' }, { name: 'other' }],
      rules: [
        { id: 'other', type: 'threshold', points: ['other'], params: { point: 'other', hi: { limit: 10 } } },
        { id: 'high', type: 'threshold', points: ['p'], params: { point: 'p', hi: { limit: 10 } } },
        {
          id: 'slow-high',
          type: 'threshold',
          onDelayMs: 3_600_000,
          points: ['slow'],
          params: { point: 'slow', hi: { limit: 10 } },
        },
      ],
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
  engine.start(EMPTY_BOOT);
  const feed = (value: number, quality = 0, point = 0): void => {
    const batch = new ReadingBatchBuilder(model.epoch, 1);
    batch.add(point, value, quality, clock.now().wallMs);
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
    await until(() => phases.includes('before-commit'), { timeoutMs: 15_000, what: 'the commit' });
    expect([alarms.length, tickets.length]).toEqual([0, 0]);
    store.release();
    await until(() => phases.includes('after-publish'), { timeoutMs: 15_000, what: 'the announcement' });
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
      new Set([
        'occurrence',
        'alarm-event',
        'rule-memories',
        'ticket',
        'ticket-alarm',
        'ticket-dues',
        'ticket-event',
        'counter',
      ]),
    );
    expect(store.batches).toHaveLength(1);
    expect(alarms[0]?.occurrence.ticket).toBe(tickets[0]?.ticket.id);
  });

  test('a failed commit announces nothing, refuses the command, and the alarm is raised when commits work again', async () => {
    const { engine, store, clock, alarms, feed } = createTestEngine();
    store.fail(true);
    feed(11);
    await until(() => engine.status().commitFailures > 0, { timeoutMs: 15_000, what: 'the failure' });
    expect(engine.status()).toMatchObject({ isHealthy: false, openAlarms: 0, openTickets: 0 });
    expect(alarms).toEqual([]);
    store.fail(false);
    clock.advance(LIMITS.commitRetryMs);
    await until(() => alarms.length > 0, { timeoutMs: 15_000, what: 'the alarm' });
    expect(store.batches).toHaveLength(1);
    expect(engine.status()).toMatchObject({ isHealthy: true, openAlarms: 1, openTickets: 1 });
  });

  test('a round that contradicts what is stored is our own mistake: it is not tried again', async () => {
    const { engine, store, phases, feed } = createTestEngine();
    engines.pop();
    store.hold();
    feed(11);
    await until(() => phases.includes('before-commit'), { timeoutMs: 15_000, what: 'the commit' });
    const stopped = engine.stop();
    store.fail(true, new AssertionFailure('a second open ticket'));
    store.release();
    await expect(stopped).rejects.toThrow(AssertionFailure);
    expect(engine.status().commitFailures).toBe(0);
  });

  test('a command in a round that fails to commit is answered store-failed and leaves no trace', async () => {
    const { engine, store, clock, alarms, feed } = createTestEngine();
    feed(11);
    await until(() => alarms.length > 0, { timeoutMs: 15_000, what: 'the alarm' });
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
    await until(() => alarms.length > 0, { timeoutMs: 15_000, what: 'the alarm' });
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

  test('commands beyond the limit are refused and counted', async () => {
    const { engine, store, phases, feed } = createTestEngine();
    store.hold();
    feed(11);
    await until(() => phases.includes('before-commit'), { timeoutMs: 15_000, what: 'a round that waits' });
    const answers = Array.from({ length: LIMITS.engineQueueCommands + 5 }, () =>
      engine.submit(acknowledge('o-99' as OccurrenceId)),
    );
    expect(engine.status()).toMatchObject({ refusedCommands: 5 });
    store.release();
    const codes = (await Promise.allSettled(answers)).map((it) =>
      it.status === 'rejected' ? it.reason.code : 'done',
    );
    expect(codes.filter((code) => code === 'engine-busy')).toHaveLength(5);
    expect(codes.filter((code) => code === 'alarm-ended')).toHaveLength(LIMITS.engineQueueCommands);
  });

  test('an alarm that comes and goes twice while a commit hangs is told when the commit is done', async () => {
    const { store, alarms, tickets, phases, feed } = createTestEngine();
    store.hold();
    feed(11, 0, 2);
    await until(() => phases.includes('before-commit'), { timeoutMs: 15_000, what: 'a commit that hangs' });
    for (const value of [5, 12, 5, 13, 5]) feed(value);
    store.release();
    const what = 'the last return';
    await until(() => alarms.filter(({ type }) => type === 'returned').length > 1, {
      timeoutMs: 15_000,
      what,
    });
    const told = alarms.filter((event) => event.occurrence.rule === 'high');
    expect(told.map((event) => [event.type, event.occurrence.evidence.value])).toEqual([
      ['raised', 12],
      ['returned', 12],
      ['re-raised', 13],
      ['returned', 13],
    ]);
    expect(tickets.filter(({ type }) => type === 'opened')).toHaveLength(2);
  });

  test('however many readings come while a commit hangs, the last word of each point counts', async () => {
    const { engine, store, clock, alarms, phases, feed } = createTestEngine();
    store.hold();
    feed(11);
    await until(() => phases.includes('before-commit'), { timeoutMs: 15_000, what: 'a commit that hangs' });
    feed(Number.NaN, QUALITIES['comm-loss'].code);
    const other = new ReadingBatchBuilder(model.epoch, 1);
    other.add(1, 1, 0, clock.now().wallMs);
    const batch = other.finish(clock.now().monoMs);
    for (let count = 0; count < 20_000; count++) engine.accept(batch);
    clock.advance(LIMITS.blindAfterMs);
    store.release();
    await until(() => alarms.at(-1)?.type === 'blind', { timeoutMs: 15_000, what: 'the blind alarm' });
    expect(alarms.map((event) => event.type)).toEqual(['raised', 'blind']);
  });

  test('a snapshot of delays that could not be stored is made again, also when none is left to save', async () => {
    const { engine, store, clock, feed } = createTestEngine();
    const delays = () =>
      store.batches.flatMap((it) =>
        it.writes.flatMap((write) => (write.type === 'delays' ? [write.delays] : [])),
      );
    feed(5, 0, 1);
    await until(() => engine.status().rounds > 0, { timeoutMs: 15_000, what: 'a round' });
    feed(11, 0, 1);
    clock.advance(LIMITS.delaySnapshotMs);
    await until(() => delays().at(-1)?.length === 1, {
      timeoutMs: 15_000,
      what: 'the running delay in the store',
    });
    store.fail(true);
    feed(5, 0, 1);
    clock.advance(LIMITS.delaySnapshotMs);
    await until(() => engine.status().commitFailures > 0, { timeoutMs: 15_000, what: 'the failed snapshot' });
    store.fail(false);
    clock.advance(LIMITS.delaySnapshotMs);
    await until(() => delays().at(-1)?.length === 0, { timeoutMs: 15_000, what: 'the snapshot without it' });
  });

  test('a loop whose wall clock is set forward is not stuck; one whose commit hangs is', async () => {
    const { engine, store, clock, phases, feed } = createTestEngine();
    feed(5);
    await until(() => engine.status().rounds > 0, { timeoutMs: 15_000, what: 'a round' });
    clock.stepWall(3_600_000);
    expect(engine.status().idleMs).toBe(0);
    store.hold();
    feed(11);
    await until(() => phases.includes('before-commit'), { timeoutMs: 15_000, what: 'a commit that hangs' });
    clock.advance(60_000);
    expect(engine.status().idleMs).toBeGreaterThanOrEqual(60_000);
    store.release();
    await until(() => engine.status().idleMs === 0, { timeoutMs: 15_000, what: 'the next turn' });
  });

  test('a stopped loop refuses what waits and what comes', async () => {
    const { engine, store, phases, feed } = createTestEngine();
    store.hold();
    feed(11);
    await until(() => phases.includes('before-commit'), { timeoutMs: 15_000, what: 'a round that waits' });
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
    await until(() => engine.status().rounds > before, { timeoutMs: 15_000, what: 'a round' });
    expect(alarms).toEqual([]);
  });
});
