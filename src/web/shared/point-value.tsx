/** What a point shows at this moment. A bad value is a dash with its reason, never an old value as the present one. */
import WarningOutlined from '@ant-design/icons/WarningOutlined';
import { useTranslation } from 'react-i18next';
import type { PointDefinition } from '../api/types.ts';
import { isBadCode, isUncertainCode, NO_DATA_CODE, type PointState } from '../live/point-state.ts';
import { useServerNow } from '../live/server-clock.ts';
import { useFormat } from './use-format.ts';
import { useQualityText, useShortQualityText } from './use-quality-text.ts';

interface PointValueProps {
  readonly point: PointDefinition;
  /** undefined = nothing has been heard of it yet. */
  readonly state: PointState | undefined;
}

export function isBadState(state: PointState | undefined): boolean {
  return state === undefined || isBadCode(state.qualityCode);
}

/** Value and unit, or dash and reason. @param isShort the reason in a word or two. */
export function PointValue({
  point,
  state,
  isShort = false,
}: PointValueProps & { readonly isShort?: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toQualityText = useQualityText();
  const toShortText = useShortQualityText();
  if (state === undefined || isBadCode(state.qualityCode)) {
    const code = state?.qualityCode ?? NO_DATA_CODE;
    return (
      <>
        <span className="value">{t('common.none')}</span>
        <span className="bad-reason" title={toQualityText(code)}>
          {isShort ? toShortText(code) : toQualityText(code)}
        </span>
      </>
    );
  }
  const isWord = point.states.length > 0 || point.type !== 'number';
  return (
    <>
      {isUncertainCode(state.qualityCode) && <WarningOutlined className="uncertain" />}
      <span className={isWord ? 'value value-word' : 'value figures'}>
        {state.text ?? (state.value === null ? t('common.none') : format.value(point, state.value))}
      </span>
      {!isWord && point.unit !== '' && <span className="unit">{point.unit}</span>}
    </>
  );
}

/** Why the value is not beyond doubt, and what it was before it turned bad. Nothing while it is good. */
export function PointRemark({ point, state }: PointValueProps) {
  const { t } = useTranslation();
  const toQualityText = useQualityText();
  if (state === undefined) return null;
  if (isUncertainCode(state.qualityCode)) {
    return (
      <div className="uncertain">{t('overview.uncertain', { reason: toQualityText(state.qualityCode) })}</div>
    );
  }
  if (!isBadCode(state.qualityCode) || state.lastGood === null) return null;
  return <LastGood point={point} lastGood={state.lastGood} />;
}

interface LastGoodProps {
  readonly point: PointDefinition;
  readonly lastGood: NonNullable<PointState['lastGood']>;
}

function LastGood({ point, lastGood }: LastGoodProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const value = [format.value(point, lastGood.value), point.unit].filter((part) => part !== '').join(' ');
  return (
    <div className="last-good">
      {t('overview.lastGood', { value })}
      {lastGood.receivedMs !== null && (
        <>
          {' '}
          · <Age sinceMs={lastGood.receivedMs} />
        </>
      )}
    </div>
  );
}

/** `5 分 3 秒前`; renewed every second. */
export function Age({ sinceMs }: { readonly sinceMs: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  return <>{t('duration.ago', { duration: format.duration(useServerNow() - sinceMs) })}</>;
}
