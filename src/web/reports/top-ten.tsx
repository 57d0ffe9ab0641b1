/** The ten with the most alarms as bars; each leads to the alarms behind it, and to its own figures. */
import { Button, Empty } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { AlarmFigures } from '../api/types.ts';
import { testId } from '../shared/test-id.ts';
import { useFormat } from '../shared/use-format.ts';
import { toShareText } from './measures.ts';
import { toRecordsPath } from './records-path.ts';
import type { ReportView } from './report-address.ts';
import type { ReportItem } from './report-page.tsx';

type Ranked = AlarmFigures['topTen']['alarms'][number];

interface TopTenProps {
  readonly item: ReportItem;
  readonly rows: readonly Ranked[];
  readonly onChange: (next: Partial<ReportView>) => void;
}

export function TopTen({ item, rows, onChange }: TopTenProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const most = Math.max(1, ...rows.map(({ n }) => n));
  if (rows.length === 0)
    return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('reports.noAlarms')} />;
  return (
    <ol className="plain-list top-ten">
      {rows.map((row) => (
        <li key={row.id} data-testid={`top-${row.equipment}${row.rule === null ? '' : `-${row.rule}`}`}>
          <div className="top-words">
            <Link
              className="row-link"
              to={toRecordsPath(item.figures.period, row.equipment, row.rule)}
              title={t('reports.toRecords')}
            >
              {toName(row, format.text)}
            </Link>
            <span className="figures top-count">
              <b>{row.n}</b> <span className="hint">{toShareText(row.share)}</span>
            </span>
            <Button
              type="link"
              size="small"
              aria-label={`${t('reports.figures')} ${toName(row, format.text)}`}
              onClick={() => onChange({ equipment: row.equipment, rule: row.rule })}
              {...testId('top-figures')}
            >
              {t('reports.figures')}
            </Button>
          </div>
          <div className="top-bar" aria-hidden>
            <i style={{ width: `${(row.n / most) * 100}%` }} />
          </div>
        </li>
      ))}
    </ol>
  );
}

/** What the site does not have any more keeps its id. */
export function toName(
  { id, equipmentName, text, rule }: Pick<Ranked, 'id' | 'equipmentName' | 'text' | 'rule'>,
  toText: (text: Ranked['equipmentName']) => string,
): string {
  const equipment = toText(equipmentName);
  if (equipment === '') return id;
  return rule === null ? equipment : `${equipment} · ${text === null ? rule : toText(text)}`;
}
