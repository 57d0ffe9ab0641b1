/**
 * Makes a new alarm seen and heard on every page: notification, sound, and a mark on its row for some seconds.
 * Works on the list of open alarms, not on single events, so that what was raised while the stream was broken
 * is announced as well.
 */
import { App } from 'antd';
import { useEffect, useEffectEvent, useRef, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useOpenAlarms } from '../api/queries.ts';
import type { Alarm } from '../api/types.ts';
import { useSettings } from '../settings.ts';
import { compareAlarms, isUnacknowledged } from '../shared/alarm-order.ts';
import { SeverityTag } from '../shared/severity-tag.tsx';
import { useFormat } from '../shared/use-format.ts';
import { playSignal } from '../sound.ts';

/** How long a new row stays marked. */
const FRESH_MS = 12_000;
/** Notifications of one moment; the others are in the list and in the count. */
const MAX_NOTIFICATIONS = 3;

const fresh = new Set<string>();
let freshVersion = 0;
const listeners = new Set<() => void>();

/** Call it once, in the shell. */
export function useAlarmAnnouncer(): void {
  const alarms = useOpenAlarms().data?.items;
  const announce = useEffectEvent(useAnnounce());
  const [known] = useState(() => new Set<string>());
  const isFirst = useRef(true);
  useEffect(() => {
    if (alarms === undefined) return;
    const news = alarms.filter(
      (alarm) => isUnacknowledged(alarm) && alarm.isActive && !known.has(toRaiseId(alarm)),
    );
    for (const alarm of news) known.add(toRaiseId(alarm));
    if (!isFirst.current && news.length > 0) announce(news.sort(compareAlarms));
    isFirst.current = false;
  }, [alarms, known]);
}

export function useIsFresh(alarm: Alarm): boolean {
  return useSyncExternalStore(subscribe, () => fresh.has(alarm.id));
}

/** Whether an alarm is marked as new, for the rows of a table. */
export function useFreshAlarms(): (id: string) => boolean {
  useSyncExternalStore(subscribe, () => freshVersion);
  return (id) => fresh.has(id);
}

function useAnnounce(): (news: readonly Alarm[]) => void {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate();
  const { isMuted } = useSettings();
  const { notification } = App.useApp();
  return (news) => {
    markFresh(news);
    if (!isMuted) playSignal(news.some((alarm) => alarm.severity === 'life-safety') ? 'urgent' : 'normal');
    for (const alarm of news.slice(0, MAX_NOTIFICATIONS)) {
      notification.open({
        key: alarm.id,
        title: (
          <>
            <SeverityTag severity={alarm.severity} /> {t('alarms.fresh')}
          </>
        ),
        description: `${format.text(alarm.equipmentName)} · ${format.text(alarm.text)} · ${format.text(alarm.place)}`,
        duration: alarm.severity === 'life-safety' ? 0 : 8,
        className: `notification-${alarm.severity}`,
        onClick: () => {
          notification.destroy(alarm.id);
          void navigate(`/alarms/${alarm.id}`);
        },
      });
    }
  };
}

function markFresh(news: readonly Alarm[]): void {
  for (const alarm of news) fresh.add(alarm.id);
  notify();
  setTimeout(() => {
    for (const alarm of news) fresh.delete(alarm.id);
    notify();
  }, FRESH_MS);
}

/** An occurrence that is raised again is news again. */
function toRaiseId(alarm: Alarm): string {
  return `${alarm.id}#${alarm.count}`;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function notify(): void {
  freshVersion += 1;
  for (const listener of listeners) listener();
}
