/** Commands that people give to the decision loop. Authorised at the edge (api/), decided in the loop. */
import type { AlarmControl, Occurrence } from '../core/alarm.ts';
import type { Feedback } from '../core/feedback.ts';
import type {
  AlarmKey,
  EquipmentId,
  FeedbackId,
  IncidentId,
  MessageId,
  OccurrenceId,
  TicketId,
} from '../core/ids.ts';
import type { Incident } from '../core/incident.ts';
import type { Message } from '../core/message.ts';
import type { Ticket } from '../core/ticket.ts';
import type { TypedValue } from '../core/typed-words.ts';
import type { FeedbackChange, NewFeedback } from '../feedback/changes.ts';
import type { IncidentChange } from '../incidents/changes.ts';
import type { Answer, Delivery } from '../notify/notifier.ts';
import type { Telling } from '../notify/telling.ts';
import type { DestroyedRecord, PersonalFields, SlipRow } from '../store/store.ts';
import type { Confirmation } from '../tickets/confirm-contact.ts';
import type { NewTicket, TicketActor, Transition } from '../tickets/transitions.ts';

/** Words that are taken out of a record, whatever it is of. */
interface WordsRedaction {
  /** Id of the event, or line of the history, and part of its detail, and the words as they were looked up there. */
  readonly event: number;
  readonly field: string;
  readonly words: TypedValue;
  /** Stands in their place; may be empty. */
  readonly replacement: string;
  readonly by: string;
  readonly reason: string;
}

