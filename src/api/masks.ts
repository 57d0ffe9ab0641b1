/** Personal data as those see it who have not asked for it by name: enough to know it again, too little to use it. Pure. */
import type { Text } from '../core/text.ts';
import type { Contact, Ticket } from '../core/ticket.ts';

const HIDDEN = '****';
/** Characters that stay of a way to reach somebody: `138****0000`. */
const KEPT_HEAD = 3;
const KEPT_TAIL = 4;

/** `138****0000`; what is too short for that is hidden whole. */
export function maskMethod(method: string): string {
  const signs = Array.from(method.trim());
  if (signs.length === 0) return '';
  if (signs.length <= KEPT_HEAD + KEPT_TAIL) return HIDDEN;
  return `${signs.slice(0, KEPT_HEAD).join('')}${HIDDEN}${signs.slice(-KEPT_TAIL).join('')}`;
}

/** 王** : the family name, or the first letter. */
export function maskName(name: string): string {
  const [first] = name.trim();
  return first === undefined ? '' : `${first}**`;
}

/** A contact of the register is no secret; a person's is. */
export function maskContact(contact: Contact): Contact {
  if (contact.id !== null) return contact;
  return { ...contact, name: maskText(contact.name), method: maskMethod(contact.method) };
}

/** Who agreed is a person of the source; a name that is destroyed is none. */
export function maskAgreement(
  agreement: Ticket['agreement'],
): Omit<NonNullable<Ticket['agreement']>, 'personal'> | null {
  if (agreement === null) return null;
  const { personal, ...shown } = agreement;
  return personal === undefined ? shown : { ...shown, by: maskName(shown.by) };
}

function maskText({ zh, en }: Text): Text {
  return { zh: maskName(zh), en: maskName(en) };
}
