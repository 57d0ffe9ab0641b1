/** Acknowledging many at once, and comments. */
import { describe, expect, test } from 'vitest';
import type { OccurrenceId } from '../../src/core/ids.ts';
import { createTestLoop } from '../support/loop.ts';
import { createTestModel } from '../support/model.ts';
import { createRig, refused } from './alarm-rig.ts';

describe('acknowledging many', () => {
  const rules = ['a', 'b', 'c'].map((id) => ({ id, points: [id], params: { point: id, in: [1] } }));
  const points = ['a', 'b', 'c'].map((name) => ({ name }));
  const raise = () => {
    const loop = createTestLoop(createTestModel({ equipment: [{ id: 'pump', points, rules }] }));
    loop.feed({ a: 1, b: 1, c: 1 });
    loop.announced();
    return loop;
  };

  test('each by itself: what somebody was quicker with, has ended or is named twice keeps no other from it', () => {
    const loop = raise();
    const ids = loop.alarms().map(({ id }) => id);
    loop.command({ type: 'acknowledge-alarm', occurrence: ids[0] as OccurrenceId, by: 'li', note: '' });
    loop.feed({ b: 0 });
    const occurrences = [...ids, ids[2] as OccurrenceId, 'o-99' as OccurrenceId];
    const outcome = loop.command({ type: 'acknowledge-alarms', occurrences, by: 'desk', note: 'seen' });
    expect(outcome.acknowledged).toEqual([ids[1], ids[2]]);
    expect(loop.alarm('a')?.acknowledged?.by).toBe('li');
    expect(loop.alarm('b'), 'it had returned').toBeNull();
    expect(loop.alarm('c')?.acknowledged).toMatchObject({ by: 'desk', note: 'seen' });
  });

  test('none of them is acknowledged when the commit fails', () => {
    const loop = raise();
    const occurrences = loop.alarms().map(({ id }) => id);
    loop.failCommits(true);
    const command = { type: 'acknowledge-alarms', occurrences, by: 'desk', note: '' } as const;
    expect(() => loop.command(command)).toThrow(refused('store-failed'));
    expect(loop.alarms().every(({ acknowledged }) => acknowledged === null)).toBe(true);
  });
});

describe('a comment', () => {
  test('stands in the history and changes nothing of the alarm', () => {
    const rig = createRig();
    rig.feed(11);
    const before = rig.open();
    const command = {
      type: 'comment-alarm',
      occurrence: before.id,
      by: 'li',
      note: 'valve 3 is shut',
    } as const;
    rig.loop.command(command);
    expect(rig.open()).toEqual(before);
    expect(rig.said()).toEqual(['raised', 'commented']);
    expect(rig.loop.events.at(-1)).toMatchObject({ by: 'li', note: 'valve 3 is shut' });
  });

  test('is refused when it says nothing, or the alarm has ended', () => {
    const rig = createRig();
    rig.feed(11);
    const { id } = rig.open();
    const comment = (note: string) =>
      rig.loop.command({ type: 'comment-alarm', occurrence: id, by: 'li', note });
    expect(() => comment(' ')).toThrow(refused('missing-fields'));
    rig.acknowledge();
    rig.feed(5);
    expect(() => comment('late')).toThrow(refused('alarm-ended'));
  });
});
