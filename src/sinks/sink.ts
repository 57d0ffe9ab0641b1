/**
 * The contract of sinks: databases that readings are forwarded to. A sink writes what it is given and says what became of
 * it; when to write, retrying, back-off and what is confirmed are the forwarder's business (telemetry/forwarder/).
 *
 * Sending the same readings again must leave the sink as it was: a reading is identified by point and stamp. The order of
 * two writes must not matter either, for the same reason.
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

/** A point whose past is asked for. */
export interface HistoryPoint extends SinkPoint {
  /** `equipment/point`. */
  readonly id: string;
  readonly type: 'number' | 'boolean' | 'text';
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

/** A reading that the sink will not take. */
export interface Rejection {
  /** null where the block's points do not have it. */
  readonly point: SinkPoint | null;
  /** UTC ms; NaN or a fraction where that is what is wrong. */
  readonly stampMs: number;
  /** NaN where the quality is bad. */
  readonly value: number;
  readonly quality: number;
  readonly mark: 0 | 1;
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
  /** Never throws for what the world does wrong. A few calls may be under way at once; their blocks differ. */
  send(blocks: readonly SinkBlock[], signal: AbortSignal): Promise<SendResult>;
  /** Frees the connections. */
  close(): void;
}

/** How coarse what is written is: raw values and events, or one of the roll-ups, which are kept for a time of their own. */
export type Resolution = 'raw' | 'minute' | 'quarter' | 'hour';

/** Figures that are no readings: roll-ups, events, states of links. Measurement, tags and stamp identify them. */
export interface FigureLine {
  readonly measurement: string;
  /** The same object for all lines of a series: sinks may cache by it. */
  readonly tags: Readonly<Record<string, string>>;
  /** Not empty; numbers finite. A text is left out where the sink takes none. */
  readonly fields: Readonly<Record<string, number | string>>;
  /** UTC µs: several events of one ms stay apart. */
  readonly stampUs: number;
}

/** `refused`: those that it will never take; the others are stored. `retry` as in SendResult. */
export type FigureResult =
  | {
      readonly outcome: 'accepted';
      readonly refused: { readonly lines: number; readonly reason: string } | null;
    }
  | Extract<SendResult, { outcome: 'retry' }>;

export interface FigureSink {
  /** Never throws for what the world does wrong. What the resolution needs there is made first, where we may. */
  write(lines: readonly FigureLine[], resolution: Resolution, signal: AbortSignal): Promise<FigureResult>;
  /** Statements that a person must run before everything can be written (docs/influxdb.md). */
  readonly openStatements: readonly string[];
  /** Frees the connections. */
  close(): void;
}
