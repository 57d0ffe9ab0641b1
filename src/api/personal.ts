/**
 * Personal fields on their way in: sealed with a salt of their own before the engine sees them, so that the record can hold a
 * digest that nobody guesses back. Reading and destroying them is routes/personal.ts.
 */
import { randomBytes } from 'node:crypto';
import { toPersonalFields } from '../store/personal.ts';
import type { PersonalFields } from '../store/store.ts';
import type { Transition } from '../tickets/transitions.ts';
import type { ApiServices } from './services.ts';

const SALT_BYTES = 16;

/** null = there is nothing of a person in it. */
export function sealContact(name: string, method: string): PersonalFields | null {
  if (name.trim() === '' && method.trim() === '') return null;
  return toPersonalFields(name.trim(), method.trim(), randomBytes(SALT_BYTES).toString('hex'));
}

/**
 * What a step or form says of the contact; where it says one of the two, the other stays as it was. Else whom it names outside the
 * house: who agreed to the plan, who did a step of a sheet.
 * @returns null = nothing
 */
export async function sealOfTransition(
  transitions: readonly Transition[],
  ticket: string,
  { queries }: Pick<ApiServices, 'queries'>,
): Promise<PersonalFields | null> {
  const given = transitions.map(toContact).find((one) => one.name !== null || one.method !== null);
  if (given === undefined) return sealContact(transitions.map(toNamed).find((name) => name !== '') ?? '', '');
  const before = await queries.ticket(ticket);
  const known = before?.contact.personal == null ? null : await queries.personal(before.contact.personal);
  return sealContact(given.name ?? known?.name ?? '', given.method ?? known?.method ?? '');
}

function toNamed(transition: Transition): string {
  switch (transition.type) {
    case 'agree':
      return (transition.agreedBy ?? '').trim();
    case 'fire-step':
    case 'entrapment':
      return (transition.who ?? '').trim();
    default:
      return '';
  }
}

interface Given {
  readonly name: string | null;
  readonly method: string | null;
}

function toContact(transition: Transition): Given {
  if (transition.type === 'record') {
    const { contactName = null, contactMethod = null } = transition;
    return { name: contactName, method: contactMethod };
  }
  const { type } = transition;
  if (type === 'correct' && transition.field === 'contactName')
    return { name: transition.value, method: null };
  if (type === 'correct' && transition.field === 'contactMethod')
    return { name: null, method: transition.value };
  return { name: null, method: null };
}
