/**
 * The alarm's life cycle as far as its rule decides it (alarms.md B1 rows 1, 3, 4, 6, 7, 11 and 12): pure, level-driven. The
 * rule and the register say what should be; the step compares it with the open occurrence and makes the difference events.
 * So a failed commit or a restart heals by itself: the same input meets the same occurrence again.
 *
 *   none ─active▶ B ─acknowledge▶ C ─returns▶ ended      B ─returns▶ D ─acknowledge▶ ended      D ─active▶ B (count+1)
 *   latching: B, C ─returns▶ B, C (latched) ─acknowledged, reset▶ ended
 *   hidden (E, F, G): judged and recorded; ─returns▶ ended, without a word; latching in E, G ─returns▶ latched
 *
 * What people do is in handling.ts, shelve.ts and service.ts; what time does in re-alarm.ts and chatter.ts; causes
 * upstream are explain.ts's.
 */
import type { AlarmTimes } from '../config/policy.ts';
import {
  type AlarmEvent,
  type AlarmEventType,
  type DesignSuppression,
  type Evidence,
  NO_MARKS,
  type Occurrence,
  type OutOfService,
  type Shelf,
  toIsaState,
} from '../core/alarm.ts';
import type { AlarmKey, EquipmentId, OccurrenceId, RuleId, SiteId } from '../core/ids.ts';
import { compareSeverity, type Severity } from '../core/severity.ts';
import type { Text } from '../core/text.ts';
import { changeHiding, isHidden } from './annunciation.ts';
import { holdReturn, isHeldByChatter, raiseInside, resumeHold } from './chatter.ts';
import { toEnded } from './ending.ts';

/** What the rule, the register and people say at this moment. */
export interface AlarmLevel {
  readonly key: AlarmKey;
  readonly site: SiteId;
  readonly equipment: EquipmentId;
  readonly rule: RuleId;
  readonly ruleVersion: string;
  readonly isActive: boolean;
  /** The condition is judged TRUE at this moment. Active without it: an off-delay runs, or nothing can be judged. */
  readonly isTrue: boolean;
  /** Since when the condition cannot be judged; null while it can (or not yet long enough to say so). */
  readonly blindSinceMs: number | null;
  readonly severity: Severity;
  readonly level: string | null;
  readonly onsetAtMs: number | null;
  /** Last good reading that was still normal. */
  readonly onsetAfterMs: number | null;
  readonly text: Text;
  readonly equipmentName: Text;
  readonly place: Text;
  readonly evidence: Evidence;
  readonly isLatching: boolean;
  readonly shelf: Shelf | null;
  readonly outOfService: OutOfService | null;
  /** Why the alarm should not occur now; null = it may. */
  readonly suppression: Pick<DesignSuppression, 'reason' | 'text'> | null;
  readonly isDrill: boolean;
}

export interface AlarmStep {
  readonly occurrence: Occurrence | null;
  readonly events: readonly AlarmEvent[];
}

type ChatterTimes = AlarmTimes['chatter'];

/** @param open the open occurrence of this key, null when there is none; @param newId used only for a raise */
export function stepAlarm(
  open: Occurrence | null,
  input: AlarmLevel,
  newId: () => OccurrenceId,
  times: ChatterTimes,
  nowMs: number,
): AlarmStep {
  if (open === null)
    return input.isActive && input.blindSinceMs === null
      ? raise(input, newId(), nowMs)
      : { occurrence: null, events: [] };
  let occurrence = open;
  const events: AlarmEvent[] = [];
  for (const step of [stepVersion, stepBlind, stepActive, stepSeverity]) {
    const { next, types } = step(occurrence, input, nowMs, times);
    occurrence = next;
    for (const type of types) events.push({ type, atMs: nowMs, occurrence });
  }
  if (occurrence.endedAtMs !== null) return { occurrence, events };
  const hidden = stepSuppression(occurrence, input.suppression, nowMs);
  return { occurrence: hidden.occurrence, events: [...events, ...hidden.events] };
}

/**
 * Rows 11 and 12 by design: outside its hours, or while its effect is to be expected. What was hidden and still stands is
 * told, with the reason that it was hidden for. Life safety is never hidden, neither by design nor by a shelf.
 */
