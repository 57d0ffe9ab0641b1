/** Figures of one link since start: those of its connections, past and present, and of the loop itself. */

/**
 * Stable names: /metrics and the page show them. A link that has done nothing yet shows zeros. `retries`: asked again at once
 * after a time-out; `splits`: refused requests that were asked in pieces; `releases`: connections given back on purpose;
 * `overdue`: connections given up because their driver did not end an exchange.
 */
export const POLL_COUNTERS = [
  'requests',
  'replies',
  'timeouts',
  'exceptions',
  'reconnects',
  'late_replies',
  'unsolicited',
  'wrong_unit',
  'wrong_function',
  'crc_errors',
  'failovers',
  'bad_frames',
  'retries',
  'splits',
  'writes',
  'releases',
  'overdue',
  'skipped_cycles',
  'stale_readings',
  'bytes_in',
  'bytes_out',
] as const;

/** `late_calls`: what a connection said after its end; ignored. Drivers add figures of their own. */
export const PUSH_COUNTERS = ['readings', 'late_calls', 'reconnects', 'stale_readings'] as const;

export type Counters = Readonly<Record<string, number>>;

export class LinkCounters {
  readonly #totals: Record<string, number>;

  /** @param names counters that are there from the beginning */
  constructor(names: readonly string[]) {
    this.#totals = Object.fromEntries(names.map((name) => [name, 0]));
  }

  add(figures: Counters): void {
    for (const [name, value] of Object.entries(figures))
      this.#totals[name] = (this.#totals[name] ?? 0) + value;
  }

  /** Totals together with figures that are still running. */
  with(...running: readonly Counters[]): Counters {
    const sum = new LinkCounters([]);
    for (const figures of [this.#totals, ...running]) sum.add(figures);
    return sum.#totals;
  }
}
