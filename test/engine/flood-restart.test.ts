/** A flood, and a restart or a store that fails in the middle of it (alarms.md B8 no. 1). */
import { describe, expect, test } from 'vitest';
import { createStormLoop, fans, MINUTE_MS, names, set, stormsOf, ticketOf, trip } from './storm-rig.ts';

describe('B8 1: a restart in a flood goes on', () => {
  test('the next member is in the same storm and on its ticket; the flood ends when it would have', () => {
    const loop = createStormLoop(fans(13));
    trip(loop, names(1, 12));
    loop.restart(30_000);
    trip(loop, ['fan-13']);
    expect(stormsOf(loop)).toMatchObject([{ members: 13, endedAtMs: null }]);
    expect(ticketOf(loop, 'fan-13').id).toBe(ticketOf(loop, 'fan-1').id);
    loop.advance(11 * MINUTE_MS);
    expect(stormsOf(loop)).toMatchObject([{ members: 13 }]);
    expect(stormsOf(loop)[0]?.endedAtMs).not.toBeNull();
  });

  test('ten annunciations before it and one after it are a flood', () => {
    const loop = createStormLoop(fans(11));
    trip(loop, names(1, 10));
    set(loop, 0, names(1, 10));
    loop.restart(1_000);
    trip(loop, ['fan-11']);
    expect(stormsOf(loop)).toMatchObject([{ members: 11 }]);
  });

  test('a flood that time has ended while the gateway was down is over, and so is its storm', () => {
    const loop = createStormLoop(fans(12));
    trip(loop, names(1, 12));
    loop.restart(60 * MINUTE_MS);
    loop.advance(1_000);
    expect(stormsOf(loop)).toHaveLength(1);
    expect(stormsOf(loop)[0]?.endedAtMs).not.toBeNull();
  });

  test('a round that cannot be stored leaves no flood behind', () => {
    const loop = createStormLoop(fans(12));
    trip(loop, names(1, 10));
    loop.failCommits(true);
    set(loop, 1, names(11, 12));
    expect([loop.stormEvents, loop.alarms().length]).toEqual([[], 10]);
    loop.failCommits(false);
    loop.advance(1_000);
    expect(stormsOf(loop)).toMatchObject([{ members: 12, peak: 12 }]);
  });
});
