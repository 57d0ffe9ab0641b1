/** A summary in one line: never a mean without the number, the median, the 90th percentile and the greatest. */
import { useTranslation } from 'react-i18next';
import type { Summary } from './measures.ts';

export function useSummaryText(): (summary: Summary, toText: (value: number | null) => string) => string {
  const { t } = useTranslation();
  return ({ n, mean, median, p90, max }, toText) =>
    n === 0
      ? t('reports.noSummary')
      : t('reports.summary', {
          n,
          mean: toText(mean),
          median: toText(median),
          p90: toText(p90),
          max: toText(max),
        });
}
