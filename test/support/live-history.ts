/** Remembers what is published, as a store of the history: for tests that need a past and no journal. */
import type { ReadingBatch } from '../../src/core/reading.ts';
import type { HistorySource } from '../../src/telemetry/history/source.ts';
import { createMemorySource, type Row } from '../telemetry/history/memory-source.ts';

export interface LiveHistory {
  readonly source: HistorySource;
  apply(batch: ReadingBatch): void;
}

export function createLiveHistory(): LiveHistory {
  /** Key: point. */
  const rows = new Map<number, Row[]>();
  return {
    source: createMemorySource({ rows }),
    apply(batch) {
      for (let at = 0; at < batch.count; at++) {
        const point = batch.point[at] as number;
        const row: Row = [
          batch.receivedMs[at] as number,
          batch.value[at] as number,
          batch.quality[at] as number,
        ];
        rows.set(point, [...(rows.get(point) ?? []), row]);
      }
    },
  };
}
