/** Readings frozen when the ticket was opened: a table, and the trend of the point that raised. */
import { Button, Card, Spin, Table } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useEquipment, usePoints } from '../api/queries.ts';
import type { Ticket } from '../api/types.ts';
import { isBadCode } from '../live/point-state.ts';
import { useFormat } from '../shared/use-format.ts';
import { useIsPhone } from '../shared/use-is-phone.ts';
import { useQualityText } from '../shared/use-quality-text.ts';

type Evidence = NonNullable<Ticket['evidence']>;
type EvidencePoint = Evidence['points'][number];

const TrendChart = lazy(() => import('./trend-chart.tsx').then((module) => ({ default: module.TrendChart })));

export function TicketEvidence({ evidence }: { readonly evidence: Evidence }) {
  const { t } = useTranslation();
  const { trend } = evidence;
  const definition = usePoints().data?.items.find((point) => point.id === trend?.point);
  const raiser = evidence.points.find((point) => point.point === trend?.point);
  return (
    <Card size="small" title={t('ticket.evidence')} data-testid="ticket-evidence">
      {trend !== null && trend.samples.length > 0 && (
        <>
          <Suspense fallback={<Spin className="page-spinner" />}>
            <TrendChart
              trend={trend}
              raisedAtMs={evidence.atMs}
              name={raiser?.name ?? null}
              definition={definition ?? null}
            />
          </Suspense>
          {trend.samples.some(([, value]) => value === null) && (
            <p className="hint">{t('ticket.trendGap')}</p>
          )}
        </>
      )}
      <EvidenceTable points={evidence.points} raiser={trend?.point ?? ''} />
    </Card>
  );
}

interface EvidenceTableProps {
  readonly points: readonly EvidencePoint[];
  /** Point id of the trend; its equipment stands first. '' = none. */
  readonly raiser: string;
}

/** First the equipment that raised; a set with its pumps has some thirty points. */
function EvidenceTable({ points, raiser }: EvidenceTableProps) {
  const { t } = useTranslation();
  const [isWhole, setWhole] = useState(false);
  const own = points.filter((point) => equipmentOf(point.point) === equipmentOf(raiser));
  const others = points.filter((point) => !own.includes(point));
  const canFold = own.length > 0 && others.length > 0;
  return (
    <>
      <PointTable points={canFold && !isWhole ? own : [...own, ...others]} raiser={raiser} />
      {canFold && (
        <Button
          block
          type="text"
          aria-expanded={isWhole}
          data-testid="ticket-evidence-all"
          onClick={() => setWhole(!isWhole)}
        >
          {isWhole ? t('ticket.evidenceLess') : t('ticket.evidenceAll', { count: points.length })}
        </Button>
      )}
    </>
  );
}

function PointTable({ points, raiser }: EvidenceTableProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const toQualityText = useQualityText();
  const equipment = useEquipment().data?.items;
  const toEquipmentName = (point: string) => {
    const known = equipment?.find((item) => item.id === equipmentOf(point));
    // Whoever may not see the register, e.g. a contractor, reads no codes of it.
    return known === undefined ? '' : format.text(known.name);
  };
  const isPhone = useIsPhone();
  const quality = {
    title: t('ticket.evidenceQuality'),
    width: 104,
    render: (_: unknown, point: EvidencePoint) => toQualityText(point.quality),
  };
  return (
    <Table<EvidencePoint>
      rowKey="point"
      size="small"
      pagination={false}
      dataSource={[...points]}
      rowClassName={(point) =>
        `${isBadCode(point.quality) ? 'is-bad' : ''} ${point.point === raiser ? 'is-raiser' : ''}`
      }
      columns={[
        {
          title: t('ticket.evidencePoint'),
          render: (_, point) => (
            <>
              <Link
                className="quiet-link"
                to={`/equipment/${equipmentOf(point.point)}?point=${encodeURIComponent(point.point)}`}
              >
                {format.text(point.name)}
              </Link>{' '}
              <span className="hint">{toEquipmentName(point.point)}</span>
            </>
          ),
        },
        {
          title: t('ticket.evidenceValue'),
          align: 'right',
          width: 110,
          render: (_, point) => (
            <>
              {point.value === null ? t('common.none') : format.text(point.valueText)}
              {isPhone && point.quality !== 0 && <div className="hint">{toQualityText(point.quality)}</div>}
            </>
          ),
        },
        ...(isPhone ? [] : [quality]),
        { title: t('ticket.evidenceTime'), width: 92, render: (_, point) => format.time(point.receivedMs) },
      ]}
    />
  );
}

/** Point ids are `equipment/point`. */
function equipmentOf(point: string): string {
  return point.split('/')[0] ?? point;
}
