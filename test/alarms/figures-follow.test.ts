/** The figures from the store's histories: at start, from row to row, after a restart, and when the history is another one. */
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createFigures, type Figures } from '../../src/alarms/figures/figures.ts';
import { followHistories, loadFigures } from '../../src/alarms/figures/follow.ts';
import { toSavings } from '../../src/alarms/figures/snapshot.ts';
import { stepFigures } from '../../src/alarms/figures/step.ts';
import { viewFigures } from '../../src/alarms/figures/view.ts';
import type { AlarmEventType } from '../../src/core/alarm.ts';
import { toId } from '../../src/core/ids.ts';
import type { AlarmEventRow, Store, Write } from '../../src/store/store.ts';
import { openTestStore } from '../store/support/open.ts';
import * as rows from '../store/support/rows.ts';
import { createRandom, testSeed } from '../support/seed.ts';
import {
  createRandomLog,
  isOfOccurrence,
  keyOf,
  type LoggedEvent,
  toFigureEvent,
  toLogRow,
} from './figures-log.ts';

const ZONE = 'Asia/Shanghai';
const FROM = Date.UTC(2026, 9, 28, 3);
const NEVER = new AbortController().signal;
const WHOLE = { fromDate: '2026-01-01', toDate: '2027-12-31', scope: {}, rules: 6 };

function toWrites(log: readonly LoggedEvent[]): readonly Write[] {
  return log.flatMap((event): Write[] => {
    const { id: _id, hash: _hash, ...row } = toLogRow(event, 1);
    const history: Write = { type: 'alarm-event', event: row };
    return isOfOccurrence(event)
      ? [{ type: 'occurrence', occurrence: event.occurrence }, history]
      : [history];
  });
}

function randomLog(count: number): readonly LoggedEvent[] {
  return createRandomLog(createRandom(testSeed()), count, FROM, [keyOf('a'), keyOf('b'), keyOf('b', 'low')]);
}

async function save(store: Store, figures: Figures, before: Figures | null): Promise<void> {
  for (const parts of toSavings(figures, before))
    await store.commit({ writes: [{ type: 'figures', parts }] });
}

function follow(figures: Figures, store: Store, signal = NEVER) {
  return followHistories(figures, store.queries, turn, signal);
}

test('the history gives the same figures as the events did, over a restart in the middle too', async () => {
  const log = randomLog(2_500);
  const { store } = await openTestStore();
  let figures = await loadFigures(store.queries, ZONE, FROM, turn);
  for (const [from, to] of [
    [0, 1_200],
    [1_200, 1_201],
    [1_201, 2_500],
  ] as const) {
    await store.commit({ writes: toWrites(log.slice(from, to)) });
    const before = figures;
    ({ figures } = await follow(figures, store));
    await save(store, figures, from === 0 ? null : before);
    const loaded = await loadFigures(store.queries, ZONE, 0, turn);
    expect(loaded).toEqual(figures);
    figures = loaded;
  }
  const live = stepFigures(createFigures(ZONE, FROM), log.map(toFigureEvent));
  const nowMs = (log.at(-1)?.atMs ?? 0) + 1_000;
  expect(viewFigures(figures, WHOLE, nowMs)).toEqual(viewFigures(live, WHOLE, nowMs));
  expect(figures.alarmCursor.id).toBe(2_500);
});

test('nothing new is nothing to count, and the figures stay the very same', async () => {
  const { store } = await openTestStore();
  await store.commit({ writes: toWrites(randomLog(50)) });
  const { figures } = await follow(createFigures(ZONE, FROM), store);
  expect(await follow(figures, store)).toEqual({ figures, rows: 0, isRebuilt: false });
  expect((await follow(figures, store)).figures).toBe(figures);
});

test('another history at the place that was reached makes them anew', async () => {
  const one = await openTestStore();
  await one.store.commit({ writes: toWrites(randomLog(80)) });
  const { figures } = await follow(createFigures(ZONE, FROM), one.store);
  const other = await openTestStore();
  await other.store.commit({ writes: [rows.occurrence('o-1'), rows.alarmEvent('o-1', 'of another life')] });
  const followed = await follow(figures, other.store);
  expect(followed).toMatchObject({ isRebuilt: true, rows: 1 });
  expect(followed.figures.alarmCursor.id).toBe(1);
});

