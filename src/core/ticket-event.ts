/** What happens to a ticket, as its record keeps it and as feeds tell it. The ticket itself is ticket.ts. */
import type { Ticket } from './ticket.ts';

export type TicketEventType =
  | 'opened'
  | 'recorded'
  /** The gateway has begun to report an emergency: messages are under way. */
  | 'reporting'
  /** All those whom it was to be reported to by then have been reached. */
  | 'reported'
  | 'dispatched'
  | 'taken'
  /** On site; before the dispatch where the detail says so (`isBeforeDispatch`). */
  | 'arrived'
  | 'diagnosed'
  | 'planned'
  | 'agreed'
  | 'started'
  | 'waited'
  | 'resumed'
  | 'done'
  | 'accepted'
  | 'reworked'
  | 'visited'
  | 'closed'
  | 'archived'
  | 'reopened'
  | 'cancelled'
  | 'merged'
  | 'split'
  | 'linked'
  | 'transferred'
  | 'urged'
  | 'escalated'
  | 'answered'
  | 'corrected'
  /** Words of an earlier event were taken out of the record; what stands there instead, who, and why. */
  | 'redacted'
  /** Words or files may not be destroyed from now on, or may again. */
  | 'hold-set'
  | 'hold-lifted'
  /** Its words or files were destroyed after their retention. */
  | 'destroyed'
  | 'reclassified'
  | 'difficult-set'
  | 'difficult-cleared'
  | 'appointed'
  | 'estimated'
  /** A person has spoken to the source. */
  | 'contacted'
  | 'dwelling-entered'
  | 'sampled'
  | 'attached'
  | 'sheet-filled'
  | 'incident-set'
  | 'contractor-set'
  | 'contact-confirmed'
  | 'noted'
  | 'alarm-attached'
  | 'alarm-returned'
  | 'alarm-blind'
  | 'alarm-sighted'
  | 'alarm-explained'
  | 'explained-by'
  | 'rule-changed'
  | 'priority-raised'
  /** An emergency begins on a ticket that was there already, or another one on that of an earlier one. */
  | 'emergency-began'
  | 'proof-started'
  | 'proof-ended'
  /** Still open at the end of a day. */
  | 'carried-over'
  | 'clock-warned'
  | 'clock-breached'
  | 'clocks-moved';

export interface TicketEvent {
  readonly type: TicketEventType;
  /** When it happened. For late entries before `enteredAtMs`. */
  readonly atMs: number;
  /** 补录: when it was written down; left out where that is the same. */
  readonly enteredAtMs?: number;
  /** User name, or `gateway`. */
  readonly by: string;
  /** The ticket after the event. */
  readonly ticket: Ticket;
  /** What the record keeps of this step: texts as entered, clock ids, occurrence ids; digests of personal fields. */
  readonly detail: Readonly<Record<string, unknown>>;
}
