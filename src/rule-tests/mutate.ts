/**
 * Nudges each threshold of a rule by 5 % and each of its delays by 50 %, up and down: where no case of the rule fails, the
 * rule is not tested against that (alarms.md D11). Dead-bands, lists of values and expressions are left as they are.
 */
import type { RuleDef, SiteModel } from '../config/model.ts';
import type { RuleCase, RuleTests } from './case.ts';
import { playCase } from './play.ts';
import { toRuleName } from './site.ts';

const THRESHOLD_RATIO = 0.05;
const DELAY_RATIO = 0.5;
/** A nudge that crosses no whole number cannot be seen where only whole numbers come. */
const WHOLE_STEP = 1;

/** Numbers that decide, as rule types call them. */
const THRESHOLDS: ReadonlySet<string> = new Set([
  'limit',
  'target',
  'band',
  'bandPercent',
  'count',
  'every',
  'everyHours',
  'perHour',
  'least',
  'factor',
  'tolerance',
]);

interface Mutation {
  /** `hi.limit 0.55 → 0.5775`. */
  readonly text: string;
  readonly rule: RuleDef;
}

/** Of one rule. */
export interface MutationResult {
  readonly rule: string;
  readonly mutations: number;
  /** Those that no case notices. */
  readonly survived: readonly string[];
}

/** @param cases those of the rule; they pass */
export function mutateRule(
  model: SiteModel,
  tests: RuleTests,
  rule: RuleDef,
  cases: readonly RuleCase[],
): MutationResult {
  const mutations = toMutations(rule, model);
  const survived = mutations.filter((mutation) => {
    const rules = model.rules.map((it) => (it.index === rule.index ? mutation.rule : it));
    const changed = { ...model, rules };
    return cases.every((one) => playCase(changed, tests.normal, one).failures.length === 0);
  });
  return {
    rule: toRuleName(rule),
    mutations: mutations.length,
    survived: survived.map(({ text }) => text),
  };
}

export function toMutations(rule: RuleDef, model: SiteModel): readonly Mutation[] {
  const first = model.points[rule.points[0] ?? -1];
  const isWhole = first?.unit === 'count' && first.decimals === 0;
  const own = toNumbers(rule.params, []).flatMap(({ path, value }) => {
    const key = path.at(-1) ?? '';
    const isDelay = key.endsWith('Ms');
    if (!isDelay && !THRESHOLDS.has(key)) return [];
    const byHowMuch = isDelay ? Math.abs(value) * DELAY_RATIO : toNudge(value, isWhole);
    return nudge(path.join('.'), value, byHowMuch, (to) => ({
      ...rule,
      params: withNumber(rule.params, path, to),
    }));
  });
  const delays = (['onDelayMs', 'offDelayMs'] as const).flatMap((key) =>
    nudge(key, rule[key], rule[key] * DELAY_RATIO, (to) => ({ ...rule, [key]: to })),
  );
  return [...own, ...delays];
}

function toNudge(value: number, isWhole: boolean): number {
  const by = Math.abs(value) * THRESHOLD_RATIO;
  return isWhole ? Math.max(by, WHOLE_STEP) : by;
}

function nudge(name: string, value: number, by: number, make: (to: number) => RuleDef): readonly Mutation[] {
  if (by === 0) return [];
  return [value - by, value + by].map((to) => ({
    text: `${name} ${value} → ${Number(to.toPrecision(6))}`,
    rule: make(to),
  }));
}

interface Leaf {
  readonly path: readonly string[];
  readonly value: number;
}

function toNumbers(value: unknown, path: readonly string[]): readonly Leaf[] {
  if (typeof value === 'number') return [{ path, value }];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, held]: [string, unknown]) => toNumbers(held, [...path, key]));
}

function withNumber(
  params: RuleDef['params'],
  [key = '', ...below]: readonly string[],
  to: number,
): RuleDef['params'] {
  const held = params[key];
  return { ...params, [key]: below.length === 0 ? to : withNumber(held as RuleDef['params'], below, to) };
}
