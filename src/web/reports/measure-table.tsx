/** Measures beside their targets: a plain table, on a phone a block for each. */
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useFormat } from '../shared/use-format.ts';
import { type Measure, toMeasures, toNumberText, toShareText } from './measures.ts';
import { toRecordsPath } from './records-path.ts';
import type { ReportItem } from './report-page.tsx';
import { useSummaryText } from './use-summary-text.ts';

export function MeasureTable({ item }: { readonly item: ReportItem }) {
  const { t } = useTranslation();
  return (
    <table className="report-table measures" data-testid="measures">
      <thead>
        <tr>
          <th>{t('reports.measureName')}</th>
          <th className="number">{t('reports.value')}</th>
          <th>{t('reports.target')}</th>
          <th>{t('reports.verdictName')}</th>
          <th className="number">n</th>
          <th>{t('reports.more')}</th>
        </tr>
      </thead>
      <tbody>
        {toMeasures(item.figures).map((measure) => (
          <Row key={measure.id} measure={measure} item={item} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ measure, item }: { readonly measure: Measure; readonly item: ReportItem }) {
  const { t } = useTranslation();
  const { id, target, verdict, n, of } = measure;
  return (
    <tr data-testid={`measure-${id}`} data-verdict={verdict}>
      <th scope="row" title={t(`reports.measureHelp.${id}`)}>
        {t(`reports.measure.${id}`)}
      </th>
      <td className="number measure-value">
        <Value measure={measure} item={item} />
      </td>
      <td data-label={t('reports.target')}>
        {target === null ? <span className="hint">{t('common.none')}</span> : t(`reports.targetOf.${id}`)}
      </td>
      <td>
        <span className={`tag verdict verdict-${verdict}`}>{t(`reports.verdict.${verdict}`)}</span>
      </td>
      <td className="number" data-label="n">
        <span title={t(`reports.of.${of}`)}>{n}</span> <span className="hint">{t(`reports.of.${of}`)}</span>
      </td>
      <td className="hint">
        <More measure={measure} item={item} />
      </td>
    </tr>
  );
}

/** The number of alarms leads to them. */
function Value({ measure, item }: { readonly measure: Measure; readonly item: ReportItem }) {
  const { t } = useTranslation();
  const { id, kind, value } = measure;
  const text =
    kind === 'percent'
      ? toShareText(value)
      : kind === 'perHour'
        ? t('reports.perHour', { value: toNumberText(value) })
        : toNumberText(value);
  if (id !== 'rate' || value === null || value === 0) return <b>{text}</b>;
  return (
    <Link to={toRecordsPath(item.figures.period, item.equipment, item.rule)} data-testid="report-records">
      <b>{text}</b>
    </Link>
  );
}

/** What stands behind the one number. */
function More({
  measure: { id },
  item: { figures },
}: {
  readonly measure: Measure;
  readonly item: ReportItem;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const toSummary = useSummaryText();
  const { annunciated, floods, chattering, stale, standing, acknowledgement, blind } = figures;
  switch (id) {
    case 'peak':
      return toSummary(annunciated.per10Min, toNumberText);
    case 'flood':
      return t('reports.floodsShort', {
        perDay: toNumberText((floods.sliding ?? floods.fixed).perDay),
        peak: toNumberText((floods.sliding ?? floods.fixed).peak),
      });
    case 'chattering':
      return t('reports.chatterShort', {
        index: toNumberText(chattering.index),
        bursts: chattering.bursts,
      });
    case 'stale':
      return t('reports.staleShort', { alarms: stale.alarms, standing: standing.n, stale: standing.stale });
    case 'acknowledged':
      return toSummary(acknowledgement.ms, (ms) => (ms === null ? '—' : format.duration(ms)));
    case 'blind':
      return t('reports.blindShort', { duration: format.duration(blind.ms) });
    default:
      return null;
  }
}
