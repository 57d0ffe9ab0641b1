/** What a ticket has from alarms: their rows, and the readings around the raise. What alarms do to it is tickets/coupling.ts. */
import type { OccurrenceId, TicketId } from './ids.ts';
import type { Severity } from './severity.ts';
import type { Text } from './text.ts';

/** An alarm occurrence on the ticket; further alarms of one fault attach here. */
export interface TicketAlarm {
  readonly occurrence: OccurrenceId;
  readonly key: string;
  readonly text: Text;
  /** The gravest that it has had. Older rows have none. */
  readonly severity?: Severity;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly count: number;
  readonly isActive: boolean;
  readonly blindSinceMs: number | null;
  /** Its onset lies in (onsetAfterMs, onsetAtMs]: what came first is told by these. Older rows have none. */
  readonly onsetAtMs?: number;
  readonly onsetAfterMs?: number | null;
  /** When its condition was seen to be over last; null while it stands. Older rows have none. */
  readonly returnedAtMs?: number | null;
  /** Out of service under a permit until then: it does not keep the ticket from being accepted. */
  readonly outOfServiceUntilMs?: number | null;
  /** Shelved until then, and somebody by name answers for it: the same. Older rows have none. */
  readonly shelvedUntilMs?: number | null;
  /** Its worst reading that a raise or a change of its level has shown; null = its rule has no limit. Older rows have none. */
  readonly peak?: AlarmPeak | null;
  /** The open ticket that has taken the alarm over since this one was closed: it is that one's to deal with. */
  readonly movedTo?: TicketId;
}

export interface AlarmPeak {
  readonly value: number;
  readonly text: Text;
  /** UTC ms. */
  readonly atMs: number;
}

/** Readings around the raise, frozen when the ticket was born. */
export interface TicketEvidence {
  readonly atMs: number;
  readonly points: readonly {
    readonly point: string;
    readonly name: Text;
    readonly value: number | null;
    readonly valueText: Text;
    readonly quality: number;
    readonly receivedMs: number;
  }[];
  /** Recent samples of the point that raised, oldest first: [receivedMs, value or null]. */
  readonly trend: {
    readonly point: string;
    readonly unit: string;
    readonly samples: readonly (readonly [number, number | null])[];
  } | null;
}
