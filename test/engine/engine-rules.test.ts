/** The loop around the decisions: rules that change while it runs, what rules remember, what is told of shelves. */
import pino from 'pino';
import { afterEach, expect, test } from 'vitest';
import type { AlarmControlEvent, AlarmEvent } from '../../src/core/alarm.ts';
import { toId } from '../../src/core/ids.ts';
import { ReadingBatchBuilder } from '../../src/core/reading.ts';
import { Engine } from '../../src/engine/engine.ts';
import { createLatest } from '../../src/telemetry/latest.ts';
import { createFakeClock } from '../support/clock.ts';
import { createMemoryStore, EMPTY_BOOT } from '../support/memory-store.ts';
import { createTestModel } from '../support/model.ts';
import { until } from '../support/poll.ts';

const toModel = (limit: number) =>
  createTestModel({
    equipment: [
      {
        id: 'pump',
        points: [{ name: 'p' }],
        rules: [
          {
            id: 'high',
            type: 'threshold',
            version: `v${limit}`,
            points: ['p'],
            params: { point: 'p', hi: { limit } },
          },
          {
            id: 'service',
            type: 'running-hours',
            points: ['p'],
            params: { point: 'p', in: [11], everyHours: 2 },
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
  const model = toModel(10);
  const store = createMemoryStore();
  const clock = createFakeClock();
  const latest = createLatest(model);
  const alarms: AlarmEvent[] = [];
  const controls: AlarmControlEvent[] = [];
  const engine = new Engine({
    model,
    store,
    latest,
    recent: () => [],
    clock,
    log: pino({ level: 'silent' }),
    onAlarm: (event) => alarms.push(event),
    onControl: (event) => controls.push(event),
    onTicket: () => {},
  });
  engines.push(engine);
  engine.start(EMPTY_BOOT);
  const feed = (value: number): void => {
    const batch = new ReadingBatchBuilder(model.epoch, 1);
    batch.add(0, value, 0, clock.now().wallMs);
    const readings = batch.finish(clock.now().monoMs);
    latest.apply(readings);
    engine.accept(readings);
  };
  const told = (what: string) =>
    until(() => alarms.some(({ type }) => type === what), { timeoutMs: 15_000, what });
  const memories = () =>
    store.batches
      .flatMap(({ writes }) =>
        writes.flatMap((write) => (write.type === 'rule-memories' ? write.memories : [])),
      )
      .filter(({ key }) => key.endsWith('/service'));
  return { engine, store, alarms, controls, feed, told, memories };
}

const shelve = {
  type: 'shelve-alarm',
  key: toId<never>('test-site/pump/high'),
  by: 'wang',
  reason: 'cleaning',
  isOneShot: false,
} as const;

test('a loop that stops saves what its rules remember, and says nothing of it', async () => {
  const { engine, alarms, feed, told, memories } = createTestEngine();
  feed(11);
  await told('raised');
  const before = alarms.length;
  expect(memories()).toEqual([]);
  await engine.stop();
  await engine.stop();
  expect(memories()).toMatchObject([{ key: 'test-site/pump/service', ruleVersion: 'v1' }]);
  expect(alarms).toHaveLength(before);
});

test('a loop that stops while nothing can be stored stops all the same', async () => {
  const { engine, store, feed, told, memories } = createTestEngine();
  feed(11);
  await told('raised');
  store.fail(true);
  await engine.stop();
  expect(memories()).toEqual([]);
  await expect(engine.replaceModel(toModel(50))).rejects.toMatchObject({ code: 'engine-busy' });
});

test('a shelf of an alarm that is normal is told and stored, and explains itself', async () => {
  const { engine, store, controls } = createTestEngine();
  const untilMs = createFakeClock().now().wallMs + 60_000;
  const outcome = await engine.submit({ ...shelve, untilMs });
  expect(outcome).toMatchObject({ occurrence: null, control: { shelf: { by: 'wang', untilMs } } });
  await until(() => controls.length > 0, { timeoutMs: 15_000, what: 'the announcement' });
  expect(controls).toMatchObject([{ type: 'shelved', by: 'wang', note: 'cleaning' }]);
  const types = store.batches.flatMap(({ writes }) => writes.map(({ type }) => type));
  // The last is what the wall showed.
  expect(types).toEqual(['alarm-control', 'alarm-event', 'rule-memories']);
  expect(engine.explain(toId('pump'), toId('high'))).toMatchObject({ state: 'E', occurrence: null });
});

test('other rules wait for the round that is being stored, and are judged at once', async () => {
  const { engine, store, alarms, feed } = createTestEngine();
  store.hold();
  feed(11);
  await until(() => engine.status().rounds > 0, { timeoutMs: 15_000, what: 'a round' });
  const replaced = engine.replaceModel(toModel(50));
  store.release();
  await replaced;
  await until(() => alarms.some(({ type }) => type === 'ended'), { timeoutMs: 15_000, what: 'the end' });
  expect(alarms.map(({ type, occurrence }) => [type, occurrence.endReason])).toEqual([
    ['raised', null],
    ['ended', 'rule-changed'],
  ]);
});

test('an occurrence explains itself by its id, and only while it is open', async () => {
  const { engine, alarms, feed, told } = createTestEngine();
  feed(11);
  await told('raised');
  const id = alarms[0]?.occurrence.id ?? toId<never>('o-0');
  expect(engine.explainOccurrence(id)).toMatchObject({
    key: 'test-site/pump/high',
    state: 'B',
    occurrence: id,
  });
  expect(engine.explainOccurrence(toId('o-99'))).toBeNull();
});
