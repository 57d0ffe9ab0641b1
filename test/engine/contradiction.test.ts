/** Before the process ends over a contradiction of the store it says which ticket, which alarm, and what to do. */
import pino from 'pino';
import { expect, test } from 'vitest';
import { AssertionFailure } from '../../src/core/assert.ts';
import { RiserError } from '../../src/core/errors.ts';
import type { TicketId } from '../../src/core/ids.ts';
import { ReadingBatchBuilder } from '../../src/core/reading.ts';
import { toContradiction } from '../../src/engine/contradiction.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { Store, Write } from '../../src/store/store.ts';
import { createLatest } from '../../src/telemetry/latest.ts';
import { createFakeClock } from '../support/clock.ts';
import { createMemoryStore, EMPTY_BOOT } from '../support/memory-store.ts';
import { createTestModel } from '../support/model.ts';
import { until } from '../support/poll.ts';
import { toTicketCommand } from '../support/ticket-command.ts';

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly tickets?: readonly string[];
  readonly alarms?: readonly string[];
  readonly events?: readonly string[];
  readonly err?: { readonly message: string };
}

/** Of pino. */
const FATAL = 60;

/** @param isRefused whether the store refuses the batch as a contradiction */
function start(isRefused: (writes: readonly Write[]) => boolean) {
  const model = createTestModel({
    equipment: [
      {
        id: 'pump',
        points: [{ name: 'p', staleMs: null }],
        rules: [{ id: 'high', type: 'threshold', points: ['p'], params: { point: 'p', hi: { limit: 10 } } }],
      },
    ],
  });
  const store = createMemoryStore();
  const clock = createFakeClock();
  const lines: Line[] = [];
  const failing = Promise.withResolvers<never>();
  let isCommitting = false;
  const refusing: Store = {
    ...store,
    commit(batch) {
      if (!isRefused(batch.writes)) return store.commit(batch);
      isCommitting = true;
      return failing.promise;
    },
  };
  const engine = new Engine({
    model,
    store: refusing,
    latest: createLatest(model),
    recent: () => [],
    clock,
    log: pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line) as Line) }),
    onAlarm: () => undefined,
    onTicket: () => undefined,
  });
  engine.start(EMPTY_BOOT);
  const raise = (): void => {
    const batch = new ReadingBatchBuilder(model.epoch, 1);
    batch.add(0, 11, 0, clock.now().wallMs);
    engine.accept(batch.finish(clock.now().monoMs));
  };
  const settle = (isSo: () => boolean, what: string) =>
    until(
      () => {
        clock.advance(250);
        return isSo();
      },
      { timeoutMs: 20_000, what },
    );
  /** Lets the store refuse what is being stored, and waits for the error that ends the process. */
  const fail = async (): Promise<Line> => {
    await settle(() => isCommitting, 'the commit');
    const stopped = engine.stop();
    const cause = new AssertionFailure('UNIQUE constraint failed: ticket_alarm.alarm_key');
    failing.reject(new RiserError('store-failed', {}, { cause }));
    await expect(stopped).rejects.toBe(cause);
    const said = lines.filter(({ level }) => level === FATAL);
    expect(said).toHaveLength(1);
    return said[0] as Line;
  };
  return { engine, raise, settle, fail };
}

test('a raise: the key of the alarm, the number of the ticket, what was to be stored, and what to do', async () => {
  const { raise, fail } = start((writes) => writes.some(({ type }) => type === 'ticket'));
  raise();
  const said = await fail();
  expect(said).toMatchObject({
    tickets: ['GC20261121-0001'],
    alarms: ['test-site/pump/high'],
    events: expect.arrayContaining(['raised', 'opened']),
    err: { message: expect.stringContaining('UNIQUE constraint failed') },
  });
  expect(said.msg).toMatch(/contradicts what is stored.*verify --data DIR/);
});

test('a command: the ticket that it is about', async () => {
  let isBroken = false;
  const { engine, raise, settle, fail } = start(() => isBroken);
  raise();
  await settle(() => engine.status().openTickets === 1, 'the ticket');
  const ticket = engine.ticket('GC20261121-0001' as TicketId);
  if (ticket === null) throw new Error('no ticket');
  isBroken = true;
  void engine.submit(toTicketCommand(ticket, { type: 'take', readBack: 'p' })).catch(() => undefined);
  expect(await fail()).toMatchObject({
    tickets: ['GC20261121-0001'],
    alarms: ['test-site/pump/high'],
    events: expect.arrayContaining(['taken']),
  });
});

test('of a storm only the first are named, and how many more there are', () => {
  const writes = Array.from({ length: 500 }, (_, at): Write => {
    return { type: 'occurrence', occurrence: { key: `s/e/${at}` } } as unknown as Write;
  });
  expect(toContradiction({ writes })).toMatchObject({ alarms: { length: 10 }, tickets: [], more: 490 });
});
