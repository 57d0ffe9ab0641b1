/** Writing over the real database: rows, tags and audit survive the end of the process, and the chains stay whole. */
import { expect, test } from 'vitest';
import { GOOD } from '../../src/core/quality.ts';
import { type Store } from '../../src/store/store.ts';
import type { Field } from '../../src/writing/carry-out.ts';
import { createWriting } from '../../src/writing/writing.ts';
import { openTestStore, silent } from '../store/support/open.ts';
import { createFakeClock } from '../support/clock.ts';
import { makeModel } from './support.ts';

const AFTER_MS = 60_000;
const model = makeModel({ revertAfterMs: AFTER_MS, interlocks: [] });
const SET = model.points[0]?.equipment as NonNullable<(typeof model.points)[number]>['equipment'];
const ASKED = { point: 0, value: 0.4, reason: 'night', by: 'wang', roles: ['engineer'] } as const;

function createBench() {
  const clock = createFakeClock();
  const values = [0.45];
  const field: Field = {
    write: async (point, value) => void (values[point] = value),
    read: async (point) => ({ point, value: values[point] ?? 0, quality: GOOD, sourceMs: Number.NaN }),
  };
  const latest = {
    get: () => ({ value: 0.45, quality: GOOD, sourceMs: null, receivedMs: null, lastGood: null }),
  };
  const start = (store: Store, wire: Field = field) =>
    createWriting({ model, store, clock, log: silent, field: wire, latest });
  return { clock, values, field, start };
}

test('a write, its revert and a tag go on where the process ended', async () => {
  const { clock, values, start } = createBench();
  const first = await openTestStore();
  const before = await start(first.store);
  expect(await before.write(ASKED)).toMatchObject({ state: 'confirmed', previous: 0.45 });
  await before.lockOut(SET, 'bearing', 'li');
  await first.store.close();

  clock.reboot(2 * AFTER_MS);
  const { store } = await openTestStore(first.directory);
  const writing = await start(store);
  expect([...writing.lockOuts().keys()]).toEqual(['set']);
  writing.sweep();
  await expect.poll(async () => (await writing.writes({ limit: 9 }))[0]?.detail).toMatch(/locked out by li/);
  await writing.unlock(SET, 'li', []);
  // As the gateway does it; one round may find the one before still at its end.
  const sweepAndLook = async () => {
    writing.sweep();
    return (await writing.writes({ limit: 9 }))[0]?.state;
  };
  await expect.poll(sweepAndLook).toBe('reverted');
  expect(values).toEqual([0.45]);
  await writing.stop();
  expect((await store.queries.audit({ limit: 20, offset: 0 })).items.map(({ action }) => action)).toEqual([
    'point-revert-result',
    'point-revert',
    'unlock',
    'point-revert-held',
    'lock-out',
    'point-write-result',
    'point-write',
  ]);
  expect(await store.verify()).toEqual([]);
});

test('a write that was on the wire when the process ended is unknown', async () => {
  const { field, start } = createBench();
  const first = await openTestStore();
  const before = await start(first.store, { ...field, write: () => new Promise(() => {}) });
  void before.write(ASKED).catch(() => {});
  await expect.poll(async () => (await before.writes({ limit: 9 }))[0]?.state).toBe('sent');
  await first.store.close();
  const { store } = await openTestStore(first.directory);
  const writing = await start(store);
  expect(await writing.writes({ equipment: 'set', point: 'set-point', limit: 9 })).toMatchObject([
    { state: 'unknown', by: 'wang', reason: 'night' },
  ]);
  expect(writing.counters()).toMatchObject({ pendingReverts: 1 });
  await writing.stop();
});
