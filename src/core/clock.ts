/** Time as data: wall clock for stamps, monotonic for durations. The real clock is made in engine/system-clock.ts. */

export interface Now {
  /** UTC milliseconds since 1970. Only for stamps: it can jump. */
  readonly wallMs: number;
  /** Milliseconds since some instant of this boot. Only for durations: it never runs backwards. */
  readonly monoMs: number;
  /** Names the process start that `monoMs` belongs to; monotonic times of two boots cannot be compared. */
  readonly bootId: string;
}

export interface Clock {
  now(): Now;
}
