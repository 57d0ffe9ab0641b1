/** What the API asks of the state store (store.ts). Answers are committed state only. */
import type { AlarmControl, Occurrence, Storm } from '../core/alarm.ts';
import type { CommissioningEvent } from '../core/commissioning.ts';
import type { DrillKind, DrillRecord } from '../core/drill-record.ts';
import type { Handover, Roster, StaffProfile } from '../core/duty.ts';
import type { Feedback, FeedbackSource, FeedbackStage, FeedbackSubject } from '../core/feedback.ts';
import type { EquipmentId, TicketId } from '../core/ids.ts';
import type { Incident } from '../core/incident.ts';
import type { Message } from '../core/message.ts';
import type { RecordKind } from '../core/record-words.ts';
import type { Stage, Ticket, TicketClass } from '../core/ticket.ts';
import type {
  AlarmEventRow,
  AuditRow,
  DrillRow,
  FiguresPart,
  LockOutRow,
  PersonalFields,
  PointWriteRow,
  PolicyVersionRow,
  RecordHold,
  RuleChangeRow,
  SessionRow,
  SlipRow,
  TicketDueRow,
  TicketEventRow,
  UserRow,
} from './rows.ts';

export interface HistoryEntry {
  readonly atMs: number;
  readonly type: string;
  readonly by: string;
  readonly note: string;
  readonly detail: Readonly<Record<string, unknown>>;
  /** Its id in its history, by which parts of it are redacted; left out = it cannot be. */
  readonly event?: number;
  /** Parts that people have typed and that are there; left out = none. */
  readonly typed?: readonly string[];
  /** Parts whose words are gone, in the order of the detail; left out = none. */
  readonly gone?: readonly GonePart[];
}

/** What became of words that people have typed into a record. */
export interface GonePart {
  readonly field: string;
  /** `redacted`: the detail shows the replacement; `destroyed`: after its retention, the detail shows nothing. */
  readonly how: 'redacted' | 'destroyed';
  readonly atMs: number;
  readonly by: string;
  readonly reason: string;
}

/** A ticket whose words or files have been kept as long as the policy says. */
export interface DueRecord {
  readonly ticket: string;
  readonly number: string;
  readonly closedAtMs: number;
  readonly words: boolean;
  readonly files: boolean;
}

/** Times before which tickets must have been closed, UTC ms; null = kept for good. */
export interface RecordTerms {
  readonly wordsBeforeMs: number | null;
  readonly filesBeforeMs: number | null;
}

/** Records that are no tickets and whose words have been kept as long as the policy says. */
export interface DueWords {
  readonly kind: RecordKind;
  /** Of all that are due; `items` may be fewer. */
  readonly total: number;
  /** Over for longest first. */
  readonly items: readonly {
    /** `feedback/FK20261121-0001` */
    readonly record: string;
    /** As people call it: a number, an alarm key, an action. */
    readonly name: string;
    readonly overAtMs: number;
  }[];
}

/** Times before which records must have been over, UTC ms; a kind that is left out is kept for good. */
export type WordsTerms = Readonly<Partial<Record<RecordKind, number>>>;

export interface Page<T> {
  readonly items: readonly T[];
  /** Rows that match in all. */
  readonly total: number;
}

/** One row of the alarm history, in the order of writing. */
export interface AlarmLogRow extends AlarmEventRow {
  /** Rises by one with each row. */
  readonly id: number;
  /** Of the chain up to here: the same number in another history has another one. */
  readonly hash: string;
}

/** One row of the ticket history, with what never changes of its ticket. */
export interface TicketLogRow extends TicketEventRow {
  readonly id: number;
  readonly hash: string;
  readonly number: string;
  readonly site: string;
  readonly equipment: string | null;
  readonly class: string;
}

/** All that are given must hold. */
export interface FeedbackFilter {
  readonly state: 'open' | 'over' | 'all';
  readonly number?: string;
  readonly stage?: FeedbackStage;
  readonly source?: FeedbackSource;
  readonly subject?: FeedbackSubject;
  readonly handler?: string;
  /** Whether one of its limits has passed. */
  readonly isBreached?: boolean;
  /** One of those that it is about. */
  readonly ticket?: string;
  /** Words of number, content, place, arrangement, result and analysis; all must be there. */
  readonly text?: string;
  /** Received then or later; received before. */
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly limit: number;
  readonly offset: number;
}

