/** Forwarding to the time-series database: state, what waits, how fast it goes, when it will be done. */
import { useTranslation } from 'react-i18next';
import { toPercentText } from '../links/figures.ts';
import { useServerNow } from '../live/server-clock.ts';
import { useFormat } from '../shared/use-format.ts';
import type { StorageView } from './storage-queries.ts';
import {
  type ForwarderWord,
  toCountText,
  toForwarderTone,
  toForwarderWord,
  toRateText,
} from './storage-words.ts';
import { Detail, Fact, StoreState } from './store-state.tsx';

interface ForwarderProps {
  readonly forwarder: StorageView['forwarder'];
}

export function ForwarderPanel({ forwarder }: ForwarderProps) {
  const { t } = useTranslation();
  const word = toForwarderWord(forwarder, useServerNow());
  return (
    <section className="panel store" data-testid="forwarder-panel">
      <header className="store-head">
        <h2>{t('storage.forwarder')}</h2>
        <StoreState tone={toForwarderTone(word)} word={word} text={t(`storage.forwarderState.${word}`)} />
      </header>
      <Detail detail={forwarder.detail} />
      {word !== 'off' && <Figures forwarder={forwarder} word={word} />}
    </section>
  );
}

function Figures({ forwarder, word }: ForwarderProps & { readonly word: ForwarderWord }) {
  const { t } = useTranslation();
  const format = useFormat();
  const nowMs = useServerNow();
  const { target, backlogReadings, oldestUnconfirmedMs, confirmedPerS, paceRatio, retries } = forwarder;
  const isBehind = word !== 'ok' && oldestUnconfirmedMs !== null;
  return (
    <dl className="store-facts">
      <Fact label={t('storage.target')}>{target ?? t('common.none')}</Fact>
      <Fact label={t('storage.backlog')} id="forwarder-backlog">
        {backlogReadings === 0 ? (
          t('storage.allSent')
        ) : (
          <span className={isBehind ? 'attention' : ''}>
            {t('storage.readings', { count: toCountText(backlogReadings) })}
          </span>
        )}
      </Fact>
      {isBehind && (
        <Fact label={t('storage.oldestUnconfirmed')}>
          {format.dateTime(oldestUnconfirmedMs)}{' '}
          <span className="hint">
            {t('duration.ago', { duration: format.duration(nowMs - oldestUnconfirmedMs) })}
          </span>
        </Fact>
      )}
      <Fact label={t('storage.sentRate')}>
        {confirmedPerS === null ? (
          <span className="hint">{t('storage.starting')}</span>
        ) : (
          t('storage.perS', { rate: toRateText(confirmedPerS) })
        )}
        {paceRatio < 1 && (
          <span className="hint"> · {t('storage.slowed', { percent: toPercentText(paceRatio) })}</span>
        )}
      </Fact>
      {isBehind && <CatchUp catchUpMs={forwarder.catchUpMs} />}
      <Fact label={t('storage.retries')}>{t('storage.times', { count: retries })}</Fact>
    </dl>
  );
}

function CatchUp({ catchUpMs }: { readonly catchUpMs: number | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const nowMs = useServerNow();
  return (
    <Fact label={t('storage.eta')} id="forwarder-eta">
      {catchUpMs === null ? (
        <span className="hint">{t('storage.etaNone')}</span>
      ) : (
        <>
          {format.dateTime(nowMs + catchUpMs)}{' '}
          <span className="hint">{t('storage.etaIn', { duration: format.duration(catchUpMs) })}</span>
        </>
      )}
    </Fact>
  );
}
