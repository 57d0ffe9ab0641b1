/**
 * The site's service policy (服务标准): classes, stages, guards, clocks, routing, escalation. Data, versioned by its hash;
 * a ticket keeps the version that it was opened under, and is driven by that one to its end. What the parts mean to a
 * ticket is in tickets/; how the file is read in policy-file.ts.
 */
import type { Calendar } from '../core/calendar.ts';
import type { FeedbackClockName } from '../core/feedback.ts';
import type { CalendarId } from '../core/ids.ts';
import type { Kind } from '../core/kinds.ts';
import type { RecordKind } from '../core/record-words.ts';
import type { Role } from '../core/roles.ts';
import type { Severity } from '../core/severity.ts';
import type { Text } from '../core/text.ts';
import type {
  Attendance,
  Flow,
  Impact,
  Priority,
  Stage,
  TicketClass,
  TicketEventType,
  TicketSource,
} from '../core/ticket.ts';
import type { SheetMark } from '../core/ticket-clock.ts';
import type { TransitionType } from '../tickets/transitions.ts';

export interface Policy {
  /** Hash of the policy's content. */
  readonly version: string;
  readonly name: Text;
  /** Its own hours, e.g. `working`: 9:00–17:00 with statutory holidays and make-up days. */
  readonly calendars: ReadonlyMap<CalendarId, Calendar>;
  /** Priority of an alarm's ticket by severity (service-workflow.md §1). */
  readonly priorityOf: Readonly<Record<Severity, Priority>>;
  /** Priority of a reported matter from its impact: first match wins; none = as the desk chose. */
  readonly priorityFrom: readonly PriorityRow[];
  /** Of a ticket that says nothing itself: first match wins; the last matches all. */
  readonly attendanceFrom: readonly { readonly match: Match; readonly attendance: Attendance }[];
  readonly flowFrom: readonly { readonly match: Match; readonly flow: Flow }[];
  /** Stages in their order: first match wins; the last matches all. */
  readonly paths: readonly Path[];
  /** 简化流程: several steps on one form; the times of all are kept. */
  readonly forms: readonly ShortForm[];
  /** Who may do what; a transition that is not here nobody may do. */
  readonly actors: Readonly<Record<TransitionType, readonly Actor[]>>;
  /** Who else may take a step, of some tickets: an enquiry is answered at the desk. Left out = nobody. Never of emergencies. */
  readonly alsoMay?: readonly AlsoMay[];
  /** Fields that a transition asks for, beside what its own rule in tickets/ demands. All that match apply. */
  readonly guards: readonly Guard[];
  /**
   * Matters whose handlers may accept their own work; it is marked and listed. Of all others somebody else accepts. Of
   * versions from before this rule it is all matters.
   */
  readonly ownAcceptance: readonly Match[];
  readonly clocks: readonly ClockPolicy[];
  /** 责任落实表: first match wins; a ticket that matches none goes to the desk. */
  readonly routing: readonly Route[];
  /** Tickets that the desk dispatches itself; the gateway only proposes (service-workflow.md §2). */
  readonly deskDispatches: readonly Match[];
  /** Whom an emergency is reported to, and when (service-workflow.md §2, emergency branch). */
  readonly report: ReportPolicy;
  readonly escalation: EscalationPolicy;
  /** Alarms that wake nobody: recorded, handled on the next working day. */
  /**
   * Off hours (service-workflow.md §2): what people report outside of the calendar is recorded and waits for the next working day;
   * null = nothing does. What the desk says of the attendance itself, and a time that is agreed already, goes before.
   */
  readonly offHours: { readonly match: Match; readonly calendar: CalendarId } | null;
  readonly quiet: { readonly severities: readonly Severity[]; readonly calendar: CalendarId | null };
  /** A ticket closed for less than this is opened again by the same alarm; archived only after it. */
  readonly reopenMs: number;
  /** Repair proof after DONE; 0 = none. First match wins. */
  readonly proof: readonly { readonly match: Match; readonly ms: number }[];
  /** 返修: same equipment and fault kind within these spans of the close before. */
  readonly repeat: { readonly dayMs: number; readonly weekMs: number };
  /** A false alarm cancelled: so many further raises within this time open a ticket again. Life safety at once. */
  readonly falseAlarm: { readonly raises: number; readonly withinMs: number };
  /** An acceptance over a standing alarm: raised again after this. */
  readonly overrideGraceMs: number;
  /** A low class may be proposed as DONE when its alarm has been normal so long; null = never. */
  readonly proposeDoneMs: number | null;
  /** Tickets opened by the same person for the same place and class within this time are one. */
  readonly duplicateMs: number;
  /** Most that one person may urge one ticket, and put files on it, within this time. */
  readonly perPerson: { readonly urges: number; readonly uploads: number; readonly withinMs: number };
  /**
   * 补录: so long after a step that was typed in from a paper slip its clocks say nothing, a step that is still to come may show
   * that a limit was kept; and never longer than `withinMs` after the first.
   */
  readonly lateEntry: {
    readonly holdMs: number;
    readonly withinMs: number;
    /** Longest time between the receipt on a slip and its entry. */
    readonly oldestMs: number;
  };
  /**
   * What is still open when the day of `calendar` ends goes to the list of `to` with a new deadline, so many open ms later; null =
   * nothing does.
   */
  readonly dayEnd: {
    readonly match: Match;
    readonly calendar: CalendarId;
    readonly limitMs: number;
    readonly to: Role;
  } | null;
  readonly incidents: IncidentPolicy;
  /** Longest drill; left out = as drill-length.ts has it. */
  readonly drills?: { readonly longestMs: number };
  readonly feedback: FeedbackPolicy;
  readonly staff: StaffPolicy;
  /** Which certificate an assignee needs, by kind of equipment or class. */
  readonly certificates: readonly {
    readonly match: Match;
    readonly kind: string | null;
    readonly certificate: string;
    /** Left out = `warn`. Life safety is only ever warned of (config/certificates.ts). */
    readonly inEmergency?: 'refuse' | 'warn';
  }[];
  /** Days after which each kind of record is destroyed when a person says so; null = kept. The skeleton of tickets always is. */
  readonly retention: {
    /** Names and ways of contact, from when they were stored. */
    readonly personalDays: number;
    /** What people have typed on tickets that are archived, cancelled or merged, from when they were closed. */
    readonly ticketDays: number | null;
    /** Photos and documents of such tickets. */
    readonly fileDays: number | null;
    /** What people have typed into feedback, incidents, handovers, alarms, drill records and the audit; a kind that is left out is kept. */
    readonly recordDays?: Readonly<Partial<Record<RecordKind, number>>>;
  };
  /** Named rates and what they should be, 0–1 (service-workflow.md §7). Key: e.g. `timely`. */
  readonly targets: Readonly<Record<string, number>>;
  readonly explain: ExplainTimes;
  readonly alarms: AlarmTimes;
}

