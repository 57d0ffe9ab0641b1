/**
 * The live stream (GET /events) with its watchdog: reconnects with back-off and says how old the last event is.
 * What the events mean for the page is live/cache.ts's business.
 *
 *   connecting ──hello──▶ live ──error──▶ reconnecting ──5 s without an event──▶ stale ──hello──▶ live
 *                          └────────────────────silent for 20 s────────────────▶
 */
import type { LiveEventName, LiveEvents, Trouble } from '../api/types.ts';

/** The gateway's heart beats every 10 s; two missed beats make what is shown old. */
export const STALE_AFTER_MS = 20_000;
/** A stream that is known to be broken is given the time of a short restart; then what is shown is called old. */
const BROKEN_STALE_AFTER_MS = 5_000;
/** A stream that is open but silent for longer is replaced. */
const REPLACE_AFTER_MS = 25_000;
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 15_000;
const WATCH_MS = 1_000;

const EVENTS = [
  'hello',
  'readings',
  'link',
  'alarm',
  'control',
  'storm',
  'rule-change',
  'ticket',
  'message',
  'incident',
  'heartbeat',
] as const satisfies readonly LiveEventName[];

export type LivePhase = 'connecting' | 'live' | 'reconnecting' | 'stale';

export interface LiveState {
  readonly phase: LivePhase;
  /** Since when the stream has been unbroken, browser time; null while it is not. */
  readonly liveSinceMs: number | null;
  /** Age of the last event; null before the first. Whole seconds, so that it changes once a second at most. */
  readonly silentForMs: number | null;
  /** Attempts since the stream broke. */
  readonly attempt: number;
  /** Parts of the gateway that were not well at the last greeting or heartbeat. */
  readonly trouble: readonly Trouble[];
}

export interface LiveConnection {
  readonly start: () => void;
  readonly stop: () => void;
  readonly getState: () => LiveState;
  readonly subscribe: (listener: () => void) => () => void;
}

export interface LiveOptions {
  readonly url: string;
  onEvent<N extends LiveEventName>(name: N, event: LiveEvents[N]): void;
  /** The stream broke; the session may have ended. */
  onBroken(): void;
}

/** Milliseconds that pass in sleep as well as awake: a laptop that wakes up must know that its data is old. */
function createStopwatch(): () => number {
  const wallMs = Date.now();
  const monoMs = performance.now();
  return () => Math.max(Date.now() - wallMs, performance.now() - monoMs);
}

export function createLiveConnection(options: LiveOptions): LiveConnection {
  const listeners = new Set<() => void>();
  let source: EventSource | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let watch: ReturnType<typeof setInterval> | undefined;
  let sinceEvent: (() => number) | null = null;
  let sinceStart = createStopwatch();
  let sinceOpen = sinceStart;
  let state: LiveState = {
    phase: 'connecting',
    liveSinceMs: null,
    silentForMs: null,
    attempt: 0,
    trouble: [],
  };

  function set(change: Partial<LiveState>): void {
    const next = { ...state, ...change };
    const isSame = (Object.keys(next) as (keyof LiveState)[]).every((key) => next[key] === state[key]);
    if (isSame) return;
    state = next;
    for (const listener of listeners) listener();
  }

  function open(): void {
    clearTimeout(retry);
    source?.close();
    const opened = new EventSource(options.url);
    source = opened;
    sinceOpen = createStopwatch();
    for (const name of EVENTS) {
      opened.addEventListener(name, (message) => receive(name, (message as MessageEvent<string>).data));
    }
    opened.addEventListener('error', () => {
      if (source === opened) broken();
    });
  }

  function receive(name: LiveEventName, data: string): void {
    let event: LiveEvents[LiveEventName];
    try {
      event = JSON.parse(data) as LiveEvents[LiveEventName];
    } catch {
      broken();
      return;
    }
    sinceEvent = createStopwatch();
    if (name === 'hello') set({ phase: 'live', liveSinceMs: Date.now(), silentForMs: 0, attempt: 0 });
    if ('trouble' in event) setTrouble(event.trouble);
    options.onEvent(name, event);
  }

  /** The same trouble again is no change: nobody is rendered anew for it. */
  function setTrouble(trouble: readonly Trouble[]): void {
    if (JSON.stringify(trouble) !== JSON.stringify(state.trouble)) set({ trouble });
  }

  function broken(): void {
    source?.close();
    source = null;
    const attempt = state.attempt + 1;
    set({ phase: state.phase === 'stale' ? 'stale' : 'reconnecting', liveSinceMs: null, attempt });
    clearTimeout(retry);
    retry = setTimeout(open, Math.min(FIRST_RETRY_MS * 2 ** (attempt - 1), MAX_RETRY_MS));
    options.onBroken();
  }

  function look(): void {
    const silentForMs = (sinceEvent ?? sinceStart)();
    const limitMs = state.attempt > 0 ? BROKEN_STALE_AFTER_MS : STALE_AFTER_MS;
    const isStale = silentForMs > limitMs && (sinceEvent !== null || state.attempt > 0);
    const shownMs = Math.floor(silentForMs / 1_000) * 1_000;
    if (isStale) set({ phase: 'stale', liveSinceMs: null, silentForMs: shownMs });
    else if (state.phase !== 'live' && sinceEvent !== null) set({ silentForMs: shownMs });
    const sinceOpenMs = Math.min(silentForMs, sinceOpen());
    if (source !== null && sinceOpenMs > REPLACE_AFTER_MS) broken();
  }

  return {
    start() {
      sinceStart = createStopwatch();
      watch = setInterval(look, WATCH_MS);
      document.addEventListener('visibilitychange', look);
      open();
    },
    stop() {
      clearInterval(watch);
      clearTimeout(retry);
      document.removeEventListener('visibilitychange', look);
      source?.close();
      source = null;
    },
    getState: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
