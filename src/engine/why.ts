/** Explains one rule at this moment: its readings, and what every layer says (alarms/explanation.ts). Reads only. */
import type { CauseStep, ExplainedReading, ReadingRole, RuleExplanation } from '../alarms/explanation.ts';
import type { RuleDef } from '../config/model.ts';
import { type IsaState, type Occurrence, toIsaState } from '../core/alarm.ts';
import { defined } from '../core/assert.ts';
import type { Now } from '../core/clock.ts';
import type { OccurrenceId } from '../core/ids.ts';
import { QUALITIES, toQualityReason } from '../core/quality.ts';
import { type GuardInput, judgeGuard, type RuleState } from '../rules/rule-state.ts';
import type { DecisionContext } from './context.ts';
import { toOpenTicket } from './explain.ts';
import { formatValue } from './format.ts';
import { toDesignSuppression } from './suppression.ts';
import type { Tentative } from './tentative.ts';
import { explainCondition, explainDelay } from './why-judged.ts';
import {
  explainChatter,
  explainLatch,
  explainOccurrence,
  explainService,
  explainShelf,
  explainStorm,
  explainSuppression,
  explainTicket,
} from './why-told.ts';

export function explainRule(
  tx: Tentative,
  context: DecisionContext,
  rule: RuleDef,
  now: Now,
): RuleExplanation {
  const { model } = context;
  const { firstOutMs } = model.policy.alarms;
  const state = context.rules.state(rule.index);
  const open = tx.occurrence(rule.key);
  const control = tx.control(rule.key);
  const isLifeSafety = (open?.severity ?? rule.severity) === 'life-safety';
  const suppression = isLifeSafety ? null : toDesignSuppression(context, rule, open);
  return {
    atMs: now.wallMs,
    key: rule.key,
    equipment: rule.equipment,
    rule: rule.id,
    ruleVersion: rule.version,
    type: rule.type,
    severity: open?.severity ?? rule.severity,
    text: rule.text,
    state: open === null ? toQuietState(control, suppression) : toIsaState(open),
    occurrence: open?.id ?? null,
    readings: toReadings(context, state),
    layers: [
      explainCondition(state, isAboutRules(context, rule) ? context.rules.failing() : null),
      explainDelay(state, now),
      explainOccurrence(open),
      explainLatch(rule, open),
      explainSuppression(open, suppression),
      explainShelf(control),
      explainService(control),
      explainChatter(open),
      explainStorm(open),
      explainTicket(rule, open, open && toOpenTicket(tx, open), firstOutMs, context.isMute(rule)),
    ],
    causes: toCauseChain(tx, open),
  };
}

/** The gateway's own rule about rules that fail says which they are. */
function isAboutRules({ model }: DecisionContext, { points }: RuleDef): boolean {
  return model.points[points[0] ?? -1]?.address['figure'] === 'rules-failing';
}

/** Of an alarm without an open occurrence: what would hide it. */
function toQuietState(control: ReturnType<Tentative['control']>, suppression: object | null): IsaState {
  if (control?.outOfService) return 'G';
  if (suppression !== null) return 'F';
  return control?.shelf ? 'E' : 'A';
}

function toReadings({ model }: DecisionContext, state: Readonly<RuleState>): readonly ExplainedReading[] {
  const { def, inputs, own, guards, expected } = state;
  return inputs.map((sample, at): ExplainedReading => {
    const point = defined(model.points[def.points[at] ?? -1], 'point of a rule');
    const guard = guards[at - own.length];
    const sign = expected[at - own.length - guards.length];
    return {
      point: point.id,
      name: point.text,
      role: toRole(guard, sign),
      value: Number.isFinite(sample.value) ? sample.value : null,
      valueText: formatValue(point, sample.value, sample.quality),
      quality: sample.quality,
      qualityText: QUALITIES[toQualityReason(sample.quality)].text,
      receivedMs: Number.isNaN(sample.receivedMs) ? null : sample.receivedMs,
      holds: toHolds(guard ?? sign, def),
    };
  });
}

function toRole(guard: GuardInput | undefined, sign: GuardInput | undefined): ReadingRole {
  if (guard !== undefined) return 'guard';
  return sign === undefined ? 'own' : 'expected';
}

function toHolds(guard: GuardInput | undefined, def: RuleDef): ExplainedReading['holds'] {
  return guard === undefined ? null : judgeGuard(guard, def);
}

/** Because of X, because of Y: as far as it goes. Ended causes are named as they were when they explained the alarm. */
function toCauseChain(tx: Tentative, open: Occurrence | null): readonly CauseStep[] {
  const steps: CauseStep[] = [];
  const seen = new Set<OccurrenceId>();
  let by = open?.explainedBy ?? null;
  while (by !== null && !seen.has(by.occurrence)) {
    seen.add(by.occurrence);
    const cause = tx.occurrenceById(by.occurrence);
    const ticket = cause === null ? null : toOpenTicket(tx, cause);
    const { occurrence, equipmentName, text } = by;
    steps.push({ occurrence, equipmentName, text, ticket: ticket?.number ?? null });
    by = cause?.explainedBy ?? null;
  }
  return steps;
}
