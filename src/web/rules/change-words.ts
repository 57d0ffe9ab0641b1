/** What a change does, property by property in words. */
import type { TFunction } from 'i18next';
import type { Rule } from '../api/types.ts';
import { zh } from '../locales/zh.ts';
import { type Field, type GuardEdit, isData, isGuards, toFields } from './override.ts';
import type { Override } from './rule-queries.ts';
import { toParamName } from './rule-words.ts';

/** Name of a field with its unit of time. */
export function toFieldName(t: TFunction, { key, kind }: Pick<Field, 'key' | 'kind'>): string {
  if (Object.hasOwn(zh.ruleField, key)) return t(`ruleField.${key}` as 'ruleField.enabled');
  const name = toParamName(t, key);
  return kind === 'seconds' ? t('ruleField.seconds', { name }) : name;
}

export function toFieldText(t: TFunction, { kind, value }: Pick<Field, 'kind' | 'value'>): string {
  if (isGuards(value)) return JSON.stringify(value);
  if (kind === 'severity') return t(`severity.${value}` as 'severity.high');
  if (kind === 'boolean') return value === true ? t('common.yes') : t('common.no');
  if (kind === 'minutes' && value === null) return t('rules.reAlarmPolicy');
  return value === '' || value === null ? t('common.none') : String(value);
}

/**
 * @param rule as it is in force, for the kinds of the fields
 * @param toText value of a field in words
 */
export function toOverrideLines(
  t: TFunction,
  rule: Rule,
  override: Override,
  toText: (field: Pick<Field, 'kind' | 'value'>) => string = (field) => toFieldText(t, field),
): readonly string[] {
  if (override === null) return [t('ruleChange.toFiles')];
  const kinds = new Map(toFields(rule).map((field) => [field.key, field]));
  return flatten(override, []).map(({ key, value }) => {
    const known = kinds.get(key);
    if (known === undefined) return t('ruleChange.setTo', { name: key, to: JSON.stringify(value) });
    const to = toText({ kind: known.kind, value: toShown(known.kind, value) });
    return t('ruleChange.setTo', { name: toFieldName(t, known), to });
  });
}

/** A property as the form holds it. */
function toShown(kind: Field['kind'], value: unknown): Field['value'] {
  if (kind === 'seconds' && typeof value === 'number') return value / 1_000;
  if (kind === 'minutes' && typeof value === 'number') return value / 60_000;
  if (kind === 'guards') return Array.isArray(value) ? value.map(toGuardEdit) : [];
  return value as Field['value'];
}

function toGuardEdit(guard: {
  readonly point: string;
  readonly in?: readonly number[];
  readonly notIn?: readonly number[];
}): GuardEdit {
  const { point, in: values, notIn } = guard;
  return { point, isIn: values !== undefined, values: values ?? notIn ?? [] };
}

function flatten(
  data: Readonly<Record<string, unknown>>,
  path: readonly string[],
): readonly { readonly key: string; readonly value: unknown }[] {
  return Object.entries(data).flatMap(([name, value]) => {
    const at = [...path, name];
    return isData(value) ? flatten(value, at) : [{ key: at.join('.'), value }];
  });
}
