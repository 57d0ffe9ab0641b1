/** Drills (演练, alarms.md B8 no. 27): begun and ended by people, ended by the sweep when their time is over. */

import { endDrill } from '../alarms/drill.ts';
import { requireAhead, requireReason } from '../alarms/shelve.ts';
import { isPartOf } from '../config/dependence.ts';
import { toLongestDrillMs } from '../config/drill-length.ts';
import type { SiteModel } from '../config/model.ts';
import { type ClockStep, toMoveMs } from '../core/clock-step.ts';
import { RiserError } from '../core/errors.ts';
import { GATEWAY } from '../core/gateway.ts';
import type { EquipmentId } from '../core/ids.ts';
import type { Text } from '../core/text.ts';
import { isTicketOpen, type Ticket } from '../core/ticket.ts';
import { toSafeAgain } from '../core/ticket-sheets.ts';
import { toDrillRecord, toTicketDrillRecord } from '../drill-records/record.ts';
import { isInDanger } from '../tickets/danger.ts';
import { applyAlarmStep } from './carry.ts';
import type { Command } from './commands.ts';
import type { DecisionContext } from './context.ts';
import { toDrill } from './level.ts';
import type { Tentative } from './tentative.ts';

const HOUR_MS = 3_600_000;
const DRILL: Text = { zh: '演练', en: 'a drill' };

/**
 * Whoever ends one names its equipment or a part of it.
 * @throws RiserError `not-found`, `reason-required`, `end-not-ahead`, `drill-too-long`, `value-not-allowed`, `no-drill`
 */
export function decideDrill(
  tx: Tentative,
  context: DecisionContext,
  { equipment, by, reason, untilMs, isWhole = false, fault }: Command & { type: 'drill' },
  nowMs: number,
): void {
  if (!context.model.equipment.has(equipment))
    throw new RiserError('not-found', { what: { zh: '设备', en: 'equipment' } });
  if (untilMs === null) {
    const whole = tx.drills().find(([id]) => isPartOf(context.model, equipment, id));
    if (whole === undefined) throw new RiserError('no-drill');
    return finish(tx, context, whole[0], by, nowMs);
  }
  requireReason(reason);
  requireAhead(untilMs, nowMs);
  requireWell(tx, context.model, equipment);
  // A mistyped date must not make every real fire of a year an exercise.
  const longestMs = toLongestDrillMs(context.model.policy);
  if (untilMs - nowMs > longestMs)
    throw new RiserError('drill-too-long', { hours: Math.round((longestMs / HOUR_MS) * 100) / 100 });
  const scenario = { ...(isWhole && { isWhole }), ...(fault !== undefined && { fault }) };
  tx.putDrill(equipment, { by, atMs: nowMs, reason, untilMs, ...scenario });
}

/**
 * Whoever is in the lift now, and a fire that burns, is no exercise: further alarms of it would be. @throws RiserError
 * `value-not-allowed`
 */
function requireWell(tx: Tentative, model: Pick<SiteModel, 'equipment'>, drilled: EquipmentId): void {
  const isOf = (id: EquipmentId): boolean => isPartOf(model, id, drilled) || isPartOf(model, drilled, id);
  const real = tx.openTickets().find((ticket) => {
    const { id, incident, equipment, isDrill } = ticket;
    const known = incident === null ? null : tx.service.incident(incident);
    if (isDrill || !isInDanger(ticket, known)) return false;
    const isAbout = equipment !== null && isOf(equipment);
    return isAbout || tx.open().some((alarm) => alarm.ticket === id && isOf(alarm.equipment));
  });
  if (real !== undefined)
    throw new RiserError('value-not-allowed', { value: DRILL, allowed: toSafeAgain(real.number) });
}

export function sweepDrills(tx: Tentative, context: DecisionContext, nowMs: number): void {
  for (const [equipment, { untilMs }] of tx.drills())
    if (untilMs <= nowMs) finish(tx, context, equipment, GATEWAY, nowMs);
}

/** The record of a drill that was a ticket of its own: when it ends. One of an alarm belongs to the drill of its equipment. */
export function endDrillTicket(
  tx: Tentative,
  { model }: DecisionContext,
  before: Ticket,
  endedBy: string,
  nowMs: number,
): void {
  const ticket = tx.ticket(before.id);
  if (ticket === null || !ticket.isDrill || ticket.source === 'equipment-alarm') return;
  if (!isTicketOpen(before) || isTicketOpen(ticket) || ticket.stage === 'merged') return;
  const id = `drill-${tx.next('drill-record')}`;
  tx.putDrillRecord(toTicketDrillRecord({ id, ticket, endedBy, nowMs }, model));
}

/** After a step of the wall clock: a drill keeps its time left. Its beginning stays as it was shown then. */
export function moveDrills(tx: Tentative, step: ClockStep, nowMs: number): void {
  if (step.stepMs === 0) return;
  for (const [equipment, drill] of tx.drills()) {
    // One that the clock has not shown yet began before the start.
    const sinceMs = drill.atMs > nowMs - step.stepMs ? Number.NEGATIVE_INFINITY : drill.atMs;
    tx.putDrill(equipment, { ...drill, untilMs: drill.untilMs + toMoveMs(step, sinceMs) });
  }
}

/** What was raised in it ends with it, unless it still stands: then it is no drill. Its record begins with it. */
function finish(
  tx: Tentative,
  context: DecisionContext,
  equipment: EquipmentId,
  endedBy: string,
  nowMs: number,
): void {
  const drill = tx.drill(equipment);
  if (drill !== null) {
    const id = `drill-${tx.next('drill-record')}`;
    const ended = { id, equipment, drill, endedAtMs: nowMs, endedBy };
    tx.putDrillRecord(toDrillRecord(ended, tx.tickets(), context.model));
  }
  tx.putDrill(equipment, null);
  for (const occurrence of tx.open()) {
    if (!occurrence.isDrill || toDrill(tx, context.model, occurrence) !== null) continue;
    const step = endDrill(occurrence, nowMs);
    if (step !== null) applyAlarmStep(tx, context, step, nowMs);
  }
}
