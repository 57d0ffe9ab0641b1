/** What happens while a round cannot be stored, or the wall clock is set, is told as it was (alarms.md B8 no. 3, design.md §4). */
import { describe, expect, test } from 'vitest';
import { createTestLoop } from '../support/loop.ts';
import { createTestModel } from '../support/model.ts';
import { createRig, HOUR_MS, MINUTE_MS } from './alarm-rig.ts';

const [NORMAL, BAD, WORSE] = [5, 15, 25];

describe('while commits fail', () => {
  test('an acknowledged alarm that is normal for long and comes again is another one', () => {
    const rig = createRig();
    rig.feed(BAD);
    rig.acknowledge();
    rig.said();
    rig.loop.failCommits(true);
    rig.feed(NORMAL);
    rig.loop.advance(30 * MINUTE_MS, () => rig.feed(NORMAL));
    rig.feed(BAD);
    rig.loop.failCommits(false);
    rig.loop.advance(1_000);
    expect(rig.said()).toEqual(['returned', 'ended', 'raised']);
    expect(rig.open()).toMatchObject({ id: 'o-2', acknowledged: null });
  });

  test('the worst before the return and the worst after it are both told', () => {
    const rig = createRig();
    rig.feed(BAD);
    rig.said();
    rig.loop.failCommits(true);
    for (const value of [WORSE, NORMAL, BAD, NORMAL, WORSE, BAD, NORMAL]) rig.feed(value);
    rig.loop.failCommits(false);
    rig.loop.advance(1_000);
    expect(rig.said()).toEqual(['severity-changed', 'returned', 're-raised', 'returned']);
    expect(rig.open()).toMatchObject({ severity: 'high', count: 2 });
  });

  test('an alarm that came and went is told, once for however often', () => {
    const rig = createRig();
    rig.feed(NORMAL);
    rig.loop.failCommits(true);
    for (const value of [BAD, NORMAL, NORMAL]) rig.feed(value);
    rig.loop.advance(5_000);
    rig.loop.failCommits(false);
    rig.loop.advance(1_000);
    expect(rig.said()).toEqual(['raised', 'returned']);
  });
});

describe('a wall clock that is set while the on-delay runs', () => {
  test.each([HOUR_MS, -HOUR_MS])('by %d ms leaves the time from onset to raise as it was', (stepMs) => {
    const rig = createRig({ rule: { onDelayMs: MINUTE_MS } });
    rig.feed(NORMAL);
    rig.loop.advance(1_000);
    rig.feed(BAD);
    rig.loop.advance(30_000, () => rig.feed(BAD));
    rig.loop.clock.stepWall(stepMs);
    rig.loop.advance(31_000, () => rig.feed(BAD));
    const { raisedAtMs, onsetAtMs, onsetAfterMs } = rig.open();
    expect([raisedAtMs - onsetAtMs, onsetAtMs - (onsetAfterMs ?? 0)]).toEqual([MINUTE_MS, 1_000]);
  });

  test('and makes the sample that ends it late by no more than the delay', () => {
    const rig = createRig({ rule: { onDelayMs: MINUTE_MS } });
    rig.feed(BAD);
    rig.loop.clock.advance(MINUTE_MS);
    rig.loop.clock.stepWall(HOUR_MS);
    rig.feed(BAD);
    expect(rig.open().raisedAtMs - rig.open().onsetAtMs).toBe(MINUTE_MS);
  });
});

describe('a cause that has just gone when the wall clock is set', () => {
  const model = createTestModel({
    equipment: [
      {
        id: 'feeder',
        points: [{ name: 'u' }],
        rules: [
          {
            id: 'lost',
            type: 'threshold',
            points: ['u'],
            severity: 'high',
            explains: 'power',
            params: { point: 'u', lo: { limit: 100 } },
          },
        ],
      },
      {
        id: 'pump',
        upstream: { power: 'feeder' as never },
        points: [{ name: 'p' }],
        rules: [
          {
            id: 'r',
            type: 'threshold',
            points: ['p'],
            explainedBy: ['power'],
            params: { point: 'p', lo: { limit: 3 } },
          },
        ],
      },
    ],
  });

  test.each([
    [0, false],
    [10 * MINUTE_MS, false],
    [-10 * MINUTE_MS, false],
    [10 * MINUTE_MS, true],
    [-10 * MINUTE_MS, true],
  ])('by %d ms still explains what follows from it (ended: %s)', (stepMs, isEnded) => {
    const loop = createTestLoop(model);
    loop.feed({ u: 230, p: 5 });
    loop.advance(16_000, () => loop.feed({ u: 230, p: 5 }));
    loop.feed({ u: 0 });
    loop.advance(2_000);
    const { id } = loop.alarm('lost') ?? {};
    if (isEnded) loop.command({ type: 'acknowledge-alarm', occurrence: id as never, by: 'wang', note: '' });
    loop.feed({ u: 230 });
    loop.advance(5_000, () => loop.feed({ u: 230 }));
    loop.clock.stepWall(stepMs);
    loop.advance(500);
    loop.announced();
    loop.feed({ p: 1 });
    loop.advance(10_000, () => loop.feed({ u: 230, p: 1 }));
    expect(loop.announced().filter((line) => line.startsWith('r '))).toEqual(['r raised', 'r explained']);
    expect(loop.tickets()).toHaveLength(1);
  });
});
