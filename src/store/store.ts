/**
 * The contract of durable state: alarms, tickets, people, audit. One `WriteBatch` is one transaction: all of it
 * or nothing. Histories (alarm, ticket, audit) are append-only and hash-chained by the writer.
 * SQLite stands behind it (sqlite/); PostgreSQL can.
 */
import type { Policy } from '../config/policy.ts';
import type { AlarmControl, Occurrence, Storm } from '../core/alarm.ts';
import type { CommissioningEvent } from '../core/commissioning.ts';
import type { DrillRecord } from '../core/drill-record.ts';
import type { Handover, Roster, StaffProfile } from '../core/duty.ts';
import type { Feedback } from '../core/feedback.ts';
import type { AlarmKey, EquipmentId, OccurrenceId, TicketId } from '../core/ids.ts';
import type { Incident } from '../core/incident.ts';
import type { Message } from '../core/message.ts';
import type { Attachment, PastRepair, Ticket } from '../core/ticket.ts';
import type { StoreQueries } from './queries.ts';
import type {
  AlarmEventRow,
  AuditRow,
  ConfigVersionRow,
  DelayRow,
  DestroyedRecord,
  DrillRow,
  FeedbackDueRow,
  FeedbackEventRow,
  FiguresPart,
  LockOutRow,
  PersonalFields,
  PointWriteRow,
  PolicyVersionRow,
  RecordHold,
  RedactionEventRow,
  RuleChangeRow,
  RuleMemoryRow,
  SessionRow,
  SlipRow,
  TicketDueRow,
  TicketEventRow,
  UserRow,
} from './rows.ts';

export type { Role } from '../core/roles.ts';
export type * from './queries.ts';
export type * from './rows.ts';

export type Write =
  | { readonly type: 'occurrence'; readonly occurrence: Occurrence }
  | { readonly type: 'alarm-event'; readonly event: AlarmEventRow }
  /** `expectedVersion` null = must not exist yet. A mismatch fails the batch (our own mistake: the engine is the only writer). */
  | { readonly type: 'ticket'; readonly ticket: Ticket; readonly expectedVersion: number | null }
  | { readonly type: 'ticket-event'; readonly event: TicketEventRow }
  /** Unique index over `key` where open: one open ticket per alarm key. */
  | {
      readonly type: 'ticket-alarm';
      readonly ticket: TicketId;
      readonly key: AlarmKey;
      readonly occurrence: OccurrenceId;
      readonly isOpen: boolean;
    }
  | { readonly type: 'counter'; readonly name: string; readonly value: number }
  /** Replaces all rows of the snapshot. */
  | { readonly type: 'delays'; readonly delays: readonly DelayRow[] }
  /** Replaces the row of that alarm key; a control that says nothing any more is deleted. */
  | { readonly type: 'alarm-control'; readonly control: AlarmControl }
  /** Replaces the row of that storm. */
  | { readonly type: 'storm'; readonly storm: Storm }
  /** Replaces the rows of these rules, and only of these. */
  | { readonly type: 'rule-memories'; readonly memories: readonly RuleMemoryRow[] }
  /** Replaces the row of that id. */
  | { readonly type: 'rule-change'; readonly change: RuleChangeRow }
  /** Replaces the row of that equipment; null = its drill is over. */
  | { readonly type: 'drill'; readonly equipment: EquipmentId; readonly drill: DrillRow | null }
  /** Replaces these parts of the saved figures, and only these; null = the part goes. */
  | { readonly type: 'figures'; readonly parts: readonly FiguresPart[] }
  | { readonly type: 'user'; readonly user: UserRow }
  | { readonly type: 'session'; readonly session: SessionRow }
  | { readonly type: 'session-end'; readonly tokenHash: string }
  | { readonly type: 'sessions-end'; readonly username: string }
  /** Replaces the row of that id. The oldest that are over go beyond `STORE_LIMITS.pointWrites`; the audit keeps all. */
  | { readonly type: 'point-write'; readonly write: PointWriteRow }
  /** Replaces the row of that equipment; null takes the tag off. */
  | { readonly type: 'lock-out'; readonly equipment: string; readonly lockOut: LockOutRow | null }
  | { readonly type: 'config-version'; readonly version: ConfigVersionRow }
  | { readonly type: 'audit'; readonly entry: AuditRow }
  /** Replaces the row of that version (hash); versions that tickets were opened under are never deleted. */
  | { readonly type: 'policy-version'; readonly version: PolicyVersionRow }
  /** Replaces the row of that id. `key` is unique: the same message cannot be queued twice. */
  | { readonly type: 'message'; readonly message: Message }
  | { readonly type: 'incident'; readonly incident: Incident; readonly expectedVersion: number | null }
  /** Personal fields outside the chain; null destroys them, the row stays as proof of when. */
  | {
      readonly type: 'personal';
      readonly id: string;
      readonly atMs: number;
      readonly fields: PersonalFields | null;
    }
  /** Appends the event, and takes the words that its detail names out of the record: its ticket's other copies of them as well. */
  | { readonly type: 'redaction'; readonly event: RedactionEventRow }
  /**
   * Destroys words and files of these tickets, also where other rows repeat them; appends the audit line, with counts and
   * a digest of all that went. The bytes of the files are the caller's to remove, after the commit.
   */
  | { readonly type: 'destruction'; readonly records: readonly DestroyedRecord[]; readonly entry: AuditRow }
  /** Takes the words of one part out of a record that is no ticket, wherever it repeats them; appends the audit line with what went. */
  | {
      readonly type: 'words-redaction';
      /** core/record-words.ts */
      readonly record: string;
      /** Row of the record's history. */
      readonly event: number;
      readonly field: string;
      readonly replacement: string;
      readonly entry: AuditRow;
    }
  /** Destroys all words of these records, but of those that are held; appends the audit line, with a digest of all that went. */
  | { readonly type: 'words-destruction'; readonly records: readonly string[]; readonly entry: AuditRow }
  /** null lets it go again. */
  | { readonly type: 'record-hold'; readonly record: string; readonly hold: RecordHold | null }
  /** Replaces the due rows of that ticket: what the sweep audits. */
  | { readonly type: 'ticket-dues'; readonly ticket: TicketId; readonly dues: readonly TicketDueRow[] }
  | { readonly type: 'attachment'; readonly ticket: TicketId; readonly attachment: Attachment }
  | { readonly type: 'staff'; readonly username: string; readonly profile: StaffProfile }
  /** Replaces the roster; its version must be the one behind the stored one. */
  | { readonly type: 'roster'; readonly roster: Roster }
  | { readonly type: 'handover'; readonly handover: Handover }
  /** Another revision; what is there is never changed. */
  | { readonly type: 'drill-record'; readonly record: DrillRecord }
  /** As incidents are written. Replaces its due rows; the tickets that it is about only ever grow. */
  | {
      readonly type: 'feedback';
      readonly feedback: Feedback;
      readonly expectedVersion: number | null;
      readonly dues: readonly FeedbackDueRow[];
    }
  | { readonly type: 'feedback-event'; readonly event: FeedbackEventRow }
  /** One more event; what is there is never changed. Events are read in the order in which they were stored. */
  | { readonly type: 'commissioning-event'; readonly event: CommissioningEvent }
  /** A printed block of paper slips, or a slip used. */
  | { readonly type: 'slip'; readonly slip: SlipRow };

