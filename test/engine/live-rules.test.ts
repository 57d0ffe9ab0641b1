/** Rules that change while the gateway runs (alarms.md B3), and what rule types remember over a restart. */
import { describe, expect, test } from 'vitest';
import { MEMORY_SNAPSHOT_MS } from '../../src/engine/snapshots.ts';
import type { Write } from '../../src/store/store.ts';
import { createTestLoop, type TestLoop } from '../support/loop.ts';
import { createTestModel, type TestRule } from '../support/model.ts';
import { HOUR_MS } from './alarm-rig.ts';

const threshold = (id: string, point: string, limit: number, given: Partial<TestRule> = {}): TestRule => ({
  id,
  type: 'threshold',
  points: [point],
  params: { point, hi: { limit } },
  version: `${id}-${limit}`,
  ...given,
});
const toModel = (...rules: readonly TestRule[]) =>
  createTestModel({ equipment: [{ id: 'pump', points: [{ name: 'p' }, { name: 'q' }], rules }] });
const alarms = (loop: TestLoop) => loop.alarms().map((it) => [it.rule, it.ruleVersion, it.count]);

describe('B3, a rule changed while active', () => {
  test('still true: the same occurrence goes on under the new version, and says so; no ticket is opened', () => {
    const loop = createTestLoop(toModel(threshold('high', 'p', 10)));
    loop.feed({ p: 15 });
    loop.announced();
    loop.replaceModel(toModel(threshold('high', 'p', 12)));
    expect(loop.announced()).toEqual(['high rule-changed', 'GC20261121-0001 rule-changed']);
    expect(alarms(loop)).toEqual([['high', 'high-12', 1]]);
    loop.feed({ p: 5 });
    expect(loop.announced()).toEqual(['high returned', 'GC20261121-0001 alarm-returned']);
  });

  test('while it cannot be judged, a sign of an effect to be expected that was never read does not keep it from ending', () => {
    const expectedWhen = {
      guards: [{ point: 'q', in: [1], notIn: null }],
      text: { zh: '清洗中', en: 'cleaning' },
    };
    const given = { points: ['p', 'q'], expectedWhen };
    const loop = createTestLoop(toModel(threshold('high', 'p', 10, given)));
    loop.feed({ p: 15 });
    loop.feed({ p: 'comm-loss' });
    loop.replaceModel(toModel(threshold('high', 'p', 50, given)));
    expect(loop.events.at(-1)?.occurrence.endReason).toBe('rule-changed');
  });

  test('now false: it ends as rule-changed, never as recovered, and the ticket stays open', () => {
    const loop = createTestLoop(toModel(threshold('high', 'p', 10)));
    loop.feed({ p: 15 });
    loop.announced();
    loop.replaceModel(toModel(threshold('high', 'p', 50)));
    expect(loop.announced()).toEqual(['high ended', 'GC20261121-0001 rule-changed']);
    expect(loop.events.at(-1)?.occurrence.endReason).toBe('rule-changed');
    expect(loop.tickets()[0]?.stage).toBe('dispatched');
  });

  test('is judged by the last good sample when the present one cannot be used', () => {
    const ends = createTestLoop(toModel(threshold('high', 'p', 10)));
    ends.feed({ p: 15 });
    ends.feed({ p: 'comm-loss' });
    ends.replaceModel(toModel(threshold('high', 'p', 50)));
    expect(ends.events.at(-1)?.occurrence.endReason).toBe('rule-changed');
    const stays = createTestLoop(toModel(threshold('high', 'p', 10)));
    stays.feed({ p: 15 });
    stays.feed({ p: 'comm-loss' });
    stays.replaceModel(toModel(threshold('high', 'p', 12)));
    expect(alarms(stays)).toEqual([['high', 'high-10', 1]]);
    stays.feed({ p: 15 });
    expect(alarms(stays)).toEqual([['high', 'high-12', 1]]);
  });

  test('with an off-delay ends when the delay has passed under the new rule', () => {
    const loop = createTestLoop(toModel(threshold('high', 'p', 10, { offDelayMs: 5_000 })));
    loop.feed({ p: 15 });
    loop.replaceModel(toModel(threshold('high', 'p', 50, { offDelayMs: 5_000 })));
    loop.advance(4_750);
    expect(alarms(loop)).toEqual([['high', 'high-10', 1]]);
    loop.advance(250);
    expect(loop.events.at(-1)?.occurrence.endReason).toBe('rule-changed');
  });

  test('disabled: it ends as rule-removed and raises no more until it is enabled again', () => {
    const model = toModel(threshold('high', 'p', 10));
    const loop = createTestLoop(model);
    loop.feed({ p: 15 });
    loop.replaceModel(model, ['test-site/pump/high']);
    expect(loop.events.at(-1)?.occurrence.endReason).toBe('rule-removed');
    loop.feed({ p: 16 });
    loop.advance(30_000, () => loop.feed({ p: 16 }));
    expect(loop.alarms()).toEqual([]);
    expect(loop.explain('pump', 'high')?.layers[0]).toMatchObject({ verdict: 'disabled' });
    loop.replaceModel(model);
    expect(alarms(loop)).toEqual([['high', 'high-10', 1]]);
  });

  test('a rule that becomes true by its change raises at once, with its ticket', () => {
    const loop = createTestLoop(toModel(threshold('high', 'p', 50)));
    loop.feed({ p: 15 });
    loop.replaceModel(toModel(threshold('high', 'p', 10)));
    expect(loop.announced()).toEqual([
      'high raised',
      'GC20261121-0001 opened',
      'GC20261121-0001 recorded',
      'GC20261121-0001 dispatched',
    ]);
  });

  test('a change whose commit fails is made with the next round', () => {
    const loop = createTestLoop(toModel(threshold('high', 'p', 10)));
    loop.feed({ p: 15 });
    loop.failCommits(true);
    loop.replaceModel(toModel(threshold('high', 'p', 50)));
    expect(alarms(loop)).toEqual([['high', 'high-10', 1]]);
    loop.failCommits(false);
    loop.advance(250);
    expect(loop.events.at(-1)?.occurrence.endReason).toBe('rule-changed');
  });
});

