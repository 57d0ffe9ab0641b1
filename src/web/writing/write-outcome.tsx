/** What came of a write, in words, and what to do where that is not certain. */
import { Alert } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { PointDefinition, PointWrite } from '../api/types.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { useValueText } from './use-writing-words.ts';
import type { Asked, WriteAnswer } from './write-answer.ts';
import { Waiting } from './write-waiting.tsx';

interface OutcomeProps {
  readonly point: PointDefinition;
  readonly asked: Asked;
  readonly answer: WriteAnswer;
}

export function Outcome({ point, asked, answer }: OutcomeProps) {
  const { t } = useTranslation();
  const toErrorText = useErrorText();
  switch (answer.type) {
    case 'row':
      return <RowOutcome point={point} row={answer.row} />;
    case 'refused':
      return (
        <Alert
          type="error"
          showIcon
          title={answer.error.code === 'write-failed' ? t('writing.failedTitle') : t('writing.refusedTitle')}
          description={toErrorText(answer.error)}
        />
      );
    case 'lost':
      return (
        <Unknown>
          <p>{t('writing.lostText', { reason: toErrorText(answer.error) })}</p>
          <Wanted point={point} value={asked.value} />
        </Unknown>
      );
    default:
      return answer satisfies never;
  }
}

function RowOutcome({ point, row }: { readonly point: PointDefinition; readonly row: PointWrite }) {
  const { t } = useTranslation();
  const format = useFormat();
  switch (row.state) {
    case 'sent':
      return <Waiting text={t('writing.waiting')} />;
    case 'failed':
      return (
        <Alert
          type="error"
          showIcon
          title={t('writing.failedTitle')}
          description={row.detail !== '' && t('writing.gatewaySays', { detail: format.text(row.detailText) })}
        />
      );
    case 'differs':
      return <Differs point={point} row={row} />;
    case 'unknown':
      return (
        <Unknown>
          <Wanted point={point} value={row.value} />
          <ReadBack point={point} row={row} />
          <Detail row={row} />
        </Unknown>
      );
    case 'confirmed':
      return <Confirmed point={point} row={row} />;
    // Its record was read too late to see the outcome itself.
    case 'reverting':
    case 'reverted':
    case 'revert-failed':
    case 'superseded':
      return (
        <Alert
          type="info"
          showIcon
          title={t(`writeState.${row.state}`)}
          description={<Wanted point={point} value={row.value} />}
        />
      );
    default:
      return row.state satisfies never;
  }
}

interface RowProps {
  readonly point: PointDefinition;
  readonly row: PointWrite;
}

function Confirmed({ point, row }: RowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const toValueText = useValueText();
  const value = toValueText(point, row.readBack ?? row.value);
  return (
    <Alert
      type="success"
      showIcon
      title={t('writing.confirmedTitle')}
      description={
        <>
          <p>{t('writing.confirmedText', { point: format.text(point.text), value })}</p>
          <RevertNote point={point} row={row} />
        </>
      }
    />
  );
}

function Differs({ point, row }: RowProps) {
  const { t } = useTranslation();
  const toValueText = useValueText();
  const [to, readBack] = [toValueText(point, row.value), toValueText(point, row.readBack)];
  return (
    <Alert
      type="warning"
      showIcon
      title={t('writing.differsTitle')}
      description={
        <>
          <p>{t('writing.differsText', { to, readBack })}</p>
          <RevertNote point={point} row={row} />
        </>
      }
    />
  );
}

function Unknown({ children }: { readonly children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <Alert
      type="warning"
      showIcon
      title={t('writing.unknownTitle')}
      description={
        <>
          <p>
            <b>{t('writing.unknownText')}</b>
          </p>
          {children}
        </>
      }
    />
  );
}

function Wanted({ point, value }: { readonly point: PointDefinition; readonly value: number }) {
  const { t } = useTranslation();
  const toValueText = useValueText();
  return <p>{t('common.pair', { name: t('writing.value'), value: toValueText(point, value) })}</p>;
}

function ReadBack({ point, row }: RowProps) {
  const { t } = useTranslation();
  const toValueText = useValueText();
  if (row.readBack === null) return null;
  return <p>{t('writing.unknownReadBack', { value: toValueText(point, row.readBack) })}</p>;
}

function Detail({ row }: { readonly row: PointWrite }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (row.detail === '') return null;
  return <p className="hint">{t('writing.gatewaySays', { detail: format.text(row.detailText) })}</p>;
}

function RevertNote({ point, row }: RowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const toValueText = useValueText();
  if (row.revertAtMs === null) return null;
  const value = toValueText(point, row.previous);
  return <p>{t('writing.revertAt', { time: format.dateTime(row.revertAtMs), value })}</p>;
}
