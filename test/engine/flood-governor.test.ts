/** Storms through the decision loop (alarms.md B7, B8 no. 24): one matter of many alarms, and nothing of them lost. */
import pino from 'pino';
import { describe, expect, test } from 'vitest';
import type { Storm } from '../../src/core/alarm.ts';
import { type TicketId, toId } from '../../src/core/ids.ts';
import { ReadingBatchBuilder } from '../../src/core/reading.ts';
import type { Severity } from '../../src/core/severity.ts';
import { Decisions } from '../../src/engine/decisions.ts';
import { createLatest } from '../../src/telemetry/latest.ts';
import { createFakeClock } from '../support/clock.ts';
import type { TestLoop } from '../support/loop.ts';
import { EMPTY_BOOT } from '../support/memory-store.ts';
import { createTestAlarmTimes, createTestModel, type TestRule } from '../support/model.ts';
import { toTicketCommand } from '../support/ticket-command.ts';
import {
  alarmOf,
  createStormLoop,
  fans,
  MINUTE_MS,
  names,
  set,
  stormsOf,
  ticketOf,
  toFan,
  trip,
} from './storm-rig.ts';

describe('B7 flood', () => {
  test('1,000 simultaneous alarms end in one storm and one ticket, with nothing lost', () => {
    const loop = createStormLoop(fans(1_000));
    set(loop, 1, names(1, 1_000));
    expect(loop.tickets()).toHaveLength(1);
    const [storm] = stormsOf(loop) as [Storm];
    expect(stormsOf(loop)).toEqual([
      { ...storm, members: 1_000, peak: 1_000, ticket: loop.tickets()[0]?.id },
    ]);
    const alarms = loop.alarms();
    expect(alarms).toHaveLength(1_000);
    expect(alarms.every((it) => it.storm === storm.id && it.ticket === storm.ticket)).toBe(true);
    const stored = loop.writes.flatMap((it) => (it.type === 'occurrence' ? [it.occurrence] : []));
    expect(new Set(stored.map(({ id }) => id)).size).toBe(1_000);
    const links = loop.writes.flatMap((it) => (it.type === 'ticket-alarm' && it.isOpen ? [it.key] : []));
    expect(new Set(links).size).toBe(1_000);
    expect(links).toHaveLength(1_000);
    for (const type of ['raised', 'grouped'])
      expect(loop.events.filter((event) => event.type === type)).toHaveLength(1_000);
    const isTold = loop.events.every(({ occurrence }) => occurrence.ticket === storm.ticket);
    expect(isTold, 'what is told names the ticket').toBe(true);
    set(loop, 0, names(1, 1_000));
    expect(loop.events.filter(({ type }) => type === 'returned')).toHaveLength(1_000);
    expect(loop.tickets()[0]?.alarms.every(({ isActive }) => !isActive)).toBe(true);
  });

  test('a round of 1,000 alarms that come, or go, takes less than 200 ms of the thread', () => {
    const model = createTestModel({ equipment: fans(1_000) });
    const clock = createFakeClock();
    const latest = createLatest(model);
    const log = pino({ level: 'silent' });
    const decisions = new Decisions({ model, latest, recent: () => [], log }, EMPTY_BOOT, clock.now());
    const toMs = (value: number): number => {
      const now = clock.advance(1_000);
      const batch = new ReadingBatchBuilder(model.epoch, model.points.length);
      for (const { index } of model.points) batch.add(index, value, 0, now.wallMs);
      decisions.accept(batch.finish(now.monoMs), now);
      // What other processes of the machine take is not the round's.
      const before = process.threadCpuUsage();
      const round = decisions.decide([], now, () => {});
      const { user, system } = process.threadCpuUsage(before);
      round.settle();
      return (user + system) / 1_000;
    };
    toMs(0);
    const taken = { come: toMs(1), go: toMs(0) };
    expect(decisions.tickets()).toHaveLength(1);
    expect(decisions.alarms().every(({ isActive }) => !isActive)).toBe(true);
    expect(taken.come, 'ms').toBeLessThan(200);
    expect(taken.go, 'ms').toBeLessThan(200);
  });

  test('what came before the flood keeps its tickets and is listed; what comes in it is on the ticket of its root', () => {
    const loop = createStormLoop(fans(14));
    trip(loop, names(1, 14));
    const [storm] = stormsOf(loop) as [Storm];
    expect(storm).toMatchObject({ members: 14, root: alarmOf(loop, 'fan-1').id, endedAtMs: null });
    expect(loop.tickets()).toHaveLength(10);
    expect(storm.ticket).toBe(ticketOf(loop, 'fan-1').id);
    for (const id of names(11, 14)) expect(ticketOf(loop, id).id).toBe(storm.ticket);
    expect(new Set(names(2, 10).map((id) => ticketOf(loop, id).id)).size).toBe(9);
    expect(loop.alarms().every((it) => it.storm === storm.id)).toBe(true);
    expect(loop.events.filter(({ type }) => type === 'grouped')).toHaveLength(14);
    expect(loop.stormEvents.map(({ type }) => type)).toEqual(['began', 'grew', 'grew', 'grew']);
  });

  test('high severity individually: a ticket of its own at once, and listed in the storm', () => {
    const loop = createStormLoop([...fans(12), toFan('lift', { severity: 'high' })]);
    trip(loop, [...names(1, 12), 'lift']);
    expect(ticketOf(loop, 'lift')).toMatchObject({
      priority: 'urgent',
      alarms: [{ key: 'test-site/lift/trip' }],
    });
    expect(alarmOf(loop, 'lift').storm).toBe(alarmOf(loop, 'fan-12').storm);
    const raised = loop.events.filter(({ type }) => type === 'raised');
    const singly = raised.filter(({ isDigest }) => !isDigest).map(({ occurrence }) => occurrence.equipment);
    expect(singly).toEqual([...names(1, 10), 'lift']);
  });

  test('life safety is never in a storm and always has its own ticket, also as the alarm that begins the flood', () => {
    const smoke = toFan('smoke', { severity: 'life-safety' });
    const loop = createStormLoop([...fans(12), smoke]);
    trip(loop, [...names(1, 10), 'smoke', 'fan-11']);
    expect(alarmOf(loop, 'smoke').storm).toBeNull();
    expect(ticketOf(loop, 'smoke').alarms).toHaveLength(1);
    expect(ticketOf(loop, 'smoke').priority).toBe('emergency');
    expect(stormsOf(loop)).toMatchObject([{ members: 11 }]);
    expect(alarmOf(loop, 'fan-11').ticket).toBe(ticketOf(loop, 'fan-1').id);
  });

  test('rest one digest per system: what the flood has kept from being told one by one is told with counts', () => {
    const loop = createStormLoop([...fans(12), toFan('door', { severity: 'low' }, { kind: 'door' })]);
    trip(loop, [...names(1, 12), 'door']);
    loop.advance(90_000);
    const digests = loop.stormEvents.flatMap(({ digest }) => (digest === undefined ? [] : [digest]));
    expect(digests).toEqual([
      { system: 'water', tally: { medium: 2 } },
      { system: 'access', tally: { low: 1 } },
    ]);
  });

  test('leave < 5: the storm ends with the flood, its record and tickets stay, what comes then is told by itself', () => {
    const loop = createStormLoop(fans(13));
    trip(loop, names(1, 12));
    loop.advance(11 * MINUTE_MS);
    const [storm] = stormsOf(loop) as [Storm];
    expect(storm).toMatchObject({ members: 12, peak: 12 });
    expect((storm.endedAtMs ?? 0) - storm.beganAtMs).toBeGreaterThan(9 * MINUTE_MS);
    expect(loop.stormEvents.at(-1)?.type).toBe('ended');
    expect(alarmOf(loop, 'fan-12').storm).toBe(storm.id);
    trip(loop, ['fan-13']);
    expect(alarmOf(loop, 'fan-13').storm).toBeNull();
    expect(ticketOf(loop, 'fan-13').alarms).toHaveLength(1);
  });

  test('a re-alarm of what is told in digests waits for the end of the flood, one of high severity does not', () => {
    const alarms = createTestAlarmTimes({
      reAlarmMs: { 'life-safety': null, high: 5 * MINUTE_MS, medium: MINUTE_MS, low: MINUTE_MS },
    });
    const loop = createStormLoop([...fans(12), toFan('lift', { severity: 'high' })], { alarms });
    set(loop, 1, [...names(1, 12), 'lift']);
    const again = () => loop.events.filter(({ type }) => type === 're-alarmed');
    loop.advance(15 * MINUTE_MS);
    const endedAtMs = stormsOf(loop)[0]?.endedAtMs ?? 0;
    const inFlood = again().filter(({ atMs }) => atMs < endedAtMs);
    expect(new Set(inFlood.map(({ occurrence }) => occurrence.equipment as string))).toEqual(
      new Set(['lift']),
    );
    const after = again().filter(
      ({ atMs, occurrence }) => atMs === endedAtMs && occurrence.equipment !== 'lift',
    );
    expect(after.length, 'told as soon as it is over').toBeGreaterThan(5);
  });

  test('hidden alarms are no flood: what a cause explains is on the ticket of the cause', () => {
    const explained = { explainedBy: ['power'] } as const;
    const feeder = toFan('feeder', { severity: 'high', explains: 'power' });
    const children = names(1, 40).map((id) => toFan(id, explained, { upstream: { power: toId('feeder') } }));
    const loop = createStormLoop([feeder, ...children]);
    set(loop, 1, ['feeder', ...names(1, 40)]);
    loop.advance(10_000);
    expect(stormsOf(loop)).toEqual([]);
    expect(loop.tickets().map(({ equipment }) => equipment)).toEqual(['feeder']);
  });

  test('a drill makes no flood and joins none', () => {
    const loop = createStormLoop(fans(24));
    for (const id of names(1, 12))
      loop.command({
        type: 'drill',
        equipment: toId(id),
        by: 'wang',
        reason: 'drill',
        untilMs: loop.clock.now().wallMs + 60 * MINUTE_MS,
      });
    trip(loop, names(1, 12));
    expect(stormsOf(loop)).toEqual([]);
    trip(loop, names(13, 24));
    expect(stormsOf(loop)).toMatchObject([{ members: 12 }]);
    expect(alarmOf(loop, 'fan-1').storm).toBeNull();
  });
});