/** Roles that a site may give to others than the document does (service-workflow.md §1, §2, §4). */
export interface StaffPolicy {
  /** Who may approve that a matter is difficult, or that a dwelling is entered. */
  readonly approvers: readonly Role[];
  /** Who may approve that a ticket waits. */
  readonly waitApprovers: readonly Role[];
  /** Whose late entry may make a breach unsaid that has been told. */
  readonly undoBreaches: readonly Role[];
  /** Who writes down what a firm without an account does. */
  readonly contractorDesk: readonly Role[];
  /** Who works on tickets when the routing names nobody, or nobody who is there. */
  readonly workers: readonly Role[];
}

/** All that are given must hold; what is left out matches all. */
export interface Match {
  readonly class?: readonly TicketClass[];
  readonly source?: readonly TicketSource[];
  readonly flow?: readonly Flow[];
  readonly priority?: readonly Priority[];
  readonly attendance?: readonly Attendance[];
  readonly isDifficult?: boolean;
}

/** Least values that must be reached: a report without an impact has the least of all. */
export interface PriorityRow extends Partial<Impact> {
  readonly class?: readonly TicketClass[];
  /** Of the equipment, or of what it is part of; where none is named, of the lift whose place it is. */
  readonly kind?: Kind;
  /** One of them is in what was said, in large or small letters; of one with `+` every part, in any order. */
  readonly words?: readonly string[];
  /** Beside words: taken out of what was said before they are looked for; `烟头` holds no smoke. */
  readonly unlike?: readonly string[];
  /** Beside words: what kind of emergency they tell of, whatever class it was reported as. */
  readonly event?: SaidEvent;
  readonly priority: Priority;
}

export type SaidEvent = 'fire' | 'entrapment';

export interface Path {
  readonly match: Match;
  readonly stages: readonly PathStage[];
}

export interface PathStage {
  /** Not `waiting`, `rework`, `cancelled`, `merged`: those are side ways of every path. */
  readonly stage: Stage;
  /** May be passed over; a later stage of the path can then follow at once. */
  readonly isOptional: boolean;
}

export interface ShortForm {
  readonly id: string;
  readonly name: Text;
  readonly match: Match;
  /** In the order in which they are done; the form has the fields of all. */
  readonly transitions: readonly TransitionType[];
  /** Who may send it as a whole, also where one of its steps by itself is another's. Left out = whoever may take every step. */
  readonly actors?: readonly Actor[];
}

/**
 * A role, or a person by what the ticket says of them: who it is assigned to (or a member of the role it is assigned
 * to), who took it, who received it first, the named owner of the equipment, the contractor it was given to, the
 * person who reported it.
 */
export type Actor = Role | 'assignee' | 'taker' | 'first-receiver' | 'owner' | 'its-contractor' | 'reporter';

/** Beside those of `actors`. */
export interface AlsoMay {
  readonly match: Match;
  readonly step: TransitionType;
  readonly actors: readonly Actor[];
}

