/** What the loop knows beside open alarms and tickets, and must still know after it was killed. */
import { describe, expect, test } from 'vitest';
import { toId } from '../../src/core/ids.ts';
import { RECENT_PAST_LIMITS, restoreRecentPast, toRecentPastRow } from '../../src/engine/recent-past.ts';
import type { RuleMemoryRow } from '../../src/store/store.ts';
import { createTestLoop } from '../support/loop.ts';
import { createTestModel } from '../support/model.ts';
import { createStoreState } from '../support/store-state.ts';
import { createRig, MINUTE_MS, type Rig } from './alarm-rig.ts';

const [NORMAL, BAD] = [5, 15];
const reminders = ({ loop }: Rig): number =>
  loop.controlEvents.filter(({ type }) => type === 'shelf-reminder').length;

describe('a reminder of a shelf', () => {
  test('that became due while the gateway was down is told at the start, once', () => {
    const rig = createRig();
    rig.feed(NORMAL);
    rig.shelve(60);
    rig.loop.advance(30 * MINUTE_MS);
    rig.loop.restart(20 * MINUTE_MS);
    rig.loop.advance(1_000);
    expect(reminders(rig)).toBe(1);
    rig.loop.restart(1_000);
    rig.loop.advance(MINUTE_MS);
    expect([reminders(rig), rig.state()]).toEqual([1, 'E']);
  });

  test('of a shelf that ended meanwhile is not told: its end is', () => {
    const rig = createRig();
    rig.feed(NORMAL);
    rig.shelve(60);
    rig.loop.restart(61 * MINUTE_MS);
    rig.loop.advance(1_000);
    expect(rig.loop.controlEvents.map(({ type }) => type)).toEqual(['shelved', 'shelf-expired']);
  });

  test('is told again of the next shelf', () => {
    const rig = createRig();
    rig.feed(NORMAL);
    rig.shelve(60);
    rig.loop.advance(50 * MINUTE_MS);
    rig.shelve(60);
    rig.loop.advance(50 * MINUTE_MS);
    expect(reminders(rig)).toBe(2);
  });
});

describe('a delay that runs while the gateway is stopped in order', () => {
  test.each([250, 1_250, 4_750])('goes on from where it stood, %d ms after it was saved last', (ranMs) => {
    const rig = createRig({ rule: { onDelayMs: 10_000 } });
    rig.feed(NORMAL);
    rig.loop.advance(5_250);
    rig.feed(BAD);
    rig.loop.advance(ranMs);
    rig.loop.conclude();
    rig.loop.restart(30_000);
    rig.feed(BAD);
    rig.loop.advance(10_000 - ranMs - 250);
    expect(rig.said()).toEqual([]);
    rig.loop.advance(500);
    expect(rig.said()).toEqual(['raised']);
  });

  test('is not there any more when the condition had gone before', () => {
    const rig = createRig({ rule: { onDelayMs: 10_000 } });
    rig.feed(BAD);
    rig.loop.advance(5_250);
    rig.feed(NORMAL);
    rig.loop.conclude();
    rig.loop.restart(30_000);
    rig.feed(BAD);
    rig.loop.advance(9_750);
    expect(rig.said()).toEqual([]);
  });
});

