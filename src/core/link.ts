/** State and figures of one link, as acquisition sees it. */
import type { LinkId } from './ids.ts';

/** `degraded`: connected, but some device on it does not answer. */
export type LinkState = 'connecting' | 'online' | 'degraded' | 'offline' | 'stopped';

export interface LinkStatus {
  readonly link: LinkId;
  readonly state: LinkState;
  /** Since when it is in this state, UTC ms. */
  readonly sinceMs: number;
  /** Why, in plain English, when it is not online: `connect refused by 127.0.0.1:502`. */
  readonly reason: string | null;
  /** Counters since start; keys are stable names used in /metrics. */
  readonly counters: Readonly<Record<string, number>>;
}
