/**
 * What the figures are told: events of alarms as the loop has just made them, or as the alarm history has kept them. The
 * history's rows carry `toFigureDetail` of their occurrence; rows of versions before the alarm engine do not, and their
 * state follows from their order.
 */
import {
  type AlarmControlEvent,
  type AlarmEvent,
  type AlarmEventType,
  type IsaState,
  type Occurrence,
  toIsaState,
} from '../../core/alarm.ts';
import type { AlarmKey } from '../../core/ids.ts';
import { compareSeverity, SEVERITY_NAMES, type Severity } from '../../core/severity.ts';
import type { AlarmLogRow } from '../../store/store.ts';
import { isCall } from '../annunciation.ts';
import type { AlarmMemory } from './figures.ts';

interface Told {
  readonly key: AlarmKey;
  /** UTC ms. */
  readonly atMs: number;
}

/** An event of an occurrence, with what the occurrence is after it. */
export interface OccurrenceFigure extends Told {
  readonly kind: 'occurrence';
  readonly type: AlarmEventType;
  readonly severity: Severity;
  readonly state: IsaState;
  readonly isActive: boolean;
  readonly isDrill: boolean;
  /** null = the row does not say. */
  readonly isShelved: boolean | null;
  readonly blindSinceMs: number | null;
  /** Nobody has done it: the gateway acknowledged by itself. */
  readonly isAutomatic: boolean;
}

/** A decision about an alarm that has no open occurrence. */
export interface ControlFigure extends Told {
  readonly kind: 'control';
  readonly type: AlarmEventType;
}

/** Its ticket was cancelled as a false alarm. `atMs` is when the alarm was raised, so that it counts there. */
export interface FalseAlarmFigure extends Told {
  readonly kind: 'false-alarm';
}

export type FigureEvent = OccurrenceFigure | ControlFigure | FalseAlarmFigure;

/** Part of an alarm event's `detail` in the history, from which the figures are made again. */
export interface FigureDetail {
  readonly state: IsaState;
  readonly isActive: boolean;
  readonly isShelved?: true;
  readonly isDrill?: true;
}

/** People are told by it; says the same as `isAnnunciation` (alarms/annunciation.ts) does of the occurrence itself. */
export function isAnnunciated({ type, state }: Pick<OccurrenceFigure, 'type' | 'state'>): boolean {
  return state === 'B' && isCall(type);
}

/** @param occurrence after the event */
export function toFigureDetail(occurrence: Occurrence): FigureDetail {
  return {
    state: toIsaState(occurrence),
    isActive: occurrence.isActive,
    ...(occurrence.shelf !== null && { isShelved: true }),
    ...(occurrence.isDrill && { isDrill: true }),
  };
}

export function toOccurrenceFigure({ type, atMs, occurrence, by }: AlarmEvent): OccurrenceFigure {
  const { key, severity, isActive, isDrill, blindSinceMs, shelf } = occurrence;
  return {
    kind: 'occurrence',
    key,
    atMs,
    type,
    severity,
    state: toIsaState(occurrence),
    isActive,
    isDrill,
    isShelved: shelf !== null,
    blindSinceMs,
    isAutomatic: isAutomatic(by),
  };
}

export function toControlFigure({ type, atMs, control }: AlarmControlEvent): ControlFigure {
  return { kind: 'control', key: control.key, atMs, type };
}

/** @param memory of that alarm, for rows that do not say its state */
export function fromLogRow(row: AlarmLogRow, memory: AlarmMemory): FigureEvent {
  const { key, atMs, type, detail } = row;
  if (row.occurrence === null) return { kind: 'control', key, atMs, type };
  const severity = toSeverity(detail['severity']) ?? memory.severity;
  const known = toKnownState(detail) ?? followState(row, severity, memory);
  const blindSinceMs = detail['blindSinceMs'];
  return {
    kind: 'occurrence',
    key,
    atMs,
    type,
    severity,
    ...known,
    blindSinceMs: typeof blindSinceMs === 'number' ? blindSinceMs : null,
    isAutomatic: isAutomatic(row.by),
  };
}

type KnownState = Pick<OccurrenceFigure, 'state' | 'isActive' | 'isDrill' | 'isShelved'>;

function toKnownState(detail: AlarmLogRow['detail']): KnownState | null {
  const { state, isActive, isShelved, isDrill } = detail as Partial<Record<keyof FigureDetail, unknown>>;
  if (typeof state !== 'string' || typeof isActive !== 'boolean') return null;
  return {
    state: state as IsaState,
    isActive,
    isShelved: isShelved === true,
    isDrill: isDrill === true,
  };
}

/** Before the alarm engine an alarm could be raised, explained, acknowledged and returned, and nothing else. */
function followState({ type, detail }: AlarmLogRow, severity: Severity, memory: AlarmMemory): KnownState {
  const isActive = toActive(type, memory.isActive);
  const isAcknowledged = toAcknowledged(type, severity, memory);
  const isExplained = typeof detail['explainedBy'] === 'object' && detail['explainedBy'] !== null;
  const standing = isAcknowledged ? 'C' : 'B';
  const returned = isAcknowledged ? 'A' : 'D';
  const state = isActive ? (isExplained ? 'F' : standing) : returned;
  return { state, isActive, isShelved: null, isDrill: false };
}

function toActive(type: AlarmEventType, before: boolean): boolean {
  if (type === 'raised' || type === 're-raised') return true;
  return type === 'returned' || type === 'ended' ? false : before;
}

function toAcknowledged(type: AlarmEventType, severity: Severity, memory: AlarmMemory): boolean {
  if (type === 'acknowledged') return true;
  if (type === 'raised') return false;
  if (type === 'severity-changed' && compareSeverity(severity, memory.severity) > 0) return false;
  return memory.isAcknowledged;
}

function toSeverity(value: unknown): Severity | null {
  return SEVERITY_NAMES.find((name) => name === value) ?? null;
}

function isAutomatic(by: string | undefined): boolean {
  return by === undefined || by === 'gateway';
}
