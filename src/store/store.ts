/**
 * The contract of durable state: alarms, tickets, people, audit. One `WriteBatch` is one transaction: all of it
 * or nothing. Histories (alarm, ticket, audit) are append-only and hash-chained by the writer.
 * SQLite stands behind it (sqlite/); PostgreSQL can.
 */
import type { AlarmControl, AlarmEventType, Occurrence, Storm } from '../core/alarm.ts';
import type { AlarmKey, EquipmentId, OccurrenceId, RuleId, TicketId } from '../core/ids.ts';
import type { Role } from '../core/roles.ts';
import type { Text } from '../core/text.ts';
import type { Stage, Ticket, TicketEventType } from '../core/ticket.ts';

export type { Role };

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
  | { readonly type: 'audit'; readonly entry: AuditRow };

export interface WriteBatch {
  readonly writes: readonly Write[];
}

export interface AlarmEventRow {
  /** null when a person decides about an alarm that has no open occurrence (shelving, out of service). */
  readonly occurrence: OccurrenceId | null;
  readonly key: AlarmKey;
  readonly type: AlarmEventType;
  readonly atMs: number;
  readonly by: string;
  readonly note: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface TicketEventRow {
  readonly ticket: TicketId;
  readonly version: number;
  readonly type: TicketEventType;
  readonly stage: Stage;
  readonly atMs: number;
  readonly by: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** A running delay of one rule, so that a restart does not lose (or lengthen) it. */
export interface DelayRow {
  readonly key: AlarmKey;
  readonly ruleVersion: string;
  /** Time that the condition had held when the row was written. */
  readonly elapsedMs: number;
  /** Which delay runs: `on` before raising, `off` before returning. */
  readonly direction: 'on' | 'off';
  readonly goodSamples: number;
  readonly onsetAtMs: number;
  /** Limit that an on-delay counts for: the memory of the dead-band. Rows of earlier versions have none. */
  readonly level?: string | null;
}

/** What a rule's type remembers (running hours, windows). */
export interface RuleMemoryRow {
  readonly key: AlarmKey;
  readonly ruleVersion: string;
  readonly savedAtMs: number;
  readonly memory: unknown;
}

/**
 * A proposed or decided change of one rule on one equipment: what differs from its profile or from the site file.
 *
 *   proposed ──approved by another person──▶ approved ──▶ superseded (by the next approved one)
 *      ├─▶ refused
 *      └─▶ withdrawn (by its author)
 */
export interface RuleChangeRow {
  readonly id: string;
  readonly equipment: EquipmentId;
  readonly rule: RuleId;
  /** Properties as in a profile that replace the rule's own; null = back to what the files say. */
  readonly override: Readonly<Record<string, unknown>> | null;
  /** Version of the rule that it was written against; a rule that has changed since must be looked at again. */
  readonly baseVersion: string;
  readonly state: 'proposed' | 'approved' | 'refused' | 'withdrawn' | 'superseded';
  readonly by: string;
  readonly atMs: number;
  readonly reason: string;
  readonly reviewedBy: string | null;
  readonly reviewedAtMs: number | null;
  readonly reviewNote: string;
  /** Who has approved it so far; rows of earlier versions have none. */
  readonly approvals?: readonly RuleApproval[];
  /** Its last backtest; left out when there was none. */
  readonly backtest?: RuleBacktest;
}

export interface RuleApproval {
  readonly by: string;
  readonly atMs: number;
  readonly note: string;
  /** Given without a backtest. */
  readonly isUntested: boolean;
}

/** What a reviewer goes by; the whole result is kept for a day only. */
export interface RuleBacktest {
  readonly id: string;
  readonly atMs: number;
  /** null = not known yet. */
  readonly verdict: {
    readonly fromMs: number;
    readonly toMs: number;
    /** Confirmed incidents that the changed rule would have missed: any makes a second approver necessary. */
    readonly missed: number;
    readonly needsSecondApprover: boolean;
  } | null;
}

/** 演练: alarms of this equipment and its parts are marked until it ends. */
export interface DrillRow {
  readonly by: string;
  readonly atMs: number;
  readonly reason: string;
  readonly untilMs: number;
}

/** One part of the alarm figures as they were saved (alarms/figures/): a local day, or what runs on. Can be made again. */
export interface FiguresPart {
  readonly part: string;
  readonly doc: unknown;
}

export interface UserRow {
  readonly username: string;
  readonly displayName: Text;
  readonly roles: readonly Role[];
  /** argon2id in PHC string form. */
  readonly passwordHash: string;
  readonly isDisabled: boolean;
  /** Made by `demo` with the public password; refused by `run`. */
  readonly isDemo: boolean;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
}

export interface SessionRow {
  /** SHA-256 of the token, hex; the token itself is never stored. */
  readonly tokenHash: string;
  readonly username: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

export interface ConfigVersionRow {
  readonly hash: string;
  readonly loadedAtMs: number;
  readonly files: readonly { readonly path: string; readonly text: string }[];
}

export interface AuditRow {
  readonly atMs: number;
  /** User name, `gateway` or `command-line`. */
  readonly actor: string;
  /** e.g. `login`, `login-failed`, `user-create`, `fault-inject`. */
  readonly action: string;
  readonly object: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/**
 * One write of a point, from the person who asked for it to the end of its revert.
 *
 *   sent ──▶ confirmed ──revert due──▶ reverting ──▶ reverted
 *    ├─▶ failed  (the device refused: nothing was changed)          └─▶ revert-failed (tried again, see writing/)
 *    ├─▶ differs (read back, and it is another value)
 *    └─▶ unknown (no answer, or the gateway ended meanwhile: nobody knows)
 */
export interface PointWriteRow {
  readonly id: string;
  /** Point id. */
  readonly point: string;
  readonly value: number;
  /** Value before, where it was known; what a revert writes. */
  readonly previous: number | null;
  readonly state:
    | 'sent'
    | 'confirmed'
    | 'failed'
    | 'differs'
    | 'unknown'
    | 'reverting'
    | 'reverted'
    | 'revert-failed'
    | 'superseded';
  readonly by: string;
  readonly reason: string;
  readonly atMs: number;
  /** What was read back last; null = nothing usable. */
  readonly readBack: number | null;
  /** When `previous` is to be written again; null = not asked for. */
  readonly revertAtMs: number | null;
  /** Of the last change of state. */
  readonly changedAtMs: number;
  /** Why it failed, in plain English; empty when it did not. */
  readonly detail: string;
  /** What the point was in the field when it was written (writing/target.ts): a revert goes nowhere else. */
  readonly target: string;
}

/** 挂牌上锁: nobody writes to the equipment or its parts until the tag is off. */
export interface LockOutRow {
  readonly by: string;
  readonly reason: string;
  readonly atMs: number;
}

/** What the engine needs to go on where it stopped. */
export interface BootState {
  readonly occurrences: readonly Occurrence[];
  /** Open ones, and closed ones within `closedSinceMs`. */
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
}

export interface HistoryEntry {
  readonly atMs: number;
  readonly type: string;
  readonly by: string;
  readonly note: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

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
  tickets(filter: {
    readonly state: 'open' | 'closed' | 'all';
    readonly equipment?: string;
    readonly limit: number;
    readonly offset: number;
  }): Promise<Page<Ticket>>;
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