describe('other rules', () => {
  test('go on as they were: running delays keep their time', () => {
    const slow = threshold('slow', 'q', 10, { onDelayMs: 10_000 });
    const loop = createTestLoop(toModel(threshold('high', 'p', 10), slow));
    loop.feed({ q: 15 });
    loop.advance(6_000);
    loop.replaceModel(toModel(threshold('high', 'p', 12), slow));
    loop.advance(3_750);
    expect(loop.alarms()).toEqual([]);
    loop.advance(250);
    expect(alarms(loop)).toEqual([['slow', 'slow-10', 1]]);
  });

  test('take over a better wording without being judged anew', () => {
    const text = { zh: '新', en: 'new wording' };
    const loop = createTestLoop(toModel(threshold('high', 'p', 10)));
    loop.feed({ p: 15 });
    loop.announced();
    loop.replaceModel(toModel(threshold('high', 'p', 10, { text })));
    expect(loop.announced()).toEqual([]);
    expect(loop.explain('pump', 'high')?.text).toEqual(text);
  });

  test('that are new are judged from then on', () => {
    const loop = createTestLoop(toModel(threshold('high', 'p', 10)));
    loop.feed({ p: 5, q: 15 });
    loop.replaceModel(toModel(threshold('high', 'p', 10), threshold('other', 'q', 10)));
    expect(alarms(loop)).toEqual([['other', 'other-10', 1]]);
    loop.feed({ q: 5 });
    expect(loop.alarm('other')?.isActive).toBe(false);
  });

  test('may not be fewer, nor take the place of another: that is our own mistake', () => {
    const loop = createTestLoop(toModel(threshold('high', 'p', 10), threshold('other', 'q', 10)));
    expect(() => loop.replaceModel(toModel(threshold('high', 'p', 10)))).toThrow('keeps the rules');
    const swapped = toModel(threshold('other', 'q', 10), threshold('high', 'p', 10));
    expect(() => loop.replaceModel(swapped)).toThrow('stays at its index');
  });
});

