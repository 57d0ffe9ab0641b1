/** The condition of a rule in words, with units and names of states; what has no sentence of its own as name and value. Pure. */
import type { TFunction } from 'i18next';
import type { PointDefinition, Rule, Severity } from '../api/types.ts';
import { zh } from '../locales/zh.ts';
import type { Format } from '../shared/use-format.ts';
import { isData, type Level, toLimits } from './override.ts';

export interface RuleWords {
  /** Sentences of the condition. */
  readonly condition: readonly string[];
  /** Further parameters. */
  readonly params: readonly { readonly name: string; readonly text: string }[];
  /** Guards as sentences. */
  readonly guard: (guard: Rule['when'][number]) => string;
}

/** Shown in sentences, or beside them. */
const TOLD: ReadonlySet<string> = new Set(['hihi', 'hi', 'lo', 'lolo']);
const TOLD_OF_STATE: ReadonlySet<string> = new Set(['point', 'in', 'notIn', 'mask']);

export function createRuleWords(
  rule: Rule,
  points: ReadonlyMap<string, PointDefinition>,
  t: TFunction,
  format: Pick<Format, 'text' | 'span'>,
): RuleWords {
  const find = (name: string): PointDefinition | undefined => points.get(toPointId(rule.equipment, name));
  const name = (point: string): string => {
    const found = find(point);
    return found === undefined ? point : format.text(found.text);
  };
  const states = (point: string, values: readonly number[]): string =>
    values.map((value) => toStateName(find(point), value, format)).join(t('ruleWords.or'));
  const context = { rule, t, format, find, name, states };
  return {
    condition: [...toThresholdWords(context), ...toStateWords(context)],
    params: toParams(context),
    guard: ({ point, in: values, notIn }) =>
      values === null
        ? t('ruleWords.isNot', { point: name(point), values: states(point, notIn ?? []) })
        : t('ruleWords.is', { point: name(point), values: states(point, values) }),
  };
}

interface Context {
  readonly rule: Rule;
  readonly t: TFunction;
  readonly format: Pick<Format, 'text' | 'span'>;
  readonly find: (point: string) => PointDefinition | undefined;
  readonly name: (point: string) => string;
  readonly states: (point: string, values: readonly number[]) => string;
}

function toThresholdWords({ rule, t, find, name }: Context): readonly string[] {
  const point = toPointName(rule);
  const unit = find(point)?.unit ?? '';
  const value = (number: number): string =>
    [toNumberText(number), unit].filter((part) => part !== '').join(' ');
  return toLimits(rule).map(({ level, limit, deadband }) => {
    const isHigh = level === 'hi' || level === 'hihi';
    const way = isHigh ? 'above' : 'below';
    const leave = value(isHigh ? limit - deadband : limit + deadband);
    const text =
      deadband === 0
        ? t(`ruleWords.${way}Only`, { point: name(point), limit: value(limit) })
        : t(`ruleWords.${way}`, { point: name(point), limit: value(limit), leave });
    const severity = t(`severity.${toLevelSeverity(rule, level)}`);
    return t('ruleWords.level', { level: t(`ruleWords.${level}`), severity, text });
  });
}

function toLevelSeverity({ params, severity }: Rule, level: Level): Severity {
  const given = params[level];
  return isData(given) && typeof given['severity'] === 'string' ? (given['severity'] as Severity) : severity;
}

function toStateWords({ rule, t, name, states }: Context): readonly string[] {
  if (rule.type !== 'state') return [];
  const { in: values, notIn, mask } = rule.params;
  const point = toPointName(rule);
  const of = `${name(point)}${typeof mask === 'number' ? ` & ${mask}` : ''}`;
  if (isNumbers(values)) return [t('ruleWords.is', { point: of, values: states(point, values) })];
  if (isNumbers(notIn)) return [t('ruleWords.isNot', { point: of, values: states(point, notIn) })];
  return [of];
}

function toParams(context: Context): RuleWords['params'] {
  const { rule, t } = context;
  return Object.entries(rule.params).flatMap(([key, value]) => {
    if (value === undefined || value === null) return [];
    if (rule.type === 'threshold' && (TOLD.has(key) || key === 'point')) return [];
    if (rule.type === 'state' && TOLD_OF_STATE.has(key)) return [];
    return [{ name: toParamName(t, key), text: toParamText(key, value, context) }];
  });
}

/** What this page does not know yet is shown as it is written in the profile. */
export function toParamName(t: TFunction, key: string): string {
  return Object.hasOwn(zh.ruleParam, key) ? t(`ruleParam.${key}` as 'ruleParam.point') : key;
}

const POINTS: ReadonlySet<string> = new Set(['point', 'setpoint', 'command', 'feedback']);

function toParamText(key: string, value: unknown, { format, name, find, rule }: Context): string {
  if (typeof value === 'string') return POINTS.has(key) ? name(value) : value;
  if (typeof value === 'number') {
    if (key.endsWith('Ms')) return format.span(value);
    const isMeasured = ['limit', 'deadband', 'target', 'band', 'tolerance', 'least'].includes(key);
    const unit = isMeasured ? (find(toPointName(rule))?.unit ?? '') : '';
    return [toNumberText(value), unit].filter((part) => part !== '').join(' ');
  }
  return JSON.stringify(value, null, 1).replace(/\s+/g, ' ');
}

/** Of the point that the rule judges; '' where it judges none, or several. */
function toPointName({ params }: Rule): string {
  const { point } = params;
  return typeof point === 'string' ? point : '';
}

/** `/equipment/point` names another equipment. */
export function toPointId(equipment: string, name: string): string {
  if (name.startsWith('/')) return name.slice(1);
  return name.includes('/') ? name : `${equipment}/${name}`;
}

function toStateName(
  point: PointDefinition | undefined,
  value: number,
  format: Pick<Format, 'text'>,
): string {
  const state = point?.states.find((one) => one.value === value);
  return state === undefined ? String(value) : format.text(state.text);
}

/** 0.1 + 0.2 is no figure for people. */
function toNumberText(value: number): string {
  return String(Number(value.toPrecision(12)));
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'number');
}
