/** Rules whose condition cannot be worked out: an error is never FALSE, and one that goes on is an alarm of the gateway (alarms.md B3). */
import { expect, test } from 'vitest';
import { LIMITS } from '../../src/core/limits.ts';
import { Evaluator } from '../../src/rules/evaluator.ts';
import { createTestLoop } from '../support/loop.ts';
import { createTestModel, type TestRule } from '../support/model.ts';

/** Divides by `d`. */
const ratio = (id = 'ratio'): TestRule => ({
  id,
  type: 'expression',
  points: ['n', 'd'],
  params: { points: { n: 'n', d: 'd' }, windows: {}, working: {}, condition: 'n / d > 2' },
});
const failingRule: TestRule = {
  id: 'rule-failing',
  type: 'threshold',
  points: ['failing'],
  params: { point: 'failing', hi: { limit: 0.5 } },
};

function createModel(...rules: readonly TestRule[]) {
  const address = { figure: 'rules-failing' };
  return createTestModel({
    equipment: [
      { id: 'pump', points: [{ name: 'n' }, { name: 'd' }], rules },
      { id: 'gateway', points: [{ name: 'failing', address }], rules: [failingRule] },
    ],
  });
}

function createPlant() {
  const model = createModel(ratio());
  const loop = createTestLoop(model);
  const evaluator = new Evaluator(model, new Map(), loop.clock.now(), 0);
  return { model, loop, evaluator };
}

test('a rule that fails more often in a row than the limit is failing, with the reason, until it is worked out again', () => {
  const { evaluator, model, loop } = createPlant();
  const feed = (n: number, d: number, quality = 0): void => {
    const at = loop.clock.now();
    const column = (values: readonly number[]) => Float64Array.from(values);
    evaluator.apply(
      {
        epoch: model.epoch,
        count: 2,
        point: Uint32Array.of(0, 1),
        value: column([n, d]),
        quality: Uint8Array.of(quality, quality),
        sourceMs: column([Number.NaN, Number.NaN]),
        receivedMs: column([at.wallMs, at.wallMs]),
        monoMs: at.monoMs,
      },
      at,
    );
  };
  for (let count = 0; count < LIMITS.failingJudgements; count++) feed(8, 0);
  expect(evaluator.failing()).toEqual([]);
  feed(8, 0);
  expect(evaluator.failing()).toMatchObject([{ rule: { id: 'ratio' }, failure: expect.any(String) }]);
  expect(evaluator.failing()[0]?.failure).not.toBe('');
  feed(Number.NaN, Number.NaN, 128);
  expect(evaluator.failing(), 'bad readings do not show that it works').toHaveLength(1);
  feed(8, 2);
  expect(evaluator.failing()).toEqual([]);
});

test('one that works in between has not failed so often in a row', () => {
  const { loop } = createPlant();
  for (let count = 0; count <= 3 * LIMITS.failingJudgements; count++) loop.feed({ n: 8, d: count % 3 });
  expect(explained(loop)).not.toContain('ratio');
});

test('a change of the rule begins anew', () => {
  const { loop } = createPlant();
  for (let count = 0; count <= LIMITS.failingJudgements; count++) loop.feed({ n: 8, d: 0 });
  loop.feed({ failing: 1 });
  expect(explained(loop)).toContain('ratio');
  loop.replaceModel(createModel({ ...ratio(), version: 'v2' }));
  expect(explained(loop)).not.toContain('ratio');
});

test('the alarm of the gateway says which rules fail, and its own rule does not end by an error', () => {
  const { loop } = createPlant();
  loop.feed({ n: 8, d: 2 });
  expect(loop.alarm('ratio')?.isActive).toBe(true);
  for (let count = 0; count <= LIMITS.failingJudgements; count++) loop.feed({ n: 8, d: 0 });
  loop.feed({ failing: 1 });
  expect(loop.alarm('ratio')?.isActive, 'an error is not FALSE').toBe(true);
  expect(explained(loop)).toContain('test-site/pump/ratio');
  expect(loop.explain('gateway', 'rule-failing')?.layers[0]?.detail['failing']).toMatchObject([
    { equipment: 'pump', rule: 'ratio' },
  ]);
});

function explained(loop: ReturnType<typeof createTestLoop>): string {
  return loop.explain('gateway', 'rule-failing')?.layers[0]?.text.zh ?? '';
}
