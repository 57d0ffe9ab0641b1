/** Long work over all points in turns of the event loop: polling and deciding go on between two of them. */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Points of one turn: about 2 ms at 1 µs each. */
const POINTS_PER_TURN = 2_000;

/** Calls `visit` with 0 … `count` − 1, in order. */
export async function forEachInTurns(count: number, visit: (index: number) => void): Promise<void> {
  for (let index = 0; index < count; index++) {
    if (index > 0 && index % POINTS_PER_TURN === 0) await nextTurn();
    visit(index);
  }
}