export function stepSuppression(
  occurrence: Occurrence,
  wanted: AlarmLevel['suppression'],
  nowMs: number,
): AlarmStep & { readonly occurrence: Occurrence } {
  const { suppression: before, severity, shelf } = occurrence;
  const isLifeSafety = severity === 'life-safety';
  const suppression = isLifeSafety ? null : toSuppression(before, wanted, nowMs);
  let next = occurrence;
  const events: AlarmEvent[] = [];
  const change = (to: Parameters<typeof changeHiding>[1], type: AlarmEventType, note?: string): void => {
    if (next.endedAtMs !== null) return;
    const step = changeHiding(next, to, { type, ...(note !== undefined && { note }) }, nowMs);
    next = step.occurrence ?? next;
    events.push(...step.events);
  };
  if (isLifeSafety && shelf !== null) change({ shelf: null }, 'shelf-expired', 'life-safety');
  if (suppression === null && before !== null) change({ suppression }, 'unsuppressed', before.reason);
  else if (suppression !== before) change({ suppression }, 'suppressed', suppression?.reason);
  return { occurrence: next, events };
}

function toSuppression(
  before: DesignSuppression | null,
  wanted: AlarmLevel['suppression'],
  nowMs: number,
): DesignSuppression | null {
  if (wanted === null) return null;
  return before?.reason === wanted.reason ? before : { ...wanted, sinceMs: nowMs };
}

function raise(input: AlarmLevel, id: OccurrenceId, nowMs: number): AlarmStep {
  const onsetAtMs = Math.min(input.onsetAtMs ?? nowMs, nowMs);
  const occurrence: Occurrence = {
    id,
    key: input.key,
    site: input.site,
    equipment: input.equipment,
    rule: input.rule,
    ruleVersion: input.ruleVersion,
    severity: input.severity,
    level: input.level,
    isActive: true,
    blindSinceMs: null,
    acknowledged: null,
    onsetAtMs,
    raisedAtMs: nowMs,
    returnedAtMs: null,
    endedAtMs: null,
    endReason: null,
    count: 1,
    text: input.text,
    equipmentName: input.equipmentName,
    place: input.place,
    evidence: input.evidence,
    ticket: null,
    explainedBy: null,
    ticketDueAtMs: null,
    ...NO_MARKS,
    onsetAfterMs: toOnsetAfterMs(input.onsetAfterMs, onsetAtMs),
    isDrill: input.isDrill,
    ...toMarks(input, null, nowMs),
  };
  return { occurrence, events: [{ type: 'raised', atMs: nowMs, occurrence }] };
}

/** A reading after the onset says nothing of when it began. */
function toOnsetAfterMs(lastFalseMs: number | null, onsetAtMs: number): number | null {
  return lastFalseMs !== null && lastFalseMs <= onsetAtMs ? lastFalseMs : null;
}

/** What hides the alarm from its raise on. */
function toMarks(
  { severity, shelf, outOfService, suppression }: AlarmLevel,
  before: DesignSuppression | null,
  nowMs: number,
): Pick<Occurrence, 'shelf' | 'outOfService' | 'suppression'> {
  if (severity === 'life-safety') return { outOfService, shelf: null, suppression: null };
  return { outOfService, shelf, suppression: toSuppression(before, suppression, nowMs) };
}

interface Part {
  readonly next: Occurrence;
  readonly types: readonly AlarmEventType[];
}

const UNCHANGED: Part['types'] = [];

/** A changed rule that is still TRUE takes the occurrence over (alarms.md B3); from then on a return is a return. */
function stepVersion(occurrence: Occurrence, input: AlarmLevel): Part {
  const isKept = occurrence.ruleVersion === input.ruleVersion || !occurrence.isActive || !input.isTrue;
  if (isKept) return { next: occurrence, types: UNCHANGED };
  return { next: { ...occurrence, ruleVersion: input.ruleVersion }, types: ['rule-changed'] };
}

function stepBlind(occurrence: Occurrence, input: AlarmLevel, nowMs: number): Part {
  const { blindSinceMs } = occurrence;
  if ((blindSinceMs !== null) === (input.blindSinceMs !== null))
    return { next: occurrence, types: UNCHANGED };
  const next = { ...occurrence, blindSinceMs: input.blindSinceMs };
  if (blindSinceMs === null) return { next, types: ['blind'] };
  return { next: resumeHold(next, blindSinceMs, nowMs), types: ['sighted'] };
}

