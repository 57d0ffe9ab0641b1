/** A change tried over history: how far back, how far it has come, and what it would have meant. */
import { Alert, App as AntApp, Button, Progress } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Backtest, RuleChange } from '../api/types.ts';
import { serverNow } from '../live/server-clock.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { usePermission } from '../shared/use-permission.ts';
import { Consequences } from './consequences.tsx';
import { isUnderWay, useBacktest, useCancelBacktest, useStartBacktest } from './rule-queries.ts';

const RANGES_DAYS = [7, 30, 90] as const;
const DAY_MS = 86_400_000;

export function BacktestPanel({ change }: { readonly change: RuleChange }) {
  const { t } = useTranslation();
  const mayEdit = usePermission('rule.edit');
  const mayApprove = usePermission('rule.approve');
  const mayRun = mayEdit || mayApprove;
  const query = useBacktest(mayRun ? (change.backtest?.id ?? null) : null);
  const start = useStartBacktest(change);
  const backtest = query.data ?? null;
  return (
    <div className="backtest" data-testid="backtest">
      <div className="backtest-head">
        <b>{t('backtest.title')}</b> <span className="hint">{t('backtest.help')}</span>
        <span className="spread" />
        {mayRun && change.state === 'proposed' && !isUnderWay(backtest) && <Ranges start={start} />}
      </div>
      {backtest !== null && <State backtest={backtest} />}
      {backtest === null && <Remembered change={change} isForgotten={query.isSuccess} />}
    </div>
  );
}

function Ranges({ start }: { readonly start: ReturnType<typeof useStartBacktest> }) {
  const { t } = useTranslation();
  const { message } = AntApp.useApp();
  const toErrorText = useErrorText();
  const run = (days: number): void => {
    const toMs = Math.floor(serverNow());
    start.mutate(
      { fromMs: toMs - days * DAY_MS, toMs },
      { onError: (error) => void message.error(toErrorText(error)) },
    );
  };
  return RANGES_DAYS.map((days) => (
    <Button
      key={days}
      size="small"
      disabled={start.isPending}
      data-testid={`backtest-${days}`}
      onClick={() => run(days)}
    >
      {t('backtest.days', { days })}
    </Button>
  ));
}

function State({ backtest }: { readonly backtest: Backtest }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { state, comparison, error } = backtest;
  if (isUnderWay(backtest)) return <Running backtest={backtest} />;
  if (state === 'cancelled') return <p className="hint">{t('backtest.cancelled')}</p>;
  if (state === 'failed' || comparison === null) {
    const reason = error === null ? state : format.text(error.text);
    return <Alert className="gap-above" type="error" showIcon title={t('backtest.failed', { reason })} />;
  }
  return <Consequences comparison={comparison} />;
}

function Running({ backtest }: { readonly backtest: Backtest }) {
  const { t } = useTranslation();
  const format = useFormat();
  const cancel = useCancelBacktest(backtest.id);
  const { state, progress } = backtest;
  return (
    <div className="backtest-running" data-testid="backtest-running" data-state={state}>
      <Progress percent={Math.round(progress.ratio * 100)} status="active" />
      <span className="hint figures">
        {state === 'queued' ? t('backtest.queued') : t('backtest.running')}
        {progress.reachedMs !== null && ` · ${format.dateTime(progress.reachedMs)}`}
      </span>
      <Button
        size="small"
        loading={cancel.isPending}
        data-testid="backtest-cancel"
        onClick={() => cancel.mutate()}
      >
        {t('backtest.cancel')}
      </Button>
    </div>
  );
}

/** The gateway keeps results for a day, their verdict with the change. */
function Remembered({ change, isForgotten }: { readonly change: RuleChange; readonly isForgotten: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const verdict = change.backtest?.verdict ?? null;
  if (verdict === null) return isForgotten ? <p className="hint">{t('backtest.forgotten')}</p> : null;
  const { fromMs, toMs, missed } = verdict;
  return (
    <p>
      <span className="hint">
        {t('backtest.range', { from: format.dateTime(fromMs), to: format.dateTime(toMs) })}
      </span>{' '}
      <span className={missed > 0 ? 'missed' : ''}>
        {missed > 0 ? t('backtest.missedTitle', { count: missed }) : t('backtest.noneMissed')}
      </span>
    </p>
  );
}
