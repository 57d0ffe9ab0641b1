/** Silence of a point: what is an update, what is no contact, and which time counts. */
import { describe, expect, test } from 'vitest';
import { stale } from '../../src/rules/stale.ts';
import { createRig } from './rig.ts';

const RULE = { point: 'p', afterMs: 60_000 };
/** Start, and the grace after it. */
const GRACE_MS = 15_000;

test('a point that is sent on change is stale once nothing has come for too long, without any sample', () => {
  const rig = createRig(stale, RULE);
  expect(rig.sample(0, 5)).toBe('false');
  expect(rig.wait(59_750)).toBe('false');
  expect(rig.wait(250)).toBe('true');
  expect(rig.dueInMs).toBe(Number.POSITIVE_INFINITY);
  expect(rig.sample(1_000, 5)).toBe('false');
});

describe('an update', () => {
  test.each(['sentinel', 'out-of-range', 'decode', 'device-error', 'unknown-state'] as const)(
    'is also one of quality %s: the device speaks',
    (quality) => {
      const rig = createRig(stale, RULE);
      rig.sample(0, 5);
      rig.wait(50_000);
      rig.sample(0, quality);
      expect(rig.wait(50_000)).toBe('false');
      expect(rig.wait(10_000)).toBe('true');
    },
  );

  test.each(['stale', 'missing'] as const)('is not what the gateway itself says: %s', (quality) => {
    const rig = createRig(stale, RULE);
    rig.sample(0, 5);
    expect(rig.sample(50_000, quality)).toBe('false');
    expect(rig.wait(10_000)).toBe('true');
  });

  test('is not a sample of another kind that is judged again', () => {
    const rig = createRig(stale, RULE);
    rig.sample(0, 5);
    expect(rig.sample(50_000, null)).toBe('false');
    expect(rig.wait(10_000)).toBe('true');
  });
});

test.each(['comm-loss', 'timeout'] as const)(
  'while nobody answers (%s) it cannot be judged, and no time counts',
  (quality) => {
    const rig = createRig(stale, RULE);
    rig.sample(0, 5);
    rig.wait(50_000);
    expect(rig.sample(0, quality)).toBe('unknown');
    expect(rig.wait(600_000)).toBe('unknown');
    // Lost contact is over, but this value has not come yet.
    expect(rig.sample(0, 'stale')).toBe('false');
    expect(rig.wait(10_000)).toBe('true');
  },
);

test('a point that never came is stale some time after the grace', () => {
  const rig = createRig(stale, RULE);
  rig.wait(GRACE_MS + 59_750);
  expect(rig.dueInMs).toBe(250);
  expect(rig.wait(250)).toBe('true');
});

test('time during which the gateway was down is no silence; what was heard of it before goes on', () => {
  const wallMs = Date.UTC(2026, 10, 22);
  const rig = createRig(stale, RULE, wallMs);
  rig.sample(0, 5);
  rig.wait(40_000);
  rig.restart(wallMs + 9_000_000);
  rig.wait(GRACE_MS + 19_750);
  expect(rig.dueInMs).toBe(250);
  expect(rig.wait(250)).toBe('true');
});

test('a step of the wall clock is no silence and no update', () => {
  const rig = createRig(stale, RULE);
  rig.sample(0, 5);
  rig.stepClock(86_400_000);
  expect(rig.wait(59_750)).toBe('false');
  rig.stepClock(-86_400_000);
  expect(rig.wait(250)).toBe('true');
});

test.each([[null], [7], [{}], [{ silentMs: -1 }], [{ silentMs: 'x' }]])(
  'takes %j for nothing saved',
  (saved) => {
    const rig = createRig(stale, RULE);
    rig.restartWith(saved);
    expect(rig.dueInMs).toBe(GRACE_MS + 60_000);
  },
);
