/**
 * What may be edited of a rule, as fields, and the override that edits make. The gateway checks it as it checks the files;
 * here only what cannot be meant is not offered: nothing of life safety that delays or hides it. Pure.
 */
import type { Rule } from '../api/types.ts';
import type { Override } from './rule-queries.ts';

/** `hi.limit`, `onDelayMs`, `count`. */
export type FieldKey = string;
/** What a guard asks of a point, as the files write it: one of these, or none of these. */
export interface GuardEdit {
  readonly point: string;
  readonly isIn: boolean;
  readonly values: readonly number[];
}
/** null = by the policy, always, or none. */
export type FieldValue = number | string | boolean | readonly GuardEdit[] | null;

export interface Field {
  readonly key: FieldKey;
  /** Property of the profile, from the outside to the inside. */
  readonly path: readonly string[];
  /**
   * `seconds` and `minutes` hold these; the property is in milliseconds. `minutes` and `calendar` may be null: the property is
   * taken away.
   */
  readonly kind:
    | 'number'
    | 'seconds'
    | 'minutes'
    | 'severity'
    | 'boolean'
    | 'text'
    | 'long-text'
    | 'calendar'
    | 'guards';
  readonly value: FieldValue;
}

/** Key: that of a field. What is missing stays. */
export type Edits = Readonly<Record<FieldKey, FieldValue>>;

export const LEVELS = ['hihi', 'hi', 'lo', 'lolo'] as const;
export type Level = (typeof LEVELS)[number];

export interface Limit {
  readonly limit: number;
  readonly deadband: number;
}

type Data = Readonly<Record<string, unknown>>;

export function toFields(rule: Rule): readonly Field[] {
  const isLifeSafety = rule.severity === 'life-safety';
  return [
    ...toLevelFields(rule, isLifeSafety),
    ...toParamFields(rule, isLifeSafety),
    ...(isLifeSafety ? [] : toDelayFields(rule)),
    ...(isLifeSafety ? [] : [toField('severity', ['severity'], 'severity', rule.severity)]),
    ...toConditionFields(rule, isLifeSafety),
    toField('reAlarmMs', ['reAlarmMs'], 'minutes', rule.reAlarmMs === null ? null : rule.reAlarmMs / 60_000),
    ...toTextFields(rule),
    toField('latch', ['latch'], 'boolean', rule.isLatching),
    ...(isLifeSafety ? [] : [toField('enabled', ['enabled'], 'boolean', rule.isEnabled)]),
  ];
}

/** Edits that differ from what the rule says. */
export function toChanges(fields: readonly Field[], edits: Edits): readonly Field[] {
  return fields.flatMap((field) => {
    const value = edits[field.key];
    return value === undefined || isSame(value, field.value) ? [] : [{ ...field, value }];
  });
}

/**
 * The whole override that is to be in force: an approved one is replaced, not added to, so that what it says stays in.
 * @param present override in force; null = none
 */
export function toOverride(present: Override, changes: readonly Field[]): Data {
  return changes.reduce<Data>((data, { path, kind, value }) => {
    return setAt(data, path, toStored(kind, value));
  }, present ?? {});
}

/** Limits of a threshold rule, highest first; empty for other types. */
export function toLimits({
  type,
  params,
}: Pick<Rule, 'type' | 'params'>): readonly (Limit & { level: Level })[] {
  if (type !== 'threshold') return [];
  return LEVELS.flatMap((level) => {
    const given = params[level];
    if (!isData(given) || typeof given['limit'] !== 'number') return [];
    const deadband = typeof given['deadband'] === 'number' ? given['deadband'] : 0;
    return [{ level, limit: given['limit'], deadband }];
  });
}

export function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toLevelFields(rule: Rule, isLifeSafety: boolean): readonly Field[] {
  return toLimits(rule).flatMap(({ level, limit, deadband }) => [
    toField(`${level}.limit`, [level, 'limit'], 'number', limit),
    ...(isLifeSafety ? [] : [toField(`${level}.deadband`, [level, 'deadband'], 'number', deadband)]),
  ]);
}

/** Numbers that stand at the top of the parameters: the shape of the others is the rule type's business. */
function toParamFields({ params }: Rule, isLifeSafety: boolean): readonly Field[] {
  return Object.entries(params).flatMap(([name, value]) => {
    if (typeof value !== 'number' || (isLifeSafety && (name === 'deadband' || name.endsWith('Ms'))))
      return [];
    return name.endsWith('Ms')
      ? [toField(name, [name], 'seconds', value / 1_000)]
      : [toField(name, [name], 'number', value)];
  });
}

function toDelayFields({ onDelayMs, offDelayMs }: Rule): readonly Field[] {
  return [
    toField('onDelayMs', ['onDelayMs'], 'seconds', onDelayMs / 1_000),
    toField('offDelayMs', ['offDelayMs'], 'seconds', offDelayMs / 1_000),
  ];
}

/** Nothing may keep life safety from being told. */
function toConditionFields({ calendar, when }: Rule, isLifeSafety: boolean): readonly Field[] {
  if (isLifeSafety) return [];
  const guards = when.map(({ point, in: values, notIn }) => ({
    point,
    isIn: values !== null,
    values: values ?? notIn ?? [],
  }));
  return [
    toField('when', ['when'], 'guards', guards),
    toField('calendar', ['calendar'], 'calendar', calendar?.id ?? null),
  ];
}

function toTextFields({ text, guidance }: Rule): readonly Field[] {
  return [
    toField('text.zh', ['text', 'zh'], 'text', text.zh),
    toField('text.en', ['text', 'en'], 'text', text.en),
    toField('guidance.zh', ['guidance', 'zh'], 'long-text', guidance?.zh ?? ''),
    toField('guidance.en', ['guidance', 'en'], 'long-text', guidance?.en ?? ''),
  ];
}

function toStored(kind: Field['kind'], value: FieldValue): unknown {
  if (kind === 'seconds') return Math.round(Number(value) * 1_000);
  if (kind === 'minutes') return value === null ? null : Math.round(Number(value) * 60_000);
  if (!isGuards(value)) return value;
  return value.map(({ point, isIn, values }) => ({ point, [isIn ? 'in' : 'notIn']: [...values] }));
}

export function isGuards(value: FieldValue): value is readonly GuardEdit[] {
  return Array.isArray(value);
}

function isSame(a: FieldValue, b: FieldValue): boolean {
  return isGuards(a) ? JSON.stringify(a) === JSON.stringify(b) : a === b;
}

function toField(key: FieldKey, path: readonly string[], kind: Field['kind'], value: FieldValue): Field {
  return { key, path, kind, value };
}

function setAt(data: Data, [head = '', ...rest]: readonly string[], value: unknown): Data {
  if (rest.length === 0) return { ...data, [head]: value };
  const inner = data[head];
  return { ...data, [head]: setAt(isData(inner) ? inner : {}, rest, value) };
}