describe('what a rule type remembers', () => {
  const hours: TestRule = {
    id: 'service',
    type: 'running-hours',
    points: ['p'],
    version: 'hours-1',
    params: { point: 'p', in: [1], everyHours: 2 },
  };
  const saved = (loop: TestLoop) =>
    loop.writes.filter(
      (write): write is Write & { type: 'rule-memories' } =>
        // What the wall shows goes with everything that is stored.
        write.type === 'rule-memories' && !write.memories.every(({ key }) => key === 'test-site/wall'),
    );

  test('is saved once a minute while it changes, and not while nothing does', () => {
    const loop = createTestLoop(toModel(hours, threshold('high', 'q', 10)));
    loop.feed({ p: 1, q: 1 });
    loop.advance(MEMORY_SNAPSHOT_MS - 250);
    expect(saved(loop)).toHaveLength(0);
    loop.advance(250);
    expect(saved(loop).map(({ memories }) => memories.map(({ key }) => key))).toEqual([
      ['test-site/pump/service'],
    ]);
    loop.feed({ p: 0 });
    loop.advance(10 * MEMORY_SNAPSHOT_MS);
    expect(saved(loop)).toHaveLength(2);
  });

  test('survives a restart after an orderly stop, and the time away does not count', () => {
    const loop = createTestLoop(toModel(hours));
    loop.feed({ p: 1 });
    loop.advance(HOUR_MS + 30_000);
    loop.conclude();
    loop.restart(5 * HOUR_MS);
    loop.feed({ p: 1 });
    loop.advance(HOUR_MS - 31_000);
    expect(loop.alarms()).toEqual([]);
    loop.advance(2_000);
    expect(alarms(loop)).toEqual([['service', 'hours-1', 1]]);
  });

  test('is saved with a later round when it could not be stored', () => {
    const loop = createTestLoop(toModel(hours));
    loop.feed({ p: 1 });
    loop.feed({ p: 0 });
    loop.failCommits(true);
    loop.advance(2 * MEMORY_SNAPSHOT_MS);
    loop.failCommits(false);
    loop.advance(250);
    expect(saved(loop)).toHaveLength(1);
  });

  test('goes on under another version of the rule, and begins anew with another maintenance', () => {
    const loop = createTestLoop(toModel(hours));
    loop.feed({ p: 1 });
    loop.advance(HOUR_MS);
    loop.conclude();
    loop.restart(0, toModel({ ...hours, version: 'hours-2', severity: 'low' }));
    loop.feed({ p: 1 });
    loop.advance(HOUR_MS - 1_000);
    expect(loop.alarms()).toEqual([]);
    loop.advance(2_000);
    expect(alarms(loop)).toEqual([['service', 'hours-2', 1]]);
    const params = { ...hours.params, doneOn: '2026-11-21' };
    loop.restart(0, toModel({ ...hours, version: 'hours-3', params }));
    loop.feed({ p: 1 });
    expect(loop.events.at(-1)).toMatchObject({ type: 'ended', occurrence: { endReason: 'rule-changed' } });
  });
});

describe('an expression that is changed while it cannot be judged', () => {
  const ratio = (limit: number, windows = {}): TestRule => ({
    id: 'ratio',
    type: 'expression',
    points: ['p', 'q'],
    params: { points: { a: 'p', b: 'q' }, windows, working: {}, condition: `a + b > ${limit}` },
    version: `ratio-${limit}`,
  });

  test('is judged by the last good samples of its points, when it does not look back', () => {
    for (const [limit, reasons] of [
      [50, ['rule-changed']],
      [12, []],
    ] as const) {
      const loop = createTestLoop(toModel(ratio(10)));
      loop.feed({ p: 15, q: 1 });
      loop.feed({ p: 'comm-loss', q: 'comm-loss' });
      loop.replaceModel(toModel(ratio(limit)));
      expect(loop.events.flatMap(({ occurrence }) => occurrence.endReason ?? [])).toEqual(reasons);
    }
  });

  test('stays as it is when it does: what its windows would have seen nobody knows', () => {
    const windows = { w: { point: 'a', over: 60_000, of: 'max' } };
    const of = (limit: number): TestRule => {
      const rule = ratio(limit, windows);
      return { ...rule, params: { ...rule.params, condition: `w + b > ${limit}` } };
    };
    const loop = createTestLoop(toModel(of(10)));
    loop.feed({ p: 15, q: 1 });
    loop.advance(60_000, () => loop.feed({ p: 15, q: 1 }));
    expect(loop.alarm('ratio')?.isActive).toBe(true);
    loop.feed({ p: 'comm-loss', q: 'comm-loss' });
    loop.replaceModel(toModel(of(50)));
    expect(loop.alarm('ratio')?.isActive).toBe(true);
  });
});
