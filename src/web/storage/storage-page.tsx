/** The stores of telemetry at a glance: journal, forwarding, quarantine, backups; losses above everything. */
import { useTranslation } from 'react-i18next';
import { QueryState } from '../shared/query-state.tsx';
import { usePermission } from '../shared/use-permission.ts';
import { BackupsPanel } from './backups-panel.tsx';
import { ForwarderPanel } from './forwarder-panel.tsx';
import { JournalPanel } from './journal-panel.tsx';
import { LossList } from './loss-list.tsx';
import { LossNote } from './loss-note.tsx';
import { PersonalPanel } from './personal-panel.tsx';
import { QuarantinePanel } from './quarantine-panel.tsx';
import { RecordsPanel } from './records-panel.tsx';
import { STORAGE_RECHECK_MS, useStorage } from './storage-queries.ts';
import { WordsPanel } from './words-panel.tsx';

export function StoragePage() {
  const { t } = useTranslation();
  const query = useStorage();
  const canDestroy = usePermission('personal.destroy');
  const retry = (): void => void query.refetch();
  return (
    <div className="storage-page" data-testid="storage-page">
      <div className="toolbar">
        <h1>{t('storage.title')}</h1>
        <span className="spread" />
        <span className="hint">{t('storage.checked', { seconds: STORAGE_RECHECK_MS / 1_000 })}</span>
      </div>
      {(query.error !== null || query.data === undefined) && (
        <QueryState error={query.error} onRetry={retry} />
      )}
      {query.data !== undefined && <LossNote storage={query.data} />}
      <div className="storage-panels">
        {query.data !== undefined && (
          <>
            <JournalPanel journal={query.data.journal} lostReadings={query.data.loss?.readings ?? 0} />
            <ForwarderPanel forwarder={query.data.forwarder} />
            <QuarantinePanel storage={query.data} />
          </>
        )}
        <BackupsPanel />
        {canDestroy && <PersonalPanel />}
        {canDestroy && <RecordsPanel />}
        {canDestroy && <WordsPanel />}
      </div>
      {query.data !== undefined && <LossList losses={query.data.losses} />}
    </div>
  );
}
