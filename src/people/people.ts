/** Users, roles, sessions. Passwords are argon2id; sessions are random tokens of which only the digest is stored. */
import type { Text } from '../core/text.ts';
import type { Role } from '../store/store.ts';
import type { Permission } from './permissions.ts';

export interface Person {
  readonly username: string;
  readonly displayName: Text;
  readonly roles: readonly Role[];
  readonly permissions: ReadonlySet<Permission>;
}

export interface LoginResult {
  readonly token: string;
  readonly expiresAtMs: number;
  readonly person: Person;
}

export interface People {
  /** Same time and same error for an unknown name and a wrong password; both are audited. @throws RiserError `wrong-credentials`, `too-many-requests`. */
  login(username: string, password: string, address: string): Promise<LoginResult>;
  /** The person behind a token, or null (unknown, expired, disabled). */
  authenticate(token: string): Promise<Person | null>;
  logout(token: string): Promise<void>;
  /** @throws RiserError `user-exists`, `weak-password`, `roles-mixed`. */
  createUser(
    input: {
      username: string;
      displayName: Text;
      roles: readonly Role[];
      password: string;
      isDemo?: boolean;
    },
    actor: string,
  ): Promise<void>;
  /**
   * Replaces name and roles; sessions go on, with what the new roles may do.
   * @param seen `toAccountVersion` of what `actor` has read, as in the two below; left out = whatever is there
   * @throws RiserError `user-unknown`, `staff-changed`, `roles-mixed`, `last-admin`.
   */
  setUser(
    username: string,
    input: { readonly displayName: Text; readonly roles: readonly Role[] },
    actor: string,
    seen?: string,
  ): Promise<void>;
  /** Ends the user's sessions. @throws RiserError `user-unknown`, `staff-changed`, `weak-password`. */
  setPassword(username: string, password: string, actor: string, seen?: string): Promise<void>;
  /** Ends the user's sessions when disabling. @throws RiserError `user-unknown`, `staff-changed`, `last-admin`. */
  setDisabled(username: string, isDisabled: boolean, actor: string, seen?: string): Promise<void>;
}
