/** A value that rests while another point says that it should move. */
import { describe, expect, test } from 'vitest';
import { stuck } from '../../src/rules/stuck.ts';
import { createRig } from './rig.ts';

/** Flow while the pump runs. */
const RULE = { point: 'flow', while: { point: 'run', in: [1] }, afterMs: 60_000, band: 0.1 };

test('a flow that does not move while the pump runs is stuck, by time alone', () => {
  const rig = createRig(stuck, RULE);
  expect(rig.sample(0, 12, 1)).toBe('false');
  expect(rig.wait(59_750)).toBe('false');
  expect(rig.wait(250)).toBe('true');
  expect(rig.sample(1_000, 12.05, 1)).toBe('true');
  expect(rig.sample(1_000, 12.2, 1)).toBe('false');
});

test('slow movement adds up: what counts is the distance from where the rest began', () => {
  const rig = createRig(stuck, RULE);
  let said = rig.sample(0, 12, 1);
  for (let at = 1; at <= 20; at++) said = rig.sample(10_000, 12 + at * 0.04, 1);
  expect(said).toBe('false');
});

test('while the pump stands the flow may rest, and time begins anew when it starts', () => {
  const rig = createRig(stuck, RULE);
  rig.sample(0, 0, 1);
  rig.wait(50_000);
  expect(rig.sample(0, 0, 0)).toBe('false');
  expect(rig.wait(3_600_000)).toBe('false');
  expect(rig.sample(0, 0, 1)).toBe('false');
  expect(rig.wait(59_750)).toBe('false');
  expect(rig.wait(250)).toBe('true');
});

describe('a gap', () => {
  test.each([
    ['of the value', 'comm-loss', 1],
    ['of the condition', 12, 'comm-loss'],
  ] as const)('%s stops the count, which goes on after it', (_name, flow, run) => {
    const rig = createRig(stuck, RULE);
    rig.sample(0, 12, 1);
    rig.wait(40_000);
    expect(rig.sample(0, flow, run)).toBe('unknown');
    expect(rig.wait(3_600_000)).toBe('unknown');
    expect(rig.sample(0, 12, 1)).toBe('false');
    expect(rig.wait(19_750)).toBe('false');
    expect(rig.wait(250)).toBe('true');
  });

  test('after which the value is another one was no rest', () => {
    const rig = createRig(stuck, RULE);
    rig.sample(0, 12, 1);
    rig.wait(50_000);
    rig.sample(0, 'timeout', 1);
    expect(rig.sample(10_000, 15, 1)).toBe('false');
    expect(rig.wait(59_750)).toBe('false');
    expect(rig.wait(250)).toBe('true');
  });

  test('of the value says nothing against a pump that stands', () => {
    expect(createRig(stuck, RULE).sample(0, 'comm-loss', 0)).toBe('false');
  });
});

test('a condition by limit has its dead-band', () => {
  const rig = createRig(stuck, { ...RULE, while: { point: 'speed', above: 30, deadband: 5 } });
  rig.sample(0, 12, 31);
  rig.wait(50_000);
  expect(rig.sample(0, 12, 27)).toBe('false');
  expect(rig.wait(10_000)).toBe('true');
  expect(rig.sample(0, 12, 24)).toBe('false');
});

test('a restart keeps the time of rest and adds none; a moved value begins anew', () => {
  const wallMs = Date.UTC(2026, 10, 22);
  const rig = createRig(stuck, RULE, wallMs);
  rig.sample(0, 12, 1);
  rig.wait(40_000);
  rig.restart(wallMs + 9_000_000);
  expect(rig.sample(0, 12, 1)).toBe('false');
  expect(rig.wait(19_750)).toBe('false');
  expect(rig.wait(250)).toBe('true');
  rig.restart(wallMs + 9_500_000);
  expect(rig.sample(0, 14, 1)).toBe('false');
});

test.each([[{ anchor: 'x' }], [{ anchor: 12, restMs: -5 }], [3]])('takes %j for nothing saved', (saved) => {
  const rig = createRig(stuck, RULE);
  rig.restartWith(saved);
  expect(rig.sample(0, 12, 1)).toBe('false');
  expect(rig.dueInMs).toBe(60_000);
});

test('its condition is checked like any other', () => {
  const isOn = { type: 'boolean', states: new Map() } as const;
  const isAny = { type: 'number', states: new Map() } as const;
  expect(stuck.check(RULE, [isAny, isOn])).toEqual([]);
  expect(stuck.check({ ...RULE, while: { point: 'run', in: [2] } }, [isAny, isOn])).toMatchObject([
    { path: 'while.in[0]', found: '2' },
  ]);
  expect(stuck.check({ ...RULE, while: { point: 'run' } })).toEqual([
    { path: 'while', expected: 'exactly one of in, notIn, above, below', found: 'none' },
  ]);
  expect(stuck.check({ ...RULE, while: { point: 'run', in: [1], deadband: 1 } })).toMatchObject([
    { path: 'while.deadband' },
  ]);
  expect(stuck.pointRefs(RULE)).toEqual(['flow', 'run']);
});
