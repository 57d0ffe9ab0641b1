/**
 * What a ticket's clocks are computed from, and what comes out. The clocks themselves are tickets/clocks.ts, their limits
 * the policy's. Times are UTC milliseconds.
 *
 * A mark is written for every event that starts, stops, pauses or changes a clock; nothing else is needed to compute all
 * clocks again, so that a stored due time can be audited at any moment.
 */
import type { Text } from './text.ts';
import type {
  Attendance,
  Flow,
  Priority,
  Stage,
  TicketClass,
  TicketEventType,
  TicketSource,
} from './ticket.ts';
import type { EntrapmentStep } from './ticket-sheets.ts';

/** Steps of the entrapment sheet that clocks go by; `entrapment` when the sheet is begun. */
export type SheetMark = 'entrapment' | EntrapmentStep;

/** Of the ticket, as far as limits depend on it. */
export interface ClockSettings {
  readonly class: TicketClass;
  readonly source: TicketSource;
  readonly flow: Flow;
  readonly priority: Priority;
  readonly attendance: Attendance;
  readonly isDifficult: boolean;
}

export interface TicketMark {
  /** When it happened; for a late entry the real time. */
  readonly atMs: number;
  /** `received` is the first of every ticket; `clock-step` a step of the wall clock (`stepMs`), its time the one after it. */
  readonly type: TicketEventType | SheetMark | 'received' | 'clock-step';
  /** After the event. */
  readonly stage: Stage;
  /** Only where they are new, and with the first mark. */
  readonly settings?: ClockSettings;
  /** How far the wall clock was set, ms; negative = back. */
  readonly stepMs?: number;
  /** User who did it; left out where the gateway did. */
  readonly by?: string;
  /** Who had to act until then: whom a breach is recorded with. */
  readonly responsible?: string | null;
  /** Of an appointment: the moment agreed on. */
  readonly appointmentMs?: number;
  /** 补录: when it was written down; left out where that is the same. Of a ticket from a slip running clocks wait then. */
  readonly enteredAtMs?: number;
}

/** One round of one clock. */
export interface TicketClock {
  /** Of the policy's clocks, e.g. `arrival`. */
  readonly id: string;
  readonly name: Text;
  /** Of 1; the clock starts again in each round that its policy says. */
  readonly round: number;
  readonly startedAtMs: number;
  /** Time that counts: of its calendar, without pauses. */
  readonly limitMs: number;
  /** null while it is paused. A warning is due before the limit passes. */
  readonly warnAtMs: number | null;
  /** null while it is paused. */
  readonly dueAtMs: number | null;
  /** Time that has counted, up to `stoppedAtMs`, or to when it was computed. */
  readonly spentMs: number;
  readonly isPaused: boolean;
  readonly stoppedAtMs: number | null;
  /** When the warning was told; null = not yet. Survives each computation. */
  readonly warnedAtMs: number | null;
  /** When somebody answered the warning (any step of the responsible person); null = nobody. */
  readonly answeredAtMs: number | null;
  /** When its limit passed; null = kept so far. */
  readonly breachedAtMs: number | null;
  /** Whether the breach has been told. */
  readonly isBreachTold: boolean;
  /** With whom the breach is recorded. */
  readonly responsible: string | null;
  /** Its ticket is being entered from paper: no warning and no breach before this, more entries may come. */
  readonly heldUntilMs?: number;
}
