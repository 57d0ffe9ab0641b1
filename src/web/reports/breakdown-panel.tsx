/** The ten with the most alarms beside each other: of the equipment, or of the rules. */
import { Button, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { QueryState } from '../shared/query-state.tsx';
import { testId } from '../shared/test-id.ts';
import { useFormat } from '../shared/use-format.ts';
import { toNumberText, toShareText } from './measures.ts';
import type { Days, ReportView } from './report-address.ts';
import type { ReportItem } from './report-page.tsx';
import { type Breakdown, useBreakdown } from './report-queries.ts';

interface BreakdownPanelProps {
  readonly view: ReportView;
  readonly days: Days;
  readonly onChange: (next: Partial<ReportView>) => void;
}

export function BreakdownPanel({ view: { equipment }, days, onChange }: BreakdownPanelProps) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<Breakdown>('equipment');
  // The rules of one equipment are what is left to tell apart.
  const by = equipment === null ? chosen : 'rule';
  return (
    <section className="panel report-wide" data-testid="breakdown">
      <div className="toolbar">
        <h2>{t('reports.breakdown')}</h2>
        <span className="spread" />
        {equipment === null && (
          <Segmented<Breakdown>
            data-testid="breakdown-by"
            value={by}
            options={(['equipment', 'rule'] as const).map((value) => ({
              value,
              label: t(`reports.by.${value}`),
            }))}
            onChange={setChosen}
          />
        )}
      </div>
      <Rows by={by} equipment={equipment} days={days} onChange={onChange} />
    </section>
  );
}

interface RowsProps {
  readonly by: Breakdown;
  readonly equipment: string | null;
  readonly days: Days;
  readonly onChange: BreakdownPanelProps['onChange'];
}

function Rows({ by, equipment, days, onChange }: RowsProps) {
  const { t } = useTranslation();
  const query = useBreakdown(days, by, equipment);
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  const { items } = query.data;
  if (items.length === 0) return <p className="hint">{t('reports.noAlarms')}</p>;
  return (
    <div className="report-scroll">
      <table className="report-table breakdown">
        <thead>
          <tr>
            <th>{t(`reports.by.${by}`)}</th>
            {COLUMNS.map((id) => (
              <th key={id} className="number">
                {t(`reports.column.${id}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <Row key={`${item.equipment}/${item.rule}`} item={item} onChange={onChange} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const COLUMNS = [
  'n',
  'rate',
  'peak',
  'floods',
  'bursts',
  'fleeting',
  'stale',
  'acknowledged',
  'blind',
] as const;
type Column = (typeof COLUMNS)[number];

function Row({ item, onChange }: { readonly item: ReportItem; readonly onChange: RowsProps['onChange'] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { equipment, rule, text, equipmentName } = item;
  return (
    <tr data-testid={`breakdown-${equipment}${rule === null ? '' : `-${rule}`}`}>
      <th scope="row">
        <Button
          type="link"
          className="report-name"
          onClick={() => onChange({ equipment, rule })}
          {...testId('breakdown-figures')}
        >
          {format.text(text)}
        </Button>
        {rule !== null && equipmentName !== null && <div className="hint">{format.text(equipmentName)}</div>}
      </th>
      {COLUMNS.map((id) => (
        <td key={id} className="number" data-label={t(`reports.column.${id}`)}>
          {toCell(id, item)}
        </td>
      ))}
    </tr>
  );
}

function toCell(id: Column, { figures }: ReportItem): string {
  const { annunciated, floods, chattering, fleeting, stale, acknowledgement, blind } = figures;
  const { asked, ratio } = acknowledgement;
  const cells: Readonly<Record<Column, string>> = {
    n: String(annunciated.n),
    rate: toNumberText(annunciated.perHour),
    peak: toNumberText(annunciated.per10Min.max),
    floods: String(floods.fixed.n),
    bursts: String(chattering.bursts),
    fleeting: String(fleeting),
    stale: String(stale.mostOnOneDay),
    acknowledged: asked === 0 ? '—' : `${toShareText(ratio)} (${asked})`,
    blind: toShareText(blind.ratio),
  };
  return cells[id];
}
