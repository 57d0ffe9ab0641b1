/** One equipment in commissioning: how far it is, what calls nobody, its points, and what leads it to its end. */
import ArrowLeftOutlined from '@ant-design/icons/ArrowLeftOutlined';
import { Alert, Button, Empty, Pagination, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { PAGE_ROWS, usePoints } from '../api/queries.ts';
import { useDoerName } from '../shared/person-name.ts';
import { QueryState } from '../shared/query-state.tsx';
import { useFormat } from '../shared/use-format.ts';
import { CommissionManage } from './commission-manage.tsx';
import {
  CommissioningExports,
  CommissionProgress,
  CommissionTags,
  OpenFor,
} from './commissioning-list-page.tsx';
import {
  type Commission,
  type CommissionDetail,
  type CommissionedPoint,
  useCommission,
} from './commissioning-queries.ts';
import { byNeed } from './order.ts';
import { PointCard } from './point-card.tsx';

type Choice = 'todo' | 'ready' | 'all';
const IS_CHOSEN: Readonly<Record<Choice, (point: CommissionedPoint) => boolean>> = {
  todo: ({ state }) => state !== 'signed',
  ready: ({ state }) => state === 'ready',
  all: () => true,
};

export function CommissioningPage() {
  const { id = '' } = useParams();
  const query = useCommission(id);
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  return <CommissionWhole key={id} detail={query.data} />;
}

function CommissionWhole({ detail }: { readonly detail: CommissionDetail }) {
  const { commission } = detail;
  return (
    <div className="commissioning">
      <CommissionHeader commission={commission} />
      <Silent commission={commission} />
      <CommissionManage detail={detail} />
      <Points detail={detail} />
    </div>
  );
}

function CommissionHeader({ commission }: { readonly commission: Commission }) {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate();
  const toName = useDoerName();
  const { equipment, name, place, reason, endedAtMs, endedBy, endReason, endWhy, approver } = commission;
  return (
    <header>
      <div className="row-card-head">
        <Button
          type="text"
          icon={<ArrowLeftOutlined />}
          aria-label={t('common.back')}
          onClick={() => void navigate('/commissioning')}
        />
        <h1>{format.text(name)}</h1>
        <CommissionTags commission={commission} />
      </div>
      <div className="hint">
        {format.text(place)}{' '}
        <Link className="commission-link" to={`/equipment/${encodeURIComponent(equipment)}`}>
          {t('commissioning.toEquipment')}
        </Link>
      </div>
      <OpenFor commission={commission} />
      {reason !== '' && <p className="prewrap">{t('commissioning.because', { reason })}</p>}
      {approver !== null && <p>{t('commissioning.approvedBy', { name: toName(approver) })}</p>}
      {endedAtMs !== null && (
        <p className="prewrap" data-testid="commission-ended">
          {endReason === ''
            ? t(endWhy === 'time-over' ? 'commissioning.endedTime' : 'commissioning.endedAll')
            : t('commissioning.endedBy', { name: toName(endedBy ?? ''), reason: endReason })}
        </p>
      )}
      <CommissionProgress commission={commission} />
      <div className="action-buttons">
        <CommissioningExports equipment={equipment} />
      </div>
    </header>
  );
}

/** Whoever works here has to know whom the building does not call. */
function Silent({ commission }: { readonly commission: Commission }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (commission.silent.length === 0) return null;
  const names = commission.silent.map(({ text }) => format.text(text)).join(t('common.separator'));
  return (
    <Alert
      className="gap-above"
      type="error"
      showIcon
      title={t('commissioning.silentNames', { names })}
      data-testid="commission-silent-names"
    />
  );
}

function Points({ detail }: { readonly detail: CommissionDetail }) {
  const { t } = useTranslation();
  const [choice, setChoice] = useState<Choice>('todo');
  const [page, setPage] = useState(1);
  const [opened, setOpened] = useState<string | null>(null);
  const definitions = new Map(usePoints().data?.items.map((point) => [point.id, point]));
  const { commission, points } = detail;
  // What is being worked on stays on show when its last step takes it out of the choice.
  const rows = points.filter((point) => IS_CHOSEN[choice](point) || point.point === opened).toSorted(byNeed);
  return (
    <section>
      <div className="toolbar gap-above">
        <h2>{t('commissioning.points')}</h2>
        <Segmented<Choice>
          data-testid="commission-choice"
          value={choice}
          options={(Object.keys(IS_CHOSEN) as Choice[]).map((value) => ({
            value,
            label: `${t(`commissioning.choice.${value}`)} ${points.filter(IS_CHOSEN[value]).length}`,
          }))}
          onChange={(value) => {
            setChoice(value);
            setPage(1);
          }}
        />
      </div>
      {rows.length === 0 && <Empty description={t('commissioning.noPoints')} />}
      <div className="cards">
        {rows.slice((page - 1) * PAGE_ROWS, page * PAGE_ROWS).map((point) => (
          <PointCard
            key={point.point}
            commission={commission}
            point={point}
            definition={definitions.get(point.point)}
            isOpened={point.point === opened}
            onToggle={() => setOpened(point.point === opened ? null : point.point)}
          />
        ))}
      </div>
      <Pagination
        className="gap-above"
        align="end"
        hideOnSinglePage
        current={page}
        pageSize={PAGE_ROWS}
        total={rows.length}
        showSizeChanger={false}
        onChange={setPage}
      />
    </section>
  );
}
