/** Figures of shared links: who answers, judged as the `offline` rule of each device judges. */
import { expect, it } from 'vitest';
import { createInternalSource } from '../../src/acquisition/internal.ts';
import { createLinkFigures } from '../../src/acquisition/link-figures.ts';
import { QUALITIES, type QualityReason } from '../../src/core/quality.ts';
import type { ReadingBatch } from '../../src/core/reading.ts';
import { createTestModel } from '../support/model.ts';
import { processClock } from './support.ts';

const model = createTestModel({
  equipment: [
    { id: 'a', link: 'bus', points: [{ name: 'one' }, { name: 'two' }] },
    { id: 'b', link: 'bus', points: [{ name: 'one' }] },
    { id: 'other', link: 'wire', points: [{ name: 'one' }] },
    {
      id: 'gateway',
      link: null,
      points: [
        { name: 'up', address: { figure: 'link-up', link: 'bus' } },
        { name: 'devices', address: { figure: 'link-devices', link: 'bus' } },
        { name: 'answering', address: { figure: 'link-answering', link: 'bus' } },
      ],
    },
  ],
});

/** @param qualities of a/one, a/two, b/one, other/one @returns up, answering, devices of the bus */
function figuresAt(...qualities: readonly QualityReason[]): readonly (number | undefined)[] {
  const figures = createLinkFigures(model, (point) => QUALITIES[qualities[point] ?? 'good'].code);
  return ['link-up', 'link-answering', 'link-devices'].map((name) => figures[name]?.('bus'));
}

it('counts a device that answers with one of its points, however bad', () => {
  expect(figuresAt('good', 'good', 'good', 'good')).toEqual([1, 2, 2]);
  expect(figuresAt('timeout', 'out-of-range', 'timeout', 'good')).toEqual([1, 1, 2]);
});

it('is down when no device answers, whatever another link does', () => {
  expect(figuresAt('timeout', 'timeout', 'comm-loss', 'good')).toEqual([0, 0, 2]);
});

it('knows nothing before every device has been asked', () => {
  expect(figuresAt('no-data', 'no-data', 'no-data', 'good')).toEqual([Number.NaN, 0, 2]);
  expect(figuresAt('timeout', 'timeout', 'no-data', 'good')).toEqual([Number.NaN, 0, 2]);
  // One answer is enough to know.
  expect(figuresAt('good', 'no-data', 'no-data', 'good')).toEqual([1, 1, 2]);
  // Of a device that has been asked, other points may still be due.
  expect(figuresAt('timeout', 'no-data', 'timeout', 'good')).toEqual([0, 0, 2]);
});

it('of a link without devices is nothing known', () => {
  const figures = createLinkFigures(model, () => 0);
  expect(figures['link-up']?.('unused')).toBeNaN();
  expect(figures['link-devices']?.('unused')).toBe(0);
});

it('the points of the gateway carry them, each of its own link', () => {
  const batches: ReadingBatch[] = [];
  const figures = createLinkFigures(model, () => QUALITIES.good.code);
  const source = createInternalSource({
    model,
    clock: processClock,
    figures,
    onBatch: (batch) => batches.push(batch),
  });
  source.start();
  source.stop();
  expect([...(batches[0]?.value.subarray(0, 3) ?? [])]).toEqual([1, 2, 2]);
});
