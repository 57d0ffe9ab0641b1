/** What people have hidden or had to see to, in numbers: shelves, out of service, suppressed, false alarms, blindness. */
import { useTranslation } from 'react-i18next';
import type { AlarmFigures } from '../api/types.ts';
import { useFormat } from '../shared/use-format.ts';
import { toNumberText, toShareText } from './measures.ts';

export function OtherFigures({ figures }: { readonly figures: AlarmFigures }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { acknowledgement, shelving, hidden, falseAlarms, outOfServiceHours, blind } = figures;
  const facts = [
    [
      'acknowledgement',
      t('reports.acknowledgedOf', {
        asked: acknowledgement.asked,
        acknowledged: acknowledgement.acknowledged,
        active: acknowledgement.acknowledgedActive,
      }),
    ],
    [
      'shelving',
      t('reports.shelvedOf', {
        n: shelving.n,
        hours: toNumberText(shelving.hours),
        again: shelving.reShelves,
      }),
    ],
    ['suppressed', t('reports.times', { n: hidden.suppressed })],
    ['shelvedRaises', t('reports.times', { n: hidden.shelved })],
    ['falseAlarms', t('reports.times', { n: falseAlarms })],
    ['outOfService', t('reports.ruleHours', { hours: toNumberText(outOfServiceHours) })],
    [
      'blind',
      t('reports.blindOf', {
        duration: format.duration(blind.ms),
        share: toShareText(blind.ratio),
        hours: Math.round(blind.scheduledMs / 3_600_000),
      }),
    ],
  ] as const;
  return (
    <section className="panel" data-testid="other-figures">
      <h2>{t('reports.others')}</h2>
      <dl className="store-facts">
        {facts.map(([id, text]) => (
          <div key={id} className="report-fact">
            <dt title={t(`reports.otherHelp.${id}`)}>{t(`reports.other.${id}`)}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
