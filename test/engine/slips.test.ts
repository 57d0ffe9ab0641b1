/** A paper slip and the ticket that it is entered as: stored together or not at all, and used once, whoever is first. */
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { type TicketId, toId } from '../../src/core/ids.ts';
import type { Command } from '../../src/engine/commands.ts';
import { Engine } from '../../src/engine/engine.ts';
import { createSlips } from '../../src/slips/slips.ts';
import { openStore } from '../../src/store/sqlite/store.ts';
import type { SlipRow } from '../../src/store/store.ts';
import { createLatest } from '../../src/telemetry/latest.ts';
import { createFakeClock, TEST_START_MS } from '../support/clock.ts';
import { createMemoryStore, EMPTY_BOOT } from '../support/memory-store.ts';
import { createTestModel } from '../support/model.ts';
import { temporaryDirectory } from '../support/temp.ts';

const SLIP: SlipRow = {
  number: 'ZD-000001',
  printedAtMs: 1,
  printedBy: 'desk',
  ticket: null,
  voided: null,
};
const ACTOR = { username: 'desk', roles: ['desk'], groups: [] };
const USED = { code: 'slip-used', params: { number: SLIP.number } };

function toEntry(slip: SlipRow, given: { readonly contactMethod?: string; readonly aheadMs?: number } = {}) {
  return {
    type: 'open-ticket',
    actor: ACTOR,
    personal: null,
    slip,
    ticket: {
      source: 'owner-call',
      channel: 'slip',
      class: 'help',
      priority: null,
      impact: null,
      attendance: null,
      flow: null,
      content: 'No water',
      faultKind: null,
      equipment: null,
      location: null,
      place: 'Room 803',
      contactName: '',
      contactMethod: given.contactMethod ?? '',
      appointment: null,
      slip: slip.number,
      receivedAtMs: TEST_START_MS - 60_000 + (given.aheadMs ?? 0),
    },
  } as const satisfies Command;
}

function start() {
  const model = createTestModel();
  const store = createMemoryStore();
  const engine = new Engine({
    model,
    store,
    latest: createLatest(model),
    recent: () => [],
    clock: createFakeClock(),
    log: pino({ level: 'silent' }),
    onAlarm: () => {},
    onTicket: () => {},
  });
  engine.start(EMPTY_BOOT);
  onTestFinished(() => engine.stop());
  const slipWrites = () =>
    store.batches.flatMap(({ writes }) => writes.flatMap((one) => (one.type === 'slip' ? [one.slip] : [])));
  return { engine, store, slipWrites };
}

test('a late entry stores its ticket, its slip and who entered it in one batch', async () => {
  const { engine, store } = start();
  const { ticket } = await engine.submit(toEntry(SLIP));
  const batch = store.batches.find(({ writes }) => writes.some(({ type }) => type === 'slip'));
  expect(batch?.writes).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ type: 'ticket' }),
      { type: 'slip', slip: { ...SLIP, ticket: ticket?.id } },
      expect.objectContaining({
        type: 'audit',
        entry: expect.objectContaining({ action: 'slip-use', actor: 'desk', object: SLIP.number }),
      }),
    ]),
  );
  expect(ticket).toMatchObject({ slip: SLIP.number, isLateEntry: true });
});

test('of two entries with one number one wins, in one round as in two', async () => {
  const { engine, slipWrites } = start();
  const both = await Promise.allSettled([engine.submit(toEntry(SLIP)), engine.submit(toEntry(SLIP))]);
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  expect(both.find((one) => one.status === 'rejected')?.reason).toMatchObject(USED);
  // Looked up before the first was stored.
  await expect(engine.submit(toEntry(SLIP))).rejects.toMatchObject(USED);
  expect(slipWrites()).toHaveLength(1);
  expect(engine.status().openTickets).toBe(1);
});

test('one that is voided is not used, and one that is used is not voided', async () => {
  const { engine, slipWrites } = start();
  const other = { ...SLIP, number: 'ZD-000002' };
  await engine.submit({ type: 'void-slip', slip: SLIP, by: 'desk', reason: 'wet' });
  await expect(engine.submit(toEntry(SLIP))).rejects.toMatchObject(USED);
  await engine.submit(toEntry(other));
  const late = engine.submit({ type: 'void-slip', slip: other, by: 'desk', reason: 'wet' });
  await expect(late).rejects.toMatchObject({ code: 'slip-used' });
  const unsaid = engine.submit({ type: 'void-slip', slip: other, by: 'desk', reason: ' ' });
  await expect(unsaid).rejects.toMatchObject({ code: 'reason-required' });
  expect(slipWrites().map(({ number, voided }) => [number, voided])).toEqual([
    ['ZD-000001', 'wet'],
    ['ZD-000002', null],
  ]);
});

