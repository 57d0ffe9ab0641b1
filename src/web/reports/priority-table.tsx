/** How the alarms are spread over the severities, beside 80 / 15 / 5. */
import { useTranslation } from 'react-i18next';
import type { AlarmFigures } from '../api/types.ts';
import { SeverityTag } from '../shared/severity-tag.tsx';
import { toShareText } from './measures.ts';

export function PriorityTable({ figures: { priorities } }: { readonly figures: AlarmFigures }) {
  const { t } = useTranslation();
  return (
    <table className="report-table" data-testid="priorities">
      <thead>
        <tr>
          <th>{t('alarms.severity')}</th>
          <th className="number">n</th>
          <th className="number">{t('reports.share')}</th>
          <th className="number">{t('reports.target')}</th>
        </tr>
      </thead>
      <tbody>
        {priorities.map(({ severity, n, share, target }) => (
          <tr key={severity}>
            <th scope="row">
              <SeverityTag severity={severity} />
            </th>
            <td className="number" data-label="n">
              {n}
            </td>
            <td className="number" data-label={t('reports.share')}>
              {toShareText(share)}
            </td>
            <td className="number" data-label={t('reports.target')}>
              {severity === 'life-safety' ? `< ${toShareText(target)}` : toShareText(target)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