/** All that are given must hold. */
export interface TicketFilter {
  readonly state: 'open' | 'closed' | 'all';
  readonly equipment?: string;
  readonly number?: string;
  readonly class?: TicketClass;
  readonly stage?: Stage;
  readonly priority?: string;
  readonly assignee?: string;
  /** Given to this contractor's account, or to the `firm` beside it. */
  readonly contractor?: string;
  readonly firm?: string;
  readonly reporter?: string;
  readonly location?: string;
  readonly faultKind?: string;
  /**
   * Words of content, place and equipment, diagnosis and plan, result, number, all of which must be there; Chinese by
   * bigrams. The newest entered come first then.
   */
  readonly text?: string;
  /** With `text`: those of these fault kinds are found as well, whatever their words. */
  readonly orFaultKinds?: readonly string[];
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly limit: number;
  readonly offset: number;
}

export interface TicketFigures {
  readonly fromMs: number;
  readonly toMs: number;
  readonly opened: number;
  /** Without those that were cancelled: opened + open before = closed + cancelled + open. */
  readonly closed: number;
  /** Withdrawn or a false alarm, in that time. */
  readonly cancelled: number;
  readonly open: number;
  readonly byClass: Readonly<Record<string, number>>;
  readonly byPriority: Readonly<Record<string, number>>;
  /** Key: clock id. */
  readonly clocks: Readonly<
    Record<
      string,
      {
        readonly n: number;
        readonly breached: number;
        readonly medianMs: number;
        readonly p90Ms: number;
        readonly maxMs: number;
      }
    >
  >;
  readonly reworked: number;
  readonly falseAlarms: number;
}

