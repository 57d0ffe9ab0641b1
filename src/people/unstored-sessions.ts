/**
 * Sessions of people who logged in while the store could not write (disk full): they must be able to see and say so.
 * Kept in memory only, few, gone with the process; everything else about them is as for stored sessions.
 */
import type { SessionRow } from '../store/store.ts';

/** A shift's worth of people; the oldest makes room. */
export const UNSTORED_SESSIONS = 50;

export interface UnstoredSessions {
  add(session: SessionRow): void;
  find(tokenHash: string): SessionRow | null;
  /** @returns whether there was one. */
  remove(tokenHash: string): boolean;
  removeUser(username: string): void;
  size(): number;
}

export function createUnstoredSessions(): UnstoredSessions {
  /** Key: digest of the token; insertion order is age. */
  const sessions = new Map<string, SessionRow>();
  return {
    add(session) {
      sessions.set(session.tokenHash, session);
      const oldest = sessions.keys().next();
      if (sessions.size > UNSTORED_SESSIONS && !oldest.done) sessions.delete(oldest.value);
    },
    find: (tokenHash) => sessions.get(tokenHash) ?? null,
    remove: (tokenHash) => sessions.delete(tokenHash),
    removeUser(username) {
      for (const [tokenHash, session] of sessions)
        if (session.username === username) sessions.delete(tokenHash);
    },
    size: () => sessions.size,
  };
}
