/** What no schema can say of a person's profile: days that exist, places and firms of the register, who is tied to a firm. Pure. */
import type { SiteModel } from '../config/model.ts';
import type { StaffProfile } from '../core/duty.ts';
import { isOutsider, type Role } from '../core/roles.ts';
import { isDate } from '../people/shift-time.ts';
import { InputError, type InputProblem } from './validation.ts';

/** @throws InputError with every mistake */
export function checkProfile(
  { areas, certificates, firm }: StaffProfile,
  roles: readonly Role[],
  { locations, contacts }: Pick<SiteModel, 'locations' | 'contacts'>,
): void {
  const problems: InputProblem[] = [];
  for (const [at, { validTo }] of certificates.entries())
    if (!isDate(validTo))
      problems.push({ path: `body.certificates.${at}.validTo`, expected: 'a day of the calendar' });
  for (const [at, area] of areas.entries())
    if (!locations.has(area))
      problems.push({ path: `body.areas.${at}`, expected: 'a location of the register' });
  const found = firm === null ? null : contacts.get(firm);
  if (found === undefined || found?.kind === 'internal')
    problems.push({ path: 'body.firm', expected: 'an outside contact of the register' });
  const isContractor = roles.includes('contractor');
  if (isContractor && firm === null)
    problems.push({ path: 'body.firm', expected: 'the firm that the account of a contractor is tied to' });
  if (!isContractor && firm !== null && roles.every((role) => !isOutsider(role)))
    problems.push({ path: 'body.firm', expected: 'null: only contractors are tied to a firm' });
  if (problems.length > 0) throw new InputError(problems);
}
