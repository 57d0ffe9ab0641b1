/** Samples as columns and as objects: columns for what comes by the thousand a second, objects for what comes one by one. */
import type { PointSample, SampleColumns } from '../drivers/driver.ts';

/** Copies: what they are made of may be overwritten. */
export function toSamples({ count, point, value, quality, sourceMs, text }: SampleColumns): PointSample[] {
  return Array.from({ length: count }, (_, row) => {
    const found = text?.[row];
    const sample = {
      point: point[row] as number,
      value: value[row] as number,
      quality: quality[row] as number,
      sourceMs: sourceMs?.[row] ?? Number.NaN,
    };
    return found === undefined ? sample : { ...sample, text: found };
  });
}

export function toColumns(samples: readonly PointSample[]): SampleColumns {
  return {
    count: samples.length,
    point: Uint32Array.from(samples, ({ point }) => point),
    value: Float64Array.from(samples, ({ value }) => value),
    quality: Uint8Array.from(samples, ({ quality }) => quality),
    sourceMs: Float64Array.from(samples, ({ sourceMs }) => sourceMs),
    text: samples.some(({ text }) => text !== undefined) ? samples.map(({ text }) => text) : null,
  };
}
