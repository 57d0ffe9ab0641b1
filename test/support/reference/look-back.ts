/**
 * Reference of rule types that look back, with a memory that nothing can tear: a list of all that was ever read. Plain sums
 * over that list, no code of src/rules. What happened while the gateway was down was not seen by anybody and is no time of
 * theirs, except where a clock is asked.
 *
 * `mayReturn` is what matters: FALSE has to be true of everything that was read, also of what a kill has torn out of the
 * gateway's memory.
 */

/** What is read: `p` of the rule and `q` beside it; null = the device does not answer. */
export interface Read {
  readonly p: number | null;
  readonly q: number;
}

interface Moment extends Read {
  /** For so long it held, of which the gateway was up: all of it, or nothing. */
  ms: number;
  readonly isUp: boolean;
  /** A reading came at its beginning; else it begins with a start or goes on. */
  readonly isRead: boolean;
}

export interface LookBack {
  read(read: Read): void;
  pass(ms: number): void;
  /** The gateway is down; what was read last is not known after it. */
  down(ms: number): void;
  readonly moments: readonly Moment[];
}

export function createLookBack(): LookBack {
  const moments: Moment[] = [];
  return {
    moments,
    read: (read) => void moments.push({ ...read, ms: 0, isUp: true, isRead: true }),
    pass(ms) {
      const last = moments.at(-1);
      if (last?.isUp === true) last.ms += ms;
      else moments.push({ ...UNREAD, ms, isUp: true });
    },
    down(ms) {
      moments.push({ ...UNREAD, ms, isUp: false });
      moments.push({ ...UNREAD, ms: 0, isUp: true });
    },
  };
}

const UNREAD = { p: null, q: Number.NaN, isRead: false } as const;
/** Nothing can come until the links are up. */
const GRACE_MS = 15_000;

export interface CountOf {
  readonly count: number;
  readonly withinMs: number;
}

/** Fewer entries to 1 than that in the last `withinMs` of time that was known. */
export function mayCountReturn({ moments }: LookBack, { count, withinMs }: CountOf): boolean {
  let knownMs = 0;
  let entries = 0;
  for (let at = moments.length - 1; at >= 0 && knownMs < withinMs; at--) {
    const { p, ms } = moments[at] as Moment;
    if (p === null) continue;
    knownMs += ms;
    if (knownMs < withinMs && isEntry(moments, at, withinMs)) entries += 1;
  }
  return entries < count;
}

/** From anything else to 1; one that may be older than `withinMs` is none. */
function isEntry(moments: readonly Moment[], at: number, withinMs: number): boolean {
  const before = moments.findLastIndex(({ p }, index) => index < at && p !== null);
  if (moments[at]?.p !== 1 || before < 0 || moments[before]?.p === 1) return false;
  const gapMs = moments.slice(before + 1, at).reduce((sum, { ms }) => sum + ms, 0);
  return gapMs <= withinMs;
}

/** How often it was entered since the beginning. */
export function toStarts({ moments }: LookBack): number {
  return moments.filter((_, at) => isEntry(moments, at, Number.POSITIVE_INFINITY)).length;
}

/** For how long it was 1, as far as anybody has seen. */
export function toRunMs({ moments }: LookBack): number {
  return moments.reduce((sum, { p, ms }) => sum + (p === 1 ? ms : 0), 0);
}

/** For how long `p` has rested while `q` is 1. */
export function toRestMs({ moments }: LookBack): number {
  let restMs = 0;
  let anchor: number | null = null;
  for (const { p, q, ms } of moments) {
    if (q === 0) anchor = null;
    if (q !== 1 || p === null) continue;
    if (p !== anchor) restMs = 0;
    anchor = p;
    restMs += ms;
  }
  return anchor === null ? 0 : restMs;
}

/** For how long nothing has come while somebody listened. */
export function toSilentMs({ moments }: LookBack): number {
  let silentMs = 0;
  let graceMs = GRACE_MS;
  for (const { p, ms, isUp, isRead } of moments) {
    if (!isUp) graceMs = GRACE_MS;
    else {
      const listenedMs = Math.max(0, ms - graceMs);
      graceMs = Math.max(0, graceMs - ms);
      if (isRead && p !== null) silentMs = ms;
      else if (!isRead) silentMs += listenedMs;
    }
  }
  return silentMs;
}

/** The mean of what was known of the last `overMs`, by the clock; NaN where nothing was. */
export function toMean({ moments }: LookBack, overMs: number): number {
  let leftMs = overMs;
  let [sum, knownMs] = [0, 0];
  for (const { p, ms } of moments.toReversed()) {
    const partMs = Math.min(ms, leftMs);
    leftMs -= partMs;
    if (p === null) continue;
    sum += p * partMs;
    knownMs += partMs;
  }
  return sum / knownMs;
}

/** Whether the two that were read last agree. */
export function doesAgree({ moments }: LookBack): boolean {
  const last = moments.at(-1);
  return last !== undefined && last.p === last.q;
}
