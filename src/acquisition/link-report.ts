/** What is said of one link, by a polled and a pushed one alike: its state, since when and why; a change is logged once. */
import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import type { LinkId } from '../core/ids.ts';
import type { LinkState, LinkStatus } from '../core/link.ts';

export interface LinkReportOptions {
  readonly link: LinkId;
  readonly clock: Clock;
  readonly log: Logger;
  /** Figures of the link as of now. */
  readonly counters: () => LinkStatus['counters'];
  /** null where nobody is polled. */
  readonly load: () => LinkStatus['load'];
  readonly onStatus: (status: LinkStatus) => void;
}

export class LinkReport {
  readonly #options: LinkReportOptions;
  #state: LinkState = 'connecting';
  #reason: string | null = null;
  #sinceMs: number;

  constructor(options: LinkReportOptions) {
    this.#options = options;
    this.#sinceMs = options.clock.now().wallMs;
  }

  get isUp(): boolean {
    return this.#state === 'online' || this.#state === 'degraded';
  }

  status(): LinkStatus {
    const { link, counters, load } = this.#options;
    return {
      link,
      state: this.#state,
      sinceMs: this.#sinceMs,
      reason: this.#reason,
      counters: counters(),
      load: load(),
    };
  }

  /** Tells where it stands, without a change. */
  tell(): void {
    this.#options.onStatus(this.status());
  }

  /** Failed attempts in a row change only the reason: they are told, but not logged as news. */
  set(state: LinkState, reason: string | null): void {
    if (state === this.#state && reason === this.#reason) return;
    const { log, clock } = this.#options;
    const isChange = state !== this.#state;
    if (isChange) this.#sinceMs = clock.now().wallMs;
    this.#state = state;
    this.#reason = reason;
    const isRepeated = state === 'offline' && !isChange;
    const level = isRepeated ? 'debug' : state === 'offline' || state === 'degraded' ? 'warn' : 'info';
    log[level]({ state, reason }, `link ${state}`);
    this.tell();
  }
}
