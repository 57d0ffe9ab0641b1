/** Collects changed readings between two batches to the pages: last value wins per point. Knows nothing of clients. */
import type { SiteModel } from '../config/model.ts';
import type { ReadingBatch } from '../core/reading.ts';
import type { Texts } from '../core/texts.ts';

export interface PendingReadings {
  readonly size: number;
  /** Batches of another configuration epoch than the one that was begun with. */
  readonly discardedBatches: number;
  add(batch: ReadingBatch): void;
  /** JSON of up to `most` tuples (`ReadingTuple` in live-events.ts), oldest change first; null when nothing is pending. */
  take(most: number): string | null;
  clear(): void;
}

/** For one configuration epoch. */
export function createPendingReadings(model: SiteModel, texts: Pick<Texts, 'toText'>): PendingReadings {
  const size = model.points.length;
  const isPending = new Uint8Array(size);
  const value = new Float64Array(size);
  const quality = new Uint8Array(size);
  const receivedMs = new Float64Array(size);
  const sourceMs = new Float64Array(size);
  const ids = model.points.map((point) => JSON.stringify(point.id));
  const isText = model.points.map(({ type }) => type === 'text');
  let queue: number[] = [];
  let discardedBatches = 0;

  const toTuple = (point: number): string => {
    const times = `${num(receivedMs[point])},${num(sourceMs[point])}`;
    if (!isText[point]) return `[${ids[point]},${num(value[point])},${quality[point]},${times}]`;
    return `[${ids[point]},null,${quality[point]},${times},${toTextJson(value[point] as number, texts)}]`;
  };

  return {
    get size() {
      return queue.length;
    },
    get discardedBatches() {
      return discardedBatches;
    },
    add(batch) {
      if (batch.epoch !== model.epoch) {
        discardedBatches++;
        return;
      }
      for (let at = 0; at < batch.count; at++) {
        const point = batch.point[at] as number;
        value[point] = batch.value[at] as number;
        quality[point] = batch.quality[at] as number;
        receivedMs[point] = batch.receivedMs[at] as number;
        sourceMs[point] = batch.sourceMs[at] as number;
        if (isPending[point] === 1) continue;
        isPending[point] = 1;
        queue.push(point);
      }
    },
    take(most) {
      if (queue.length === 0) return null;
      const taken = queue.slice(0, most);
      queue = queue.slice(most);
      for (const point of taken) isPending[point] = 0;
      return `[${taken.map(toTuple).join(',')}]`;
    },
    clear() {
      isPending.fill(0);
      queue = [];
    },
  };
}

function toTextJson(value: number, texts: Pick<Texts, 'toText'>): string {
  return JSON.stringify(texts.toText(value) ?? null);
}

function num(value: number | undefined): string {
  return Number.isFinite(value) ? String(value) : 'null';
}
