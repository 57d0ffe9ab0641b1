/** Drills (演练, alarms.md B8 no. 27): begun and ended by people, ended by the sweep when their time is over. */
import { endDrill } from '../alarms/drill.ts';
import { requireAhead, requireReason } from '../alarms/shelve.ts';
import { RiserError } from '../core/errors.ts';
import type { EquipmentId } from '../core/ids.ts';
import { applyAlarmStep } from './carry.ts';
import type { Command } from './commands.ts';
import type { DecisionContext } from './context.ts';
import { toDrill } from './level.ts';
import type { Tentative } from './tentative.ts';

/** @throws RiserError `not-found`, `reason-required`, `end-not-ahead`, `no-drill`. */
export function decideDrill(
  tx: Tentative,
  context: DecisionContext,
  { equipment, by, reason, untilMs }: Command & { type: 'drill' },
  nowMs: number,
): void {
  if (!context.model.equipment.has(equipment))
    throw new RiserError('not-found', { what: { zh: '设备', en: 'equipment' } });
  if (untilMs === null) {
    if (tx.drill(equipment) === null) throw new RiserError('no-drill');
    return finish(tx, context, equipment, nowMs);
  }
  requireReason(reason);
  requireAhead(untilMs, nowMs);
  tx.putDrill(equipment, { by, atMs: nowMs, reason, untilMs });
}

export function sweepDrills(tx: Tentative, context: DecisionContext, nowMs: number): void {
  for (const [equipment, { untilMs }] of tx.drills())
    if (untilMs <= nowMs) finish(tx, context, equipment, nowMs);
}

/** After a step of the wall clock: a drill keeps its time left. */
export function moveDrills(tx: Tentative, clockStepMs: number): void {
  if (clockStepMs === 0) return;
  for (const [equipment, drill] of tx.drills())
    tx.putDrill(equipment, { ...drill, untilMs: drill.untilMs + clockStepMs });
}

/** What was raised in it ends with it, unless it still stands: then it is no drill. */
function finish(tx: Tentative, context: DecisionContext, equipment: EquipmentId, nowMs: number): void {
  tx.putDrill(equipment, null);
  for (const occurrence of tx.open()) {
    if (!occurrence.isDrill || toDrill(tx, context.model, occurrence.equipment) !== null) continue;
    const step = endDrill(occurrence, nowMs);
    if (step !== null) applyAlarmStep(tx, context, step, nowMs);
  }
}
