/** 调试验收: equipment in commissioning with its progress; where life safety calls nobody, that comes first. */
import DownloadOutlined from '@ant-design/icons/DownloadOutlined';
import PlusOutlined from '@ant-design/icons/PlusOutlined';
import WarningFilled from '@ant-design/icons/WarningFilled';
import { Button, Empty, Pagination, Progress, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { PAGE_ROWS } from '../api/queries.ts';
import { useServerNow } from '../live/server-clock.ts';
import { useSettings } from '../settings.ts';
import { useDoerName } from '../shared/person-name.ts';
import { QueryState } from '../shared/query-state.tsx';
import { useFormat } from '../shared/use-format.ts';
import { usePermission } from '../shared/use-permission.ts';
import { BeginForm } from './begin-form.tsx';
import { type Commission, STEPS, useCommissions } from './commissioning-queries.ts';
import { byUrgency, countPoints } from './order.ts';

const PERCENT = 100;

export function CommissioningListPage() {
  const { t } = useTranslation();
  const [state, setState] = useState<'open' | 'all'>('open');
  const [page, setPage] = useState(1);
  const [isBeginning, setBeginning] = useState(false);
  const canManage = usePermission('commissioning.manage');
  const query = useCommissions(state);
  const rows = (query.data?.items ?? []).toSorted(byUrgency);
  return (
    <div className="commissioning">
      <div className="toolbar">
        <h1>{t('commissioning.title')}</h1>
        <Segmented
          value={state}
          options={(['open', 'all'] as const).map((value) => ({
            value,
            label: t(`commissioning.list.${value}`),
          }))}
          onChange={(value) => {
            setState(value);
            setPage(1);
          }}
        />
        {canManage && !isBeginning && (
          <Button
            type="primary"
            icon={<PlusOutlined />}
            data-testid="commissioning-begin"
            onClick={() => setBeginning(true)}
          >
            {t('commissioning.begin')}
          </Button>
        )}
        <CommissioningExports />
      </div>
      {isBeginning && <BeginForm onDone={() => setBeginning(false)} />}
      {query.data === undefined ? (
        <QueryState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <>
          {rows.length === 0 && <Empty description={t('commissioning.empty')} />}
          <div className="cards">
            {rows.slice((page - 1) * PAGE_ROWS, page * PAGE_ROWS).map((commission) => (
              <CommissionCard key={commission.equipment} commission={commission} />
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
        </>
      )}
    </div>
  );
}

function CommissionCard({ commission }: { readonly commission: Commission }) {
  const format = useFormat();
  const { equipment, name, place, silent, isOverdue, endedAtMs } = commission;
  const edge = silent.length > 0 ? 'edge-life-safety' : isOverdue ? 'edge-urgent' : '';
  return (
    <Link
      to={`/commissioning/${encodeURIComponent(equipment)}`}
      className={`row-card ${endedAtMs === null ? edge : 'is-ended'}`}
      data-testid={`commission-${equipment}`}
    >
      <div className="row-card-head">
        <b>{format.text(name)}</b>
        <CommissionTags commission={commission} />
      </div>
      <div className="hint">{format.text(place)}</div>
      <CommissionProgress commission={commission} />
      <OpenFor commission={commission} />
    </Link>
  );
}

/** The gateway names so many; beyond it the number is not known here (src/commissioning/limits.ts `named`). */
const MAX_NAMED = 10;

function toCount(named: number): string {
  return named < MAX_NAMED ? String(named) : `${MAX_NAMED}+`;
}

export function CommissionTags({ commission }: { readonly commission: Commission }) {
  const { t } = useTranslation();
  const { silent, isOverdue, endedAtMs, tally } = commission;
  return (
    <>
      {silent.length > 0 && (
        <span className="tag severity severity-life-safety" data-testid="commission-silent">
          <WarningFilled /> {t('commissioning.silent', { count: toCount(silent.length) })}
        </span>
      )}
      {isOverdue && <span className="tag priority-urgent">{t('commissioning.overdue')}</span>}
      {endedAtMs !== null && <span className="tag">{t('commissioning.ended')}</span>}
      {tally.ready > 0 && (
        <span className="tag">{t('commissioning.readyCount', { count: tally.ready })}</span>
      )}
      {tally.open > 0 && (
        <span className="tag priority-urgent">{t('commissioning.openCount', { count: tally.open })}</span>
      )}
      {tally.changed > 0 && (
        <span className="tag priority-urgent">
          {t('commissioning.changedCount', { count: tally.changed })}
        </span>
      )}
    </>
  );
}

/** Signed points as a bar, and of how many each step is done. */
export function CommissionProgress({ commission }: { readonly commission: Commission }) {
  const { t } = useTranslation();
  const total = countPoints(commission);
  const { done } = commission;
  return (
    <div className="commission-progress" data-testid="commission-progress">
      <Progress
        percent={total === 0 ? 0 : Math.floor((done.signed * PERCENT) / total)}
        size="small"
        aria-label={t('commissioning.signedOf', { done: done.signed, total })}
      />
      <ul className="step-tally">
        {STEPS.map((step) => (
          <li key={step} className={done[step] === total ? 'is-done' : ''}>
            {t(`commissioning.step.${step}`)}{' '}
            <span className="figures">
              {done[step]}/{total}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

export function OpenFor({ commission }: { readonly commission: Commission }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = useDoerName();
  const nowMs = useServerNow();
  const { origin, begunBy, beganAtMs, untilMs, endedAtMs, isOverdue } = commission;
  const who = origin === 'register' ? t('commissioning.byRegister') : toName(begunBy);
  const parts = [
    t('commissioning.begunAt', { name: who, time: format.dateTime(beganAtMs) }),
    endedAtMs === null
      ? t('commissioning.openFor', { duration: format.wholeMinutes(nowMs - beganAtMs) })
      : t('commissioning.endedAt', { time: format.dateTime(endedAtMs) }),
    endedAtMs === null &&
      (isOverdue
        ? t('commissioning.overdueFor', { duration: format.wholeMinutes(nowMs - untilMs) })
        : t('commissioning.until', { time: format.dateTime(untilMs) })),
  ];
  return (
    <div className="hint" data-testid="commission-open-for">
      {parts.filter((part) => part !== false).join(' · ')}
    </div>
  );
}

/** 竣工验收单. @param equipment of one; left out = of the whole site */
export function CommissioningExports({ equipment }: { readonly equipment?: string }) {
  const { t } = useTranslation();
  const { language } = useSettings();
  return (['xlsx', 'csv'] as const).map((format) => {
    const search = new URLSearchParams({ format, language, ...(equipment !== undefined && { equipment }) });
    return (
      <Button
        key={format}
        icon={<DownloadOutlined />}
        href={`/api/v1/commissioning/export?${search.toString()}`}
        data-testid={`commissioning-export-${format}`}
      >
        {t('commissioning.export', { format: format.toUpperCase() })}
      </Button>
    );
  });
}
