/** B8 5: readings that come late change nothing that is live; what they tell of is put on record, flagged, and nobody is called. */
import { describe, expect, test } from 'vitest';
import { fromLogRow } from '../../src/alarms/figures/event.ts';
import { createFigures } from '../../src/alarms/figures/figures.ts';
import { followHistories } from '../../src/alarms/figures/follow.ts';
import type { Occurrence } from '../../src/core/alarm.ts';
import { ReadingBatchBuilder } from '../../src/core/reading.ts';
import { createBootMemory } from '../../src/engine/boot-memory.ts';
import { LATE_LIMITS, LateReadings } from '../../src/engine/late-readings.ts';
import { createRig, KEY, type Rig, toRigModel } from './alarm-rig.ts';

const [NORMAL, BAD] = [5, 15];
const SECOND = 1_000;
const HOUR = 3_600_000;

const backfilled = ({ loop }: Rig): readonly Occurrence[] =>
  loop.writes.flatMap((write) =>
    write.type === 'occurrence' && write.occurrence.isRetroactive ? [write.occurrence] : [],
  );
const settle = (rig: Rig): void => rig.loop.advance(LATE_LIMITS.settleMs + SECOND);

/** An hour ago it was high for a minute. */
function feedPast(rig: Rig): number {
  const agoMs = rig.loop.clock.now().wallMs - HOUR;
  rig.loop.feedLate('p', [
    [agoMs, NORMAL],
    [agoMs + 10 * SECOND, BAD],
    [agoMs + 70 * SECOND, NORMAL],
  ]);
  return agoMs;
}

describe('late readings of a normal alarm', () => {
  test('make one ended occurrence in its own time, flagged, when no more of them come', () => {
    const rig = createRig();
    rig.feed(NORMAL);
    const agoMs = feedPast(rig);
    rig.loop.advance(LATE_LIMITS.settleMs - SECOND);
    expect(backfilled(rig)).toEqual([]);
    settle(rig);
    expect(backfilled(rig)).toMatchObject([
      {
        key: KEY,
        isRetroactive: true,
        isActive: false,
        level: 'hi',
        onsetAtMs: agoMs + 10 * SECOND,
        onsetAfterMs: agoMs,
        raisedAtMs: agoMs + 10 * SECOND,
        returnedAtMs: agoMs + 70 * SECOND,
        endedAtMs: agoMs + 70 * SECOND,
        endReason: 'returned',
        ticket: null,
        evidence: { value: BAD },
      },
    ]);
  });

  test('open no ticket, tell nobody, and leave the alarm and its chatter as they were', () => {
    const rig = createRig();
    rig.feed(NORMAL);
    for (let count = 0; count < 4; count++) {
      feedPast(rig);
      settle(rig);
    }
    expect([rig.state(), rig.said(), rig.loop.tickets(), rig.loop.alarms()]).toEqual(['A', [], [], []]);
    expect(backfilled(rig)).toHaveLength(4);
    rig.feed(BAD);
    expect(rig.open()).toMatchObject({ chatter: null, count: 1 });
    expect(rig.open().isRetroactive).toBeUndefined();
    expect(new Set(backfilled(rig).map(({ id }) => id)).has(rig.open().id)).toBe(false);
  });

  test('have one row in the history, which no figure counts', async () => {
    const rig = createRig();
    rig.feed(NORMAL);
    feedPast(rig);
    settle(rig);
    const rows = rig.loop.writes.flatMap((write) => (write.type === 'alarm-event' ? [write.event] : []));
    expect(rows).toMatchObject([
      { type: 'commented', by: 'gateway', note: 'retroactive', detail: { isRetroactive: true } },
    ]);
    const log = rows.map((row, at) => ({ ...row, id: at + 1, hash: `h${at}` }));
    const queries = {
      alarmLog: async (fromId: number) => log.filter(({ id }) => id >= fromId),
      ticketLog: async () => [],
      ticket: async () => null,
    };
    const before = createFigures('Asia/Shanghai', 0);
    const turn = () => Promise.resolve();
    const { figures } = await followHistories(before, queries, turn, new AbortController().signal);
    expect([figures.days, figures.alarms.size]).toEqual([[], 0]);
    expect(fromLogRow(log[0] as never, {} as never).kind, 'it would be counted').toBe('occurrence');
  });
});

