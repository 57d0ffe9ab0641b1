/**
 * The engine against the reference model (support/reference, written from alarms.md B1, B3 and B7 alone): the same random
 * scripts, and after each input the same events, letters, annunciations, messages and tickets. What the text leaves open is
 * said at the top of each file of the model. RISER_REFERENCE=<minutes> runs longer; the seed is printed.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ScriptSizes, scripts } from '../support/reference/commands.ts';
import { findDifference, formatDifference } from '../support/reference/compare.ts';
import { fitToEngine, KINDS } from '../support/reference/engine-site.ts';
import { createEngineSubject } from '../support/reference/engine-subject.ts';
import { applyCounted, createHits, findEmptyCells, printHits } from '../support/reference/hits.ts';
import { createReferenceModel, cutWaits } from '../support/reference/model.ts';
import { START_MS } from '../support/reference/play.ts';
import type { Script } from '../support/reference/script.ts';
import { testSeed } from '../support/seed.ts';

const minutes = Number(process.env['RISER_REFERENCE'] ?? 0);
/** Of both properties together. */
const BUDGET_MS = minutes > 0 ? minutes * 60_000 : 5_000;
/** Played whatever time they take: fewer prove nothing, and a machine with other work may do no more in its time. */
const MIN_RUNS = 20;
/** More annunciations than any script has: no flood. */
const NEVER = 100_000;

/** How long rare cells are looked for beyond that, a stretch at a time. */
const HITS_MS = 180_000;
const HITS_STEP_MS = 5_000;
const MANY: ScriptSizes = { maxAlarms: 6, maxInputs: 80 };

const hits = createHits();
const played = { scripts: 0, inputs: 0 };
/** Later stretches play other scripts. */
let stretches = 0;

test('one alarm: engine and model agree', { timeout: BUDGET_MS * 3 + 60_000 }, () => {
  agree({ maxAlarms: 1, maxInputs: 60 }, withoutFlood, BUDGET_MS / 4);
});

test('many alarms, causes and storms: engine and model agree', { timeout: BUDGET_MS * 3 + 60_000 }, () => {
  agree(MANY, (script) => script, (BUDGET_MS * 3) / 4);
});

test('every state has met every input', { timeout: HITS_MS * 2 + 60_000 }, () => {
  const untilMs = Date.now() + HITS_MS;
  while (findEmptyCells(hits).length > 0 && Date.now() < untilMs)
    agree(MANY, (script) => script, HITS_STEP_MS);
  printHits(hits, `${played.scripts} scripts, ${played.inputs} inputs`);
  expect(findEmptyCells(hits)).toEqual([]);
});

function agree(sizes: ScriptSizes, fit: (script: Script) => Script, limitMs: number): void {
  const fromMs = performance.now();
  play(sizes, fit, { numRuns: MIN_RUNS });
  const interruptAfterTimeLimit = limitMs - (performance.now() - fromMs);
  if (interruptAfterTimeLimit > 0)
    play(sizes, fit, { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit });
}

function play(
  sizes: ScriptSizes,
  fit: (script: Script) => Script,
  extent: { readonly numRuns: number; readonly interruptAfterTimeLimit?: number },
): void {
  const kinds = fc.nat({ max: KINDS.length - 1 });
  fc.assert(
    fc.property(scripts(sizes), kinds, (drawn, first) => {
      const script = fitToEngine(fit(drawn), first);
      const cut = cutWaits(script, START_MS);
      played.scripts += 1;
      played.inputs += cut.length;
      const model = createReferenceModel(script, START_MS);
      const { length } = script.rules;
      const engine = createEngineSubject(script, first, START_MS);
      const count = (input: (typeof cut)[number]) => applyCounted(model, input, length, hits);
      const difference = findDifference(model, engine, cut, length, count);
      if (difference !== null) throw new Error(formatDifference(difference, cut));
    }),
    { ...extent, seed: testSeed() + stretches },
  );
  stretches += 1;
}

function withoutFlood(script: Script): Script {
  const { policy } = script;
  const { alarms } = policy;
  return {
    ...script,
    policy: { ...policy, alarms: { ...alarms, flood: { ...alarms.flood, enter: NEVER } } },
  };
}
