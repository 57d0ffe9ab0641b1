/**
 * The siren: sounds while there are emergencies that nobody has taken note of, until each is acknowledged or read, or until
 * this person turns it off here. Its banner names them on every page, also where the browser or the person lets nothing sound.
 */
import { Button } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useNavigate } from 'react-router';
import { isUnread, useInbox, useReadMessage } from '../api/message-queries.ts';
import { useOpenAlarms } from '../api/queries.ts';
import { serverNow } from '../live/server-clock.ts';
import { changeSettings, useSettings } from '../settings.ts';
import { useFormat } from '../shared/use-format.ts';
import { playSignal, unlockSound, useIsSoundBlocked } from '../sound.ts';
import { type SirenReason, toSirenReasons } from './siren-reasons.ts';

/** Between two rounds of the siren. */
const SIREN_MS = 4_000;

export function Siren() {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate();
  const [reasons, silence] = useReasons();
  const isRinging = reasons.length > 0;
  useSiren(isRinging);
  useReadOnSight();
  const [first] = reasons;
  if (first === undefined) return <BlockedNote />;
  const others = reasons.length > 1 ? t('siren.others', { count: reasons.length - 1 }) : '';
  return (
    <div className="siren-banner" role="alert" data-testid="siren">
      <b>{t('siren.title', { what: format.text(first.text) + others })}</b>
      <span className="siren-buttons">
        <SoundState />
        <Button data-testid="siren-open" onClick={() => void navigate(first.path)}>
          {t('siren.open')}
        </Button>
        <Button data-testid="siren-silence" onClick={silence}>
          {t('siren.silence')}
        </Button>
      </span>
    </div>
  );
}

/** In the banner: why nothing is heard, and the button that changes it. */
function SoundState() {
  const { t } = useTranslation();
  const { isMuted } = useSettings();
  const isBlocked = useIsSoundBlocked();
  if (!isMuted && !isBlocked) return null;
  const enable = (): void => {
    changeSettings({ isMuted: false });
    void unlockSound();
  };
  return (
    <Button data-testid="siren-enable" onClick={enable}>
      {isMuted ? t('siren.muted') : t('siren.blocked')}
    </Button>
  );
}

/** Browsers let nothing sound before the first tap: said before it is needed. */
function BlockedNote() {
  const { t } = useTranslation();
  const { isMuted } = useSettings();
  const isBlocked = useIsSoundBlocked();
  if (!isBlocked || isMuted) return null;
  return (
    <button
      type="button"
      className="sound-note"
      data-testid="sound-enable"
      onClick={() => void unlockSound()}
    >
      {t('siren.enable')}
    </button>
  );
}

/** Sounds at once, then again and again. */
function useSiren(isRinging: boolean): void {
  const { isMuted } = useSettings();
  const isBlocked = useIsSoundBlocked();
  const isHeard = isRinging && !isMuted && !isBlocked;
  useEffect(() => {
    if (!isHeard) return undefined;
    playSignal('urgent');
    const timer = setInterval(() => playSignal('urgent'), SIREN_MS);
    return () => clearInterval(timer);
  }, [isHeard]);
}

/** @returns what rings, and what turns it off on this page; what comes later rings again. */
function useReasons(): readonly [readonly SirenReason[], () => void] {
  const alarms = useOpenAlarms().data?.items ?? [];
  const messages = useInbox().data?.items ?? [];
  const [silenced, setSilenced] = useState<ReadonlySet<string>>(() => new Set());
  const all = toSirenReasons(alarms, messages, serverNow());
  const silence = () => setSilenced(new Set(all.map(({ id }) => id)));
  return [all.filter(({ id }) => !silenced.has(id)), silence];
}

/** Whoever opens a ticket has seen what the messages say of it. */
function useReadOnSight(): void {
  const { pathname } = useLocation();
  const items = useInbox().data?.items;
  const { mutate } = useReadMessage();
  const [, section, ticket] = pathname.split('/');
  useEffect(() => {
    if (section !== 'tickets' || ticket === undefined) return;
    for (const message of items ?? []) if (message.ticket === ticket && isUnread(message)) mutate(message.id);
  }, [section, ticket, items, mutate]);
}
