/** Commissioning as people look at it: progress by equipment, points with their steps, what is silent. Pure. */
import type { RuleDef, SiteModel } from '../config/model.ts';
import { toFullName } from '../config/names.ts';
import {
  COMMISSIONING_STATE_NAMES,
  COMMISSIONING_STEP_NAMES,
  type CommissioningStep,
} from '../core/commissioning.ts';
import type { EquipmentId } from '../core/ids.ts';
import { COMMISSIONING_LIMITS } from './limits.ts';
import type { CommissionedEquipment, CommissionedPoint, CommissioningStatus, SilentAlarm } from './port.ts';
import { type CommissioningState, isOpen } from './state.ts';
import { toMissingSteps, toPointState } from './step.ts';
import type { Muted, PointSubject, SubjectIndex } from './subject.ts';

export interface CommissioningLook {
  readonly model: SiteModel;
  readonly subjects: SubjectIndex;
  readonly state: CommissioningState;
  readonly muted: Muted;
  readonly nowMs: number;
}

/** null = it was never commissioned, or is no more. */
export function toEquipmentView(look: CommissioningLook, id: EquipmentId): CommissionedEquipment | null {
  const { model, state, nowMs } = look;
  const commission = state.commissions.get(id);
  const equipment = model.equipment.get(id);
  if (commission === undefined || equipment === undefined) return null;
  const points = toPointViews(look, id);
  const count = (of: (view: CommissionedPoint) => boolean): number => points.filter(of).length;
  return {
    commission,
    name: toFullName(model, id),
    place: model.locations.get(equipment.location)?.path ?? { zh: '', en: '' },
    tally: toRecord(COMMISSIONING_STATE_NAMES, (name) => count((view) => view.state === name)),
    done: toRecord(COMMISSIONING_STEP_NAMES, (name) => count((view) => isDone(view, name))),
    silent: look.muted.lifeSafety
      .filter((rule) => rule.equipment === id)
      .slice(0, COMMISSIONING_LIMITS.named)
      .map((rule) => toSilent(model, rule)),
    isOverdue: isOpen(commission) && commission.untilMs <= nowMs,
  };
}

export function toPointViews(look: CommissioningLook, id: EquipmentId): readonly CommissionedPoint[] {
  return look.subjects.pointsOf(id).map((point) => toPointView(look, look.subjects.of(point)));
}

function toPointView({ state }: CommissioningLook, subject: PointSubject): CommissionedPoint {
  const { point, rules, isLifeSafety } = subject;
  const record = state.points.get(point.id) ?? null;
  return {
    point: point.id,
    name: point.text,
    state: toPointState(state, subject, record),
    record,
    missing: toMissingSteps(subject, record),
    alarms: rules.map(({ key, text, severity, opensTicket }) => ({
      key,
      text,
      isLifeSafety: severity === 'life-safety',
      opensTicket,
    })),
    isLifeSafety,
  };
}

function isDone({ missing, state }: CommissionedPoint, step: CommissioningStep): boolean {
  return step === 'signed' ? state === 'signed' || state === 'changed' : !missing.includes(step);
}

export function isUnsigned({ state }: Pick<CommissionedPoint, 'state'>): boolean {
  return state !== 'signed' && state !== 'changed';
}

export function toStatus(
  look: CommissioningLook,
  counts: Pick<CommissioningStatus, 'dropped' | 'isHealthy'>,
): CommissioningStatus {
  const { model, state, muted, nowMs } = look;
  const open = [...state.commissions.values()].filter(isOpen);
  return {
    open: open.length,
    overdue: open.filter(({ untilMs }) => untilMs <= nowMs).length,
    unsigned: muted.points,
    mute: muted.keys.size,
    silent: muted.lifeSafety.slice(0, COMMISSIONING_LIMITS.named).map((rule) => toSilent(model, rule)),
    silentTotal: muted.lifeSafety.length,
    changed: [...state.points.values()].filter(({ signed, changed }) => signed !== null && changed !== null)
      .length,
    oldestMs: open.reduce<number | null>(
      (oldest, { beganAtMs }) => Math.min(oldest ?? beganAtMs, beganAtMs),
      null,
    ),
    ...counts,
  };
}

export function toSilent(model: SiteModel, { key, equipment, text }: RuleDef): SilentAlarm {
  return { key, equipment, equipmentName: toFullName(model, equipment), text };
}

function toRecord<Name extends string>(
  names: readonly Name[],
  count: (name: Name) => number,
): Readonly<Record<Name, number>> {
  return Object.fromEntries(names.map((name) => [name, count(name)])) as Record<Name, number>;
}
