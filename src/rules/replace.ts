/**
 * What becomes of the state of a rule when the rules change while the gateway runs (alarms.md B3): an unchanged rule
 * keeps all of it, a changed one keeps only what it has said of its alarm. Used by evaluator.ts.
 */
import type { RuleDef } from '../config/model.ts';
import type { Now } from '../core/clock.ts';
import type { Verdict } from './rule.ts';
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
  return { ...createRuleState(def, samples, said, now, isDisabled), lastFalseMs: before.lastFalseMs };
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
  if (!state.delay.isActive || state.type.badInput !== 'unknown' || state.type.memory !== undefined)
    return null;
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
