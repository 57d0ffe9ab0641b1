/** The alarm figures of a running gateway: made from the histories, saved, and there again after a restart. */
import pino from 'pino';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type AlarmFigures, createAlarmFigures } from '../src/alarm-figures.ts';
import { toFigureDetail } from '../src/alarms/figures/event.ts';
import { RiserError } from '../src/core/errors.ts';
import type { AlarmLogRow, FiguresPart, Store, StoreQueries, WriteBatch } from '../src/store/store.ts';
import { OCCURRENCE } from './api/fixtures.ts';
import { createFakeClock, TEST_START_MS } from './support/clock.ts';
import { until } from './support/poll.ts';

const TODAY = { fromDate: '2026-11-21', toDate: '2026-11-21', scope: {}, rules: 1 };

/** @param history rows of the alarm history; more may be added @param parts as they were saved; key: part */
function createRig(history: AlarmLogRow[], parts = new Map<string, FiguresPart>()) {
  let isFailing = false;
  const clock = createFakeClock();
  const logged: string[] = [];
  const refuse = (): void => {
    if (isFailing) throw new RiserError('store-failed');
  };
  const queries = {
    alarmLog: async (fromId: number, limit: number) => {
      refuse();
      return history.filter(({ id }) => id >= fromId).slice(0, limit);
    },
    ticketLog: async () => [],
    figures: async (after: string, limit: number) =>
      [...parts.values()]
        .toSorted((a, b) => (a.part < b.part ? -1 : 1))
        .filter(({ part }) => part > after)
        .slice(0, limit),
  } as unknown as StoreQueries;
  const commit: Store['commit'] = async ({ writes }: WriteBatch) => {
    refuse();
    for (const write of writes) {
      if (write.type !== 'figures') throw new Error(`${write.type} is not written here`);
      for (const row of write.parts) {
        if (row.doc === null) parts.delete(row.part);
        else parts.set(row.part, structuredClone(row));
      }
    }
  };
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(line) });
  const figures = createAlarmFigures({ store: { commit, queries }, timeZone: 'Asia/Shanghai', clock, log });
  return { figures, parts, logged, clock, fail: (value: boolean) => void (isFailing = value) };
}

function toRow(id: number): AlarmLogRow {
  const atMs = TEST_START_MS - 3_600_000 + id * 1_000;
  const { key } = OCCURRENCE;
  const detail = { severity: 'high', ...toFigureDetail(OCCURRENCE) };
  return {
    id,
    hash: `hash-${id}`,
    occurrence: OCCURRENCE.id,
    key,
    type: 'raised',
    atMs,
    by: 'gateway',
    note: '',
    detail,
  };
}
const rows = (count: number): AlarmLogRow[] => Array.from({ length: count }, (_, at) => toRow(at + 1));
const whenReady = (figures: AlarmFigures) =>
  until(() => figures.view(TODAY), { timeoutMs: 15_000, what: 'the figures' });

const running: AlarmFigures[] = [];
const start = (figures: AlarmFigures): AlarmFigures => {
  running.push(figures);
  figures.start();
  return figures;
};
afterEach(async () => {
  vi.useRealTimers();
  for (const figures of running.splice(0)) await figures.stop();
});

test('blind time of rules whose alarm is normal is counted, saved at the stop, and goes on from there', async () => {
  const parts = new Map<string, FiguresPart>();
  const first = createRig(rows(1), parts);
  start(first.figures);
  await whenReady(first.figures);
  const startMs = first.clock.now().wallMs;
  first.figures.takeSights([{ key: 's/e/r', atMs: startMs, blindSinceMs: startMs - 5_000 }]);
  first.clock.advance(60_000);
  expect((await first.figures.view(TODAY)).blind.ms).toBe(65_000);
  first.clock.advance(10_000);
  await first.figures.stop();
  const again = createRig(rows(1), parts);
  start(again.figures);
  expect((await whenReady(again.figures)).blind.ms).toBe(75_000);
  expect((await again.figures.view({ ...TODAY, scope: { equipment: 'other' } })).blind.ms).toBe(0);
});

test('blind time that could not be saved is saved with the next saving', async () => {
  const { figures, parts, clock, fail } = createRig(rows(1));
  start(figures);
  await whenReady(figures);
  const nowMs = clock.now().wallMs;
  figures.takeSights([{ key: 's/e/r', atMs: nowMs, blindSinceMs: nowMs }]);
  clock.advance(1_000);
  fail(true);
  await figures.stop();
  expect(parts.has('blind 2026-11-21')).toBe(false);
  fail(false);
  await figures.stop();
  expect(parts.get('blind 2026-11-21')?.doc).toMatchObject({ ms: [['s/e/r', 1_000]] });
});

describe('figures', () => {
  test('are not told before they have been made', async () => {
    const { figures } = createRig(rows(3));
    await expect(figures.view(TODAY)).rejects.toMatchObject({ code: 'engine-busy' });
  });

  test('hold what was stored before the start, and what has been stored since', async () => {
    const history = rows(1_200);
    const { figures } = createRig(history);
    expect((await whenReady(start(figures))).annunciated.n).toBe(1_200);
    history.push(toRow(1_201));
    expect((await figures.view(TODAY)).annunciated.n).toBe(1_201);
    expect(figures.counters()).toEqual({ countedRows: 1_201, rebuilds: 0, failures: 0 });
  });

  test('are saved at the stop, and a restart counts only what is new', async () => {
    const history = rows(40);
    const first = createRig(history);
    await whenReady(start(first.figures));
    await first.figures.stop();
    expect([...first.parts.keys()].sort()).toEqual(['2026-11-21', 'state']);
    history.push(toRow(41));
    const second = createRig(history, first.parts);
    expect((await whenReady(start(second.figures))).annunciated.n).toBe(41);
    expect(second.figures.counters().countedRows).toBe(1);
  });

  test('of another history are made anew, and that is said', async () => {
    const first = createRig(rows(40));
    await whenReady(start(first.figures));
    await first.figures.stop();
    const other = rows(5).map((row) => ({ ...row, hash: `other-${row.id}` }));
    const second = createRig(other, first.parts);
    expect((await whenReady(start(second.figures))).annunciated.n).toBe(5);
    expect(second.figures.counters().rebuilds).toBe(1);
    expect(second.logged.join()).toContain('made anew');
  });

  test('wait for a store that does not answer, and say so; then they go on', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const rig = createRig(rows(3));
    rig.fail(true);
    start(rig.figures);
    await until(() => rig.figures.counters().failures > 0, { timeoutMs: 15_000, what: 'the failure' });
    await expect(rig.figures.view(TODAY)).rejects.toMatchObject({ code: 'engine-busy' });
    expect(rig.logged.join()).toContain('the store does not answer');
    rig.fail(false);
    vi.advanceTimersByTime(60_000);
    expect((await whenReady(rig.figures)).annunciated.n).toBe(3);
  });
});
