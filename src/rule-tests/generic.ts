/**
 * Cases of the rules that the loader adds to every profile (`offline`, `<point>-bad-data`): the same everywhere, made from
 * the rule as it is. A profile writes its own where its rule is special; then none is made.
 */
import type { RuleDef, SiteModel } from '../config/model.ts';
import type { Text } from '../core/text.ts';
import { DERIVED_RULE_TYPES } from '../profiles/schema.ts';
import type { Expected, RuleCase, Signal, SignalStep } from './case.ts';
import { toRuleName } from './site.ts';

/** Before anything happens. */
const QUIET_MS = 10_000;
/** Checked so much before and after a delay has run out. */
const MARGIN_MS = 2_000;

const ALL_SILENT: Text = {
  zh: '设备所有点位均无应答时报警，恢复应答后返回',
  en: 'is raised when nothing of the device is read, and returns',
};
const ONE_READ: Text = { zh: '仍有一个点位应答时不报警', en: 'is not raised while one point is read' };
const DEVICE_ERROR: Text = {
  zh: '设备返回异常时报警，恢复后返回',
  en: 'is raised by an error of the device, and returns',
};
const SILENCE: Text = { zh: '仅无应答时不报警', en: 'is not raised by silence' };

export function isDerived({ type }: RuleDef): boolean {
  return DERIVED_RULE_TYPES.includes(type);
}

/** @param tested names of rules that have cases of their own */
export function toGenericCases(
  model: SiteModel,
  normal: ReadonlyMap<number, number>,
  tested: ReadonlySet<string>,
): readonly RuleCase[] {
  return model.rules
    .filter((rule) => isDerived(rule) && !tested.has(toRuleName(rule)))
    .flatMap((rule) => (rule.type === 'offline' ? toOffline(rule, model, normal) : toBadData(rule, model)));
}

/** One point that goes on being read is enough for it to be quiet. */
function toOffline(
  rule: RuleDef,
  model: SiteModel,
  normal: ReadonlyMap<number, number>,
): readonly RuleCase[] {
  const [one, ...others] = normal.keys();
  const all = one === undefined ? [] : [one, ...others];
  return [toCase(rule, model, ALL_SILENT, all, 'timeout'), toSilent(rule, others, ONE_READ)];
}

function toBadData(rule: RuleDef, model: SiteModel): readonly RuleCase[] {
  const { points } = rule;
  return [toCase(rule, model, DEVICE_ERROR, points, 'device-error'), toSilent(rule, points, SILENCE)];
}

function toCase(
  rule: RuleDef,
  model: SiteModel,
  name: Text,
  points: readonly number[],
  quality: 'timeout' | 'device-error',
): RuleCase {
  const slowestMs = Math.max(...points.map((point) => model.points[point]?.pollMs ?? 0));
  const raisedMs = QUIET_MS + slowestMs + rule.onDelayMs + MARGIN_MS;
  const backMs = raisedMs + MARGIN_MS;
  const steps: readonly SignalStep[] = [
    { atMs: QUIET_MS, signal: toBad(quality) },
    { atMs: backMs, signal: { type: 'held', value: null, quality: null, lateMs: 0 } },
  ];
  return {
    ...toEmpty(rule, name),
    points: new Map(points.map((point) => [point, steps])),
    expect: [
      {
        atMs: QUIET_MS + Math.max(0, rule.onDelayMs - MARGIN_MS),
        expected: rule.onDelayMs > 0 ? { isNothing: true } : {},
      },
      { atMs: raisedMs, expected: toRaised(rule, model) },
      { atMs: backMs + slowestMs + rule.offDelayMs + MARGIN_MS, expected: { state: 'D' } },
    ],
  };
}

/** Silence of all is the business of `offline`, silence of some of nobody. */
function toSilent(rule: RuleDef, points: readonly number[], name: Text): RuleCase {
  return {
    ...toEmpty(rule, name),
    points: new Map(points.map((point) => [point, [{ atMs: QUIET_MS, signal: toBad('timeout') }]])),
    expect: [{ atMs: QUIET_MS + rule.onDelayMs + 2 * MARGIN_MS, expected: { isNothing: true } }],
  };
}

function toEmpty(rule: RuleDef, { zh, en }: Text): Omit<RuleCase, 'points' | 'expect'> {
  return {
    rule: toRuleName(rule),
    index: rule.index,
    name: en,
    nameZh: zh,
    events: [],
    also: [],
    everyMs: null,
  };
}

function toBad(quality: 'timeout' | 'device-error'): Signal {
  return { type: 'held', value: null, quality, lateMs: 0 };
}

function toRaised(rule: RuleDef, { policy }: SiteModel): Expected {
  const { severity, opensTicket } = rule;
  const ticket = { class: rule.class, priority: policy.priorityOf[severity] };
  return { state: 'B', severity, ticket: opensTicket ? ticket : 'none' };
}
