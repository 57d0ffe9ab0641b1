/** Random scripts keep the reference model's own invariants, shrink, are plain data, and meet every state × input. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { testRuns } from '../support/effort.ts';
import { scripts } from '../support/reference/commands.ts';
import {
  applyCounted,
  createHits,
  findEmptyCells,
  formatHits,
  printHits,
} from '../support/reference/hits.ts';
import { createReferenceModel, cutWaits } from '../support/reference/model.ts';
import { START_MS } from '../support/reference/play.ts';
import type { Observed, Script, ScriptInput } from '../support/reference/script.ts';
import { testSeed } from '../support/seed.ts';

const SIZES = { maxAlarms: 4, maxInputs: 80 };
const RUNS = { numRuns: testRuns(100) };
/** So many that each cell is met tens of times: an empty one is a fault of the generator or of the model. */
const HIT_RUNS = 3_000;

function run(script: Script): readonly Observed[] {
  const model = createReferenceModel(script, START_MS);
  return script.inputs.flatMap((input) => model.apply(input));
}

function toOccurrences(seen: readonly Observed[]): Map<string, Observed[]> {
  const of = new Map<string, Observed[]>();
  for (const each of seen) {
    if (!('occurrence' in each) || each.occurrence === null) continue;
    const key = `${each.alarm}#${each.occurrence}`;
    of.set(key, [...(of.get(key) ?? []), each]);
  }
  return of;
}

test('every occurrence is raised first and ended last, once each', () => {
  const seed = testSeed();
  fc.assert(
    fc.property(scripts(SIZES), (script) => {
      for (const [name, its] of toOccurrences(run(script))) {
        const events = its.flatMap((each) => (each.kind === 'event' ? [each.event] : []));
        expect(events[0], name).toBe('raised');
        expect(events.lastIndexOf('raised'), name).toBe(0);
        expect([-1, events.length - 1], name).toContain(events.indexOf('ended'));
        expect(its.filter(({ kind }) => kind === 'ticket').length, name).toBeLessThanOrEqual(1);
      }
    }),
    { seed, ...RUNS },
  );
});

test('nobody is told of a return without a raise, and nothing hidden is annunciated', () => {
  fc.assert(
    fc.property(scripts(SIZES), (script) => {
      const model = createReferenceModel(script, START_MS);
      const annunciated = new Set<string>();
      const check = (each: Observed) => {
        if (each.kind === 'annunciated') annunciated.add(`${each.alarm}#${each.occurrence}`);
        if (each.kind !== 'told' || each.what !== 'recovered') return;
        expect(annunciated).toContain(`${each.alarm}#${each.occurrence}`);
      };
      for (const input of script.inputs) {
        const hidden = script.rules.map((_, alarm) => ['E', 'F', 'G'].includes(model.view(alarm).letter));
        for (const each of model.apply(input)) {
          check(each);
          const isRelease = input.type !== 'sample' && input.type !== 'reading';
          if (each.kind !== 'annunciated' || !hidden[each.alarm] || isRelease) continue;
          expect(['released', 'shelf-expired']).toContain(each.why);
        }
      }
    }),
    { seed: testSeed(), ...RUNS },
  );
});

test('life safety is never delayed, shelved, suppressed, explained, held or grouped', () => {
  fc.assert(
    fc.property(scripts(SIZES), (script) => {
      const forbidden = ['shelved', 'suppressed', 'explained', 'chattering', 'grouped'];
      // A rule edited while the condition is not known waits for that.
      const isEdited = script.inputs.some(({ type }) => type.startsWith('edit'));
      for (const each of run(script)) {
        if (each.kind !== 'event' || script.rules[each.alarm]?.severity !== 'life-safety') continue;
        expect(forbidden).not.toContain(each.event);
        if (each.onset !== undefined && !isEdited) expect(each.onset.atMs).toBe(each.atMs);
      }
    }),
    { seed: testSeed(), ...RUNS },
  );
});

