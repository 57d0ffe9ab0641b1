/** What the comparison with the reference model (reference.test.ts) has found, each as a day in the life of one alarm. */
import { describe, expect, test } from 'vitest';
import { toId } from '../../src/core/ids.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { createTestLoop } from '../support/loop.ts';
import { createTestAlarmTimes, createTestModel } from '../support/model.ts';
import { createRig, MINUTE_MS, type Rig, type RigOptions } from './alarm-rig.ts';

const [NORMAL, BAD, WORSE] = [5, 11, 21];

const CLEANING: RigOptions = {
  rule: {
    points: ['p', 'mode'],
    expectedWhen: {
      guards: [{ point: 'mode', in: [1], notIn: null }],
      text: { zh: '清洗中', en: 'cleaning' },
    },
  },
};

describe('after a start, before anything has been read', () => {
  test('an effect that was to be expected goes on hiding its alarm until its sign is read', () => {
    const rig = createRig(CLEANING);
    rig.feed(NORMAL, 1);
    rig.feed(BAD);
    rig.said();
    rig.loop.restart(1_000);
    rig.loop.advance(1_000);
    rig.loop.feed({ p: BAD });
    expect([rig.state(), rig.said()]).toEqual(['F', []]);
    rig.feed(BAD, 0);
    rig.loop.advance(250);
    expect([rig.state(), rig.said()]).toEqual(['B', ['unsuppressed']]);
  });

  test('a sign that nobody reads hides nothing for longer than the grace', () => {
    const rig = createRig(CLEANING);
    rig.feed(NORMAL, 1);
    rig.feed(BAD);
    rig.said();
    rig.loop.restart(1_000);
    rig.loop.advance(15_000, () => rig.feed(BAD));
    expect([rig.state(), rig.said()]).toEqual(['B', ['unsuppressed']]);
  });

  test('a return that is held for chatter waits for its on-delay before it counts as a raise inside', () => {
    const rig = createRig({ rule: { onDelayMs: 2_000 } });
    chatter(rig, 2_000);
    rig.loop.restart(1_000);
    rig.feed(BAD);
    expect(rig.open().count).toBe(3);
    rig.loop.advance(2_000, () => rig.feed(BAD));
    expect(rig.open().count).toBe(4);
  });
});

test('a flood counts what came before a step of the wall clock and a restart', () => {
  const flood = { enter: 2, leave: 1, windowMs: 120_000, digestMs: 30_000, maxMs: 300_000 };
  const rig = createRig({ policy: { alarms: createTestAlarmTimes({ flood }) } });
  for (const value of [BAD, NORMAL, BAD, NORMAL]) rig.feed(value);
  rig.loop.clock.stepWall(60 * MINUTE_MS);
  rig.loop.advance(250);
  rig.loop.restart(1_000);
  rig.feed(BAD);
  expect(rig.open().storm).not.toBeNull();
});

describe('a latching alarm', () => {
  test.each([
    ['shelved', 'E', (rig: Rig) => rig.shelve(60)],
    ['out of service', 'G', (rig: Rig) => rig.outOfService(60)],
  ])('that returns while it is %s stays latched and is told when that is over', (_, letter, hide) => {
    const rig = createRig({ rule: { isLatching: true } });
    rig.feed(BAD);
    hide(rig);
    rig.feed(NORMAL);
    expect([rig.state(), rig.open().isLatched]).toEqual([letter, true]);
    rig.loop.advance(60 * MINUTE_MS);
    expect([rig.state(), rig.open().isActive]).toEqual(['B', false]);
    rig.acknowledge();
    rig.reset();
    expect(rig.state()).toBe('A');
  });

  test('that returns while it is suppressed by design is normal', () => {
    const rig = createRig({ rule: { ...CLEANING.rule, isLatching: true } });
    rig.feed(NORMAL, 1);
    rig.feed(BAD);
    rig.feed(NORMAL);
    expect(rig.loop.alarms()).toEqual([]);
  });
});

describe('a one-shot shelf', () => {
  test('goes with the return of a latching alarm, which is told: it stands', () => {
    const rig = createRig({ rule: { isLatching: true } });
    rig.shelve(60, { isOneShot: true });
    rig.feed(BAD);
    rig.feed(NORMAL);
    expect([rig.state(), rig.said()]).toEqual(['B', ['raised', 'latched', 'shelf-expired']]);
    expect(rig.open()).toMatchObject({ shelf: null, isLatched: true });
  });

  test('goes with the return of a chattering alarm, too', () => {
    const rig = createRig();
    chatter(rig);
    rig.shelve(60, { isOneShot: true });
    rig.loop.advance(60_000);
    expect([rig.loop.alarms(), rig.state()]).toEqual([[], 'A']);
  });
});

