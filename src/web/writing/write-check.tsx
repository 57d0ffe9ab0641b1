/**
 * Second step of writing: equipment by its full name, old and new value, and nothing sent before it is confirmed. The
 * focus stands on the sentence, so that an Enter too many confirms nothing.
 */
import ArrowRightOutlined from '@ant-design/icons/ArrowRightOutlined';
import { Button } from 'antd';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { usePointState } from '../live/readings.ts';
import { useFormat } from '../shared/use-format.ts';
import { useFullName, usePresentText, useValueText } from './use-writing-words.ts';
import type { Asked } from './write-answer.ts';
import type { WriteDialogProps } from './write-dialog.tsx';
import { Effects } from './write-facts.tsx';
import { Obstacles } from './write-obstacles.tsx';

interface WriteCheckProps extends WriteDialogProps {
  readonly asked: Asked;
  readonly revertValue: (present: number | null) => number | null;
  readonly onBack: () => void;
  readonly onConfirm: () => void;
}

export function WriteCheck(props: WriteCheckProps) {
  const { point, write, asked, obstacles, revertValue, onBack, onConfirm } = props;
  const { t } = useTranslation();
  return (
    <>
      <Obstacles obstacles={obstacles} />
      <Sentence {...props} />
      <dl className="facts">
        <dt>{t('writing.reason')}</dt>
        <dd className="prewrap">{asked.reason.trim()}</dd>
        <dt>{t('writing.effects')}</dt>
        <dd>
          <Effects point={point} write={write} revertValue={revertValue} />
        </dd>
      </dl>
      <div className="dialog-actions">
        <Button onClick={onBack} data-testid="write-back">
          {t('writing.back')}
        </Button>
        <Button
          type="primary"
          danger
          disabled={obstacles.length > 0}
          data-testid="write-confirm"
          onClick={onConfirm}
        >
          {t('writing.confirm')}
        </Button>
      </div>
    </>
  );
}

/** Follows the value: what is confirmed is what stands at that moment. */
function Sentence({ point, asked, all }: WriteCheckProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const toFullName = useFullName();
  const toPresentText = usePresentText();
  const toValueText = useValueText();
  usePointState(point.id);
  const sentence = useRef<HTMLParagraphElement>(null);
  useEffect(() => sentence.current?.focus(), []);
  const [from, to] = [toPresentText(point), toValueText(point, asked.value)];
  const equipment = toFullName(point.equipment, all);
  return (
    <>
      <p ref={sentence} tabIndex={-1} className="write-sentence" data-testid="write-sentence">
        {t('writing.confirmSentence', { equipment, point: format.text(point.text), from, to })}
      </p>
      <p className="write-change figures" aria-hidden>
        <span>{from}</span> <ArrowRightOutlined /> <b>{to}</b>
      </p>
    </>
  );
}
