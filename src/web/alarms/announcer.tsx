/**
 * Makes a new alarm seen and heard on every page: notification, sound, and a mark on its row for some seconds. What has to
 * sound until somebody sees to it is the siren's (shell/siren.tsx).
 * Works on the list of open alarms, not on single events, so that what was raised while the stream was broken
 * is announced as well. Of a storm its beginning is told, its high and life-safety members; the others stand in the list.
 */
import { App } from 'antd';
import { useEffect, useEffectEvent, useRef, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useOpenAlarms, useStorms } from '../api/queries.ts';
import type { Alarm, Storm } from '../api/types.ts';
import { useSettings } from '../settings.ts';
import { compareAlarms, isHidden, isPressing } from '../shared/alarm-order.ts';
import { DrillMark } from '../shared/drill-tag.tsx';
import { SeverityTag } from '../shared/severity-tag.tsx';
import { useFormat } from '../shared/use-format.ts';
import { ringsUntilSeen, toRaiseId } from '../shell/siren-reasons.ts';
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
  useStormAnnouncer();
  useEffect(() => {
    if (alarms === undefined) return;
    // What was hidden and is told of again is news, though it was raised long ago.
    for (const alarm of alarms) if (isHidden(alarm)) known.delete(toRaiseId(alarm));
    const news = alarms.filter((alarm) => isPressing(alarm) && !known.has(toRaiseId(alarm)));
    for (const alarm of news) known.add(toRaiseId(alarm));
    if (!isFirst.current && news.length > 0) announce(news.sort(compareAlarms));
    isFirst.current = false;
  }, [alarms, known]);
}

function useStormAnnouncer(): void {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { notification } = App.useApp();
  const storms = useStorms().data?.items;
  const [known] = useState(() => new Set<string>());
  const isFirst = useRef(true);
  const announce = useEffectEvent((storm: Storm) =>
    notification.open({
      key: `storm-${storm.id}`,
      title: t('storm.fresh'),
      description: t('storm.banner', { count: storm.members }),
      duration: 15,
      onClick: () => {
        notification.destroy(`storm-${storm.id}`);
        void navigate('/alarms?tab=storms');
      },
    }),
  );
  useEffect(() => {
    if (storms === undefined) return;
    for (const storm of storms) {
      if (!isFirst.current && storm.endedAtMs === null && !known.has(storm.id)) announce(storm);
      known.add(storm.id);
    }
    isFirst.current = false;
  }, [storms, known]);
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
  return (all) => {
    markFresh(all);
    const news = all.filter(isToldAlone);
    if (news.length === 0) return;
    const once = news.filter((alarm) => !ringsUntilSeen(alarm));
    if (!isMuted && once.length > 0)
      playSignal(once.some((alarm) => alarm.severity === 'life-safety') ? 'urgent' : 'normal');
    for (const alarm of news.slice(0, MAX_NOTIFICATIONS)) {
      notification.open({
        key: alarm.id,
        title: (
          <>
            <SeverityTag severity={alarm.severity} /> {t('alarms.fresh')} <DrillMark alarm={alarm} />
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

/** Of a storm only what is high or worse: the rest would bury it. */
function isToldAlone({ storm, severity }: Alarm): boolean {
  return storm === null || severity === 'life-safety' || severity === 'high';
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function notify(): void {
  freshVersion += 1;
  for (const listener of listeners) listener();
}
