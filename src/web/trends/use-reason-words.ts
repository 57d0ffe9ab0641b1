/** Why data is not simply good, in a few words: the reason where one is told, else what kind of doubt it is. */
import { useTranslation } from 'react-i18next';
import { isBadCode } from '../live/point-state.ts';
import { useQualityText, useShortQualityText } from '../shared/use-quality-text.ts';
import type { Standing } from './curve.ts';

/** Empty while good. */
export function useReasonWords(): (standing: Pick<Standing, 'level' | 'code'>) => string {
  const { t } = useTranslation();
  const toText = useQualityText();
  const toShortText = useShortQualityText();
  return ({ level, code }) => {
    if (level === 'good') return '';
    if (level === 'unknown' || code === null || code === 0) return t(`trends.level.${level}`);
    return isBadCode(code) ? toShortText(code) : toText(code);
  };
}
