/** Single figures of a link, the same in table, card and head. */
import { useTranslation } from 'react-i18next';
import type { LinkStatus } from '../api/types.ts';
import type { LinkQuality } from '../quality/quality-queries.ts';
import { isPolling, toBusyTone, toMsText, toReachedTone } from './figures.ts';
import { RatioBar } from './ratio-bar.tsx';

interface LinkProps {
  readonly link: LinkStatus;
}

export function Busy({ link }: LinkProps) {
  const { t } = useTranslation();
  const { load } = link;
  if (load === null) return <span className="hint">{t('links.pushed')}</span>;
  if (!isPolling(link)) return <None />;
  return <RatioBar ratio={load.busyRatio} tone={toBusyTone(load.busyRatio)} label={t('links.busyHelp')} />;
}

export function Reached({ link }: LinkProps) {
  const { t } = useTranslation();
  const { load } = link;
  if (load === null || !isPolling(link)) return <None />;
  return (
    <RatioBar
      ratio={load.reachedRatio}
      tone={toReachedTone(load.reachedRatio)}
      label={t('links.reachedHelp')}
    />
  );
}

export function Latency({ link: { load } }: LinkProps) {
  const { t } = useTranslation();
  if (load === null) return <None />;
  if (load.latencyP50Ms === null || load.latencyP99Ms === null)
    return <span className="hint">{t('links.notYet')}</span>;
  const pair = { p50: toMsText(load.latencyP50Ms), p99: toMsText(load.latencyP99Ms) };
  return (
    <span className="figures" title={t('links.latencyHelp')}>
      {t('links.latencyPair', pair)} <span className="hint">ms</span>
    </span>
  );
}

/** @param count undefined or null = not counted by this protocol */
export function Count({ count }: { readonly count: number | null | undefined }) {
  if (count === undefined || count === null) return <None />;
  return <span className={count > 0 ? 'figures' : 'figures hint'}>{count}</span>;
}

export function GoodPoints({ quality }: { readonly quality: LinkQuality | null }) {
  const { t } = useTranslation();
  if (quality === null) return <None />;
  const { good, points } = quality;
  return (
    <span className={good < points ? 'figures attention' : 'figures'}>
      {t('links.goodOf', { good, points })}
    </span>
  );
}

function None() {
  const { t } = useTranslation();
  return <span className="hint">{t('common.none')}</span>;
}
