/** A ticket whose sweep contradicts the store stands still, visibly; all alarms and all other tickets go on. */
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import type { AlarmEvent } from '../../src/core/alarm.ts';
import { AssertionFailure } from '../../src/core/assert.ts';
import { RiserError } from '../../src/core/errors.ts';
import type { TicketId } from '../../src/core/ids.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { ReadingBatchBuilder } from '../../src/core/reading.ts';
import type { TicketEvent } from '../../src/core/ticket.ts';
import { Engine } from '../../src/engine/engine.ts';
import { SetAside } from '../../src/engine/set-aside.ts';
import type { Store } from '../../src/store/store.ts';
import { createLatest } from '../../src/telemetry/latest.ts';
import { createFakeClock } from '../support/clock.ts';
import { createMemoryStore, EMPTY_BOOT } from '../support/memory-store.ts';
import { createTestModel, type TestEquipment } from '../support/model.ts';
import { until } from '../support/poll.ts';
import { defaultPolicy } from '../support/random-tickets.ts';
import { toTicketCommand } from '../support/ticket-command.ts';

const PUMPS: readonly TestEquipment[] = ['one', 'two', 'three', 'four'].map((id) => ({
  id,
  points: [{ name: id, staleMs: null }],
  rules: [
    {
      id: 'high',
      type: 'threshold',
      points: [id],
      params: { point: id, hi: { limit: 10, severity: 'high' } },
    },
  ],
}));
const model = createTestModel({ equipment: PUMPS, policy: defaultPolicy });
const HOUR_MS = 3_600_000;

/** A store in which the gateway can write no warning and no breach of some tickets. */
function createEngine(isRefused: (id: TicketId) => boolean) {
  const store = createMemoryStore();
  const clock = createFakeClock();
  const alarms: AlarmEvent[] = [];
  const tickets: TicketEvent[] = [];
  const refusing: Store = {
    ...store,
    commit(batch) {
      const isContradiction = batch.writes.some(
        (write) =>
          write.type === 'ticket-event' &&
          write.event.type.startsWith('clock-') &&
          isRefused(write.event.ticket),
      );
      const cause = new AssertionFailure('UNIQUE constraint failed: ticket_alarm.alarm_key');
      if (isContradiction) return Promise.reject(new RiserError('store-failed', {}, { cause }));
      return store.commit(batch);
    },
  };
  const engine = new Engine({
    model,
    store: refusing,
    latest: createLatest(model),
    recent: () => [],
    clock,
    log: pino({ level: 'silent' }),
    onAlarm: (event) => alarms.push(event),
    onTicket: (event) => tickets.push(event),
  });
  onTestFinished(() => engine.stop());
  engine.start(EMPTY_BOOT);
  const feed = (point: number, value: number): void => {
    const batch = new ReadingBatchBuilder(model.epoch, 1);
    batch.add(point, value, 0, clock.now().wallMs);
    engine.accept(batch.finish(clock.now().monoMs));
  };
  /** Lets the sweep come by until it is so. */
  const settle = async (isSo: () => boolean, what: string): Promise<void> => {
    await until(
      () => {
        clock.advance(LIMITS.sweepMs);
        return isSo();
      },
      { timeoutMs: 10_000, what },
    );
  };
  return { engine, clock, alarms, tickets, feed, settle };
}

test('one of four is set aside and named, the breaches of the others are told, and alarms go on', async () => {
  let stuck: TicketId | null = null;
  const { engine, clock, alarms, tickets, feed, settle } = createEngine((id) => id === stuck);
  for (const point of [0, 1, 2]) feed(point, 11);
  await settle(() => alarms.length === 3, 'three alarms');
  const opened = tickets.filter(({ type }) => type === 'opened').map(({ ticket }) => ticket);
  stuck = opened[1]?.id ?? null;
  clock.advance(10 * HOUR_MS);
  await settle(() => engine.status().stuckTickets === 1, 'the ticket is set aside');
  const breached = (): ReadonlySet<string> =>
    new Set(tickets.filter(({ type }) => type === 'clock-breached').map(({ ticket }) => ticket.id));
  await settle(() => breached().size === 2, 'breaches of the others');
  expect(breached()).toEqual(new Set([opened[0]?.id, opened[2]?.id]));
  expect(engine.status().detail).toBe(`the clocks of ${opened[1]?.number} stand still`);
  expect(engine.status().contradictions).toBeGreaterThan(1);
  feed(3, 11);
  await settle(() => engine.status().openAlarms === 4, 'a further alarm');
  expect(engine.status()).toMatchObject({ isHealthy: true, openTickets: 4 });
});

test('a person can work on it, and it is free again when what is due can be stored', async () => {
  let isBroken = true;
  const { engine, clock, tickets, feed, settle } = createEngine(() => isBroken);
  feed(0, 11);
  await settle(() => tickets.length > 0, 'the ticket');
  clock.advance(10 * HOUR_MS);
  await settle(() => engine.status().stuckTickets === 1, 'the ticket is set aside');
  isBroken = false;
  const { id } = tickets[0]?.ticket ?? { id: '' as TicketId };
  const ticket = engine.ticket(id);
  if (ticket === null) throw new Error('no ticket');
  await engine.submit(toTicketCommand(ticket, { type: 'note', note: 'followed by hand' }));
  await settle(() => engine.status().stuckTickets === 0, 'the ticket is free');
  await settle(() => tickets.some(({ type }) => type === 'clock-breached'), 'its breach');
});

test('suspects are tried in halves until those that are to blame are alone', () => {
  const ids = Array.from({ length: 37 }, (_, at) => `t${at}` as TicketId);
  const due = ids.map((id) => ({ id }));
  const bad = new Set(['t3', 't30', 't31'].map((id) => id as TicketId));
  const aside = new SetAside();
  let rounds = 0;
  const stored = new Set<TicketId>();
  while (stored.size < ids.length - bad.size) {
    rounds += 1;
    const swept = aside.pick(due.filter(({ id }) => !stored.has(id))).map(({ id }) => id);
    if (swept.some((id) => bad.has(id))) aside.contradict(swept, 'no');
    else {
      aside.settle(swept, []);
      for (const id of swept) stored.add(id);
    }
    if (rounds > 100) throw new Error('no end');
  }
  expect(new Set(aside.stuck.map(({ id }) => id))).toEqual(bad);
  expect(rounds).toBeLessThan(40);
  expect(aside.pick(due).some(({ id }) => bad.has(id))).toBe(false);
});
