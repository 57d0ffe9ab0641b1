/** What a rule says now, with what people and its design say of the alarm, as one step of its life cycle. */
import { isAnnunciation } from '../alarms/annunciation.ts';
import { beginChatter, beginHoldAnew, isChatter } from '../alarms/chatter.ts';
import { endShelf } from '../alarms/shelve.ts';
import { type AlarmStep, stepAlarm } from '../alarms/step.ts';
import { isDownstreamOf, isPartOf } from '../config/dependence.ts';
import type { RuleDef, SiteModel } from '../config/model.ts';
import type { Occurrence } from '../core/alarm.ts';
import type { Now } from '../core/clock.ts';
import type { AlarmKey, OccurrenceId } from '../core/ids.ts';
import { type RuleOutput, toOutput } from '../rules/rule-state.ts';
import type { DrillRow } from '../store/store.ts';
import { applyAlarmStep } from './carry.ts';
import type { DecisionContext } from './context.ts';
import { toRuleLevel } from './register.ts';
import { toDesignSuppression } from './suppression.ts';
import type { Tentative } from './tentative.ts';

export function decideLevel(tx: Tentative, context: DecisionContext, output: RuleOutput, now: Now): void {
  const { model } = context;
  const { rule } = output;
  const open = toSeen(tx, tx.occurrence(rule.key), output, now.wallMs);
  const control = tx.control(rule.key);
  const level = {
    ...toRuleLevel(model, output, now),
    shelf: control?.shelf ?? null,
    outOfService: control?.outOfService ?? null,
    suppression: toDesignSuppression(context, rule, open),
    isDrill: toDrill(tx, model, { equipment: rule.equipment, severity: output.severity }) !== null,
  };
  const { chatter } = model.policy.alarms;
  const step = stepAlarm(open, level, () => nextOccurrence(tx), chatter, now.wallMs);
  applyAlarmStep(tx, context, withChatter(tx, context, step, rule, now), now.wallMs);
  endShelfWith(tx, context, open, step, now.wallMs);
}

/** The first judgement since the start: whether it was quiet before, nobody has seen. One that is active again is counted by its step. */
function toSeen(
  tx: Tentative,
  open: Occurrence | null,
  { delay }: RuleOutput,
  nowMs: number,
): Occurrence | null {
  if (open === null || delay.condition === 'unknown' || !tx.isUnseenHold(open.key)) return open;
  tx.noteSeenHold(open.key);
  return delay.isActive ? open : beginHoldAnew(open, nowMs);
}

/** The present level counts once somebody has seen the highest (alarms.md B3, latchMax). */
export function followLevel(tx: Tentative, context: DecisionContext, key: AlarmKey): void {
  const rule = context.causes.rule(key);
  if (rule === null || tx.occurrence(key)?.isActive !== true) return;
  decideLevel(tx, context, toOutput(context.rules.state(rule.index)), context.now);
}

/**
 * The drill that an alarm belongs to: of its equipment, of what that is part of, or of what that depends on where the drill
 * is of the whole. A life-safety alarm elsewhere is never taken for one: people may be stuck in a lift while the power
 * failure is practised.
 */
export function toDrill(
  tx: Tentative,
  model: SiteModel,
  { equipment: id, severity }: Pick<RuleDef, 'equipment' | 'severity'>,
): DrillRow | null {
  for (const [equipment, drill] of tx.drills()) {
    if (isPartOf(model, id, equipment)) return drill;
    if (drill.isWhole === true && severity !== 'life-safety' && isDownstreamOf(model, id, equipment))
      return drill;
  }
  return null;
}

function nextOccurrence(tx: Tentative): OccurrenceId {
  return `o-${tx.next('occurrence')}` as OccurrenceId;
}

/** Counts what people have been told; too often in a short time is chatter. */
function withChatter(
  tx: Tentative,
  { model }: DecisionContext,
  step: AlarmStep,
  rule: RuleDef,
  now: Now,
): AlarmStep {
  const isRaise = step.events.some(
    (event) => (event.type === 'raised' || event.type === 're-raised') && isAnnunciation(event),
  );
  if (!isRaise || step.occurrence === null) return step;
  const times = model.policy.alarms.chatter;
  const raises = tx.addRaise(rule.key, now.monoMs, times.withinMs);
  if (!isChatter(step.occurrence, raises, times)) return step;
  const sinceMs = now.wallMs - (now.monoMs - (raises[0] ?? now.monoMs));
  const occurrence = beginChatter(step.occurrence, raises.length, sinceMs, rule.offDelayMs, times);
  return { occurrence, events: [...step.events, { type: 'chattering', atMs: now.wallMs, occurrence }] };
}

/** A one-shot shelf goes with the stretch that it was for; none stays on what has become life safety. */
export function endShelfWith(
  tx: Tentative,
  context: DecisionContext,
  open: Occurrence | null,
  step: AlarmStep,
  nowMs: number,
): void {
  const control = step.occurrence && tx.control(step.occurrence.key);
  if (step.occurrence === null || control === null || control.shelf === null) return;
  const isOver = open?.isActive === true && !isStretch(step.occurrence);
  const isGrave = isStretch(step.occurrence) && step.occurrence.severity === 'life-safety';
  if (!isGrave && !(control.shelf.isOneShot && isOver)) return;
  // What has latched stands without it.
  const latched = step.occurrence.isLatched ? tx.occurrence(control.key) : null;
  const ended = endShelf(control, latched, nowMs, isGrave ? 'life-safety' : 'one-shot');
  const isTold = ended.step !== null || step.events.some(({ type }) => type === ended.event.type);
  tx.putControl(ended.control, ended.event, isTold);
  if (ended.step !== null) applyAlarmStep(tx, context, ended.step, nowMs);
}

function isStretch({ isActive, endedAtMs }: Occurrence): boolean {
  return isActive && endedAtMs === null;
}
