/** A clock that moves only when the test says so. */
import type { Clock, Now } from '../../src/core/clock.ts';

export interface FakeClock extends Clock {
  /** Time passes: both clocks move. @param ms not negative. */
  advance(ms: number): Now;
  /** Sets either clock; what is not named stays. */
  set(to: Partial<Now>): Now;
  /** The wall clock jumps (time service, operator); the monotonic clock does not. @param ms may be negative. */
  stepWall(ms: number): Now;
  /** The process starts anew `downMs` later: another boot id, monotonic time from 0. */
  reboot(downMs?: number): Now;
}

/** 2026-11-21 10:00 in Shanghai: a Saturday, away from any change of day. */
export const TEST_START_MS = Date.UTC(2026, 10, 21, 2, 0, 0);

/** Starts at TEST_START_MS, monotonic 1,000 ms, boot id `boot-1`, unless told otherwise. */
export function createFakeClock(start: Partial<Now> = {}): FakeClock {
  let now: Now = { wallMs: TEST_START_MS, monoMs: 1_000, bootId: 'boot-1', ...start };
  let boots = 1;
  const move = (to: Partial<Now>): Now => {
    now = { ...now, ...to };
    return now;
  };
  return {
    now: () => now,
    set: move,
    stepWall: (ms) => move({ wallMs: now.wallMs + ms }),
    advance(ms) {
      if (!(ms >= 0)) throw new RangeError(`time cannot advance by ${ms} ms`);
      return move({ wallMs: now.wallMs + ms, monoMs: now.monoMs + ms });
    },
    reboot(downMs = 0) {
      boots += 1;
      return move({ wallMs: now.wallMs + downMs, monoMs: 0, bootId: `boot-${boots}` });
    },
  };
}