export interface WriteBatch {
  readonly writes: readonly Write[];
}

/** What the engine needs to go on where it stopped. */
export interface BootState {
  readonly occurrences: readonly Occurrence[];
  /** Open ones, closed ones within `closedSinceMs`, and closed ones that something is still due of. */
  readonly tickets: readonly Ticket[];
  /** Key: counter name. */
  readonly counters: ReadonlyMap<string, number>;
  readonly delays: readonly DelayRow[];
  /** Those that say something. */
  readonly controls: readonly AlarmControl[];
  /** Those that last. */
  readonly storms: readonly Storm[];
  readonly memories: readonly RuleMemoryRow[];
  readonly drills: ReadonlyMap<EquipmentId, DrillRow>;
  /** Versions that these tickets were opened under, as far as they are stored. Key: version. */
  readonly policies: ReadonlyMap<string, Policy>;
  /** Messages that wait to be sent, and others that are not over, of open tickets or made since `closedSinceMs`. */
  readonly messages: readonly Message[];
  /** Those that are not over (core/incident.ts). */
  readonly incidents: readonly Incident[];
  /** Feedback that is not over, and its due times as they are stored; left out = there is none. */
  readonly feedbacks?: readonly Feedback[];
  readonly feedbackDues?: readonly FeedbackDueRow[];
  /** Due times of `tickets` as they are stored; null = this store keeps none. */
  readonly dues: readonly (TicketDueRow & { readonly ticket: TicketId })[] | null;
  /** The last five repairs of each equipment, newest first: closed tickets, archived ones too. */
  readonly pastRepairs: readonly { readonly equipment: EquipmentId; readonly repair: PastRepair }[];
}

export interface Store {
  /**
   * Batches are committed in the order of the calls. @throws RiserError `store-failed`; then nothing of the batch is
   * stored. Its cause is an AssertionFailure when the batch contradicts what is stored, so that trying again is vain.
   */
  commit(batch: WriteBatch): Promise<void>;
  boot(closedSinceMs: number): Promise<BootState>;
  readonly queries: StoreQueries;
  /** Recomputes the hash chains; resolves to the places that do not match (empty = intact). */
  verify(): Promise<readonly string[]>;
  status(): {
    readonly isHealthy: boolean;
    readonly commits: number;
    readonly failures: number;
    readonly lastCommitMs: number | null;
  };
  close(): Promise<void>;
}
