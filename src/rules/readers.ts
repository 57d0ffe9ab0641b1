/** Which rules a reading has to be judged by: looked up for every reading, so kept small. Used by evaluator.ts. */
import type { SiteModel } from '../config/model.ts';
import { type RuleState, toOwnCount } from './rule-state.ts';

/**
 * The rules that read each point, in one piece of memory: an object and two lists a point would take ten times as much.
 *
 *   starts   three places in `rules` for each point, then the end: 3p its first rule that reads nothing else,
 *            3p + 1 its first that judges other points too, 3p + 2 its first that has it as a guard
 *   rules    indexes
 */
export interface Readers {
  readonly starts: Uint32Array;
  readonly rules: Uint32Array;
}

/** How a rule reads a point: alone, among others, as a guard. */
export const KINDS = 3;
/** What a batch has brought for a rule: the higher one counts. */
export const READ_AS = { nothing: 0, guard: 1, own: 2 } as const;

export function indexRules(model: SiteModel, states: readonly RuleState[]): Readers {
  // Counted one place behind, the counts add up to the starts.
  const starts = new Uint32Array(KINDS * model.points.length + 1);
  forEachReader(model, states, (place) => void (starts[place + 1] = (starts[place + 1] as number) + 1));
  for (let place = 1; place < starts.length; place++)
    starts[place] = (starts[place] as number) + (starts[place - 1] as number);
  const rules = new Uint32Array(starts.at(-1) as number);
  const next = starts.slice();
  forEachReader(model, states, (place, rule) => {
    rules[next[place] as number] = rule;
    next[place] = (next[place] as number) + 1;
  });
  return { starts, rules };
}

/** Each rule once for each point and way of reading it, rules in their order. */
function forEachReader(
  model: SiteModel,
  states: readonly RuleState[],
  visit: (place: number, rule: number) => void,
): void {
  /** Last rule that was visited at a place: a rule may name a point twice. */
  const last = new Int32Array(KINDS * model.points.length).fill(-1);
  for (const rule of model.rules) {
    if (states[rule.index]?.isDisabled) continue;
    const ownCount = toOwnCount(rule);
    const ownKind = rule.points.length === 1 ? 0 : 1;
    // Behind the guards stand those of `expectedWhen`: they say what is told of an alarm, not whether there is one.
    const readCount = ownCount + rule.when.length;
    for (let at = 0; at < readCount; at++) {
      const place = KINDS * (rule.points[at] as number) + (at < ownCount ? ownKind : KINDS - 1);
      if (last[place] === rule.index) continue;
      last[place] = rule.index;
      visit(place, rule.index);
    }
  }
}
