/** Pieces of one planned request, the same in the table and in the list of ranges. */
import { useTranslation } from 'react-i18next';
import { useServerNow } from '../live/server-clock.ts';
import { useFormat } from '../shared/use-format.ts';
import { toMsText } from './figures.ts';
import type { PlannedRequest } from './link-queries.ts';
import { toRangeText, toRequestState } from './plan-words.ts';
import { useDeviceName, useTableName } from './use-names.ts';

interface RequestProps {
  readonly request: PlannedRequest;
}

/** `1号站 保持寄存器 0–19`; as the driver calls it where there is no address map. */
export function RequestName({ request }: RequestProps) {
  const { t } = useTranslation();
  const toDeviceName = useDeviceName();
  const toTableName = useTableName();
  const { block, device, label, isSplit } = request;
  return (
    <>
      {block === null ? (
        label
      ) : (
        <>
          {toDeviceName(device)} {toTableName(block.table)}{' '}
          <b className="figures">{toRangeText(block.first, block.count)}</b>
        </>
      )}{' '}
      {isSplit && (
        <span className="tag" title={t('plan.splitHelp')}>
          {t('plan.split')}
        </span>
      )}
    </>
  );
}

/** Reckoned and measured time of one exchange. */
export function RequestTime({ request: { costMs, latencyMs } }: RequestProps) {
  const { t } = useTranslation();
  const measured = latencyMs === null ? t('common.none') : toMsText(latencyMs);
  return (
    <span className="figures">
      <span className="hint">{toMsText(costMs)} / </span>
      {measured} <span className="hint">ms</span>
    </span>
  );
}

export function RequestAnswered({ request: { answeredMs } }: RequestProps) {
  const { t } = useTranslation();
  if (answeredMs === null) return <span className="hint">{t('plan.neverAnswered')}</span>;
  return <Ago atMs={answeredMs} />;
}

function Ago({ atMs }: { readonly atMs: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <span className="figures" title={format.dateTime(atMs)}>
      {t('duration.ago', { duration: format.duration(useServerNow() - atMs) })}
    </span>
  );
}

export function RequestResult({ request }: RequestProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { failures, exceptionCode, exceptionText } = request;
  const state = toRequestState(request);
  switch (state) {
    case 'refused':
      return (
        <span className="tag result-refused">
          {t('plan.exception', {
            code: exceptionCode,
            text: exceptionText === null ? '' : format.text(exceptionText),
          })}
        </span>
      );
    case 'silent':
      return <span className="tag result-silent">{t('plan.failuresCount', { count: failures })}</span>;
    case 'waiting':
      return <span className="hint">{t('plan.waiting')}</span>;
    case 'accepted':
      return <span className="result-accepted">{t('plan.accepted')}</span>;
    default:
      return state satisfies never;
  }
}
