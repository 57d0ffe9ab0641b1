/** Flood (alarms.md B1, B7, E): when it begins and ends, what its digests tell, and that its memory is bounded. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Annunciation,
  CALM,
  countFlood,
  type FloodEffect,
  type FloodState,
  MAX_FLOOD_RUNS,
  stepFlood,
} from '../../src/alarms/flood.ts';
import { testRuns } from '../support/effort.ts';
import { testSeed } from '../support/seed.ts';

const MINUTE_MS = 60_000;
const TIMES = {
  enter: 10,
  leave: 5,
  windowMs: 10 * MINUTE_MS,
  digestMs: 90_000,
  maxMs: 120 * MINUTE_MS,
};
const LOW: Annunciation = { system: 'water', severity: 'low' };

interface Run {
  state: FloodState;
  effects: FloodEffect[];
}

function step(run: Run, monoMs: number, annunciations: readonly Annunciation[] = []): readonly FloodEffect[] {
  const { state, effects } = stepFlood(run.state, annunciations, { monoMs }, TIMES);
  run.state = state;
  run.effects.push(...effects);
  return effects;
}

const create = (): Run => ({ state: CALM, effects: [] });
const many = (count: number, it: Annunciation = LOW): readonly Annunciation[] => Array(count).fill(it);
const isOn = ({ state }: Run): boolean => state.sinceMonoMs !== null;
const types = (effects: readonly FloodEffect[]): readonly string[] => effects.map(({ type }) => type);

describe('B1 flood', () => {
  test('begins when a 10-minute interval holds more than 10 annunciated alarms, not with the tenth', () => {
    const run = create();
    for (let at = 0; at < 10; at += 1) expect(step(run, at * 1_000, [LOW])).toEqual([]);
    expect(isOn(run)).toBe(false);
    expect(step(run, 10_000, [LOW])).toEqual([{ type: 'began' }]);
    expect(isOn(run)).toBe(true);
  });

  test('eleven alarms, the first of which is just 10 minutes old, are no flood', () => {
    const run = create();
    step(run, 0, [LOW]);
    step(run, 1, many(9));
    expect(step(run, TIMES.windowMs, [LOW])).toEqual([]);
    expect(countFlood(run.state, TIMES.windowMs, TIMES.windowMs)).toBe(10);
  });

  test('ends when an interval holds fewer than 5, not when it holds 5', () => {
    const run = create();
    step(run, 0, many(7));
    step(run, 1_000, many(5));
    expect(types(step(run, TIMES.windowMs))).not.toContain('ended');
    expect(isOn(run)).toBe(true);
    expect(types(step(run, TIMES.windowMs + 999))).not.toContain('ended');
    const ended = step(run, TIMES.windowMs + 1_000);
    expect(types(ended)).toContain('ended');
    expect(isOn(run)).toBe(false);
  });

  test('is described by its peak and how long it lasted', () => {
    const run = create();
    step(run, 0, many(11));
    step(run, 60_000, many(20));
    const ended = step(run, TIMES.windowMs + 60_000).find(({ type }) => type === 'ended');
    expect(ended).toEqual({ type: 'ended', peak: 31, lastedMs: TIMES.windowMs + 60_000 });
  });

  test('life safety and high severity count like every other alarm', () => {
    const run = create();
    step(run, 0, many(6, { system: 'fire', severity: 'life-safety' }));
    expect(types(step(run, 1, many(5, { system: 'lift', severity: 'high' })))).toEqual(['began']);
  });

  test('a policy that would end a flood by what begins it keeps it until the window has emptied', () => {
    const times = { ...TIMES, enter: 10, leave: 50 };
    const begun = stepFlood(CALM, many(11), { monoMs: 0 }, times).state;
    expect(stepFlood(begun, [], { monoMs: 250 }, times)).toEqual({ state: begun, effects: [] });
  });

  test('time without alarms changes nothing, and hands the same state back', () => {
    const run = create();
    step(run, 0, many(3));
    const before = run.state;
    step(run, 5 * MINUTE_MS);
    expect(run.state).toBe(before);
  });
});

describe('B7 flood: the rest is one digest per system', () => {
  test('each system has its digest 90 s after the first alarm that it tells, with counts by severity', () => {
    const run = create();
    step(run, 0, many(11));
    step(run, 10_000, [{ system: 'access', severity: 'medium' }, LOW]);
    expect(step(run, 89_999)).toEqual([]);
    expect(step(run, 90_000)).toEqual([{ type: 'digest-due', system: 'water', tally: { low: 12 } }]);
    expect(step(run, 100_000)).toEqual([{ type: 'digest-due', system: 'access', tally: { medium: 1 } }]);
  });

  test('two digests of one system are never closer than the policy says', () => {
    const run = create();
    step(run, 0, many(11));
    step(run, 90_000);
    step(run, 91_000, [LOW]);
    expect(step(run, 179_999)).toEqual([]);
    expect(step(run, 180_000)).toEqual([{ type: 'digest-due', system: 'water', tally: { low: 1 } }]);
  });

  test('what is told one by one is in no digest', () => {
    const run = create();
    step(run, 0, many(11, { system: 'lift', severity: 'high' }));
    step(run, 1_000, [{ system: 'fire', severity: 'life-safety' }]);
    expect(step(run, 200_000)).toEqual([]);
  });

  test('the end of the flood leaves nothing untold', () => {
    const run = create();
    step(run, 0, many(12));
    step(run, 90_000);
    step(run, 91_000, many(3));
    run.effects = [];
    step(run, TIMES.windowMs + 1);
    expect(run.effects).toEqual([
      { type: 'digest-due', system: 'water', tally: { low: 3 } },
      { type: 'ended', peak: 15, lastedMs: TIMES.windowMs + 1 },
    ]);
  });

  test('every alarm of a flood that is not told one by one is in just one digest', () => {
    fc.assert(
      fc.property(toSequence(), (sequence) => {
        const run = create();
        let quiet = 0;
        for (const { monoMs, annunciations } of sequence) {
          step(run, monoMs, annunciations);
          if (isOn(run)) quiet += annunciations.filter(({ severity }) => severity !== 'high').length;
        }
        step(run, (sequence.at(-1)?.monoMs ?? 0) + TIMES.windowMs);
        expect(isOn(run)).toBe(false);
        const told = run.effects.flatMap((effect) =>
          effect.type === 'digest-due' ? Object.values(effect.tally) : [],
        );
        expect(told.reduce((sum, each) => sum + each, 0)).toBe(quiet);
      }),
      { seed: testSeed(), numRuns: testRuns(200) },
    );
  });
});

test('the state equals a naive recount of all that ever was annunciated', () => {
  let begun = 0;
  fc.assert(
    fc.property(toSequence(), (sequence) => {
      const run = create();
      const all: number[] = [];
      let wasOn = false;
      for (const { monoMs, annunciations } of sequence) {
        step(run, monoMs, annunciations);
        all.push(...annunciations.map(() => monoMs));
        const count = all.filter((atMs) => atMs > monoMs - TIMES.windowMs && atMs <= monoMs).length;
        const shouldBeOn: boolean = wasOn ? count >= TIMES.leave : count > TIMES.enter;
        expect(isOn(run)).toBe(shouldBeOn);
        expect(countFlood(run.state, monoMs, TIMES.windowMs)).toBe(count);
        begun += Number(shouldBeOn && !wasOn);
        wasOn = shouldBeOn;
      }
      const began = run.effects.filter(({ type }) => type === 'began').length;
      const ended = run.effects.filter(({ type }) => type === 'ended').length;
      expect(began - ended).toBe(Number(isOn(run)));
    }),
    { seed: testSeed(), numRuns: testRuns(200) },
  );
  expect(begun).toBeGreaterThan(100);
});

test('memory is bounded: the oldest moments are forgotten and counted, the flood stays what it is', () => {
  const run = create();
  for (let at = 0; at < 3 * MAX_FLOOD_RUNS; at += 1) step(run, at, [LOW]);
  expect(run.state.runs).toHaveLength(MAX_FLOOD_RUNS);
  expect(run.state.forgotten).toBe(2 * MAX_FLOOD_RUNS);
  expect(isOn(run)).toBe(true);
  expect(types(step(run, 3 * MAX_FLOOD_RUNS + TIMES.windowMs))).toContain('ended');
});

/** Alarms in bursts and lulls, at moments around the width of the window. */
function toSequence() {
  const pauseMs = fc.oneof(
    fc.integer({ min: 0, max: 20_000 }),
    fc.constantFrom(0, 1, TIMES.windowMs - 1, TIMES.windowMs, TIMES.windowMs + 1, TIMES.windowMs / 4),
  );
  const annunciation = fc.record({
    system: fc.constantFrom('water' as const, 'lift' as const, 'power' as const),
    severity: fc.constantFrom('low' as const, 'medium' as const, 'high' as const),
  });
  const moment = fc.record({ pauseMs, annunciations: fc.array(annunciation, { maxLength: 8 }) });
  return fc.array(moment, { minLength: 1, maxLength: 60 }).map((moments) => {
    let monoMs = 0;
    return moments.map(({ pauseMs: pause, annunciations }) => {
      monoMs += pause;
      return { monoMs, annunciations };
    });
  });
}