function stepActive(occurrence: Occurrence, input: AlarmLevel, nowMs: number, times: ChatterTimes): Part {
  // Active without being true: after a start nothing has been read yet.
  if (occurrence.isActive && input.isActive && input.isTrue) {
    return { next: raiseInside(occurrence, times), types: UNCHANGED };
  }
  if (occurrence.isActive === input.isActive) return { next: occurrence, types: UNCHANGED };
  return input.isActive ? reRaise(occurrence, input, nowMs) : leave(occurrence, input, nowMs);
}

function leave(occurrence: Occurrence, input: AlarmLevel, nowMs: number): Part {
  if (occurrence.ruleVersion !== input.ruleVersion) {
    return { next: toEnded({ ...occurrence, isActive: false }, 'rule-changed', nowMs), types: ['ended'] };
  }
  // What is hidden is not held, but a hold that runs ends in its time.
  const isHolding = occurrence.returnedAtMs !== null;
  if (isHeldByChatter(occurrence) && (isHolding || !isHidden(occurrence))) {
    return { next: holdReturn(occurrence, nowMs), types: UNCHANGED };
  }
  return toReturned(occurrence, input.isLatching, nowMs, nowMs);
}

/**
 * Rows 3 and 4. @param returnedAtMs when the condition went: before now where a hold has run
 * @returns events in order; what was hidden ends without saying that it returned. What latches waits for its reset under a
 * shelf, too (OPC UA Part 9, 5.8.2); what should not have occurred by design does not
 */
export function toReturned(
  occurrence: Occurrence,
  isLatching: boolean,
  returnedAtMs: number,
  nowMs: number,
): Part {
  const returned: Occurrence = {
    ...occurrence,
    isActive: false,
    returnedAtMs,
    ticketDueAtMs: null,
    reAlarmDueAtMs: null,
    chatter: null,
  };
  const isForgotten = isHidden(occurrence) && (!isLatching || toIsaState(occurrence) === 'F');
  if (isForgotten) return { next: toEnded(returned, 'returned', nowMs), types: ['ended'] };
  // Of a return under a shelf nobody is told.
  if (isLatching && isHidden(occurrence))
    return { next: { ...returned, isLatched: true }, types: ['latched'] };
  if (isLatching) return { next: { ...returned, isLatched: true }, types: ['returned', 'latched'] };
  if (returned.acknowledged === null) return { next: returned, types: ['returned'] };
  return { next: toEnded(returned, 'returned', nowMs), types: ['returned', 'ended'] };
}

/** Row 6: it comes back before it was dealt with; the same occurrence, counted. */
function reRaise(occurrence: Occurrence, input: AlarmLevel, nowMs: number): Part {
  const { ruleVersion, evidence } = input;
  const isLower = compareSeverity(input.severity, occurrence.severity) < 0;
  const { severity, level } = isLower && occurrence.acknowledged === null ? occurrence : input;
  return {
    next: {
      ...occurrence,
      isActive: true,
      isLatched: false,
      acknowledged: null,
      returnedAtMs: null,
      count: occurrence.count + 1,
      reAlarms: 0,
      ruleVersion,
      severity,
      level,
      evidence,
      ...toMarks({ ...input, severity }, occurrence.suppression, nowMs),
    },
    types: ['re-raised'],
  };
}

/**
 * Row 7: upward steps annunciate again; downward the maximum is kept until somebody has acknowledged it. While a hold runs a
 * level counts once its delay has passed.
 */
function stepSeverity(occurrence: Occurrence, input: AlarmLevel): Part {
  const order = compareSeverity(input.severity, occurrence.severity);
  const isFollowed = order > 0 || (order < 0 && occurrence.acknowledged !== null);
  const isJudged = occurrence.isActive && input.isActive && input.isTrue;
  const { severity, level, evidence } = input;
  // Another limit of the same severity calls nobody, and is what is true now.
  if (isJudged && order === 0 && level !== occurrence.level)
    return { next: { ...occurrence, level, evidence }, types: UNCHANGED };
  if (!isJudged || !isFollowed) return { next: occurrence, types: UNCHANGED };
  const acknowledged = order > 0 ? null : occurrence.acknowledged;
  return { next: { ...occurrence, severity, level, evidence, acknowledged }, types: ['severity-changed'] };
}
