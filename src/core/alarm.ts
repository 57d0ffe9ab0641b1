/**
 * Words of the alarm stage: an occurrence is one stretch of one alarm from raise to end.
 * The life cycle is in alarms/; the letters are those of ISA-18.2 (alarms.md B1).
 */
import type { AlarmKey, EquipmentId, OccurrenceId, RuleId, SiteId, StormId, TicketId } from './ids.ts';
import type { System } from './kinds.ts';
import type { Severity } from './severity.ts';
import type { Text } from './text.ts';
import type { Upstream } from './upstream.ts';

/** A normal · B unacknowledged · C acknowledged · D returned, unacknowledged · E shelved · F suppressed by design · G out of service. */
export type IsaState = 'A' | 'B' | 'C' | 'D' | 'E' | 'F' | 'G';

/** Why an occurrence ended. Only `returned` may be told to people as "recovered". */
export type EndReason = 'returned' | 'rule-changed' | 'rule-removed' | 'source-removed';

export interface Acknowledgement {
  /** User name of the person, or `ticket:<number>` when taking a ticket acknowledged it. */
  readonly by: string;
  readonly atMs: number;
  readonly note: string;
}

/** What the value was when it mattered; `valueText` is as shown to people, with unit. */
export interface Evidence {
  /** Local part of the point id within the equipment. */
  readonly point: string;
  readonly pointName: Text;
  /** NaN never; null when the alarm is about missing or bad data. */
  readonly value: number | null;
  readonly valueText: Text;
  readonly quality: number;
  readonly sourceMs: number | null;
  readonly receivedMs: number;
}

/** The alarm upstream that an alarm follows from. Only the nearest one: what explains it in turn is its own matter. */
export interface Explanation {
  /** The occurrence that is the cause. */
  readonly occurrence: OccurrenceId;
  readonly key: AlarmKey;
  /** What it has taken away from the equipment of this alarm. */
  readonly upstream: Upstream;
  readonly text: Text;
  readonly equipmentName: Text;
  readonly atMs: number;
}

/** 搁置: hidden by a person for a limited time. The condition is judged and recorded as always; no ticket opens. */
export interface Shelf {
  readonly by: string;
  readonly atMs: number;
  readonly reason: string;
  /** UTC ms; no later than the policy's maximum for the severity allows. */
  readonly untilMs: number;
  /** Ends with the present active stretch, or with the next one when the alarm is normal now. */
  readonly isOneShot: boolean;
  /**
   * Another person than `by`, who answers for it: then a ticket may be accepted over the alarm until `untilMs` (alarms.md B9).
   * Left out = nobody.
   */
  readonly approver?: string;
  /** Whoever shelved it has been told that it ends soon. */
  readonly isReminded?: true;
}

/** 停用: out of service under a work permit; left out of every figure. */
export interface OutOfService {
  readonly by: string;
  readonly atMs: number;
  readonly reason: string;
  /** Number of the work permit (工作票). */
  readonly permit: string;
  /** Another person than `by`. */
  readonly approver: string;
  readonly untilMs: number;
}

/** Logic says that the alarm should not occur now: outside its hours, or an effect that was to be expected. */
export interface DesignSuppression {
  readonly reason: 'schedule' | 'expected';
  /** For people: `不在监视时段（工作时间）`, `双池清洗中`. */
  readonly text: Text;
  readonly sinceMs: number;
}

/** The alarm raises and returns all the time: its return is held until it has been quiet for `holdMs`. */
export interface Chatter {
  readonly sinceMs: number;
  /** Off-delay in force; grows with each raise inside it up to the policy's cap. */
  readonly holdMs: number;
  /** Raises since `sinceMs`. */
  readonly raises: number;
}

/** What people have decided about one alarm, whether or not it has an open occurrence. One row per alarm key. */
export interface AlarmControl {
  readonly key: AlarmKey;
  readonly equipment: EquipmentId;
  readonly rule: RuleId;
  readonly shelf: Shelf | null;
  readonly outOfService: OutOfService | null;
}

export interface Occurrence {
  readonly id: OccurrenceId;
  readonly key: AlarmKey;
  readonly site: SiteId;
  readonly equipment: EquipmentId;
  readonly rule: RuleId;
  /** Hash of the rule's definition when it raised. */
  readonly ruleVersion: string;
  readonly severity: Severity;
  /** Limit that is passed (`lo`, `hihi`, …) for threshold rules, else null. */
  readonly level: string | null;
  /** The condition holds now (or held when last it could be seen). */
  readonly isActive: boolean;
  /** Since when the condition cannot be judged (UNKNOWN); null while it can. */
  readonly blindSinceMs: number | null;
  readonly acknowledged: Acknowledgement | null;
  /** First moment at which the condition held; detection latency = raisedAtMs - onsetAtMs. */
  readonly onsetAtMs: number;
  readonly raisedAtMs: number;
  readonly returnedAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly endReason: EndReason | null;
  /** How often it was raised within this occurrence (ISA row 6). */
  readonly count: number;
  readonly text: Text;
  readonly equipmentName: Text;
  readonly place: Text;
  readonly evidence: Evidence;
  readonly ticket: TicketId | null;
  /** Why it has no ticket of its own; the last cause while `ticketDueAtMs` runs; stays on the record after the return. */
  readonly explainedBy: Explanation | null;
  /** When its ticket opens unless a cause explains it or it returns before; null = it waits for nothing. UTC ms. */
  readonly ticketDueAtMs: number | null;
  /** Last good reading that was still normal, received time; with `onsetAtMs` the interval of the onset. null = none seen. */
  readonly onsetAfterMs: number | null;
  /** Stays annunciated after its return until somebody resets it (latching rules only). */
  readonly isLatched: boolean;
  /** How often the re-alarm timer has made it unacknowledged again. */
  readonly reAlarms: number;
  /** When it becomes unacknowledged again unless it returns before; null = no timer runs. */
  readonly reAlarmDueAtMs: number | null;
  readonly shelf: Shelf | null;
  readonly outOfService: OutOfService | null;
  readonly suppression: DesignSuppression | null;
  readonly chatter: Chatter | null;
  /** The storm that it is attached to. */
  readonly storm: StormId | null;
  /** Raised in a drill: full path, marked, out of every figure. */
  readonly isDrill: boolean;
  /** Known only from readings that came late (补录): on record, ended, out of every figure; nobody was called. */
  readonly isRetroactive?: true;
}

