/** The value of a field in words: names of hours, preconditions as sentences. */
import { useTranslation } from 'react-i18next';
import { useSite } from '../api/queries.ts';
import type { Rule } from '../api/types.ts';
import { useFormat } from '../shared/use-format.ts';
import { toFieldText } from './change-words.ts';
import { type Field, isGuards } from './override.ts';
import { useRuleWords } from './use-rule-words.ts';

export type FieldText = (field: Pick<Field, 'kind' | 'value'>) => string;

export function useFieldText(rule: Rule): FieldText {
  const { t } = useTranslation();
  const format = useFormat();
  const calendars = useSite().data?.calendars;
  const { guard } = useRuleWords(rule);
  return (field) => {
    const { kind, value } = field;
    if (kind === 'calendar' && !isGuards(value)) {
      const hours = calendars?.find(({ id }) => id === value);
      return value === null
        ? t('rules.always')
        : hours === undefined
          ? String(value)
          : format.text(hours.name);
    }
    if (!isGuards(value)) return toFieldText(t, field);
    if (value.length === 0) return t('ruleChange.noGuard');
    return value
      .map(({ point, isIn, values }) =>
        guard({ point, in: isIn ? [...values] : null, notIn: isIn ? null : [...values] }),
      )
      .join(t('common.clause'));
  };
}
