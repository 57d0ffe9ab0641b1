/** More edge cases of alarms.md B8, as far as the alarm engine shows them: bad values (7), identity (17), full queues (20), tickets (21). */
import { describe, expect, test } from 'vitest';
import type { SiteModel } from '../../src/config/model.ts';
import { toIsaState } from '../../src/core/alarm.ts';
import type { QualityReason } from '../../src/core/quality.ts';
import { createTestLoop } from '../support/loop.ts';
import { createTestModel } from '../support/model.ts';
import { createRig, KEY, MINUTE_MS, toRigModel } from './alarm-rig.ts';

const [NORMAL, BAD] = [5, 11];
const UNUSABLE: readonly QualityReason[] = ['sentinel', 'out-of-range', 'not-a-number', 'decode'];

describe('B8 7: what is no value', () => {
  const BAD_DATA = {
    id: 'p-bad-data',
    type: 'bad-data',
    points: ['p'],
    onDelayMs: 2_000,
    opensTicket: false,
  };
  const createLoop = () => {
    const high = { id: 'high', type: 'threshold', points: ['p'], params: { point: 'p', hi: { limit: 10 } } };
    const pump = { id: 'pump', points: [{ name: 'p' }], rules: [high, BAD_DATA] };
    return createTestLoop(createTestModel({ equipment: [pump] }));
  };

  test.each(UNUSABLE)('%s raises no limit alarm, but its own', (reason) => {
    const loop = createLoop();
    loop.feed({ p: NORMAL });
    loop.feed({ p: reason });
    loop.advance(MINUTE_MS, () => loop.feed({ p: reason }));
    expect(loop.announced().filter((it) => !it.startsWith('GC'))).toEqual(['p-bad-data raised']);
  });

  test.each(UNUSABLE)('%s ends no limit alarm: it stands, and says that it is blind', (reason) => {
    const loop = createLoop();
    loop.feed({ p: BAD });
    loop.announced();
    loop.advance(MINUTE_MS, () => loop.feed({ p: reason }));
    expect(loop.alarm(KEY)).toMatchObject({ isActive: true, blindSinceMs: expect.any(Number) });
    expect(loop.announced()).not.toContain('high returned');
    loop.feed({ p: NORMAL });
    expect(loop.alarm(KEY)).toMatchObject({ isActive: false, blindSinceMs: null });
  });

  test('a raw value that a device gives for "none" is judged by its quality, however high it is', () => {
    const loop = createLoop();
    loop.feed({ p: { value: 65_535, quality: 'sentinel' } });
    expect(loop.alarm(KEY)).toBeNull();
  });
});

describe('B8 17: identity', () => {
  test('other words, another name and another limit are the same alarm with the same occurrence', () => {
    const rig = createRig();
    rig.feed(BAD);
    rig.acknowledge();
    const { id, ticket } = rig.open();
    rig.loop.announced();
    rig.loop.restart(1_000, toRenamed(toRigModel({ rule: { params: { point: 'p', hi: { limit: 9 } } } })));
    rig.feed(BAD);
    rig.loop.advance(20_000, () => rig.feed(BAD));
    expect(rig.open()).toMatchObject({ id, ticket, acknowledged: { by: 'desk' }, count: 1 });
    expect(rig.said()).not.toContain('raised');
  });

  test('rules of one name on two parts are two alarms', () => {
    const rule = { id: 'fire', points: ['s'], params: { point: 's', in: [1] } };
    const zones = ['zone-1', 'zone-2'].map((id) => ({ id, points: [{ name: 's' }], rules: [rule] }));
    const loop = createTestLoop(createTestModel({ equipment: zones }));
    loop.feed({ 'zone-1/s': 1, 'zone-2/s': 1 });
    loop.feed({ 'zone-1/s': 0 });
    expect(loop.alarms().map(({ key, isActive }) => [key, isActive])).toEqual([
      ['test-site/zone-1/fire', false],
      ['test-site/zone-2/fire', true],
    ]);
  });

  function toRenamed(model: SiteModel): SiteModel {
    const name = { zh: '另一个名称', en: 'another name' };
    const equipment = new Map([...model.equipment].map(([id, it]) => [id, { ...it, name }]));
    return { ...model, equipment, rules: model.rules.map((rule) => ({ ...rule, text: name })) };
  }
});

describe('B8 20: nothing is dropped where it cannot be stored', () => {
  test('what rises and falls while the store refuses is decided by where it stands, and told once it is stored', () => {
    const rig = createRig();
    rig.loop.failCommits(true);
    rig.feed(BAD);
    rig.loop.advance(5_000, () => rig.feed(BAD));
    expect([rig.said(), rig.loop.alarms(), rig.loop.tickets()]).toEqual([[], [], []]);
    rig.loop.failCommits(false);
    rig.loop.advance(1_000);
    expect([rig.said(), rig.loop.tickets().length]).toEqual([['raised'], 1]);
  });
});

describe('B8 21: the ticket is open already', () => {
  test('a thousand readings, an hour of coming and going and a restart are one ticket', () => {
    const rig = createRig();
    for (let at = 0; at < 1_000; at++) rig.feed(BAD + (at % 3));
    rig.loop.advance(60 * MINUTE_MS, () =>
      rig.feed(rig.loop.clock.now().wallMs % 20_000 < 10_000 ? BAD : NORMAL),
    );
    rig.feed(BAD);
    rig.loop.restart(10_000);
    rig.feed(BAD);
    rig.loop.advance(20_000, () => rig.feed(BAD));
    expect(rig.loop.tickets()).toHaveLength(1);
    expect(rig.open().ticket).toBe(rig.loop.tickets()[0]?.id);
    expect(rig.open().count).toBeGreaterThan(1);
  });
});

test('B1: a record that has ended is in none of the states that wait for somebody', () => {
  const rig = createRig();
  rig.feed(BAD);
  const standing = rig.open();
  rig.feed(NORMAL);
  const waiting = rig.open();
  const ended = { endedAtMs: 1 };
  rig.feed(BAD);
  rig.shelve(60);
  const shelved = rig.open();
  expect([standing, waiting, shelved].map(toIsaState)).toEqual(['B', 'D', 'E']);
  expect([standing, waiting, shelved].map((it) => toIsaState({ ...it, ...ended }))).toEqual(['A', 'A', 'E']);
});
