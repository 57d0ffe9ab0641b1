/**
 * Versions of what is known of a person, so that of two who edit it at once the second is told: digests of what was read, the
 * account apart from the profile because each has its own writers. Who may write is the API's business.
 */
import { createHash } from 'node:crypto';
import type { StaffProfile } from '../core/duty.ts';
import { RiserError } from '../core/errors.ts';
import type { UserRow } from '../store/store.ts';

/** Hexadecimal digits of a version: two edits of one person never meet by chance. */
const VERSION_DIGITS = 16;

/** Whatever order its fields were stored in. */
export function toProfileVersion(profile: StaffProfile): string {
  const { groups, specialities, certificates, ways, areas, language, firm } = profile;
  return digest([
    groups,
    specialities,
    certificates.map(({ kind, number, validTo }) => [kind, number, validTo]),
    ways.map(({ way, address }) => [way, address]),
    areas,
    language,
    firm,
  ]);
}

/** With the time of the last change, because a new password is not seen in any field. */
export function toAccountVersion(
  user: Pick<UserRow, 'displayName' | 'roles' | 'isDisabled' | 'changedAtMs'>,
): string {
  const { displayName, roles, isDisabled, changedAtMs } = user;
  return digest([displayName.zh, displayName.en, roles, isDisabled, changedAtMs]);
}

/**
 * @param seen version that the writer has read; undefined = writes over whatever is there (the command line)
 * @throws RiserError `staff-changed`
 */
export function requireSeen(username: string, current: string, seen: string | undefined): void {
  if (seen !== undefined && seen !== current) throw new RiserError('staff-changed', { username });
}

function digest(fields: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex').slice(0, VERSION_DIGITS);
}