export type Command =
  | {
      readonly type: 'acknowledge-alarm';
      readonly occurrence: OccurrenceId;
      readonly by: string;
      readonly note: string;
    }
  /** Each by itself: those that have ended or are acknowledged already are left out of the answer, not refused. */
  | {
      readonly type: 'acknowledge-alarms';
      readonly occurrences: readonly OccurrenceId[];
      readonly by: string;
      readonly note: string;
    }
  | {
      readonly type: 'shelve-alarm';
      readonly key: AlarmKey;
      readonly by: string;
      readonly reason: string;
      readonly untilMs: number;
      readonly isOneShot: boolean;
      /** Another person who answers for it; left out = nobody. */
      readonly approver?: string;
    }
  | { readonly type: 'unshelve-alarm'; readonly key: AlarmKey; readonly by: string; readonly note: string }
  | {
      readonly type: 'take-out-of-service';
      readonly key: AlarmKey;
      readonly by: string;
      readonly reason: string;
      readonly permit: string;
      readonly approver: string;
      readonly untilMs: number;
    }
  | { readonly type: 'return-to-service'; readonly key: AlarmKey; readonly by: string; readonly note: string }
  | {
      readonly type: 'reset-alarm';
      readonly occurrence: OccurrenceId;
      readonly by: string;
      readonly note: string;
    }
  | {
      readonly type: 'comment-alarm';
      readonly occurrence: OccurrenceId;
      readonly by: string;
      readonly note: string;
    }
  /** `untilMs` null ends the drill. */
  | {
      readonly type: 'drill';
      readonly equipment: EquipmentId;
      readonly by: string;
      readonly reason: string;
      readonly untilMs: number | null;
      /** With what depends on the equipment. */
      readonly isWhole?: boolean;
      /** Fault of simulated equipment that belongs to it; the engine only remembers it. */
      readonly fault?: string;
    }
  | {
      readonly type: 'open-ticket';
      readonly actor: TicketActor;
      readonly ticket: NewTicket;
      readonly personal: PersonalFields | null;
      /** Whether the way of contact is known to reach the person; null or left out = not asked for. */
      readonly isContactConfirmed?: boolean | null;
      /** No contact was left: who else has reported the matter from one address; the open ticket of one of them takes it in. */
      readonly together?: readonly string[];
      /** 补录: the slip that it is entered from, as it was looked up; it is used up with the ticket. */
      readonly slip?: SlipRow;
    }
  | {
      readonly type: 'ticket-transition';
      readonly ticket: TicketId;
      /** Version that the person saw; a newer one that is more than a note of the gateway refuses with `version-conflict`. */
      readonly version: number;
      /** One, or those of a short form of the ticket's policy in its order: all of them or none. */
      readonly transitions: readonly [Transition, ...Transition[]];
      /** null = a single transition. */
      readonly form: string | null;
      readonly actor: TicketActor;
      /** 补录: when it really happened; null = now. Not later than now, not before the step before it. */
      readonly occurredAtMs: number | null;
      /** New personal fields of the reporter, where the transition changes them. */
      readonly personal: PersonalFields | null;
    }
  /** Somebody was reached over the way of contact on the ticket; one that is confirmed already stays as it is. */
  | {
      readonly type: 'confirm-contact';
      readonly ticket: TicketId;
      /** null = whatever it is: the reporter does not know it. */
      readonly version: number | null;
      readonly how: Confirmation;
      readonly note: string;
      readonly by: string;
    }
  | {
      readonly type: 'split-ticket';
      readonly ticket: TicketId;
      readonly version: number;
      readonly actor: TicketActor;
      readonly content: string;
      /** Alarms that go onto the new one. */
      readonly occurrences: readonly OccurrenceId[];
      readonly reason: string;
    }
  | {
      readonly type: 'incident';
      readonly incident: IncidentId;
      readonly version: number;
      readonly change: IncidentChange;
      readonly by: string;
    }
  | {
      readonly type: 'open-feedback';
      readonly entry: NewFeedback;
      readonly personal: PersonalFields | null;
      readonly actor: TicketActor;
    }
  | {
      readonly type: 'feedback';
      readonly feedback: FeedbackId;
      /** That the person saw; a newer one that is more than a note of the gateway refuses with `version-conflict`. */
      readonly version: number;
      readonly change: FeedbackChange;
      readonly actor: TicketActor;
      /** Does the desk's work with feedback: else only the handler acts. */
      readonly canManage: boolean;
      /** Of a correction of the person, as it is then; of a complaint, sealed anew for its ticket; null = none. */
      readonly personal: PersonalFields | null;
    }
  /** A paper slip is spoiled or lost. @param slip as it was looked up */
  | { readonly type: 'void-slip'; readonly slip: SlipRow; readonly by: string; readonly reason: string }
  /** What became of an attempt to send, or what the recipient did. */
  | {
      readonly type: 'delivery';
      readonly message: MessageId;
      readonly outcome: DeliveryOutcome;
      /** As it was looked up: people read also what is about tickets that are not in memory any more. */
      readonly known?: Message;
    }
  /** These accounts are closed: open tickets that hang on one of them are given on. Those of nobody change nothing. */
  | { readonly type: 'release-tickets'; readonly usernames: readonly string[] }
  /** What people have to be told beside tickets and incidents: of a commissioning. */
  | { readonly type: 'tell'; readonly telling: Telling }
  /** Destroys personal fields after their retention, or on demand. */
  | {
      readonly type: 'destroy-personal';
      readonly ids: readonly string[];
      readonly by: string;
      readonly reason: string;
    }
  /** Takes words out of the record of a ticket, whatever its stage. */
  | ({
      readonly type: 'redact-words';
      readonly ticket: TicketId;
      readonly version: number;
    } & WordsRedaction)
  /** 保全: words and files of the ticket are not destroyed while it is held. */
  | {
      readonly type: 'hold-ticket';
      readonly ticket: TicketId;
      readonly version: number;
      readonly isHeld: boolean;
      readonly by: string;
      readonly reason: string;
    }
  /** Takes words out of a record that is no ticket (core/record-words.ts), also while it is open. */
  | ({ readonly type: 'redact-record'; readonly record: string } & WordsRedaction)
  /** 保全 of such a record. */
  | {
      readonly type: 'hold-record';
      readonly record: string;
      readonly isHeld: boolean;
      readonly by: string;
      readonly reason: string;
    }
  /** Destroys all words of such records. That they are over and due, the API sees in the store; what is held stays. */
  | {
      readonly type: 'destroy-words';
      readonly records: readonly string[];
      readonly by: string;
      readonly reason: string;
    }
  /** Destroys words and files of tickets that are over, after their retention: all of them or none. */
  | {
      readonly type: 'destroy-records';
      readonly records: readonly DestroyedRecord[];
      readonly by: string;
      readonly reason: string;
    };

export type DeliveryOutcome =
  | { readonly type: 'attempt'; readonly delivery: Delivery; readonly atMs: number }
  /** The sender has found that it need not be sent any more, and why. */
  | { readonly type: 'dropped'; readonly answer: Answer; readonly atMs: number }
  | { readonly type: 'read'; readonly by: string; readonly atMs: number }
  | { readonly type: 'answered'; readonly by: string; readonly text: string; readonly atMs: number };

export interface CommandOutcome {
  readonly occurrence: Occurrence | null;
  readonly ticket: Ticket | null;
  /** Of `open-ticket`: it went onto a ticket that was open for the same matter. */
  readonly isMerged?: boolean;
  /** Of commands about an alarm key; null for others, and when nothing is decided about the alarm any more. */
  readonly control?: AlarmControl | null;
  /** Of `acknowledge-alarms`: those that this command has acknowledged. */
  readonly acknowledged?: readonly OccurrenceId[];
  readonly incident?: Incident | null;
  readonly feedback?: Feedback | null;
  /** The ticket that a split has opened. */
  readonly opened?: Ticket | null;
}

/** What the API sees of the engine. */
export interface CommandPort {
  /** Resolves after the commit. @throws RiserError with the reason of the refusal; then nothing has changed. */
  submit(command: Command): Promise<CommandOutcome>;
}
