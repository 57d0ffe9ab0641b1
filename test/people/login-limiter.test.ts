/** Delays after failed logins, on a clock of the test's own. */
import { describe, expect, test } from 'vitest';
import { createLoginLimiter, LOGIN_LIMITS } from '../../src/people/login-limiter.ts';

const HERE = '192.0.2.1';

/** Time from a failure to the first moment at which the next attempt may be made. */
function measureDelay(
  limiter: ReturnType<typeof createLoginLimiter>,
  name: string,
  address: string,
  fromMs: number,
): number {
  for (const delayMs of [0, 1, 2, 4, 8, 16, 32, 60].map((s) => s * 1_000)) {
    if (delayMs > 0 && limiter.begin(name, address, fromMs + delayMs - 1) === null)
      throw new Error(`too early: ${delayMs}`);
    if (limiter.begin(name, address, fromMs + delayMs) === null) return delayMs;
  }
  throw new Error('never');
}

describe('for a user name', () => {
  test('three failures are free, then the delay doubles up to a minute', () => {
    const limiter = createLoginLimiter();
    let nowMs = 0;
    const delays = Array.from({ length: 12 }, (_, n) => {
      const delayMs = measureDelay(limiter, 'wang', `192.0.2.${n}`, nowMs);
      nowMs += delayMs;
      return delayMs / 1_000;
    });
    expect(delays).toEqual([0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  test('refused attempts do not prolong the delay, and only the first of them is reported', () => {
    const limiter = createLoginLimiter();
    for (let n = 0; n < 3; n++) limiter.begin('wang', HERE, 0);
    const refusals = [100, 500, 999].map((atMs) => limiter.begin('wang', HERE, atMs)?.isFirst);
    expect(refusals).toEqual([true, false, false]);
    expect(limiter.begin('wang', HERE, 1_000)).toBeNull();
    expect(limiter.counters().refused).toBe(3);
  });

  test('a success forgets the failures; so does a quarter of an hour of quiet', () => {
    const limiter = createLoginLimiter();
    for (let n = 0; n < 3; n++) limiter.begin('wang', HERE, 0);
    limiter.succeed('wang', HERE);
    expect([1, 2, 3].map(() => limiter.begin('wang', HERE, 0))).toEqual([null, null, null]);
    expect(limiter.begin('wang', HERE, 0)).not.toBeNull();
    const laterMs = LOGIN_LIMITS.forgetMs;
    expect([1, 2, 3].map(() => limiter.begin('wang', HERE, laterMs))).toEqual([null, null, null]);
  });
});

describe('for an address', () => {
  test('twenty failures over any names are free', () => {
    const limiter = createLoginLimiter();
    for (let n = 0; n < 20; n++) expect(limiter.begin(`user-${n}`, HERE, 0)).toBeNull();
    expect(limiter.begin('user-20', HERE, 0)).not.toBeNull();
    expect(limiter.begin('user-20', '192.0.2.2', 0)).toBeNull();
  });

  test('a success takes back only its own attempt, so that one good account opens no door', () => {
    const limiter = createLoginLimiter();
    for (let n = 0; n < 19; n++) limiter.begin(`user-${n}`, HERE, 0);
    limiter.begin('wang', HERE, 0);
    limiter.succeed('wang', HERE);
    expect(limiter.begin('user-19', HERE, 0)).toBeNull();
    expect(limiter.begin('user-20', HERE, 0)).not.toBeNull();
  });
});

test('memory is limited: the longest quiet entry makes room, and is counted', () => {
  const limiter = createLoginLimiter();
  for (let n = 0; n < LOGIN_LIMITS.entries; n++) limiter.begin(`user-${n}`, `address-${n}`, n);
  const { entries, evicted } = limiter.counters();
  expect(entries).toBe(LOGIN_LIMITS.entries);
  expect(evicted).toBe(LOGIN_LIMITS.entries);
});