/** What an occurrence is before any of it has happened; also what rows of earlier versions lack. */
export const NO_MARKS = {
  onsetAfterMs: null,
  isLatched: false,
  reAlarms: 0,
  reAlarmDueAtMs: null,
  shelf: null,
  outOfService: null,
  suppression: null,
  chatter: null,
  storm: null,
  isDrill: false,
} as const satisfies Partial<Occurrence>;

/** Many alarms at once (ISA-18.2 flood), told as one matter: nothing is dropped, members keep their own records. */
export interface Storm {
  readonly id: StormId;
  readonly site: SiteId;
  readonly beganAtMs: number;
  /** null while it lasts. */
  readonly endedAtMs: number | null;
  /** The occurrence that the others follow from, or that came first; may change while the storm lasts. */
  readonly root: OccurrenceId;
  readonly members: number;
  /** Most annunciations within the policy's window. */
  readonly peak: number;
  readonly ticket: TicketId | null;
}

export type AlarmEventType =
  | 'raised'
  | 're-raised'
  | 'severity-changed'
  | 'acknowledged'
  | 'returned'
  | 'blind'
  | 'sighted'
  | 'explained'
  | 'released'
  | 'ended'
  | 're-alarmed'
  | 'latched'
  | 'reset'
  | 'shelved'
  | 'unshelved'
  /** The time of the shelf is over; annunciated again if it is still active. */
  | 'shelf-expired'
  | 'shelf-reminder'
  | 'out-of-service'
  | 'in-service'
  | 'service-expired'
  | 'suppressed'
  | 'unsuppressed'
  | 'chattering'
  | 'chatter-ended'
  | 'grouped'
  | 'commented'
  | 'rule-changed';

export interface AlarmEvent {
  readonly type: AlarmEventType;
  readonly atMs: number;
  /** The occurrence after the event. */
  readonly occurrence: Occurrence;
  /** Who, where a person did it. */
  readonly by?: string;
  readonly note?: string;
  /** Told with the next digest of its system and storm, not by itself. */
  readonly isDigest?: true;
}

/** What becomes of a storm; `grew` once a round. A digest tells what its storm has kept from being told one by one. */
export interface StormEvent {
  readonly type: 'began' | 'grew' | 'digest' | 'ended';
  readonly atMs: number;
  /** The storm after the event. */
  readonly storm: Storm;
  /** Of a digest: annunciations of one system since its last digest, by severity. */
  readonly digest?: {
    readonly system: System;
    readonly tally: Readonly<Partial<Record<Severity, number>>>;
  };
}

/** A person's or the sweep's decision about an alarm that may have no open occurrence (shelving, out of service). */
export interface AlarmControlEvent {
  readonly type: Extract<
    AlarmEventType,
    | 'shelved'
    | 'unshelved'
    | 'shelf-expired'
    | 'shelf-reminder'
    | 'out-of-service'
    | 'in-service'
    | 'service-expired'
  >;
  readonly atMs: number;
  readonly control: AlarmControl;
  readonly by?: string;
  readonly note?: string;
}

/**
 * B1, alarms.md B7: what stands higher hides what stands lower; suppression hides, it never stops evaluation. A record that
 * has ended keeps what hid it at its end; otherwise it is A, acknowledged or not: B, C and D wait for somebody, it does not.
 */
export function toIsaState(
  occurrence: Pick<
    Occurrence,
    | 'isActive'
    | 'isLatched'
    | 'endedAtMs'
    | 'acknowledged'
    | 'outOfService'
    | 'suppression'
    | 'explainedBy'
    | 'shelf'
  >,
): IsaState {
  const { outOfService, suppression, explainedBy, shelf, isActive, isLatched, acknowledged } = occurrence;
  if (outOfService !== null) return 'G';
  if (suppression !== null || (isActive && explainedBy !== null)) return 'F';
  if (shelf !== null) return 'E';
  if (occurrence.endedAtMs !== null) return 'A';
  if (isActive || isLatched) return acknowledged ? 'C' : 'B';
  return acknowledged ? 'A' : 'D';
}

/** Whether it is active without a ticket because it waits for a cause, is explained by one, or settles after one. */
export function isHeld(
  occurrence: Pick<Occurrence, 'isActive' | 'endedAtMs' | 'explainedBy' | 'ticketDueAtMs'>,
): boolean {
  const { isActive, endedAtMs, explainedBy, ticketDueAtMs } = occurrence;
  return isActive && endedAtMs === null && (explainedBy !== null || ticketDueAtMs !== null);
}

/** Whether it is active and no ticket stands for it, or only one that has been dealt with: a sweep must look at it. */
export function isUncarried(
  occurrence: Pick<Occurrence, 'isActive' | 'endedAtMs' | 'explainedBy' | 'ticketDueAtMs' | 'ticket'>,
): boolean {
  const { isActive, endedAtMs, ticket } = occurrence;
  return isHeld(occurrence) || (isActive && endedAtMs === null && ticket === null);
}
