/** One live point. A bad value is a dash with its reason; the last good one stands beside it with its age, greyed. */
import WarningOutlined from '@ant-design/icons/WarningOutlined';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { PointDefinition, Severity } from '../api/types.ts';
import { isBadCode, isUncertainCode, type PointState, usePointState } from '../live/readings.ts';
import { useServerNow } from '../live/server-clock.ts';
import { SeverityIcon } from '../shared/severity-tag.tsx';
import { useFormat } from '../shared/use-format.ts';
import { useQualityText } from '../shared/use-quality-text.ts';

interface PointRowProps {
  readonly point: PointDefinition;
  /** Of the worst active alarm that this point raised; null without one. */
  readonly severity: Severity | null;
}

export const PointRow = memo(function PointRow({ point, severity }: PointRowProps) {
  const format = useFormat();
  const state = usePointState(point.id);
  const isBad = state === undefined || isBadCode(state.qualityCode);
  return (
    <div
      className={`point ${isBad ? 'is-bad' : ''}`}
      data-testid={`point-${point.equipment}-${point.name}`}
      data-quality={state?.qualityCode}
    >
      <dt>{format.text(point.text)}</dt>
      <dd className={severity === null ? '' : `is-alarming severity-text-${severity}`}>
        {severity !== null && <SeverityIcon severity={severity} />}
        {isBad ? <BadValue point={point} state={state} /> : <Value point={point} state={state} />}
      </dd>
    </div>
  );
});

interface ValueProps {
  readonly point: PointDefinition;
  readonly state: PointState;
}

function Value({ point, state }: ValueProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const toQualityText = useQualityText();
  const isUncertain = isUncertainCode(state.qualityCode);
  const isWord = point.states.length > 0 || point.type === 'boolean';
  return (
    <>
      <span className={isWord ? 'value value-word' : 'value figures'}>
        {state.value === null ? t('common.none') : format.value(point, state.value)}
      </span>
      {!isWord && point.unit !== '' && <span className="unit">{point.unit}</span>}
      {isUncertain && (
        <div className="uncertain">
          <WarningOutlined /> {t('overview.uncertain', { reason: toQualityText(state.qualityCode) })}
        </div>
      )}
    </>
  );
}

function BadValue({
  point,
  state,
}: {
  readonly point: PointDefinition;
  readonly state: PointState | undefined;
}) {
  const { t } = useTranslation();
  const toQualityText = useQualityText();
  return (
    <>
      <span className="value">{t('common.none')}</span>
      <span className="bad-reason">{toQualityText(state?.qualityCode ?? 128)}</span>
      {state?.lastGood != null && <LastGood point={point} lastGood={state.lastGood} />}
    </>
  );
}

function LastGood({
  point,
  lastGood,
}: {
  readonly point: PointDefinition;
  readonly lastGood: NonNullable<PointState['lastGood']>;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const value = [format.value(point, lastGood.value), point.unit].filter((part) => part !== '').join(' ');
  return (
    <div className="last-good">
      {t('overview.lastGood', { value })}
      {lastGood.receivedMs !== null && <Age sinceMs={lastGood.receivedMs} />}
    </div>
  );
}

function Age({ sinceMs }: { readonly sinceMs: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  return <> · {t('duration.ago', { duration: format.duration(useServerNow() - sinceMs) })}</>;
}