describe('late readings of an alarm that is open', () => {
  test('tell of what was before it, not of the same stretch again', () => {
    const rig = createRig();
    rig.feed(BAD);
    const nowMs = rig.loop.clock.now().wallMs;
    rig.loop.feedLate('p', [
      [nowMs - HOUR, BAD],
      [nowMs - HOUR + SECOND, NORMAL],
      [nowMs - SECOND, BAD],
    ]);
    settle(rig);
    expect(backfilled(rig).map(({ raisedAtMs }) => raisedAtMs)).toEqual([nowMs - HOUR]);
    expect(rig.open()).toMatchObject({ isActive: true, count: 1 });
  });

  test('do not return it', () => {
    const rig = createRig();
    rig.feed(BAD);
    rig.loop.feedLate('p', [[rig.loop.clock.now().wallMs - SECOND, NORMAL]]);
    settle(rig);
    expect([rig.state(), rig.loop.events.map(({ type }) => type)]).toEqual(['B', ['raised']]);
  });
});

test('what could not be stored is recorded later, once', () => {
  const rig = createRig();
  rig.feed(NORMAL);
  feedPast(rig);
  rig.loop.failCommits(true);
  settle(rig);
  rig.loop.failCommits(false);
  settle(rig);
  settle(rig);
  expect(backfilled(rig)).toHaveLength(1);
});

test('a rule that is switched off says nothing of the past either', () => {
  const rig = createRig();
  rig.feed(NORMAL);
  rig.loop.replaceModel(toRigModel(), [KEY]);
  feedPast(rig);
  settle(rig);
  expect(backfilled(rig)).toEqual([]);
});

test('in the memory of a replay it does not take the place of the open occurrence', () => {
  const rig = createRig();
  rig.feed(BAD);
  const memory = createBootMemory();
  const occurrence = { ...rig.open(), id: 'o-9' as never, endedAtMs: 1, isRetroactive: true as const };
  memory.put({
    writes: [
      { type: 'occurrence', occurrence: rig.open() },
      { type: 'occurrence', occurrence },
    ],
  });
  expect(memory.boot(0).occurrences.map(({ id }) => id)).toEqual([rig.open().id]);
});

describe('the waiting', () => {
  const feed = (late: LateReadings, monoMs: number, times: readonly number[], point = 0): void => {
    const batch = new ReadingBatchBuilder(1, times.length);
    for (const atMs of times) batch.add(point, 1, 0, 0, atMs);
    late.take(batch.finish(monoMs));
  };

  test('is in the order of the source, each time once, and not for readings without a time', () => {
    const late = new LateReadings();
    feed(late, 0, [30, 10, 20, 10, Number.NaN]);
    expect(late.takeSettled(LATE_LIMITS.settleMs - 1)).toEqual([]);
    const [settled] = late.takeSettled(LATE_LIMITS.settleMs);
    expect(settled?.readings.map(({ atMs }) => atMs)).toEqual([10, 20, 30]);
    expect(late.takeSettled(LATE_LIMITS.settleMs)).toEqual([]);
  });

  test('ends though late readings go on for ever', () => {
    const late = new LateReadings();
    for (let atMs = 0; atMs < LATE_LIMITS.longestMs; atMs += SECOND) feed(late, atMs, [atMs]);
    expect(late.takeSettled(LATE_LIMITS.longestMs)).toHaveLength(1);
  });

  test('holds no more of one point, nor of all, than its limits, and counts what it leaves out', () => {
    const late = new LateReadings();
    const times = Array.from({ length: LATE_LIMITS.readingsPerPoint + 7 }, (_, at) => at);
    feed(late, 0, times);
    expect(late.counters()).toEqual({ lateReadings: times.length, droppedLateReadings: 7 });
    for (let point = 1; point <= 20; point++) feed(late, 0, times, point);
    const kept = late.takeSettled(LATE_LIMITS.settleMs).flatMap(({ readings }) => readings).length;
    expect(kept).toBe(LATE_LIMITS.readings);
    feed(late, 0, [1]);
    expect(late.takeSettled(LATE_LIMITS.settleMs), 'there is room again').toHaveLength(1);
  });
});
