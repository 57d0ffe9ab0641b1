/** The words of a rule in the chosen language, with the points as they are. */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { usePoints } from '../api/queries.ts';
import type { Rule } from '../api/types.ts';
import { useFormat } from '../shared/use-format.ts';
import { createRuleWords, type RuleWords } from './rule-words.ts';

export function useRuleWords(rule: Rule): RuleWords {
  const { t } = useTranslation();
  const format = useFormat();
  const points = usePoints().data?.items;
  return useMemo(() => {
    const register = new Map((points ?? []).map((point) => [point.id, point]));
    return createRuleWords(rule, register, t, format);
  }, [rule, points, t, format]);
}
