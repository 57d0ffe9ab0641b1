/** The local journal: whether it writes, how full it is, how far back it goes. */
import { useTranslation } from 'react-i18next';
import { toPercentText } from '../links/figures.ts';
import { RatioBar } from '../links/ratio-bar.tsx';
import { useServerNow } from '../live/server-clock.ts';
import { toBytesText } from '../shared/bytes.ts';
import { useFormat } from '../shared/use-format.ts';
import type { StorageView } from './storage-queries.ts';
import { toCountText, toJournalTone, toRateText, toUsedTone } from './storage-words.ts';
import { Detail, Fact, StoreState } from './store-state.tsx';

const HOUR_MS = 3_600_000;

interface JournalProps {
  readonly journal: StorageView['journal'];
}

interface JournalPanelProps extends JournalProps {
  /** Readings lost that nobody has taken note of. */
  readonly lostReadings: number;
}

export function JournalPanel({ journal, lostReadings }: JournalPanelProps) {
  const { t } = useTranslation();
  const { state, bytes, maxBytes, maxAgeDays, detail } = journal;
  const ratio = maxBytes === 0 ? 0 : bytes / maxBytes;
  return (
    <section className="panel store" data-testid="journal-panel">
      <header className="store-head">
        <h2>{t('storage.journal')}</h2>
        <StoreState tone={toJournalTone(journal)} word={state} text={t(`storage.journalState.${state}`)} />
      </header>
      <Detail detail={detail} />
      <div className="store-used">
        <span className="hint">{t('storage.used')}</span>
        <RatioBar ratio={ratio} tone={toUsedTone(ratio)} label={toPercentText(ratio)} />
        <span className="figures">
          {t('storage.usedOf', {
            used: toBytesText(bytes),
            max: toBytesText(maxBytes),
            days: maxAgeDays,
          })}
        </span>
      </div>
      <dl className="store-facts">
        <Reach journal={journal} />
        <Writing journal={journal} />
        <Fact label={t('storage.lost')} id="journal-lost">
          {lostReadings === 0 ? (
            t('storage.lostNone')
          ) : (
            <span className="attention">{t('storage.readings', { count: toCountText(lostReadings) })}</span>
          )}
        </Fact>
      </dl>
    </section>
  );
}

/** How far back it goes, and how far it could; figures that are not known are left out. */
function Reach({ journal: { oldestMs, fittingHours, bytesPerReading } }: JournalProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const nowMs = useServerNow();
  return (
    <>
      {oldestMs !== null && (
        <Fact label={t('storage.oldest')} id="journal-oldest">
          {format.dateTime(oldestMs)}{' '}
          <span className="hint">
            {t('storage.held', { duration: format.wholeMinutes(nowMs - oldestMs) })}
          </span>
        </Fact>
      )}
      {fittingHours !== null && (
        <Fact label={t('storage.fitting')}>{format.wholeMinutes(fittingHours * HOUR_MS)}</Fact>
      )}
      {bytesPerReading !== null && (
        <Fact label={t('storage.perReading')}>
          {t('storage.perReadingBytes', { bytes: bytesPerReading.toFixed(1) })}
        </Fact>
      )}
    </>
  );
}

function Writing({ journal }: JournalProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { readingsPerS, waitingReadings, durableDelayMs, damagedPlaces, damagedReadings } = journal;
  const isLate = durableDelayMs !== null && durableDelayMs > LATE_MS;
  return (
    <>
      <Fact label={t('storage.rate')} id="journal-rate">
        {readingsPerS === null ? (
          <span className="hint">{t('storage.starting')}</span>
        ) : (
          t('storage.perS', { rate: toRateText(readingsPerS) })
        )}
      </Fact>
      <Fact label={t('storage.durable')}>
        {isLate ? (
          <span className="attention">
            {t('storage.durableDelay', { delay: format.duration(durableDelayMs) })} ·{' '}
            {t('storage.waiting', { count: waitingReadings })}
          </span>
        ) : (
          t('storage.durableNow')
        )}
      </Fact>
      <Fact label={t('storage.damaged')}>
        {damagedPlaces === 0 ? (
          t('storage.noDamage')
        ) : (
          <span className="attention">
            {t('storage.damagedText', { places: damagedPlaces, readings: toCountText(damagedReadings) })}
          </span>
        )}
      </Fact>
    </>
  );
}

/** Promised is a second. */
const LATE_MS = 1_000;