/** Reads for the API, on a read-only connection; answers are committed state only. */
export interface StoreQueries {
  alarms(filter: {
    readonly state: 'open' | 'all';
    readonly equipment?: string;
    readonly limit: number;
    readonly offset: number;
  }): Promise<Page<Occurrence>>;
  alarm(id: string): Promise<Occurrence | null>;
  /**
   * Every occurrence that was open at some time of [fromMs, toMs), oldest first; at most `limit`, never more than
   * `STORE_LIMITS.betweenRows`: as many as that = there may be more, ask for a shorter time.
   */
  alarmsBetween(fromMs: number, toMs: number, limit: number): Promise<readonly Occurrence[]>;
  /** Alarms that are shelved or out of service now. */
  alarmControls(): Promise<readonly AlarmControl[]>;
  /** History of one alarm key over all its occurrences, newest first; also what was decided while it was normal. */
  alarmKeyHistory(key: string, limit: number): Promise<readonly HistoryEntry[]>;
  /** Newest first. */
  storms(page: { readonly limit: number; readonly offset: number }): Promise<Page<Storm>>;
  storm(id: string): Promise<Storm | null>;
  /** Occurrences attached to a storm, oldest first. */
  stormMembers(
    id: string,
    page: { readonly limit: number; readonly offset: number },
  ): Promise<Page<Occurrence>>;
  /** Newest first; without a rule those of all. */
  ruleChanges(filter: {
    readonly equipment?: string;
    readonly rule?: string;
    readonly state?: RuleChangeRow['state'];
    readonly limit: number;
    readonly offset: number;
  }): Promise<Page<RuleChangeRow>>;
  drills(): Promise<ReadonlyMap<EquipmentId, DrillRow>>;
  /** Parts of the saved figures behind `after` (empty = from the first), in the order of their names, at most `limit`. */
  figures(after: string, limit: number): Promise<readonly FiguresPart[]>;
  /** Open occurrences that a cause explains or explained, oldest first; at most `STORE_LIMITS.explainedRows`. */
  explained(): Promise<readonly Occurrence[]>;
  alarmHistory(id: string): Promise<readonly HistoryEntry[]>;
  tickets(filter: TicketFilter): Promise<Page<Ticket>>;
  /** Tickets of one equipment, newest first, at most `limit`: what was repaired before. */
  ticketsOfEquipment(equipment: string, limit: number): Promise<readonly Ticket[]>;
  /**
   * What the month's figures are made of: tickets received in that time, without drills and duplicates; `open` at its
   * end; clocks that were kept or breached. One that only the cancelling of its ticket has stopped is neither.
   * @param asOf the ticket with its clocks as they are now, for the time that late ones have spent so far; left out = as they were
   *   computed last, and at least the limit
   */
  ticketFigures(
    fromMs: number,
    toMs: number,
    asOf?: (ticket: Ticket) => Promise<Ticket>,
  ): Promise<TicketFigures>;
  /** null = never stored, or destroyed. */
  personal(id: string): Promise<PersonalFields | null>;
  /** Those that are still there, were stored before that time and belong to no open ticket; oldest first. */
  personalStoredBefore(
    beforeMs: number,
    limit: number,
  ): Promise<readonly { readonly id: string; readonly storedAtMs: number }[]>;
  /**
   * Tickets whose words or files are due to be destroyed, closed longest ago first: archived, cancelled or merged ones, none
   * of an incident, none that is held.
   */
  dueRecords(terms: RecordTerms, limit: number): Promise<readonly DueRecord[]>;
  /** Lines of a record that people have typed into, oldest first; `feedback/FK…` as in core/record-words.ts. */
  recordHistory(record: string): Promise<readonly HistoryEntry[]>;
  recordHold(record: string): Promise<RecordHold | null>;
  /** At most `limit` of each kind of the terms; none that is held. */
  dueWords(terms: WordsTerms, limit: number): Promise<readonly DueWords[]>;
  /** Those of the ids that stand on a ticket and are not destroyed: what else lies beside the database is an orphan. */
  knownAttachments(ids: readonly string[]): Promise<ReadonlySet<string>>;
  policyVersions(page: { readonly limit: number; readonly offset: number }): Promise<Page<PolicyVersionRow>>;
  policyVersion(version: string): Promise<PolicyVersionRow | null>;
  messages(filter: {
    readonly id?: string;
    readonly recipient?: string;
    readonly ticket?: string;
    readonly incident?: string;
    readonly channel?: string;
    readonly state?: 'unread' | 'open' | 'all';
    readonly limit: number;
    readonly offset: number;
  }): Promise<Page<Message>>;
  /** Those that were given up at or after that time, of the last `LATE_MESSAGES` that were made. */
  messagesFailedSince(sinceMs: number): Promise<readonly Message[]>;
  incidents(filter: {
    readonly state: 'open' | 'all';
    readonly limit: number;
    readonly offset: number;
  }): Promise<Page<Incident>>;
  incident(id: string): Promise<Incident | null>;
  staff(): Promise<ReadonlyMap<string, StaffProfile>>;
  roster(): Promise<Roster | null>;
  handovers(page: { readonly limit: number; readonly offset: number }): Promise<Page<Handover>>;
  /** The last revision of each, the drill that ended last first. `open` = those without an evaluation. */
  drillRecords(filter: {
    readonly state: 'open' | 'all';
    readonly limit: number;
    readonly offset: number;
  }): Promise<Page<DrillRecord>>;
  /** All revisions of one, oldest first. */
  drillRevisions(id: string): Promise<readonly DrillRecord[]>;
  /** End of the last drill of each kind whose record is complete, UTC ms. */
  lastDrills(): Promise<ReadonlyMap<DrillKind, number>>;
  /** Events of commissioning behind the place `after` (0 = from the first), oldest first, at most `limit`. */
  commissioningEvents(
    after: number,
    limit: number,
  ): Promise<readonly { readonly seq: number; readonly event: CommissioningEvent }[]>;
  /** Of one equipment, newest first. */
  commissioningHistory(
    equipment: string,
    page: { readonly limit: number; readonly offset: number },
  ): Promise<Page<CommissioningEvent>>;
  /** Those of the ids that are photos of commissioned points. */
  commissioningPhotos(ids: readonly string[]): Promise<ReadonlySet<string>>;
  slips(filter: {
    readonly state: 'unused' | 'all';
    readonly limit: number;
    readonly offset: number;
  }): Promise<Page<SlipRow>>;
  slip(number: string): Promise<SlipRow | null>;
  /** The last received first. */
  feedbacks(filter: FeedbackFilter): Promise<Page<Feedback>>;
  feedback(id: string): Promise<Feedback | null>;
  feedbackHistory(id: string): Promise<readonly HistoryEntry[]>;
  /** Due rows that are stored, soonest first, at most `limit`. */
  ticketDues(limit: number): Promise<readonly (TicketDueRow & { readonly ticket: TicketId })[]>;
  ticket(id: string): Promise<Ticket | null>;
  ticketHistory(id: string): Promise<readonly HistoryEntry[]>;
  users(): Promise<readonly UserRow[]>;
  user(username: string): Promise<UserRow | null>;
  session(tokenHash: string): Promise<SessionRow | null>;
  /** Hash of the configuration that was loaded last, null before the first. */
  configHash(): Promise<string | null>;
  audit(page: { readonly limit: number; readonly offset: number }): Promise<Page<AuditRow>>;
  /**
   * Writes of points, newest first. `open` = those that are not over: sent, or with a revert to come; all of them,
   * whatever the limit of a page.
   */
  pointWrites(filter: {
    readonly state: 'open' | 'all';
    readonly equipment?: string;
    /** Name of the point within its equipment. */
    readonly point?: string;
    readonly limit: number;
  }): Promise<readonly PointWriteRow[]>;
  /** The alarm history from `fromId` on, oldest first; at most `limit` rows. */
  alarmLog(fromId: number, limit: number): Promise<readonly AlarmLogRow[]>;
  ticketLog(fromId: number, limit: number): Promise<readonly TicketLogRow[]>;
  /** Tags that hang now. Key: equipment id. */
  lockOuts(): Promise<ReadonlyMap<string, LockOutRow>>;
}
