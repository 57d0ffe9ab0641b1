/**
 * What becomes of the state of a rule when the rules change while the gateway runs (alarms.md B3): an unchanged rule
 * keeps all of it, a changed one keeps what it has said of its alarm, and what its type remembers as far as that is of the
 * same thing (`RuleMemory.key`). Used by evaluator.ts.
 */
import type { RuleDef } from '../config/model.ts';
import { defined } from '../core/assert.ts';
import type { Now } from '../core/clock.ts';
import { RULE_TYPES } from './index.ts';
import type { JsonValue, Verdict } from './rule.ts';
import { createRuleState, judge, type LiveJudging, type LiveSample, type RuleState } from './rule-state.ts';

/** Whether the rule is judged as before; texts may differ. */
export function isKept(before: RuleState | undefined, after: RuleState): boolean {
  return before?.def.version === after.def.version && before.isDisabled === after.isDisabled;
}

export function toReplaced(
  def: RuleDef,
  before: RuleState | undefined,
  isDisabled: boolean,
  samples: readonly LiveSample[],
  now: Now,
): RuleState {
  if (before === undefined) return createRuleState(def, samples, undefined, now, isDisabled);
  if (before.def.version === def.version && before.isDisabled === isDisabled) return { ...before, def };
  const { isActive, onsetAtMs, blindSinceMs } = before.delay;
  const level = before.known.condition === 'true' ? before.known.level : null;
  const said = { isActive: isActive && !isDisabled, level, onsetAtMs, blindSinceMs, timer: null };
  const memory = toKeptMemory(def, before, now);
  const past = memory === null && said.isActive ? 'lost' : 'whole';
  const after = createRuleState(def, samples, { ...said, memory, past }, now, isDisabled);
  const { lastFalseMs } = before;
  if (!isSameCondition(before, def)) return { ...after, lastFalseMs };
  const { memory: same, dueAtMonoMs } = before;
  return { ...after, memory: same, dueAtMonoMs, isMemoryDirty: before.isMemoryDirty, lastFalseMs };
}

/** What a memory of the rule is of: equal texts, equal things. */
export function toMemoryKey({ type, params }: RuleDef): string {
  const { memory } = defined(RULE_TYPES[type], `rule type ${type}`);
  return JSON.stringify([type, memory?.key(params) ?? null]);
}

/** Only its severity, delays, texts and the like have changed: the memory goes on as it is. */
function isSameCondition({ def, isDisabled }: RuleState, after: RuleDef): boolean {
  return (
    !isDisabled && def.type === after.type && JSON.stringify(def.params) === JSON.stringify(after.params)
  );
}

/** null where there is none, or it is of something else. */
function toKeptMemory(def: RuleDef, { def: old, type, memory }: RuleState, now: Now): JsonValue | null {
  if (type.memory === undefined || toMemoryKey(old) !== toMemoryKey(def)) return null;
  return type.memory.save(memory, now);
}

/** Whether the latest samples alone decide. */
function isMomentary({ type, def }: RuleState): boolean {
  if (type.memory !== undefined) return type.isMomentary?.(def.params) === true;
  return type.badInput === 'unknown';
}

/**
 * What the rule says of the last good samples of its points, when the present ones cannot be judged; null when they can,
 * when there are no good ones, and for types that look back: what they have seen is not that.
 */
export function toLastJudgement(
  state: RuleState,
  lastGood: (point: number) => LiveSample | null,
  judging: LiveJudging,
  now: Now,
): Verdict | null {
  if (!state.delay.isActive || !isMomentary(state)) return null;
  /** Sparse: by the point's index. */
  const good: LiveSample[] = [];
  const { points, expectedWhen } = state.def;
  const judged = points.length - (expectedWhen?.guards.length ?? 0);
  for (const [at, point] of points.entries()) {
    // Signs of effects to be expected, behind the others, are not judged.
    const sample = lastGood(point) ?? (at < judged ? null : state.inputs[at]);
    if (sample === null || sample === undefined) return null;
    good[point] = sample;
  }
  const { isActive, onsetAtMs, blindSinceMs } = state.delay;
  const said = { isActive, level: state.known.level, onsetAtMs, blindSinceMs, timer: null };
  const then = createRuleState(state.def, good, said, now);
  judging.begin(then, true, now);
  const verdict = judge(then, false, judging);
  judging.end(then);
  return verdict;
}
