/** What somebody must see before writing: what stands now and how old it is, what forbids it, what will happen. */
import CheckOutlined from '@ant-design/icons/CheckOutlined';
import CloseOutlined from '@ant-design/icons/CloseOutlined';
import QuestionOutlined from '@ant-design/icons/QuestionOutlined';
import { useTranslation } from 'react-i18next';
import type { PointDefinition, PointWriting } from '../api/types.ts';
import { readings, usePointState } from '../live/readings.ts';
import { useServerNow } from '../live/server-clock.ts';
import { isBadState, PointRemark, PointValue } from '../shared/point-value.tsx';
import { type Format, useFormat } from '../shared/use-format.ts';
import { useValueText } from './use-writing-words.ts';

/** Value, quality where it is not good, and when it was received. */
export function PresentValue({ point }: { readonly point: PointDefinition }) {
  const state = usePointState(point.id);
  return (
    <span className={`point write-present ${isBadState(state) ? 'is-bad' : ''}`} data-testid="write-present">
      <PointValue point={point} state={state} />
      {!isBadState(state) && <ReceivedAgo point={point.id} />}
      <PointRemark point={point} state={state} />
    </span>
  );
}

function ReceivedAgo({ point }: { readonly point: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const nowMs = useServerNow();
  const receivedMs = readings.get(point)?.receivedMs ?? null;
  if (receivedMs === null) return null;
  return (
    <span className="hint figures write-age">
      {t('duration.ago', { duration: format.duration(nowMs - receivedMs) })}
    </span>
  );
}

const MARKS = {
  free: { icon: <CheckOutlined aria-hidden />, word: 'writing.interlockFree' },
  present: { icon: <CloseOutlined aria-hidden />, word: 'writing.interlockPresent' },
  unknown: { icon: <QuestionOutlined aria-hidden />, word: 'writing.interlockUnknown' },
} as const;

/** The text of an interlock says what would forbid writing; whether that is so stands beside it. */
export function InterlockList({ interlocks }: { readonly interlocks: PointWriting['interlocks'] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <ul className="plain-list interlocks" data-testid="write-interlocks">
      {interlocks.map(({ text, holds }) => {
        const state = holds === null ? 'unknown' : holds ? 'free' : 'present';
        return (
          <li key={text.zh} className={`interlock-${state}`} data-state={state}>
            {MARKS[state].icon} {format.text(text)} <b>{t(MARKS[state].word)}</b>
          </li>
        );
      })}
    </ul>
  );
}

const MINUTE_MS = 60_000;

/** Without seconds where there are none. */
function toDelayText(format: Format, ms: number): string {
  return ms % MINUTE_MS === 0 ? format.wholeMinutes(ms) : format.duration(ms);
}

interface EffectsProps {
  readonly point: PointDefinition;
  readonly write: PointWriting;
  /** What a revert would write, given what stands now. */
  readonly revertValue: (present: number | null) => number | null;
}

export function Effects({ point, write, revertValue }: EffectsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const toValueText = useValueText();
  const state = usePointState(point.id);
  const value = toValueText(point, revertValue(state?.value ?? null));
  return (
    <ul className="plain-list write-effects" data-testid="write-effects">
      <li>{t('writing.effectOnce')}</li>
      <li>
        {write.revertAfterMs === null ? (
          t('writing.effectStays')
        ) : (
          <b>{t('writing.effectReverts', { duration: toDelayText(format, write.revertAfterMs), value })}</b>
        )}
      </li>
    </ul>
  );
}
