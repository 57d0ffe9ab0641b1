/** Rules that time makes true, in the evaluator: no sample comes, and they raise and return all the same. */
import { expect, test } from 'vitest';
import type { SiteModel } from '../../src/config/model.ts';
import { ReadingBatchBuilder } from '../../src/core/reading.ts';
import { Evaluator } from '../../src/rules/evaluator.ts';
import { createTestModel } from '../support/model.ts';

const SWEEP_MS = 250;

function createModel(type: string, params: object, onDelayMs = 0, minGoodSamples = 1): SiteModel {
  const rule = { id: 'r', type, points: ['p'], params: { point: 'p', ...params }, onDelayMs, minGoodSamples };
  return createTestModel({ equipment: [{ id: 'e', points: [{ name: 'p' }], rules: [rule] }] });
}

const now = (monoMs: number) => ({ monoMs, wallMs: 1_700_000_000_000 + monoMs, bootId: 'a' });

function createSite(model: SiteModel) {
  const rules = new Evaluator(model, new Map(), now(0), 0);
  let monoMs = 0;
  return {
    sample(value: number, quality = 0): void {
      const builder = new ReadingBatchBuilder(model.epoch, 1);
      const { wallMs } = now(monoMs);
      builder.add(0, value, quality, wallMs);
      rules.apply(builder.finish(monoMs), now(monoMs));
    },
    wait(ms: number): boolean {
      for (const end = monoMs + ms; monoMs < end; rules.sweep(now(monoMs))) monoMs += SWEEP_MS;
      return rules.isActive(0);
    },
  };
}

test('a point that falls silent raises without any sample', () => {
  const site = createSite(createModel('stale', { afterMs: 60_000 }));
  site.sample(5);
  expect(site.wait(59_750)).toBe(false);
  expect(site.wait(500)).toBe(true);
  site.sample(5);
  expect(site.wait(250)).toBe(false);
});

test('an on-delay behind it is kept', () => {
  const site = createSite(createModel('stale', { afterMs: 60_000 }, 10_000));
  site.sample(5);
  expect(site.wait(69_500)).toBe(false);
  expect(site.wait(1_000)).toBe(true);
});

test('silence has no samples to count: a rule that asks for two of them raises all the same', () => {
  const site = createSite(createModel('stale', { afterMs: 60_000 }, 10_000, 2));
  site.sample(5);
  expect(site.wait(69_500)).toBe(false);
  expect(site.wait(1_000)).toBe(true);
});

test('hours that are up raise without any sample', () => {
  const site = createSite(createModel('running-hours', { in: [1], everyHours: 1 }));
  site.sample(1);
  expect(site.wait(3_599_750)).toBe(false);
  expect(site.wait(500)).toBe(true);
});

test('entries that leave the window return without any sample', () => {
  const site = createSite(createModel('count', { in: [1], count: 2, withinMs: 60_000 }));
  for (const value of [0, 1, 0, 1]) {
    site.sample(value);
    site.wait(1_000);
  }
  expect(site.wait(250)).toBe(true);
  expect(site.wait(56_000)).toBe(true);
  expect(site.wait(2_000)).toBe(false);
});
