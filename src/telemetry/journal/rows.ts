/**
 * Journalled readings in columns: what a block holds. `stampMs` is the time under which the reading is known to the
 * sink, strictly increasing per point; `mark` is 1 where the sink is to be told the quality (change or heartbeat).
 */

export interface BlockRows {
  readonly count: number;
  readonly point: Uint32Array;
  readonly stampMs: Float64Array;
  /** NaN where the quality is bad. */
  readonly value: Float64Array;
  readonly quality: Uint8Array;
  /** 0 or 1. */
  readonly mark: Uint8Array;
  /** NaN where the device gave no time. */
  readonly sourceMs: Float64Array;
  readonly receivedMs: Float64Array;
}

/** Rows with room for `capacity` readings; `count` grows as they are set. */
export interface OpenRows extends BlockRows {
  count: number;
}

export function createRows(capacity: number): OpenRows {
  return {
    count: 0,
    point: new Uint32Array(capacity),
    stampMs: new Float64Array(capacity),
    value: new Float64Array(capacity),
    quality: new Uint8Array(capacity),
    mark: new Uint8Array(capacity),
    sourceMs: new Float64Array(capacity),
    receivedMs: new Float64Array(capacity),
  };
}

/** The same rows in arrays of exactly their size, so that a small block does not hold a large buffer. */
export function trimRows(rows: BlockRows): BlockRows {
  const count = rows.count;
  return {
    count,
    point: rows.point.slice(0, count),
    stampMs: rows.stampMs.slice(0, count),
    value: rows.value.slice(0, count),
    quality: rows.quality.slice(0, count),
    mark: rows.mark.slice(0, count),
    sourceMs: rows.sourceMs.slice(0, count),
    receivedMs: rows.receivedMs.slice(0, count),
  };
}
