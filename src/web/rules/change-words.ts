/** What a change does, property by property in words. */
import type { TFunction } from 'i18next';
import type { Rule } from '../api/types.ts';
import { zh } from '../locales/zh.ts';
import { type Field, isData, toFields } from './override.ts';
import type { Override } from './rule-queries.ts';
import { toParamName } from './rule-words.ts';

/** Name of a field with its unit of time. */
export function toFieldName(t: TFunction, { key, kind }: Pick<Field, 'key' | 'kind'>): string {
  if (Object.hasOwn(zh.ruleField, key)) return t(`ruleField.${key}` as 'ruleField.enabled');
  const name = toParamName(t, key);
  return kind === 'seconds' ? t('ruleField.seconds', { name }) : name;
}

export function toFieldText(t: TFunction, { kind, value }: Pick<Field, 'kind' | 'value'>): string {
  if (kind === 'severity') return t(`severity.${value}` as 'severity.high');
  if (kind === 'boolean') return value === true ? t('common.yes') : t('common.no');
  return String(value);
}

/** @param rule as it is in force, for the kinds of the fields */
export function toOverrideLines(t: TFunction, rule: Rule, override: Override): readonly string[] {
  if (override === null) return [t('ruleChange.toFiles')];
  const kinds = new Map(toFields(rule).map((field) => [field.key, field]));
  return flatten(override, []).map(({ key, value }) => {
    const known = kinds.get(key);
    if (known === undefined) return t('ruleChange.setTo', { name: key, to: JSON.stringify(value) });
    const shown = known.kind === 'seconds' && typeof value === 'number' ? value / 1_000 : value;
    const to = toFieldText(t, { kind: known.kind, value: shown as Field['value'] });
    return t('ruleChange.setTo', { name: toFieldName(t, known), to });
  });
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