test('who breaks off gets what was counted by then, and goes on from there', async () => {
  const { store } = await openTestStore();
  const log = randomLog(2_300);
  await store.commit({ writes: toWrites(log) });
  const stop = new AbortController();
  stop.abort();
  const first = await follow(createFigures(ZONE, FROM), store, stop.signal);
  expect(first.rows).toBe(500);
  const second = await follow(first.figures, store);
  expect(second.rows).toBe(1_800);
});

test('others have their turn between two pages', async () => {
  const { store } = await openTestStore();
  await store.commit({ writes: toWrites(randomLog(2_300)) });
  let turns = 0;
  const pause = async (): Promise<void> => {
    turns++;
    await turn();
  };
  await followHistories(createFigures(ZONE, FROM), store.queries, pause, NEVER);
  expect(turns).toBe(4);
});

test('a ticket that was cancelled as a false alarm counts for its alarms, once, and no other does', async () => {
  const { store } = await openTestStore();
  const alarm = { occurrence: toId<never>('o-1'), key: keyOf('a'), text: { zh: '', en: '' } };
  const alarms = [
    { ...alarm, firstAtMs: FROM, lastAtMs: FROM, count: 1, isActive: false, blindSinceMs: null },
  ];
  const cancel = (id: string, reason: 'false-alarm' | 'duplicate', isDrill = false): Write[] => {
    const cancellation = { by: 'wang', reason, note: '', atMs: FROM + 9 };
    const event = {
      ticket: toId<never>(id),
      version: 2,
      stage: 'cancelled',
      atMs: FROM + 9,
      by: 'wang',
    } as const;
    return [
      rows.ticket(id, { alarms, cancellation, isDrill, stage: 'cancelled' }),
      { type: 'ticket-event', event: { ...event, type: 'cancelled', detail: {} } },
    ];
  };
  const writes = [
    cancel('t-1', 'false-alarm'),
    cancel('t-2', 'duplicate'),
    cancel('t-3', 'false-alarm', true),
  ];
  await store.commit({ writes: [...writes.flat(), rows.ticket('t-4'), rows.ticketEvent('t-4')] });
  const { figures } = await follow(createFigures(ZONE, FROM), store);
  const again = await follow(figures, store);
  expect(viewFigures(again.figures, WHOLE, FROM + 60_000).falseAlarms).toBe(1);
});

describe('rows of versions before the alarm engine', () => {
  const KEY = keyOf('a');

  function old(type: AlarmEventType, atMs: number, detail = {}, by = 'gateway'): Write {
    const event: AlarmEventRow = {
      occurrence: toId('o-1'),
      key: toId(KEY),
      type,
      atMs,
      by,
      note: '',
      detail: { severity: 'medium', level: null, blindSinceMs: null, ...detail },
    };
    return { type: 'alarm-event', event };
  }

  async function countRows(...writes: readonly Write[]) {
    const { store } = await openTestStore();
    await store.commit({ writes: [rows.occurrence('o-1'), ...writes] });
    const { figures } = await follow(createFigures(ZONE, FROM), store);
    return viewFigures(figures, WHOLE, FROM + 3_600_000);
  }

  test('tell their state by their order', async () => {
    const found = await countRows(
      old('raised', FROM),
      old('acknowledged', FROM + 60_000, {}, 'wang'),
      old('severity-changed', FROM + 90_000, { severity: 'high' }),
      old('returned', FROM + 120_000, { severity: 'high' }),
      old('re-raised', FROM + 180_000, { severity: 'high' }),
      old('acknowledged', FROM + 240_000, { severity: 'high' }, 'wang'),
      old('returned', FROM + 300_000, { severity: 'high' }),
      old('ended', FROM + 300_000, { severity: 'high' }),
    );
    expect(found.annunciated.n).toBe(3);
    expect(found.priorities.map(({ n }) => n)).toEqual([0, 2, 1, 0]);
    expect(found.acknowledgement).toMatchObject({ asked: 2, acknowledged: 2, acknowledgedActive: 2 });
    expect(found.standing.n).toBe(0);
    expect(found.opcUa.MaximumActiveState).toBe(120_000);
  });

  test('with a cause are hidden until they are released', async () => {
    const explainedBy = { occurrence: 'o-9' };
    const found = await countRows(
      old('raised', FROM),
      old('explained', FROM + 1_000, { explainedBy }),
      old('released', FROM + 61_000, { explainedBy: null }),
    );
    expect(found.annunciated.n).toBe(2);
    expect(found.standing).toMatchObject({ n: 1, oldest: [{ sinceMs: FROM + 61_000 }] });
  });
});