describe('the hold of a chattering alarm', () => {
  test('does not end while the condition cannot be judged', () => {
    const rig = createRig();
    chatter(rig);
    rig.loop.advance(59_000);
    rig.loop.feed({ p: 'comm-loss' });
    rig.loop.advance(4_000);
    expect(rig.said()).toEqual([]);
    rig.feed(NORMAL);
    rig.loop.advance(250);
    expect(rig.said()).toEqual(['chatter-ended', 'returned']);
  });

  test('lets a higher level count once its delay has passed', () => {
    const rig = createRig({ rule: { onDelayMs: 2_000 } });
    chatter(rig, 2_000);
    rig.feed(WORSE);
    expect(rig.open().severity).toBe('medium');
    rig.loop.advance(2_000, () => rig.feed(WORSE));
    expect(rig.open()).toMatchObject({ severity: 'high', count: 4 });
  });

  test('that runs when the alarm is hidden goes on, whatever is read meanwhile', () => {
    const rig = createRig();
    chatter(rig);
    rig.shelve(60);
    rig.said();
    rig.loop.feed({ p: 'comm-loss' });
    rig.feed(NORMAL);
    expect([rig.state(), rig.said()]).toEqual(['E', []]);
    rig.loop.advance(60_000);
    expect(rig.said()).toEqual(['chatter-ended', 'ended']);
  });

  test.each([0, -60, 60])(
    'stands still while the alarm is blind, whatever the clock does (%i min)',
    (minutes) => {
      const rig = createRig();
      chatter(rig);
      rig.loop.advance(30_000);
      rig.loop.feed({ p: 'comm-loss' });
      rig.loop.advance(5 * MINUTE_MS);
      rig.loop.clock.stepWall(minutes * MINUTE_MS);
      rig.loop.advance(5 * MINUTE_MS);
      rig.feed(NORMAL);
      rig.loop.advance(29_750);
      expect(rig.said()).toEqual(['blind', 'sighted']);
      rig.loop.advance(250);
      expect(rig.said()).toEqual(['chatter-ended', 'returned']);
    },
  );
});

describe('the highest level is kept until somebody has seen it', () => {
  test('then the present one counts at once', () => {
    const rig = createRig();
    rig.feed(WORSE);
    rig.feed(BAD);
    expect(rig.open().severity).toBe('high');
    rig.acknowledge();
    expect(rig.open()).toMatchObject({ severity: 'medium', level: 'hi' });
  });

  test('a latched alarm that was acknowledged raises anew with the level that it then has', () => {
    const rig = createRig({ rule: { isLatching: true } });
    rig.feed(WORSE);
    rig.feed(NORMAL);
    rig.acknowledge();
    rig.feed(BAD);
    expect(rig.open()).toMatchObject({ severity: 'medium', level: 'hi' });
  });
});

test('life safety that is outside its hours is not said to be suppressed', () => {
  const rig = createRig({ rule: { ...CLEANING.rule, severity: 'life-safety' } });
  rig.feed(NORMAL, 1);
  expect(rig.state()).toBe('A');
});

/** Three raises within a minute, and a return that is held. */
test('a cause that ends because its rule is another one has not returned: what waits for it gets its own ticket', () => {
  const toModel = (version: string) =>
    createTestModel({
      equipment: [
        {
          id: 'board',
          points: [{ name: 'supply' }],
          rules: [
            {
              id: 'dead',
              version,
              points: ['supply'],
              params: { point: 'supply', in: [0] },
              explains: 'power',
            },
          ],
        },
        {
          id: 'pump',
          upstream: { power: toId('board') },
          points: [{ name: 'run' }],
          rules: [
            {
              id: 'stopped',
              points: ['run'],
              params: { point: 'run', in: [0] },
              explainedBy: ['power'],
            },
          ],
        },
      ],
    });
  const loop = createTestLoop(toModel('1'));
  loop.advance(16_000);
  for (const supply of [1, 0, 1, 0, 1, 0, 1]) loop.feed({ supply, run: 1 });
  expect(loop.alarm('dead'), 'held, because it chatters').toMatchObject({ isActive: true, count: 3 });
  loop.feed({ run: 0 });
  // Time is looked at in the round of the change.
  loop.clock.advance(LIMITS.sweepMs);
  loop.replaceModel(toModel('2'));
  expect([loop.alarm('dead'), loop.alarm('stopped')?.explainedBy]).toEqual([null, null]);
  loop.advance(5_000);
  expect(loop.alarm('stopped')?.ticket).not.toBeNull();
});

function chatter(rig: Rig, onDelayMs = 0): void {
  for (let raises = 0; raises < 3; raises++) {
    rig.feed(BAD);
    rig.loop.advance(onDelayMs, () => rig.feed(BAD));
    rig.feed(NORMAL);
  }
  expect(rig.open().chatter).not.toBeNull();
  rig.said();
}