test('an entry that is refused, or cannot be stored, leaves its slip unused', async () => {
  const { engine, store, slipWrites } = start();
  const ahead = engine.submit(toEntry(SLIP, { aheadMs: 3_600_000 }));
  await expect(ahead).rejects.toMatchObject({ code: 'late-entry-order' });
  store.fail(true);
  await expect(engine.submit(toEntry(SLIP))).rejects.toMatchObject({ code: 'store-failed' });
  expect(slipWrites()).toEqual([]);
  store.fail(false);
});

test('an entry that is refused takes no number: the tickets of a day have no gap', async () => {
  const { engine } = start();
  const refused = engine.submit(toEntry(SLIP, { aheadMs: 3_600_000 }));
  const entered = engine.submit(toEntry(SLIP));
  await expect(refused).rejects.toMatchObject({ code: 'late-entry-order' });
  expect((await entered).ticket?.number).toMatch(/-0001$/);
});

test('two slips about the same matter are one ticket, and both say which', async () => {
  const { engine, slipWrites } = start();
  const caller = { contactMethod: '138' };
  const first = await engine.submit(toEntry(SLIP, caller));
  const second = await engine.submit(toEntry({ ...SLIP, number: 'ZD-000002' }, caller));
  expect(second.ticket?.id).toBe(first.ticket?.id);
  expect(slipWrites().map(({ ticket }) => ticket)).toEqual([first.ticket?.id, first.ticket?.id]);
});

test('the database has ticket and slip together, and what is used or voided there stays so over a restart', async () => {
  const directory = temporaryDirectory();
  const log = pino({ level: 'silent' });
  const model = createTestModel();
  const clock = createFakeClock();
  const open = async () => {
    const store = await openStore({ directory, log });
    const latest = createLatest(model);
    const announce = { onAlarm: () => {}, onTicket: () => {} };
    const engine = new Engine({ model, store, latest, recent: () => [], clock, log, ...announce });
    engine.start(await store.boot(0));
    const close = async (): Promise<void> => {
      await engine.stop();
      await store.close();
    };
    return { store, engine, slips: createSlips({ store, clock, commands: engine }), close };
  };
  const before = await open();
  const [used, voided] = await before.slips.print(2, 'desk');
  if (used === undefined || voided === undefined) throw new Error('two slips');
  const { ticket } = await before.engine.submit(toEntry(used, { aheadMs: 60_000 }));
  await before.slips.void(voided.number, 'wet', 'desk');
  await before.close();
  const after = await open();
  onTestFinished(after.close);
  const id = toId<TicketId>(ticket?.id ?? '');
  expect(await after.store.queries.slip(used.number)).toEqual({ ...used, ticket: id });
  expect((await after.store.queries.ticket(id))?.slip).toBe(used.number);
  for (const { number } of [used, voided])
    await expect(after.slips.requireUnused(number)).rejects.toMatchObject({ code: 'slip-used' });
  expect(await after.store.verify()).toEqual([]);
});

test('nobody received anything on a slip before the minute in which it was printed, nor longer ago than the policy lets', async () => {
  const { engine, store } = start();
  const { oldestMs } = createTestModel().policy.lateEntry;
  const printed = { ...SLIP, printedAtMs: TEST_START_MS - 30_000 };
  const refusedAt = async (slip: SlipRow, aheadMs: number) =>
    engine.submit(toEntry(slip, { aheadMs })).then(
      () => null,
      (error: { code: string; params: unknown }) => [error.code, error.params],
    );
  const before = new Date(printed.printedAtMs).toISOString();
  expect(await refusedAt(printed, -1)).toEqual(['late-entry-order', { after: before }]);
  expect(await refusedAt(SLIP, -oldestMs)).toEqual([
    'late-entry-order',
    { after: new Date(TEST_START_MS - oldestMs).toISOString() },
  ]);
  expect(store.batches.some(({ writes }) => writes.some(({ type }) => type === 'ticket'))).toBe(false);
  // Paper knows no seconds.
  expect(await refusedAt(printed, 0)).toBeNull();
});
