/** Rows of the state store, as they are written and read. The contract that takes and gives them is store.ts. */
import type { Policy } from '../config/policy.ts';
import type { AlarmEventType } from '../core/alarm.ts';
import type { FeedbackClockName, FeedbackEventType } from '../core/feedback.ts';
import type { AlarmKey, EquipmentId, FeedbackId, OccurrenceId, RuleId, TicketId } from '../core/ids.ts';
import type { Role } from '../core/roles.ts';
import type { Text } from '../core/text.ts';
import type { Stage, TicketEventType } from '../core/ticket.ts';

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

/** 隐去: its detail says what goes, what stands there instead, and why. */
export interface RedactionEventRow extends TicketEventRow {
  readonly type: 'redacted';
  readonly detail: {
    /** Id of the event. */
    readonly event: number;
    /** As in typed-words.ts. */
    readonly field: string;
    readonly reason: string;
    /** May be empty. */
    readonly replacement: string;
  };
}

/** What of one ticket goes after its retention. */
export interface DestroyedRecord {
  readonly ticket: TicketId;
  readonly words: boolean;
  readonly files: boolean;
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
  /** Also what depends on the equipment (`upstream`), but no alarm of life safety there. Left out = no. */
  readonly isWhole?: boolean;
  /** Fault of the simulated equipment that the drill lets happen; left out = none. */
  readonly fault?: string;
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
  /** Record whose words the line holds (core/record-words.ts), as it is written; left out = none but itself. */
  readonly record?: string;
}

/** 保全: words of the record are not destroyed. */
export interface RecordHold {
  readonly by: string;
  readonly atMs: number;
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

/**
 * A version of the policy. Files bring them in, people propose them; one is in force.
 *
 *   proposed ──approved by another person──▶ in-force ──▶ superseded
 *      ├─▶ refused
 *      └─▶ withdrawn
 */
export interface PolicyVersionRow {
  /** Hash of the content: the policy's `version`. */
  readonly version: string;
  readonly state: 'proposed' | 'in-force' | 'superseded' | 'refused' | 'withdrawn';
  /** The file's text as it was read or written: what people compare. */
  readonly text: string;
  /** File, or the person's page. */
  readonly origin: 'file' | 'api';
  readonly by: string;
  readonly atMs: number;
  readonly reason: string;
  readonly reviewedBy: string | null;
  readonly reviewedAtMs: number | null;
  readonly reviewNote: string;
  /** As read: what tickets opened under it go on with. */
  readonly policy: Policy;
}

/**
 * Everything of a reporter that is personal; the chain holds `digest` of it (salted). Tickets are stored without it, and
 * read with it while it is there.
 */
export interface PersonalFields {
  readonly name: string;
  readonly method: string;
  /** Random, hex; destroyed with the fields, so that the digest cannot be guessed back. */
  readonly salt: string;
  /** SHA-256 of salt, name and method, hex, as store/personal.ts makes it. */
  readonly digest: string;
}

export interface TicketDueRow {
  readonly clock: string;
  readonly round: number;
  readonly what: 'warn' | 'breach' | 'escalate' | 'proof' | 'archive';
  readonly dueAtMs: number;
}

export interface FeedbackDueRow {
  readonly feedback: FeedbackId;
  readonly clock: FeedbackClockName;
  readonly what: 'warn' | 'breach';
  readonly dueAtMs: number;
}

export interface FeedbackEventRow {
  readonly feedback: FeedbackId;
  readonly version: number;
  readonly type: FeedbackEventType;
  readonly atMs: number;
  readonly by: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface SlipRow {
  readonly number: string;
  readonly printedAtMs: number;
  readonly printedBy: string;
  /** null = not used yet. */
  readonly ticket: TicketId | null;
  /** Spoiled, with the reason; null = not. */
  readonly voided: string | null;
}