export interface Guard {
  readonly transition: TransitionType;
  readonly match: Match;
  /** Names of fields of the transition, or of the ticket after it. */
  readonly fields: readonly string[];
  /** What people are told when one is missing. */
  readonly rule: Text;
}

/**
 * A type of mark, or `appointment`: a moment that a mark has announced (`appointmentMs`). It starts a clock, and stops none.
 */
export type ClockEvent = TicketEventType | SheetMark | 'received' | 'appointment';

/**
 * One clock of the policy.
 *
 *   start event ──▶ runs (in its calendar, not in `pauses`) ──stop event──▶ stopped
 *                     │ warnRatio of the limit: warning; the limit: breach
 *
 * It starts again in a later round only where `isEachRound`; with a start event that comes again while it runs, it goes
 * on. Before an appointment's clock has begun only a stage that is reached stops it: what was said days ahead is not what was
 * to be said then. When settings change while it runs, the earlier of the old and the new due time holds; only a ticket that becomes
 * difficult gets the time of a limit that names `isDifficult`, as its approver has said. Where no limit matches any more, those
 * that it has stay (alarms.md E: the stricter deadline is kept); where one matches only later, it counts from the start event,
 * or from then on where it was used up already. An end without closing (`cancelled`, `merged`) and `archived` stop every clock.
 */
export interface ClockPolicy {
  readonly id: string;
  readonly name: Text;
  readonly start: readonly ClockEvent[];
  readonly stop: readonly ClockEvent[];
  /** First match wins; a ticket that matches none does not have the clock. */
  readonly limits: readonly ClockLimit[];
  /** Stages in which it stands still. */
  readonly pauses: readonly Stage[];
  readonly isEachRound: boolean;
  /** Begins again with every start event after it has stopped; its rounds then count its starts. Left out = not. */
  readonly isEachStart?: boolean;
  /** Of people, or of the gateway itself (reported apart). */
  readonly isHuman: boolean;
  /**
   * Who is warned, and with whom a breach is recorded: the first that the ticket names, then the first role of which somebody
   * is on duty, else the first role as such. Left out = who has to act on the ticket at that moment.
   */
  readonly responsible?: readonly Actor[];
}

export interface ClockLimit {
  readonly match: Match;
  readonly limitMs: number;
  /** Share of the limit at which the warning is due, 0–1. */
  readonly warnRatio: number;
  /** In whose open hours time counts; null = all hours. */
  readonly calendar: CalendarId | null;
  /** Of a clock that an appointment starts: so long before the appointment; 0 for others, and where it is left out. */
  readonly leadMs?: number;
}

export interface ReportPolicy {
  readonly match: Match;
  /** Roles, in the order of the document: nearest responsible person, department above, leader above. */
  readonly recipients: readonly ReportRecipient[];
}

export interface ReportRecipient {
  readonly role: Role | 'assignee';
  /** `at-once`, `confirmed` (after the desk confirmed it), or after so many ms without an answer of those before. */
  readonly when: 'at-once' | 'confirmed' | { readonly unansweredMs: number };
}

export interface EscalationPolicy {
  /** A warning that nobody answers for so long escalates. */
  readonly unansweredMs: number;
  /** Who is told at level 1, 2, …. */
  readonly ladder: readonly { readonly role: Role; readonly afterMs: number }[];
  /** Who is told of a breach at once. */
  readonly breach: Role;
}

export interface IncidentPolicy {
  /** Tickets that are an incident from the beginning: a fire, an entrapment. Alarms of one fire within `joinMs` are one. */
  readonly from: readonly Match[];
  readonly joinMs: number;
  /** Report to the property or owners' committee within this (source 001: 2 h). */
  readonly reportMs: number;
  /** Share of it at which its warning is due, 0–1. */
  readonly reportWarnRatio: number;
  /**
   * Whose the report is while nobody commands: the first role of which somebody is on duty; left out = the first of the ladder.
   */
  readonly responsible?: readonly Role[];
  /** Grades from which a ticket is archived only with its incident report. */
  readonly majorGrades: readonly string[];
}

/** Limits of feedback (service-workflow.md §2; source 001 §3.3.2, §4.4), all from its receipt. */
export interface FeedbackPolicy extends Readonly<Record<FeedbackClockName, FeedbackLimit>> {
  /** Who is told of a breach at once. */
  readonly breach: Role;
}

/** Of the two spans one is given, the other null. */
export interface FeedbackLimit {
  readonly limitMs: number | null;
  /** Days with open hours of the calendar behind the day of receipt, to the close of the last one. */
  readonly workingDays: number | null;
  /** In whose open hours time counts; null = all hours, and every day is a working day. */
  readonly calendar: CalendarId | null;
  /** Share of the limit at which the warning is due, 0–1. */
  readonly warnRatio: number;
}

export interface Route {
  readonly class: TicketClass | null;
  /** Kind of the equipment, null = any. */
  readonly kind: string | null;
  /** Location at or below which it applies, null = anywhere. */
  readonly location: string | null;
  /** User name, group or role that is to take the ticket. */
  readonly assignee: string;
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
