/**
 * The contract of sinks: databases that readings are forwarded to. A sink writes what it is given and says what became of
 * it; when to write, retrying, back-off and what is confirmed are the forwarder's business (telemetry/forwarder/).
 *
 * Sending the same readings again must leave the sink as it was: a reading is identified by point and stamp.
 */

/** What a point is called in the sink. */
export interface SinkPoint {
  readonly site: string;
  readonly equipment: string;
  /** Kind of the equipment. */
  readonly kind: string;
  /** Name of the point within its equipment. */
  readonly name: string;
}

/** Readings in columns. */
export interface SinkRows {
  readonly count: number;
  /** Index into the block's points. */
  readonly point: Uint32Array;
  /** UTC ms, strictly increasing per point. */
  readonly stampMs: Float64Array;
  /** NaN where the quality is bad. */
  readonly value: Float64Array;
  readonly quality: Uint8Array;
  /** 1 where the quality is to be written beside the value: change or heartbeat. */
  readonly mark: Uint8Array;
}

export interface SinkBlock {
  /** The same array for every block of a configuration: sinks may cache by it. */
  readonly points: readonly SinkPoint[];
  readonly rows: SinkRows;
}

/** A reading that the sink will never take. */
export interface Rejection {
  /** As it was sent. */
  readonly line: string;
  /** The sink's own words. */
  readonly reason: string;
}

/**
 * `accepted`: all readings are stored, but for the rejected ones. `retry`: send all of them again later; `down` = nobody
 * answers or the server is overloaded, `rejecting` = it answers but needs a human (password, missing right).
 */
export type SendResult =
  | { readonly outcome: 'accepted'; readonly rejected: readonly Rejection[] }
  | {
      readonly outcome: 'retry';
      readonly state: 'down' | 'rejecting';
      readonly reason: string;
      /** Pause that the server asked for, ms. */
      readonly waitMs: number | null;
    };

export interface Sink {
  /** Never throws for what the world does wrong. Calls do not overlap. */
  send(blocks: readonly SinkBlock[], signal: AbortSignal): Promise<SendResult>;
  /** Frees the connections. */
  close(): void;
}
