/** Backups: how the last one went and how old it is, when the next comes, those that are kept, and one more now. */
import { Alert, App as AntApp, Button, Progress } from 'antd';
import { useTranslation } from 'react-i18next';
import { useServerNow } from '../live/server-clock.ts';
import { toBytesText } from '../shared/bytes.ts';
import { QueryState } from '../shared/query-state.tsx';
import { testId } from '../shared/test-id.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { usePermission } from '../shared/use-permission.ts';
import { type Backups, useBackups, useRunBackup } from './storage-queries.ts';
import { toBackupTone, toBackupWord, toCountText } from './storage-words.ts';
import { Fact, StoreState } from './store-state.tsx';

export function BackupsPanel() {
  const { t } = useTranslation();
  const query = useBackups();
  const retry = (): void => void query.refetch();
  return (
    <section className="panel store" data-testid="backups-panel">
      {query.data === undefined ? (
        <>
          <h2>{t('storage.backups')}</h2>
          <QueryState error={query.error} onRetry={retry} />
        </>
      ) : (
        <>
          <Head backups={query.data} />
          {query.error !== null && <QueryState error={query.error} onRetry={retry} />}
          <Status backups={query.data} />
          {query.data.schedule !== null && <Kept items={query.data.items} />}
        </>
      )}
    </section>
  );
}

interface BackupsProps {
  readonly backups: Backups;
}

function Head({ backups }: BackupsProps) {
  const { t } = useTranslation();
  const word = toBackupWord(backups, useServerNow());
  const canRun = usePermission('backup.run') && backups.schedule !== null;
  const { modal, message } = AntApp.useApp();
  const toErrorText = useErrorText();
  const run = useRunBackup();
  const ask = (): void =>
    void modal.confirm({
      title: t('storage.backupNow'),
      content: t('storage.backupConfirm'),
      okText: t('storage.backupNow'),
      okButtonProps: testId('backup-confirm'),
      cancelText: t('common.cancel'),
      onOk: () => run.mutate(undefined, { onError: (error) => void message.error(toErrorText(error)) }),
    });
  return (
    <header className="store-head">
      <h2>{t('storage.backups')}</h2>
      <StoreState tone={toBackupTone(word)} word={word} text={t(`storage.backupState.${word}`)} />
      <span className="spread" />
      {canRun && (
        <Button
          loading={run.isPending}
          disabled={backups.status.isRunning}
          data-testid="backup-now"
          onClick={ask}
        >
          {t('storage.backupNow')}
        </Button>
      )}
    </header>
  );
}

function Status({ backups: { schedule, status } }: BackupsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const nowMs = useServerNow();
  const { lastFailure, lastOkMs, nextMs, isRunning, progressRatio } = status;
  return (
    <>
      {lastFailure !== null && (
        <Alert
          type="error"
          showIcon
          title={t('storage.backupFailed', {
            time: format.dateTime(lastFailure.atMs),
            reason: format.text(lastFailure.text),
          })}
        />
      )}
      {isRunning && (
        <Progress
          percent={Math.round((progressRatio ?? 0) * 100)}
          status="active"
          aria-label={t('storage.backupProgress')}
          data-testid="backup-progress"
        />
      )}
      {schedule === null ? (
        <p className="hint">{t('storage.backupOffHelp')}</p>
      ) : (
        <dl className="store-facts">
          <Fact label={t('storage.backupLast')} id="backup-last">
            {lastOkMs === null ? (
              <span className="attention">{t('common.none')}</span>
            ) : (
              <>
                {format.dateTime(lastOkMs)}{' '}
                <span className="hint">
                  {t('duration.ago', { duration: format.wholeMinutes(nowMs - lastOkMs) })}
                </span>
              </>
            )}
          </Fact>
          <Fact label={t('storage.backupNext')}>
            {nextMs === null ? t('common.none') : format.dateTime(nextMs)}
          </Fact>
          <Fact label={t('storage.backupSchedule')}>
            {t('storage.backupScheduleText', { at: schedule.at, keep: schedule.keep })}
          </Fact>
          <Fact label={t('storage.backupDirectory')}>
            <span className="prewrap">{schedule.directory}</span>
          </Fact>
        </dl>
      )}
    </>
  );
}

function Kept({ items }: Pick<Backups, 'items'>) {
  const { t } = useTranslation();
  const format = useFormat();
  if (items.length === 0) return <p className="hint">{t('storage.backupEmpty')}</p>;
  return (
    <ul className="plain-list backup-rows" data-testid="backup-rows">
      {items.map(({ name, begunMs, bytes, files, durationMs, riser }) => (
        <li key={name} className="backup-row" data-testid={`backup-${name}`}>
          <b className="figures">{format.dateTime(begunMs)}</b>
          <span className="figures">{toBytesText(bytes)}</span>
          <span className="hint figures">
            {t('storage.backupFiles')} {toCountText(files)}
          </span>
          <span className="hint figures">
            {t('storage.backupDuration')} {format.duration(durationMs)}
          </span>
          <span className="hint prewrap backup-name">{name}</span>
          <span className="hint figures">
            {t('storage.backupVersion')} {riser}
          </span>
        </li>
      ))}
    </ul>
  );
}
