/** Turns staff and contacts of the register into the shapes of the public API (duty-schemas.ts). Pure. */
import type { Contact } from '../config/model.ts';
import { CONTACT_KINDS } from '../core/duty.ts';
import type { PublicProfile } from '../people/port.ts';
import type { StaffMember } from '../people/staff-book.ts';

export function toContactView({ id, name, method, kind, phones, for: kinds }: Contact) {
  return { id, name, method, kind, kindText: CONTACT_KINDS[kind], phones: [...phones], for: [...kinds] };
}

/** Without ways and numbers of certificates. */
export function toStaffView({ username, name, roles, isDisabled }: StaffMember, profile: PublicProfile) {
  const { groups, specialities, certificates, reachedBy, areas, language, firm } = profile;
  return {
    username,
    displayName: name,
    roles: [...roles],
    isDisabled,
    groups: [...groups],
    specialities: [...specialities],
    certificates: [...certificates],
    reachedBy: [...reachedBy],
    areas: [...areas],
    language,
    firm,
  };
}
