/** What somebody is to be told, before it is known who that is and by which channels: between tellings and to-messages. */

import type { Policy } from '../config/policy.ts';
import type { Calendar } from '../core/calendar.ts';
import type { ContactId, FeedbackId, LocationId, MessageId, OccurrenceId, TicketId } from '../core/ids.ts';
import type { Incident } from '../core/incident.ts';
import type { Message, MessageKind } from '../core/message.ts';
import type { Text } from '../core/text.ts';
import type { Priority, Ticket } from '../core/ticket.ts';

/** One who is told; `ask` is what this one has to do. */
export type Addressee =
  /** Roles, users or groups: the first of whom anybody can be told. */
  | {
      readonly anyOf: readonly string[];
      readonly ask: Text;
      /** User names that are not told of it and stand for nobody; left out = none. */
      readonly except?: readonly string[];
      /** Of the report of an emergency: which of the policy's recipients this is. */
      readonly reportsTo?: string;
    }
  /** A firm of the register without an account. */
  | { readonly contact: ContactId; readonly ask: Text }
  /** Whoever got that message, by the same channel: no return is told where no raise was (alarms.md B8 no. 2, 11). */
  | { readonly after: Message; readonly ask: Text };

export interface Telling {
  readonly kind: MessageKind;
  readonly priority: Priority;
  readonly to: readonly Addressee[];
  /** What has happened beside the matter itself; null = the matter says it. */
  readonly fact: Text | null;
  readonly about: About;
  /** Part of the key where one step says two things of one kind to one person; left out = it says one. */
  readonly part?: string;
  /** Part of the key: the version of the ticket or incident that tells it. */
  readonly version: number;
  /** Who did it: is not told of it. */
  readonly by: string;
  /** Told only while its hours run; null = at once. */
  readonly hours: Calendar | null;
}

/** The matter: a ticket, an incident as a whole, feedback, or, without any of them, the commissioning of an equipment. */
export interface About {
  readonly ticket: TicketId | null;
  readonly incident: Incident['id'] | null;
  readonly occurrence: OccurrenceId | null;
  /** Left out = not of feedback. */
  readonly feedback?: FeedbackId;
  readonly location: LocationId | null;
  readonly isDrill: boolean;
  readonly number: string;
  /** What the number is of; left out = ticket, incident, feedback or commissioning, whichever it names. */
  readonly word?: Text;
  /** Place and equipment, for the first line. */
  readonly where: Text;
  readonly what: Text;
}

/** Who is on when, as far as telling people needs it; people/duty.ts has it. */
export interface DutyLook {
  /** User names to tell for a role, a user or a group; empty = nobody can be told. */
  recipientsOf(assignee: string, atMs: number, near?: LocationId | null): readonly string[];
  /** null = no such account. */
  person(username: string, atMs: number): { readonly name: Text; readonly roles: readonly string[] } | null;
  /** Accounts of the people of an outside firm that can be told. Left out = no firm has any. */
  accountsOf?(firm: ContactId): readonly string[];
}

/** What the engine knows when it asks. */
export interface MessageView {
  readonly nowMs: number;
  nextId(): MessageId;
  /** Whether a message of the key is among those that are not over. */
  has(key: string): boolean;
  /** Those of the ticket that are not over, and those of this round. */
  messagesOf(ticket: TicketId): readonly Message[];
  /** The policy that the ticket was opened under; the one in force where its version is not known. */
  policyOf(ticket: Pick<Ticket, 'policyVersion'>): Policy;
}

/** What tellings are made with. */
export interface TellingContext {
  readonly view: MessageView;
  /** Named owner of the ticket's equipment; null = none. */
  readonly ownerOf: (ticket: Ticket) => string | null;
  /** Name of a user, role or group as people say it. */
  readonly nameOf: (name: string) => Text;
  /** User names of a firm of the register; empty = it has no account. */
  readonly accountsOf: (firm: ContactId) => readonly string[];
  /** Local time of the site, with the date where it is not today. */
  readonly timeOf: (atMs: number) => string;
}
