/**
 * What the gateway notes by itself while points are under test: device seen, alarm proven, ticket received, configuration
 * changed, all signed. Pure: facts in, events out; a fact that says nothing new makes none.
 */
import type { PointDef, SiteModel } from '../config/model.ts';
import type { Occurrence } from '../core/alarm.ts';
import { defined } from '../core/assert.ts';
import type { CommissioningEvent, CommissioningOrigin } from '../core/commissioning.ts';
import { GATEWAY } from '../core/gateway.ts';
import type { EquipmentId } from '../core/ids.ts';
import { isGood } from '../core/quality.ts';
import type { Ticket } from '../core/ticket.ts';
import type { TicketMark } from '../core/ticket-clock.ts';
import type { LatestValue } from '../telemetry/latest.ts';
import { COMMISSIONING_LIMITS } from './limits.ts';
import { toShownText } from './shown.ts';
import { type CommissioningState, isOpen, type PointRecord, withEvents } from './state.ts';
import { type Events, stepComplete, stepPoint, stepTimeOver, toChange, toPointState } from './step.ts';
import {
  type Muted,
  type PointSubject,
  type SubjectIndex,
  toMuted,
  toOwnPoints,
  toScoped,
} from './subject.ts';

export interface NoteWorld {
  readonly model: SiteModel;
  readonly subjects: SubjectIndex;
  readonly nowMs: number;
}

/** Of points whose definition is not what was proven any more. */
export function noteChanges(state: CommissioningState, { model, subjects, nowMs }: NoteWorld): Events {
  return [...state.points.keys()].flatMap((id) => {
    const point = model.points[model.pointIndex.get(id) ?? -1];
    return point === undefined ? [] : toChange(state, subjects.of(point), nowMs);
  });
}

/** Points that have a good value for the first time since their equipment is in commissioning. */
export function noteSeen(
  state: CommissioningState,
  { subjects, nowMs }: NoteWorld,
  latest: (point: number) => LatestValue,
  toText: (number: number) => string | undefined,
): Events {
  const events: CommissioningEvent[] = [];
  for (const { equipment, beganAtMs, endedAtMs } of state.commissions.values()) {
    if (endedAtMs !== null) continue;
    for (const point of subjects.pointsOf(equipment)) {
      const record = state.points.get(point.id);
      if (record !== undefined && (record.seen !== null || record.signed !== null)) continue;
      const { value, quality, receivedMs } = latest(point.index);
      if (value === null || receivedMs === null || !isGood(quality)) continue;
      // What sends only when it changes has said before what it is.
      if (receivedMs < beganAtMs && point.staleMs !== null) continue;
      const input = { type: 'seen', valueText: toShownText(point, value, toText), receivedMs } as const;
      events.push(...stepPoint(state, subjects.of(point), input, GATEWAY, nowMs));
      if (events.length >= COMMISSIONING_LIMITS.eventsPerCommit) return events;
    }
  }
  return events;
}

/** An alarm that has come and gone proves each point that its rule judges, once. */
export function noteAlarm(state: CommissioningState, world: NoteWorld, occurrence: Occurrence): Events {
  const { id, key, raisedAtMs, returnedAtMs, isActive, endReason, text } = occurrence;
  if (isActive || (returnedAtMs === null && endReason !== 'returned')) return [];
  const backAtMs = returnedAtMs ?? occurrence.endedAtMs ?? raisedAtMs;
  return toSubjects(world, key).flatMap((subject) => {
    const record = toTested(state, subject, raisedAtMs);
    if (record === undefined || record?.proofs.some((proof) => proof.key === key)) return [];
    const proof = { key, occurrence: id, text, raisedAtMs, returnedAtMs: backAtMs };
    return stepPoint(state, subject, { type: 'alarm', proof }, GATEWAY, world.nowMs);
  });
}

/** A marked ticket of one of its alarms that a person has acted on: it has reached somebody. */
export function noteTicket(state: CommissioningState, world: NoteWorld, ticket: Ticket): Events {
  const receipt = toReceipt(ticket);
  if (!ticket.isDrill || receipt === null) return [];
  const found = new Map<string, CommissioningEvent>();
  for (const { key } of ticket.alarms)
    for (const subject of toSubjects(world, key)) {
      const record = toTested(state, subject, ticket.receivedAtMs);
      if (record === undefined || record?.ticket != null || found.has(subject.point.id)) continue;
      const { id, number } = ticket;
      const input = { type: 'ticket', ticket: { id, number }, note: '' } as const;
      for (const event of stepPoint(state, subject, input, receipt.by, world.nowMs))
        found.set(`${subject.point.id}${event.type === 'changed' ? '/changed' : ''}`, event);
    }
  return [...found.values()];
}

/** Equipment and parts whose points are all signed. */
export function noteComplete(
  state: CommissioningState,
  world: NoteWorld,
  ids: Iterable<EquipmentId>,
): Events {
  return [...ids].flatMap((id) => stepComplete(state, id, toUnsigned(state, world, id), world.nowMs));
}

