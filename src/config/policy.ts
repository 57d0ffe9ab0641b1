/** The site's service policy (服务标准): classes, priorities, clocks, routing. Data, versioned by its hash. */
import type { Severity } from '../core/severity.ts';
import type { Text } from '../core/text.ts';
import type { ClockId, Priority, TicketClass } from '../core/ticket.ts';

export interface Policy {
  /** Hash of the policy's content; a ticket keeps the version that it was opened under. */
  readonly version: string;
  readonly name: Text;
  /** Priority of an alarm's ticket by severity (service-workflow.md §1). */
  readonly priorityOf: Readonly<Record<Severity, Priority>>;
  /** Limits by clock and priority; null = this clock does not run for that priority. */
  readonly clocks: Readonly<Record<ClockId, Readonly<Record<Priority, ClockLimit | null>>>>;
  /** First match wins; a ticket that matches none goes to `desk`. */
  readonly routing: readonly Route[];
  /** Priorities that the desk dispatches itself; the gateway only proposes (service-workflow.md §2). */
  readonly deskDispatches: readonly Priority[];
  /** A ticket closed for less than this is opened again by the same alarm. */
  readonly reopenMs: number;
  readonly explain: ExplainTimes;
  readonly alarms: AlarmTimes;
}

/** What the alarm stage goes by (alarms.md B1, B7); figures by severity where they differ. */
export interface AlarmTimes {
  /** Longest shelf; 0 = may not be shelved. Life safety is always 0. */
  readonly shelveMaxMs: Readonly<Record<Severity, number>>;
  /** The person who shelved is reminded so long before the end. */
  readonly shelfReminderMs: number;
  /** A still active alarm becomes unacknowledged again after this; null = never. */
  readonly reAlarmMs: Readonly<Record<Severity, number | null>>;
  /** Re-alarms after which the ticket's escalation is asked for. */
  readonly reAlarmEscalateAt: number;
  readonly flood: {
    /** A flood begins with more than this many annunciations within `windowMs`. */
    readonly enter: number;
    /** It ends when a window holds fewer than this. */
    readonly leave: number;
    readonly windowMs: number;
    /** Time between two digests of what is not announced one by one. */
    readonly digestMs: number;
    /** A storm takes no further members after this time; what comes then begins another. */
    readonly maxMs: number;
  };
  readonly chatter: {
    /** So many raises within `withinMs` begin it. */
    readonly raises: number;
    readonly withinMs: number;
    /** The held return grows by this factor with each raise inside it … */
    readonly factor: number;
    /** … up to this. */
    readonly capMs: number;
  };
  /** Members of one cause or storm: raised within this time of each other, they are compared for what came first. */
  readonly firstOutMs: number;
  /** An out-of-service alarm older than this is on the supervisor's list. */
  readonly longOutOfServiceMs: number;
}

/** How long the ticket of an alarm waits that a cause upstream may explain (alarms.md B7). */
export interface ExplainTimes {
  /** After the raise, for the cause to be detected. */
  readonly waitMs: number;
  /** After the cause has gone, for the alarm to return by itself. */
  readonly settleMs: number;
}

export interface ClockLimit {
  readonly limitMs: number;
  /** Share of the limit at which the warning is due, 0–1. */
  readonly warnRatio: number;
}

export interface Route {
  readonly class: TicketClass | null;
  /** Kind of the equipment, null = any. */
  readonly kind: string | null;
  /** User name or role that is to take the ticket. */
  readonly assignee: string;
}
