/** Commands that people give to the decision loop. Authorised at the edge (api/), decided in the loop. */
import type { Occurrence } from '../core/alarm.ts';
import type { OccurrenceId, TicketId } from '../core/ids.ts';
import type { Ticket } from '../core/ticket.ts';
import type { NewTicket, Transition } from '../tickets/transitions.ts';

export type Command =
  | {
      readonly type: 'acknowledge-alarm';
      readonly occurrence: OccurrenceId;
      readonly by: string;
      readonly note: string;
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
}

/** What the API sees of the engine. */
export interface CommandPort {
  /** Resolves after the commit. @throws RiserError with the reason of the refusal; then nothing has changed. */
  submit(command: Command): Promise<CommandOutcome>;
}