describe('raises that chatter counts', () => {
  test('a held return is not told while the condition is TRUE and only waits for a second good sample', () => {
    const rig = createRig({ rule: { minGoodSamples: 2 } });
    for (let raise = 0; raise < 3; raise++) {
      rig.feed(BAD);
      rig.feed(BAD);
      rig.feed(NORMAL);
    }
    rig.feed(BAD);
    rig.said();
    rig.loop.advance(10 * MINUTE_MS);
    expect([rig.state(), rig.said()]).toEqual(['B', []]);
    rig.feed(NORMAL);
    rig.loop.advance(250);
    expect([rig.state(), rig.said()]).toEqual(['D', ['chatter-ended', 'returned']]);
  });

  test('go on over a restart: the third within the minute begins it', () => {
    const rig = createRig();
    for (const value of [BAD, NORMAL, BAD, NORMAL]) rig.feed(value);
    rig.loop.restart(10_000);
    rig.feed(BAD);
    expect(rig.open()).toMatchObject({ chatter: { raises: 3 }, count: 3 });
  });

  test('grow old while the gateway is down', () => {
    const rig = createRig();
    for (const value of [BAD, NORMAL, BAD, NORMAL]) rig.feed(value);
    rig.loop.restart(61_000);
    rig.feed(BAD);
    expect(rig.open().chatter).toBeNull();
  });

  test('keep their age over a step of the wall clock before the restart', () => {
    const rig = createRig();
    for (const value of [BAD, NORMAL, BAD, NORMAL]) rig.feed(value);
    rig.loop.clock.stepWall(-3_600_000);
    rig.loop.advance(1_000);
    rig.loop.restart(10_000);
    rig.loop.advance(45_000);
    rig.feed(BAD);
    expect(rig.open(), '56 s after the first').toMatchObject({ chatter: { raises: 3 } });
  });

  test('that are too old to count stay so after a step of the wall clock back and a restart', () => {
    const rig = createRig();
    for (const value of [BAD, NORMAL, BAD, NORMAL]) rig.feed(value);
    rig.loop.advance(61_000);
    rig.loop.clock.stepWall(-3_600_000);
    rig.loop.advance(1_000);
    rig.loop.restart(10_000);
    rig.feed(BAD);
    expect(rig.open().chatter).toBeNull();
  });

  test('of more alarms than are kept: the latest are', () => {
    const keys = Array.from({ length: RECENT_PAST_LIMITS.raises + 5 }, (_, at) => toId<never>(`s/e/r${at}`));
    const now = { wallMs: 1_000_000, monoMs: 50_000, bootId: 'a' };
    const raises = new Map(keys.map((key, at) => [key, [40_000 + at]]));
    const row = toRecentPastRow(toId('s'), { raises, returned: new Map() }, now);
    const boot = { ...createStoreState().boot(0), memories: [row satisfies RuleMemoryRow] };
    const again = restoreRecentPast(boot, toId('s'), { wallMs: 1_002_000, monoMs: 100, bootId: 'b' });
    expect(again.raises.size).toBe(RECENT_PAST_LIMITS.raises);
    expect(again.raises.get(keys[0] as never)).toBeUndefined();
    expect(again.raises.get(keys[5] as never), '9.995 s old then, 2 s more now').toEqual([100 - 11_995]);
  });
});

test('the aftermath of a cause that went before the restart still explains what shows only now', () => {
  const upstream = { power: toId<never>('board') };
  const rules = [
    { id: 'stopped', points: ['run'], params: { point: 'run', in: [0] }, explainedBy: ['power' as const] },
  ];
  const dead = {
    id: 'dead',
    points: ['supply'],
    params: { point: 'supply', in: [0] },
    explains: 'power' as const,
  };
  const model = createTestModel({
    equipment: [
      { id: 'board', points: [{ name: 'supply' }], rules: [dead] },
      { id: 'pump', upstream, points: [{ name: 'run' }], rules },
    ],
  });
  const loop = createTestLoop(model);
  loop.advance(16_000);
  loop.feed({ supply: 0, run: 1 });
  loop.advance(10_000);
  const cause = loop.alarm('dead');
  loop.command({ type: 'acknowledge-alarm', occurrence: cause?.id as never, by: 'desk', note: '' });
  loop.feed({ supply: 1 });
  expect(loop.alarm('dead')).toBeNull();
  loop.restart(5_000);
  loop.feed({ supply: 1, run: 0 });
  expect(loop.alarm('stopped')).toMatchObject({ ticket: null, explainedBy: { occurrence: cause?.id } });
});

test('another limit of the same severity is kept: the dead-band goes on from it', () => {
  const params = { point: 'p', hi: { limit: 10, deadband: 1 }, hihi: { limit: 20, deadband: 8 } };
  const rig = createRig({ rule: { params } });
  rig.feed(BAD);
  rig.feed(25);
  expect([rig.open().level, rig.said()]).toEqual(['hihi', ['raised']]);
  rig.loop.restart(1_000);
  rig.feed(14);
  expect(rig.open().level, 'inside the dead-band of hihi').toBe('hihi');
  rig.feed(11);
  expect([rig.open().level, rig.said()]).toEqual(['hi', []]);
});

test('an occurrence that ended in the round in which the next one began is stored as ended', () => {
  const rig = createRig();
  rig.feed(BAD);
  rig.acknowledge();
  rig.loop.failCommits(true);
  for (const value of [NORMAL, BAD, NORMAL]) rig.feed(value);
  rig.loop.failCommits(false);
  rig.loop.advance(1_000);
  rig.acknowledge();
  rig.loop.restart(1_000);
  expect(rig.loop.alarms()).toEqual([]);
});