/** Those whose hours of silent life safety are over. */
export function noteTimeOver(state: CommissioningState, world: NoteWorld): Events {
  const { commissions } = state;
  return [...commissions.keys()].flatMap((id) =>
    stepTimeOver(state, id, toUnsigned(state, world, id), world.nowMs),
  );
}

export function toUnsigned(
  state: CommissioningState,
  { subjects }: NoteWorld,
  equipment: EquipmentId,
): number {
  return subjects.pointsOf(equipment).filter((point) => {
    const found = toPointState(state, subjects.of(point), state.points.get(point.id) ?? null);
    return found !== 'signed' && found !== 'changed';
  }).length;
}

/**
 * What the register says at the start: equipment marked `isCommissioning` is in commissioning as long as a point of it is
 * unsigned; where the mark has gone, what it began is over.
 */
export function noteRegister(state: CommissioningState, world: NoteWorld): Events {
  const { model, nowMs } = world;
  const marked = [...model.equipment.values()].filter(({ service }) => service?.isCommissioning === true);
  const ids = new Set(marked.flatMap(({ id }) => toScoped(model, { equipment: id })));
  const origin: CommissioningOrigin = 'register';
  const begun = [...ids].flatMap((equipment): Events => {
    const before = state.commissions.get(equipment);
    const endWhy = before?.endWhy ?? null;
    // What a person has ended, or what was approved for hours, the mark does not begin again: it is in use.
    if (isOpen(before) || endWhy === 'person' || endWhy === 'time-over') return [];
    const trial = toTrial(state, world, equipment);
    if (trial.points === 0) return [];
    const of = { equipment, point: null, atMs: nowMs, by: GATEWAY } as const;
    const untilMs = nowMs + COMMISSIONING_LIMITS.openMs;
    return [{ ...of, type: 'begun', origin, reason: '', untilMs, ...trial }];
  });
  const ended = [...state.commissions.values()].flatMap((commission): Events => {
    const { equipment } = commission;
    const isGone = !model.equipment.has(equipment);
    if (!isOpen(commission) || (!isGone && (commission.origin === 'person' || ids.has(equipment)))) return [];
    const unsigned = isGone ? 0 : toUnsigned(state, world, equipment);
    const of = { equipment, point: null, atMs: nowMs, by: GATEWAY } as const;
    return [{ ...of, type: 'ended', why: 'register', reason: '', unsigned }];
  });
  return [...begun, ...ended];
}

/** Points that would be unproven in a commissioning of the equipment, and alarms of life safety that would be silent. */
export function toTrial(
  state: CommissioningState,
  { model, subjects, nowMs }: NoteWorld,
  equipment: EquipmentId,
): { readonly points: number; readonly lifeSafety: number } {
  const muted = toTrialMuted(state, { model, subjects, nowMs }, [equipment]);
  const before = toMuted(model, subjects, state);
  return {
    points: muted.points - before.points,
    lifeSafety: muted.lifeSafety.length - before.lifeSafety.length,
  };
}

export function toTrialMuted(
  state: CommissioningState,
  { model, subjects, nowMs }: NoteWorld,
  ids: readonly EquipmentId[],
): Muted {
  const begun = ids.map(
    (equipment) =>
      ({
        type: 'begun',
        equipment,
        point: null,
        atMs: nowMs,
        by: GATEWAY,
        origin: 'person',
        reason: '',
        untilMs: nowMs,
        points: 0,
        lifeSafety: 0,
        approver: GATEWAY,
      }) as const,
  );
  return toMuted(model, subjects, withEvents(state, begun));
}

/** Points that a rule's alarm is about. */
function toSubjects({ model, subjects }: NoteWorld, key: string): readonly PointSubject[] {
  const rule = model.rules.find((it) => it.key === key);
  if (rule === undefined) return [];
  const points = [...new Set(toOwnPoints(rule))].map((index) => defined(model.points[index], 'own point'));
  return points.map((point: PointDef) => subjects.of(point)).filter(({ rules }) => rules.includes(rule));
}

/** undefined = not under test, or signed; null = nothing has been proven yet. */
function toTested(
  state: CommissioningState,
  { point }: PointSubject,
  sinceMs: number,
): PointRecord | null | undefined {
  const commission = state.commissions.get(point.equipment);
  const record = state.points.get(point.id) ?? null;
  if (!isOpen(commission) || commission.beganAtMs > sinceMs || record?.signed != null) return undefined;
  return record;
}

const RECEIVED: readonly TicketMark['type'][] = ['taken', 'dispatched', 'arrived', 'started', 'done'];

function toReceipt({ marks }: Ticket): { readonly by: string } | null {
  const mark = marks.find(({ type, by }) => RECEIVED.includes(type) && by !== undefined && by !== GATEWAY);
  return mark?.by === undefined ? null : { by: mark.by };
}