describe('B7 first-out on the ticket of a storm', () => {
  test('explain and the record of the ticket name what certainly came first', () => {
    const loop = createStormLoop(fans(12));
    set(loop, 0, names(1, 12));
    loop.advance(1_000);
    set(loop, 1, ['fan-5']);
    set(loop, 0, names(1, 4));
    loop.advance(1_000);
    set(loop, 0, [...names(1, 4), ...names(6, 12)]);
    loop.advance(1_000);
    set(loop, 1, [...names(1, 4), ...names(6, 12)]);
    const firstOut = { certain: alarmOf(loop, 'fan-5').id };
    expect(ticketOf(loop, 'fan-12').id).toBe(ticketOf(loop, 'fan-5').id);
    const layers = loop.explain('fan-12', 'trip')?.layers ?? [];
    expect(layers.find(({ layer }) => layer === 'ticket')?.detail).toMatchObject({ firstOut });
    expect(layers.find(({ layer }) => layer === 'storm')?.verdict).toBe('grouped');
    const attached = loop.writes.flatMap((it) =>
      it.type === 'ticket-event' && it.event.type === 'alarm-attached' ? [it.event.detail] : [],
    );
    expect(attached).toMatchObject([{ count: 11, firstOut }]);
    expect(stormsOf(loop)).toMatchObject([{ root: firstOut.certain }]);
  });
});

