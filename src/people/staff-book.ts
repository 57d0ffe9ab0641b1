/**
 * Everything that duty is worked out from, as it stands in the store and the site: accounts, profiles, roster, hours,
 * places. Plain data, never changed in place; a new one is made when something changed (duty-board.ts).
 */
import type { Calendar } from '../core/calendar.ts';
import type { Roster, StaffProfile } from '../core/duty.ts';
import type { CalendarId, LocationId } from '../core/ids.ts';
import type { Role } from '../core/roles.ts';
import type { Text } from '../core/text.ts';
import type { UserRow } from '../store/store.ts';

/** A person with an account, and what is known of them besides. */
export interface StaffMember extends StaffProfile {
  readonly username: string;
  readonly name: Text;
  readonly roles: readonly Role[];
  /** Is told nothing and counts as nobody. */
  readonly isDisabled: boolean;
}

/** Key: user name. */
export type Staff = ReadonlyMap<string, StaffMember>;

export interface StaffBook {
  /** null = none was ever written. */
  readonly roster: Roster | null;
  readonly staff: Staff;
  /** Those of the site and of the policy. */
  readonly calendars: ReadonlyMap<CalendarId, Calendar>;
  /** What a location lies in; null = nothing. */
  readonly parents: ReadonlyMap<LocationId, LocationId | null>;
}

/** Of an account of which nothing else is known. */
export const NO_PROFILE: StaffProfile = {
  groups: [],
  specialities: [],
  certificates: [],
  ways: [],
  areas: [],
  language: 'zh',
  firm: null,
};

/** @param profiles key: user name */
export function toStaff(
  users: readonly Pick<UserRow, 'username' | 'displayName' | 'roles' | 'isDisabled'>[],
  profiles: ReadonlyMap<string, StaffProfile>,
): Staff {
  const members = users.map(({ username, displayName, roles, isDisabled }): [string, StaffMember] => [
    username,
    { ...(profiles.get(username) ?? NO_PROFILE), username, name: displayName, roles, isDisabled },
  ]);
  return new Map(members);
}

/** The location and everything that it lies in, nearest first. Empty for none. */
export function toAreaChain(
  parents: StaffBook['parents'],
  location: LocationId | null | undefined,
): readonly LocationId[] {
  const chain: LocationId[] = [];
  let next = location ?? null;
  while (next !== null && !chain.includes(next)) {
    chain.push(next);
    next = parents.get(next) ?? null;
  }
  return chain;
}

/** Whether the certificate holds on that local date; its last day counts. */
export function holdsOn(
  { certificates }: Pick<StaffProfile, 'certificates'>,
  kind: string,
  date: string,
): 'holds' | 'expired' | 'missing' {
  const own = certificates.filter((one) => one.kind === kind);
  if (own.length === 0) return 'missing';
  return own.some(({ validTo }) => date <= validTo) ? 'holds' : 'expired';
}
