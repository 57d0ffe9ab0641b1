/** What the files of steps share: what a step works on, what it comes to, what its record keeps. */
import type { Ticket, TicketEventType } from '../core/ticket.ts';
import type { PersonalFields } from '../store/store.ts';
import type { Happening, Moment } from './change.ts';
import type { StepContext } from './step.ts';
import type { TicketActor, Transition } from './transitions.ts';

/** A step that is allowed here, to this person. */
export interface Work {
  readonly ticket: Ticket;
  readonly actor: TicketActor;
  readonly context: StepContext;
  readonly moment: Moment;
}

export interface Outcome {
  readonly change: Partial<Ticket>;
  /** Of the one event that records it, with the transition's own fields. */
  readonly type: TicketEventType;
  /** Added to the transition's own fields. */
  readonly detail?: Readonly<Record<string, unknown>>;
  /** Where more than one line is to be written: all of them, in place of `type` and `detail`. */
  readonly happenings?: readonly Happening[];
}

/** Personal data: the record, which is chained, names the row and its digest instead. */
const PERSONAL: readonly string[] = ['contactName', 'contactMethod', 'agreedBy', 'who'];

/** The transition's fields as entered, without those that are personal. */
export function toDetail(transition: Transition): Readonly<Record<string, unknown>> {
  const { type: _type, ...fields } = transition;
  return Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => value !== undefined && !PERSONAL.includes(name)),
  );
}

/** Contact of a person with new personal fields, and what the record says of it: id of the row and digest, no text. */
export function toPersonalContact(
  { id, version, contact }: Pick<Ticket, 'id' | 'version' | 'contact'>,
  { name, method, digest }: Pick<PersonalFields, 'name' | 'method' | 'digest'>,
): { readonly contact: Ticket['contact']; readonly detail: Readonly<Record<string, unknown>> } {
  const personal = `${id}/${version + 1}`;
  // What was confirmed is that the old way reaches the person.
  const isOther = contact.isConfirmed !== null && method !== contact.method;
  return {
    contact: {
      ...contact,
      id: null,
      name: { zh: name, en: name },
      method,
      personal,
      isConfirmed: isOther ? false : contact.isConfirmed,
    },
    detail: { personal, digest },
  };
}

/** A person outside the house whom a step names: where the name is kept, and what the record says of it. */
export interface NamedOutside {
  readonly row: { readonly personal?: string };
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Sealed where whoever asks has sealed it; in any case the name is not written to the record. */
export function toNamedOutside(name: string | undefined, { ticket, context }: Work): NamedOutside {
  const { personal } = context;
  if (personal === null || name === undefined || personal.name !== name.trim())
    return { row: {}, detail: {} };
  const id = `${ticket.id}/${ticket.version + 1}`;
  return { row: { personal: id }, detail: { personal: id, digest: personal.digest } };
}

/** Alarms that one line of the record names; how many there were the ticket before it says. */
export const MAX_NAMED_ALARMS = 50;
