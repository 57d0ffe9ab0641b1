/** What was written to an equipment and its parts: who, when, from what to what, why, what came of it, what is put back. */
import { Button, Card } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PointDefinition, PointWrite } from '../api/types.ts';
import { useServerNow } from '../live/server-clock.ts';
import { usePersonName } from '../shared/person-name.ts';
import { QueryState } from '../shared/query-state.tsx';
import { useFormat } from '../shared/use-format.ts';
import { useValueText } from './use-writing-words.ts';
import { useWriteRecords } from './write-queries.ts';
import { WriteStateTag } from './write-state-tag.tsx';

const SHOWN_ROWS = 4;

interface WriteHistoryProps {
  /** Id of the equipment on show. */
  readonly equipment: string;
  /** Its own points and those of its parts. */
  readonly points: readonly PointDefinition[];
}

/** Nothing where nothing can be written and nothing was. */
export function WriteHistory({ equipment, points }: WriteHistoryProps) {
  const { t } = useTranslation();
  const [isWhole, setWhole] = useState(false);
  const writable = points.filter(({ write }) => write !== null);
  const ids = [...new Set([equipment, ...writable.map((point) => point.equipment)])];
  const { rows, error, refetch } = useWriteRecords(ids);
  if (rows.length === 0 && writable.length === 0) return null;
  return (
    <Card size="small" title={t('writing.history')} data-testid="write-history">
      {error !== null && <QueryState error={error} onRetry={refetch} />}
      {rows.length === 0 && error === null && <span className="hint">{t('writing.historyEmpty')}</span>}
      <ul className="plain-list write-rows">
        {rows.slice(0, isWhole ? rows.length : SHOWN_ROWS).map((row) => (
          <WriteRow key={row.id} row={row} point={points.find(({ id }) => id === row.point) ?? null} />
        ))}
      </ul>
      {rows.length > SHOWN_ROWS && (
        <Button type="link" size="small" data-testid="write-history-all" onClick={() => setWhole(!isWhole)}>
          {isWhole ? t('writing.historyLess') : t('writing.historyAll', { count: rows.length })}
        </Button>
      )}
    </Card>
  );
}

interface WriteRowProps {
  readonly row: PointWrite;
  /** null = the configuration no longer has it. */
  readonly point: PointDefinition | null;
}

function WriteRow({ row, point }: WriteRowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  const toText = useRowValueText(point);
  return (
    <li
      className={`write-row write-row-${row.state}`}
      data-testid={`write-row-${row.id}`}
      data-state={row.state}
    >
      <div className="write-row-head">
        <b>{point === null ? row.point : format.text(point.text)}</b>
        <span className="figures">
          {t('writing.fromTo', { from: toText(row.previous), to: toText(row.value) })}
        </span>
        <WriteStateTag state={row.state} />
      </div>
      <div className="hint">
        <span className="figures">{format.dateTime(row.atMs)}</span> {toName(row.by)} · {row.reason}
      </div>
      <Afterwards row={row} toText={toText} />
    </li>
  );
}

function useRowValueText(point: PointDefinition | null): (value: number | null) => string {
  const { t } = useTranslation();
  const toValueText = useValueText();
  return (value) => {
    if (point !== null) return toValueText(point, value);
    return value === null ? t('writing.unknownValue') : String(value);
  };
}

interface AfterwardsProps {
  readonly row: PointWrite;
  readonly toText: (value: number | null) => string;
}

/** Another value that was read back, why it is not certain, and what is still to come. */
function Afterwards({ row, toText }: AfterwardsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { state, readBack, detail, detailText, revertAtMs } = row;
  const hasOther = (state === 'differs' || state === 'unknown') && readBack !== null;
  return (
    <>
      {hasOther && (
        <div className="attention figures">{t('writing.readBack', { value: toText(readBack) })}</div>
      )}
      {detail !== '' && state !== 'differs' && (
        <div className="hint prewrap">{t('writing.gatewaySays', { detail: format.text(detailText) })}</div>
      )}
      {revertAtMs !== null && <RevertDue atMs={revertAtMs} value={toText(row.previous)} />}
    </>
  );
}

function RevertDue({ atMs, value }: { readonly atMs: number; readonly value: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const leftMs = atMs - useServerNow();
  return (
    <div className="write-revert figures" data-testid="write-revert">
      {t('writing.revertAt', { time: format.dateTime(atMs), value })}{' '}
      <span className="hint">
        {leftMs > 0 ? t('writing.revertIn', { duration: format.duration(leftMs) }) : t('writing.revertDue')}
      </span>
    </div>
  );
}
