/** 演练记录: what is due, what was held, with whom and how it went; the evaluation makes a record whole. */
import { Alert, Button, Card, Empty, Pagination } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { PAGE_ROWS } from '../api/queries.ts';
import { DutyTabs } from '../roster/duty-tabs.tsx';
import { useStaffName } from '../roster/staff-name.ts';
import { QueryState } from '../shared/query-state.tsx';
import { useFormat } from '../shared/use-format.ts';
import { usePermission } from '../shared/use-permission.ts';
import { EvaluateForm, NewRecordForm } from './record-forms.tsx';
import { type DrillRecord, useDrillRecords, useDueDrills, useRevisions } from './record-queries.ts';

export function DrillRecordPage() {
  const { t } = useTranslation();
  const [page, setPage] = useState(1);
  const [isWriting, setWriting] = useState(false);
  const canRun = usePermission('drill.run');
  const query = useDrillRecords(page);
  return (
    <>
      <DutyTabs page="drills" />
      <div className="ticket">
        <Due />
        <div className="action-buttons">
          {canRun && !isWriting && (
            <Button type="primary" data-testid="drill-record-write" onClick={() => setWriting(true)}>
              {t('drillRecord.write')}
            </Button>
          )}
          <Link to="/alarms?tab=drills">
            <Button>{t('drillRecord.toDrills')}</Button>
          </Link>
        </div>
        {isWriting && <NewRecordForm onDone={() => setWriting(false)} />}
        {query.data === undefined ? (
          <QueryState error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <>
            {query.data.items.length === 0 && <Empty description={t('drillRecord.empty')} />}
            {query.data.items.map((record) => (
              <RecordCard key={record.id} record={record} canRun={canRun} />
            ))}
            <Pagination
              current={page}
              pageSize={PAGE_ROWS}
              total={query.data.total}
              hideOnSinglePage
              showSizeChanger={false}
              onChange={setPage}
            />
          </>
        )}
      </div>
    </>
  );
}

/** At least one a year of each kind (service-workflow.md §3). */
function Due() {
  const { t } = useTranslation();
  const format = useFormat();
  const due = useDueDrills().data?.items ?? [];
  if (due.length === 0) return null;
  return (
    <Alert
      type="warning"
      showIcon
      title={t('drillRecord.due')}
      data-testid="drill-due"
      description={due.map(({ kind, kindText, lastAtMs }) => (
        <div key={kind}>
          {t('common.pair', {
            name: format.text(kindText),
            value:
              lastAtMs === null
                ? t('drillRecord.never')
                : t('drillRecord.last', { time: format.dateTime(lastAtMs) }),
          })}
        </div>
      ))}
    />
  );
}

interface RecordCardProps {
  readonly record: DrillRecord;
  readonly canRun: boolean;
}

function RecordCard({ record, canRun }: RecordCardProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const [isOpen, setOpen] = useState(false);
  const { id, kindText, beganAtMs, evaluation, content, place, revision } = record;
  return (
    <Card
      size="small"
      data-testid={`drill-record-${id}`}
      title={`${format.text(kindText)} · ${format.dateTime(beganAtMs)}`}
      extra={
        <span className={evaluation === null ? 'attention' : 'hint'}>
          {evaluation === null ? t('drillRecord.open') : t('drillRecord.revision', { count: revision })}
        </span>
      }
    >
      <p className="prewrap">
        <b>{content}</b> <span className="hint">{format.text(place)}</span>
      </p>
      <RecordFacts record={record} />
      {revision > 1 && <Revisions record={record} />}
      {canRun && !isOpen && (
        <Button className="gap-above" data-testid={`drill-evaluate-${id}`} onClick={() => setOpen(true)}>
          {evaluation === null ? t('drillRecord.evaluate') : t('drillRecord.supplement')}
        </Button>
      )}
      {isOpen && <EvaluateForm record={record} onDone={() => setOpen(false)} />}
    </Card>
  );
}

function RecordFacts({ record }: { readonly record: DrillRecord }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = useStaffName();
  const { beganAtMs, endedAtMs, begunBy, participants, tickets, flow, evaluation } = record;
  const span = `${format.dateTime(beganAtMs)} – ${format.dateTime(endedAtMs)}`;
  return (
    <>
      <dl className="facts">
        <Pair name={t('drillRecord.time')}>{`${span} · ${toName(begunBy)}`}</Pair>
        {participants.length > 0 && (
          <Pair name={t('drillRecord.participants')}>
            {participants.map(toName).join(t('common.separator'))}
          </Pair>
        )}
        {tickets.length > 0 && (
          <div className="fact-pair">
            <dt>{t('drillRecord.tickets')}</dt>
            <dd>
              {tickets.map(({ id, number }) => (
                <Link key={id} className="link-line" to={`/tickets/${id}`}>
                  {number}
                </Link>
              ))}
            </dd>
          </div>
        )}
        {evaluation !== null && <Pair name={t('drillRecord.evaluation')}>{evaluation}</Pair>}
      </dl>
      {flow.length > 0 && (
        <details>
          <summary className="hint">{t('drillRecord.flow', { count: flow.length })}</summary>
          <ul className="plain-list">
            {flow.map(({ atMs, text }) => (
              <li key={`${atMs} ${text.zh}`}>
                <span className="hint figures">{format.time(atMs)}</span> {format.text(text)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Pair({ name, children }: { readonly name: string; readonly children: string }) {
  return (
    <div className="fact-pair">
      <dt>{name}</dt>
      <dd className="prewrap">{children}</dd>
    </div>
  );
}

/** What the record said before: nothing is written over. */
function Revisions({ record: { id, revision } }: { readonly record: DrillRecord }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = useStaffName();
  const [isOpen, setOpen] = useState(false);
  const items = useRevisions(id, isOpen).data?.items ?? [];
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="hint">{t('drillRecord.earlier', { count: revision - 1 })}</summary>
      {items
        .filter((one) => one.revision < revision)
        .map((one) => (
          <p key={one.revision} className="prewrap">
            <span className="hint">
              {t('drillRecord.revision', { count: one.revision })} · {toName(one.writtenBy)}{' '}
              {format.dateTime(one.writtenAtMs)}
            </span>{' '}
            {one.evaluation ?? t('drillRecord.open')}
          </p>
        ))}
    </details>
  );
}
