/** Blocks for sink tests. */
import type { SinkBlock, SinkPoint } from '../../src/sinks/sink.ts';

/** `[point, stampMs, value, quality, mark]`; quality 0 and no mark unless given. */
export type Row = readonly [point: number, stampMs: number, value: number, quality?: number, mark?: 0 | 1];

export function toBlock(points: readonly SinkPoint[], rows: readonly Row[]): SinkBlock {
  return {
    points,
    rows: {
      count: rows.length,
      point: Uint32Array.from(rows, ([point]) => point),
      stampMs: Float64Array.from(rows, ([, stampMs]) => stampMs),
      value: Float64Array.from(rows, ([, , value]) => value),
      quality: Uint8Array.from(rows, ([, , , quality]) => quality ?? 0),
      mark: Uint8Array.from(rows, ([, , , , mark]) => mark ?? 0),
    },
  };
}

export function pumpPoint(equipment: string, name: string): SinkPoint {
  return { site: 'tower', equipment, kind: 'pump', name };
}