describe('B7 shelve: expiry is released through the flood governor in priority order', () => {
  test('40 shelves that expire at once are one storm; the graver alarms are told first and by themselves', () => {
    const loop = createStormLoop([
      ...fans(38),
      toFan('lift', { severity: 'high' }),
      toFan('door', { severity: 'low' }),
    ]);
    const all = [...names(1, 38), 'door', 'lift'];
    const untilMs = loop.clock.now().wallMs + 30 * MINUTE_MS;
    for (const id of all)
      loop.command({
        type: 'shelve-alarm',
        key: toId(`test-site/${id}/trip`),
        by: 'wang',
        reason: 'test',
        untilMs,
        isOneShot: false,
      });
    set(loop, 1, all);
    expect(loop.tickets()).toEqual([]);
    loop.advance(31 * MINUTE_MS);
    const told = loop.events.filter(({ type }) => type === 'shelf-expired');
    expect(told.map(({ occurrence }) => occurrence.severity)).toEqual([
      'high',
      ...Array(38).fill('medium'),
      'low',
    ]);
    expect(stormsOf(loop)).toMatchObject([{ members: 40, peak: 40 }]);
    expect(loop.tickets()).toHaveLength(1);
    expect(ticketOf(loop, 'lift').alarms).toHaveLength(40);
  });
});

