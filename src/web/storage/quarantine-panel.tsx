/** Readings that the database has refused: how many for which reason, the readings themselves, and what can be done. */
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { QueryState } from '../shared/query-state.tsx';
import { usePermission } from '../shared/use-permission.ts';
import { QuarantineActions } from './quarantine-actions.tsx';
import { QuarantineRows } from './quarantine-rows.tsx';
import { type QuarantineView, type StorageView, useQuarantine } from './storage-queries.ts';
import { toCountText } from './storage-words.ts';
import { StoreState } from './store-state.tsx';

export function QuarantinePanel({ storage }: { readonly storage: StorageView }) {
  const { t } = useTranslation();
  const { hasQuarantine, forwarder } = storage;
  const count = forwarder.quarantinedReadings;
  const text = toCountText(count);
  const isOff = forwarder.state === 'off';
  return (
    <section className="panel store" data-testid="quarantine-panel">
      <header className="store-head">
        <h2>{t('storage.quarantine')}</h2>
        <StoreState
          tone={isOff ? 'off' : count === 0 ? 'good' : 'medium'}
          word={isOff ? 'off' : count === 0 ? 'empty' : 'held'}
          text={
            isOff
              ? t('storage.quarantineOff')
              : count === 0
                ? t('storage.quarantineEmpty')
                : t('storage.quarantineCount', { count: text })
          }
        />
      </header>
      {!isOff && <p className="hint">{t('storage.quarantineHelp')}</p>}
      {hasQuarantine && count > 0 && <Quarantined />}
      {!hasQuarantine && !isOff && count > 0 && <p>{t('storage.quarantineUnlisted', { count: text })}</p>}
    </section>
  );
}

function Quarantined() {
  const { t } = useTranslation();
  const canManage = usePermission('storage.manage');
  const [beforeId, setBeforeId] = useState<number | null>(null);
  const [selected, setSelected] = useState<readonly number[]>([]);
  const query = useQuarantine(beforeId, true);
  const retry = (): void => void query.refetch();
  if (query.data === undefined) return <QueryState error={query.error} onRetry={retry} />;
  const { items, nextBeforeId, total } = query.data;
  const turn = (id: number | null): void => {
    setSelected([]);
    setBeforeId(id);
  };
  return (
    <>
      {query.error !== null && <QueryState error={query.error} onRetry={retry} />}
      <Counts counts={query.data.counts} />
      {canManage && (
        <QuarantineActions
          selected={items.filter(({ id }) => selected.includes(id))}
          total={total}
          onDone={() => turn(null)}
        />
      )}
      <QuarantineRows rows={items} selected={canManage ? selected : null} onSelect={setSelected} />
      <div className="row-actions">
        {beforeId !== null && <Button onClick={() => turn(null)}>{t('storage.newest')}</Button>}
        {nextBeforeId !== null && (
          <Button data-testid="quarantine-older" onClick={() => turn(nextBeforeId)}>
            {t('storage.older')}
          </Button>
        )}
      </div>
    </>
  );
}

function Counts({ counts }: Pick<QuarantineView, 'counts'>) {
  const { t } = useTranslation();
  return (
    <dl className="counters quarantine-counts" data-testid="quarantine-counts">
      {counts.map(({ reason, readings }) => (
        <div key={reason ?? ''} className="counter">
          <dt className="prewrap">{reason ?? t('storage.otherReasons')}</dt>
          <dd className="figures attention">{toCountText(readings)}</dd>
        </div>
      ))}
    </dl>
  );
}
