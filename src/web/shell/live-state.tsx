/** Whether what the page shows is live: a lamp in the header, and a banner that cannot be overlooked when it is old. */
import { Tooltip } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useLiveState } from '../live/live-context.tsx';
import { useServerNow } from '../live/server-clock.ts';
import { useFormat } from '../shared/use-format.ts';

export function LiveLamp() {
  const { t } = useTranslation();
  const format = useFormat();
  const { phase, liveSinceMs } = useLiveState();
  const help =
    liveSinceMs === null ? t(`live.${phase}`) : t('live.liveSince', { time: format.time(liveSinceMs) });
  return (
    <Tooltip title={help}>
      <span className={`live live-${phase}`} role="status" data-testid="live-state" data-phase={phase}>
        <i className="live-dot" aria-hidden />
        <span className="live-text">{t(`live.${phase}`)}</span>
      </span>
    </Tooltip>
  );
}

/** Also marks the document (`data-live`), so that styles/frame.css greys every value. */
export function StaleBanner() {
  const { t } = useTranslation();
  const format = useFormat();
  const { phase, silentForMs, attempt } = useLiveState();
  const nowMs = useServerNow();
  const isStale = phase === 'stale';
  useEffect(() => {
    document.documentElement.dataset['live'] = isStale ? 'stale' : 'live';
    return () => {
      delete document.documentElement.dataset['live'];
    };
  }, [isStale]);
  if (!isStale) return null;
  const time = silentForMs === null ? t('live.never') : format.dateTime(nowMs - silentForMs);
  return (
    <div className="stale-banner" role="alert" data-testid="stale-banner">
      <b>{t('live.banner', { duration: format.duration(silentForMs ?? 0) })}</b>
      <span>{t('live.bannerHint', { time, attempt })}</span>
    </div>
  );
}

/** Parts without which the gateway can neither raise an alarm nor keep one: only the page can say so. */
const VITAL_PARTS = ['engine', 'store', 'journal'] as const;

/** The gateway itself is in trouble and could not make an alarm of it. */
export function TroubleBanner() {
  const { t } = useTranslation();
  const { trouble, phase } = useLiveState();
  const vital = VITAL_PARTS.filter((part) => trouble.some((one) => one.part === part));
  if (vital.length === 0 || phase === 'stale') return null;
  const isUndecided = vital.some((part) => part !== 'journal');
  return (
    <div className="stale-banner" role="alert" data-testid="trouble-banner">
      <b>{t(isUndecided ? 'live.storeTrouble' : 'live.journalTrouble')}</b>
      <span>{t('live.troubleHint')}</span>
      <small>{trouble.map(({ part, detail }) => `${part}: ${detail}`).join('; ')}</small>
    </div>
  );
}