test('time in small steps does what time in one step does', () => {
  fc.assert(
    fc.property(scripts({ maxAlarms: 3, maxInputs: 40 }), (script) => {
      const halves = script.inputs.flatMap((input): ScriptInput[] => {
        if (input.type !== 'wait') return [input];
        const ms = Math.floor(input.ms / 3);
        return [
          { type: 'wait', ms },
          { type: 'wait', ms: 1 },
          { type: 'wait', ms: input.ms - ms - 1 },
        ].filter((each): each is ScriptInput & { type: 'wait' } => each.ms >= 0 && input.ms > 0);
      });
      expect(run({ ...script, inputs: halves })).toEqual(run(script));
    }),
    { seed: testSeed(), ...RUNS },
  );
});

test('a script whose waits are cut says the same, everything at the end of a wait', () => {
  fc.assert(
    fc.property(scripts({ maxAlarms: 3, maxInputs: 40 }), (script) => {
      const model = createReferenceModel(script, START_MS);
      const seen = cutWaits(script, START_MS).flatMap((input) => {
        const its = model.apply(input);
        for (const each of its) expect(each.atMs).toBe(model.wallMs);
        return its;
      });
      expect(seen).toEqual(run(script));
    }),
    { seed: testSeed(), ...RUNS },
  );
});

test('bad samples in a stable state change nothing but sight', () => {
  fc.assert(
    fc.property(
      scripts({ maxAlarms: 1, maxInputs: 40 }),
      fc.constantFrom('unknown', 'error'),
      (script, truth) => {
        const model = createReferenceModel(script, START_MS);
        for (const input of script.inputs) model.apply(input);
        const before = model.view(0);
        const seen = [
          ...model.apply({ type: 'sample', alarm: 0, truth }),
          ...model.apply({ type: 'wait', ms: 4_000 }),
        ];
        const moved = seen.filter(
          (each) => each.kind === 'event' && /^(re-)?raised$|^returned$/.test(each.event),
        );
        expect(moved).toEqual([]);
        expect(model.view(0).isActive).toBe(before.isActive);
      },
    ),
    { seed: testSeed(), ...RUNS },
  );
});

test('scripts are plain data and fit their rules', () => {
  fc.assert(
    fc.property(scripts(SIZES), (script) => {
      expect(JSON.parse(JSON.stringify(script))).toEqual(script);
      for (const input of script.inputs)
        if ('alarm' in input) expect(script.rules[input.alarm]).toBeDefined();
    }),
    { seed: testSeed(), ...RUNS },
  );
});

test('a failing script shrinks to the few inputs that matter', () => {
  const isAcknowledged = (script: Script) =>
    run(script).some((each) => each.kind === 'event' && each.event === 'acknowledged');
  const found = fc.check(
    fc.property(scripts(SIZES), (script) => !isAcknowledged(script)),
    { seed: testSeed(), numRuns: testRuns(300) },
  );
  expect(found.failed).toBe(true);
  const [script] = found.counterexample ?? [];
  expect(script?.rules).toHaveLength(1);
  expect(script?.inputs.length).toBeLessThanOrEqual(5);
});

test('random scripts meet every input in every state', () => {
  const hits = createHits();
  fc.assert(
    fc.property(scripts(SIZES), (script) => {
      const model = createReferenceModel(script, START_MS);
      for (const input of script.inputs) applyCounted(model, input, script.rules.length, hits);
    }),
    { seed: testSeed(), numRuns: HIT_RUNS },
  );
  printHits(hits);
  expect(findEmptyCells(hits)).toEqual([]);
});

test('the table names the cells that were never met', () => {
  const hits = createHits();
  expect(findEmptyCells(hits)).toHaveLength(hits.size);
  hits.set('B × acknowledge', 7);
  expect(findEmptyCells(hits)).not.toContain('B × acknowledge');
  expect(formatHits(hits)).toMatch(/^acknowledge +– +– +7 +–/m);
  expect(formatHits(hits)).toContain('empty: A × TRUE, ');
});