describe('B8 24: a new severity or a new root is a new ticket', () => {
  test('medium in a storm of low alarms has its own ticket, which carries those that are no graver', () => {
    const loop = createStormLoop([...fans(12, { severity: 'low' }), toFan('a'), toFan('b')]);
    set(loop, 1, names(1, 12));
    expect(loop.tickets()).toHaveLength(1);
    trip(loop, ['a', 'b']);
    expect(loop.tickets()).toHaveLength(2);
    expect(ticketOf(loop, 'a').id).toBe(ticketOf(loop, 'b').id);
    expect(ticketOf(loop, 'a').id).not.toBe(ticketOf(loop, 'fan-1').id);
  });

  test('a cause of what stands has its own ticket, and what follows from it is explained, not grouped', () => {
    const pump = toFan('pump', { explainedBy: ['power'] }, { upstream: { power: toId('board') } });
    const loop = createStormLoop([
      ...fans(12),
      toFan('board', { severity: 'medium', explains: 'power' }),
      pump,
    ]);
    set(loop, 1, names(1, 12));
    set(loop, 1, ['board', 'pump']);
    expect(ticketOf(loop, 'board').alarms).toHaveLength(1);
    expect(alarmOf(loop, 'board').storm).toBe(alarmOf(loop, 'fan-1').storm);
    expect(alarmOf(loop, 'pump')).toMatchObject({ ticket: null, storm: null });
    expect(alarmOf(loop, 'pump').explainedBy?.key).toBe('test-site/board/trip');
  });

  test('what waits for a cause is told with the storm, and explained when the cause comes', () => {
    const toPump = (id: string) =>
      toFan(id, { severity: 'medium', explainedBy: ['power'] }, { upstream: { power: toId('board') } });
    const board = toFan('board', { severity: 'high', explains: 'power' });
    const loop = createStormLoop([board, ...names(1, 20).map(toPump)]);
    set(loop, 1, names(1, 20));
    expect(loop.tickets()).toEqual([]);
    expect(stormsOf(loop)).toMatchObject([{ members: 20, ticket: null }]);
    set(loop, 1, ['board']);
    loop.advance(20_000);
    expect(loop.tickets().map(({ equipment }) => equipment)).toEqual(['board']);
    expect(loop.alarms().filter(({ explainedBy }) => explainedBy !== null)).toHaveLength(20);
  });

  test('what waits for a cause that does not come goes onto one ticket of the storm', () => {
    const toPump = (id: string) =>
      toFan(id, { severity: 'medium', explainedBy: ['power'] }, { upstream: { power: toId('board') } });
    const board = toFan('board', { severity: 'high', explains: 'power' });
    const loop = createStormLoop([board, ...names(1, 20).map(toPump)]);
    set(loop, 1, names(1, 20));
    loop.advance(20_000);
    expect(loop.tickets()).toHaveLength(1);
    expect(loop.tickets()[0]?.alarms).toHaveLength(20);
  });

  test.each<[Severity, string]>([
    ['high', 'urgent'],
    ['life-safety', 'emergency'],
  ])('a member that becomes %s leaves the ticket of the storm for its own', (severity, priority) => {
    const rising: Partial<TestRule> = {
      type: 'threshold',
      params: { point: 'rising', hi: { limit: 10 }, hihi: { limit: 20, severity } },
    };
    const loop = createStormLoop([...fans(12), toFan('rising', rising)]);
    set(loop, 1, names(1, 12));
    loop.feed({ rising: 11 });
    expect(ticketOf(loop, 'rising').alarms).toHaveLength(13);
    loop.feed({ rising: 21 });
    expect(ticketOf(loop, 'rising')).toMatchObject({ priority, alarms: [{ key: 'test-site/rising/trip' }] });
    expect(ticketOf(loop, 'fan-1')).toMatchObject({ priority: 'normal' });
    expect(ticketOf(loop, 'fan-1').alarms).toHaveLength(12);
    expect(alarmOf(loop, 'rising').storm === null).toBe(severity === 'life-safety');
    expect(loop.events.at(-1)?.isDigest).toBeUndefined();
  });

  test('the group window has a hard maximum: what comes then begins the next storm, with its own ticket', () => {
    const alarms = createTestAlarmTimes();
    const flood = { ...alarms.flood, maxMs: 5 * MINUTE_MS };
    const loop = createStormLoop(fans(40), { alarms: { ...alarms, flood } });
    set(loop, 1, names(1, 20));
    loop.advance(5 * MINUTE_MS);
    expect(stormsOf(loop)).toMatchObject([{ members: 20 }]);
    expect(stormsOf(loop)[0]?.endedAtMs).not.toBeNull();
    set(loop, 1, names(21, 30));
    expect(stormsOf(loop)).toMatchObject([{ members: 20 }, { members: 10, endedAtMs: null }]);
    expect(loop.tickets().map((it) => it.alarms.length)).toEqual([20, 10]);
  });

  test('a ticket of the storm that is done takes no more: the next member opens another', () => {
    const loop = createStormLoop(fans(14));
    set(loop, 1, names(1, 12));
    const { id } = ticketOf(loop, 'fan-1');
    cancel(loop, id);
    set(loop, 1, names(13, 14));
    expect(ticketOf(loop, 'fan-13').alarms.map(({ key }) => key)).toEqual([
      'test-site/fan-13/trip',
      'test-site/fan-14/trip',
    ]);
  });
});

function cancel(loop: TestLoop, ticket: TicketId): void {
  const version = loop.tickets().find(({ id }) => id === ticket)?.version ?? 0;
  const transition = { type: 'cancel', reason: 'false-alarm', note: 'n' } as never;
  loop.command(toTicketCommand({ id: ticket, version }, transition));
}
