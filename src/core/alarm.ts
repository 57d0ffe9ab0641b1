/**
 * Words of the alarm stage: an occurrence is one stretch of one alarm from raise to end.
 * The life cycle is in alarms/; the letters are those of ISA-18.2 (alarms.md B1).
 */
import type { AlarmKey, EquipmentId, OccurrenceId, RuleId, SiteId, TicketId } from './ids.ts';
import type { Severity } from './severity.ts';
import type { Text } from './text.ts';
import type { Upstream } from './upstream.ts';

/** A normal · B unacknowledged · C acknowledged · D returned, unacknowledged. E, F, G come with shelving, suppression, out of service. */
export type IsaState = 'A' | 'B' | 'C' | 'D';

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
  | 'ended';

export interface AlarmEvent {
  readonly type: AlarmEventType;
  readonly atMs: number;
  /** The occurrence after the event. */
  readonly occurrence: Occurrence;
  /** Who, where a person did it. */
  readonly by?: string;
  readonly note?: string;
}

export function toIsaState(occurrence: Pick<Occurrence, 'isActive' | 'acknowledged'>): IsaState {
  if (occurrence.isActive) return occurrence.acknowledged ? 'C' : 'B';
  return occurrence.acknowledged ? 'A' : 'D';
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
