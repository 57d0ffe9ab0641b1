/** Commands that people give to the decision loop. Authorised at the edge (api/), decided in the loop. */
import type { AlarmControl, Occurrence } from '../core/alarm.ts';
import type { AlarmKey, EquipmentId, OccurrenceId, TicketId } from '../core/ids.ts';
import type { Ticket } from '../core/ticket.ts';
import type { NewTicket, Transition } from '../tickets/transitions.ts';

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
    }
  | { readonly type: 'open-ticket'; readonly by: string; readonly ticket: NewTicket }
  | {
      readonly type: 'ticket-transition';
      readonly ticket: TicketId;
      /** Version that the person saw; a newer one that is more than a note of the gateway refuses with `version-conflict`. */
      readonly version: number;
      readonly transition: Transition;
      readonly by: string;
    };

export interface CommandOutcome {
  readonly occurrence: Occurrence | null;
  readonly ticket: Ticket | null;
  /** Of commands about an alarm key; null for others, and when nothing is decided about the alarm any more. */
  readonly control?: AlarmControl | null;
  /** Of `acknowledge-alarms`: those that this command has acknowledged. */
  readonly acknowledged?: readonly OccurrenceId[];
}

/** What the API sees of the engine. */
export interface CommandPort {
  /** Resolves after the commit. @throws RiserError with the reason of the refusal; then nothing has changed. */
  submit(command: Command): Promise<CommandOutcome>;
}
