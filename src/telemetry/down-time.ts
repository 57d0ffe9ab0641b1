/**
 * What the past must say of the time in which the gateway did not run: that nothing is known. A value stands until the next
 * reading, so without a word of ours the last one before a power cut would look good for as long as the cut lasted.
 */
import type { SiteModel } from '../config/model.ts';
import { QUALITIES } from '../core/quality.ts';
import { type ReadingBatch, ReadingBatchBuilder } from '../core/reading.ts';

/**
 * A bad reading of every point at the end of the run before, for the journal alone: rules and the live view begin empty.
 * @param foundUpToMs highest stamp of the run before, UTC ms; the readings stand behind all of that run
 */
export function toDownTime(model: SiteModel, foundUpToMs: number, monoMs: number): ReadingBatch {
  const builder = new ReadingBatchBuilder(model.epoch, model.points.length);
  for (const { index } of model.points)
    builder.add(index, Number.NaN, QUALITIES['gateway-down'].code, foundUpToMs);
  return builder.finish(monoMs);
}
