/** Alarm events in bursts: how they are joined, and what they make of the list. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { replaceAlarms } from '../../../src/web/live/cache.ts';
import { createGathering } from '../../../src/web/live/gathering.ts';
import { toAlarm } from '../samples.ts';

describe('a burst', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('shows its first at once and the others together, in order', () => {
    const batches: (readonly number[])[] = [];
    const gather = createGathering<number>(100, (batch) => batches.push(batch));
    for (const item of [1, 2, 3]) gather(item);
    expect(batches).toEqual([[1]]);
    vi.advanceTimersByTime(100);
    expect(batches).toEqual([[1], [2, 3]]);
    gather(4);
    expect(batches).toHaveLength(2);
    vi.advanceTimersByTime(100);
    expect(batches).toEqual([[1], [2, 3], [4]]);
  });

  test('that is over leaves the next one to be shown at once', () => {
    const batches: (readonly number[])[] = [];
    const gather = createGathering<number>(100, (batch) => batches.push(batch));
    gather(1);
    vi.advanceTimersByTime(300);
    gather(2);
    expect(batches).toEqual([[1], [2]]);
    expect(vi.getTimerCount()).toBe(1);
  });
});

describe('the list of open alarms', () => {
  const page = { total: 2, items: [toAlarm('a'), toAlarm('b')] };

  test('takes new ones on top, changes in place of the old, and ends out', () => {
    const changed = replaceAlarms(page, [
      toAlarm('b', { isActive: false }),
      toAlarm('a', { endedAtMs: 5 }),
      toAlarm('c'),
    ]);
    expect(changed?.items.map(({ id, isActive }) => [id, isActive])).toEqual([
      ['c', true],
      ['b', false],
    ]);
    expect(changed?.total).toBe(2);
  });

  test('goes by the last event of an alarm', () => {
    const changed = replaceAlarms(page, [toAlarm('c'), toAlarm('c', { endedAtMs: 5 })]);
    expect(changed).toEqual(page);
  });

  test('that has not been read yet stays unread', () => expect(replaceAlarms(undefined, [])).toBe(undefined));
});
