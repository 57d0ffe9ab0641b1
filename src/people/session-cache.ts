/**
 * Sessions seen lately, so that not every request reads the database. An entry is trusted for 30 s and then read
 * again, because the `user` command of another process changes users and sessions too.
 */
import type { Person } from './people.ts';

export const SESSION_LIMITS = {
  /** A shift; fixed from the login on, use does not prolong it. */
  lifeMs: 12 * 3_600_000,
  /** How long a change made by another process may stay unseen. */
  recheckMs: 30_000,
  /** Sessions remembered; the oldest makes room and is read again when it comes back. */
  entries: 1_000,
} as const;

interface Entry {
  readonly person: Person;
  readonly expiresAtMs: number;
  readonly checkedMonoMs: number;
}

export interface SessionCache {
  /** @param now wall and monotonic time in ms. */
  find(tokenHash: string, now: { readonly wallMs: number; readonly monoMs: number }): Person | null;
  /** Changes with every removal; hand the value from before the read to `add`. */
  generation(): number;
  /** Ignored when something was removed since `generation`: what was read may be what was just ended. */
  add(tokenHash: string, entry: Entry, generation: number): void;
  remove(tokenHash: string): void;
  removeUser(username: string): void;
  size(): number;
}

export function createSessionCache(): SessionCache {
  /** Key: digest of the token; insertion order is age. */
  const entries = new Map<string, Entry>();
  let generation = 0;
  return {
    find(tokenHash, now) {
      const entry = entries.get(tokenHash);
      if (entry === undefined) return null;
      const isTrusted =
        now.monoMs - entry.checkedMonoMs < SESSION_LIMITS.recheckMs && now.wallMs < entry.expiresAtMs;
      if (!isTrusted) entries.delete(tokenHash);
      return isTrusted ? entry.person : null;
    },
    generation: () => generation,
    add(tokenHash, entry, seen) {
      if (seen !== generation) return;
      entries.set(tokenHash, entry);
      const oldest = entries.keys().next();
      if (entries.size > SESSION_LIMITS.entries && !oldest.done) entries.delete(oldest.value);
    },
    remove(tokenHash) {
      generation++;
      entries.delete(tokenHash);
    },
    removeUser(username) {
      generation++;
      for (const [tokenHash, { person }] of entries)
        if (person.username === username) entries.delete(tokenHash);
    },
    size: () => entries.size,
  };
}
