/**
 * How often a login may be tried: per user name and per address, with a delay that doubles from failure to failure
 * up to a cap. The cap keeps a stranger from locking somebody out for good. Durations are monotonic; state is in
 * memory and ends with the process.
 */
import { RiserError } from '../core/errors.ts';

export const LOGIN_LIMITS = {
  /** Failures without delay: a name is mistyped by one person, an address is shared by a control room. */
  freePerName: 3,
  freePerAddress: 20,
  /** Delay after the first failure beyond the free ones; doubles with each further one. */
  firstDelayMs: 1_000,
  maxDelayMs: 60_000,
  /** Quiet time after which failures are forgotten. */
  forgetMs: 15 * 60_000,
  /** Names and addresses remembered; the longest quiet one makes room. */
  entries: 10_000,
} as const;

interface Entry {
  failures: number;
  lastMs: number;
  /** Whether a refusal since the last failure has been reported. */
  isReported: boolean;
}

export interface LoginLimiter {
  /**
   * Counts an attempt, as a failure until `succeed` says otherwise, so that parallel attempts are counted too.
   * @returns null when it may go on; else a refusal. `isFirst`: the first since the last attempt (audit that one).
   */
  begin(
    username: string,
    address: string,
    monoMs: number,
  ): { readonly error: RiserError; readonly isFirst: boolean } | null;
  /** The attempt was right: the name starts afresh, the address loses this one failure. */
  succeed(username: string, address: string): void;
  counters(): { readonly refused: number; readonly entries: number; readonly evicted: number };
}

export function createLoginLimiter(): LoginLimiter {
  /** Key: `name:…` or `address:…`; insertion order is order of the last attempt. */
  const entries = new Map<string, Entry>();
  let refused = 0;
  let evicted = 0;
  return {
    begin(username, address, monoMs) {
      const keys = toKeys(username, address);
      const blocked = keys
        .map(({ key, free }) => findBlock(entries.get(key), free, monoMs))
        .find((entry) => entry !== null);
      if (blocked !== undefined && blocked !== null) {
        refused++;
        const isFirst = !blocked.isReported;
        blocked.isReported = true;
        return { error: new RiserError('too-many-requests'), isFirst };
      }
      for (const { key } of keys) evicted += addFailure(entries, key, monoMs);
      return null;
    },
    succeed(username, address) {
      const [name, place] = toKeys(username, address);
      entries.delete(name.key);
      const entry = entries.get(place.key);
      if (entry !== undefined) entry.failures--;
    },
    counters: () => ({ refused, entries: entries.size, evicted }),
  };
}

type Key = { readonly key: string; readonly free: number };

function toKeys(username: string, address: string): readonly [Key, Key] {
  return [
    { key: `name:${username}`, free: LOGIN_LIMITS.freePerName },
    { key: `address:${address}`, free: LOGIN_LIMITS.freePerAddress },
  ];
}

function findBlock(entry: Entry | undefined, free: number, monoMs: number): Entry | null {
  if (entry === undefined || entry.failures < free) return null;
  const delayMs = Math.min(LOGIN_LIMITS.firstDelayMs * 2 ** (entry.failures - free), LOGIN_LIMITS.maxDelayMs);
  return monoMs - entry.lastMs < delayMs ? entry : null;
}

/** @returns how many entries had to make room. */
function addFailure(entries: Map<string, Entry>, key: string, monoMs: number): number {
  const entry = entries.get(key);
  const isForgotten = entry === undefined || monoMs - entry.lastMs >= LOGIN_LIMITS.forgetMs;
  entries.delete(key);
  entries.set(key, { failures: isForgotten ? 1 : entry.failures + 1, lastMs: monoMs, isReported: false });
  if (entries.size <= LOGIN_LIMITS.entries) return 0;
  const oldest = entries.keys().next();
  if (!oldest.done) entries.delete(oldest.value);
  return 1;
}
