/** What a point still lacks, in words: what somebody has to do, and which alarms he has to provoke. */
import { useTranslation } from 'react-i18next';
import { useFormat } from '../shared/use-format.ts';
import type { CommissionedPoint } from './commissioning-queries.ts';
import { toUnprovenAlarms } from './order.ts';

/** Names of alarms that a line holds; the others are counted. */
const MAX_NAMES = 4;

/** Empty where nothing is to be done. @param isOpen its equipment is in commissioning */
export function useMissingText(): (point: CommissionedPoint, isOpen: boolean) => string {
  const { t } = useTranslation();
  const format = useFormat();
  const toAlarms = (point: CommissionedPoint): string => {
    const alarms = toUnprovenAlarms(point);
    const names = alarms
      .slice(0, MAX_NAMES)
      .map(({ text }) => format.text(text))
      .join(t('common.separator'));
    const isEach = alarms.some(({ isLifeSafety }) => isLifeSafety);
    if (alarms.length > MAX_NAMES && isEach)
      return t('commissioning.lacks.alarmsMany', { names, count: alarms.length });
    return isEach || alarms.length === 1
      ? t('commissioning.lacks.alarmsEach', { names })
      : t('commissioning.lacks.alarmsAny', { names });
  };
  return (point, isOpen) => {
    if (point.signed !== null) return '';
    const words = point.missing.map((step) =>
      step === 'alarm' ? toAlarms(point) : t(`commissioning.lacks.${step}`),
    );
    if (words.length === 0) return isOpen ? t('commissioning.lacks.signature') : '';
    return t('commissioning.lacks.all', { words: words.join(t('common.clause')) });
  };
}
