/** Times, durations and values as people read them: in the chosen language and in the site's time zone. */
import type { TFunction } from 'i18next';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useTimeZone } from '../api/queries.ts';
import type { Language, PointDefinition, Text } from '../api/types.ts';
import { useSettings } from '../settings.ts';
import { createSiteClock } from './site-clock.ts';

export interface Format {
  readonly language: Language;
  readonly text: (text: Text) => string;
  /** `14:05:09`. */
  readonly time: (atMs: number) => string;
  /** `11-21 14:05:09`, with the year when it is another one. */
  readonly dateTime: (atMs: number) => string;
  /** `2026-11-21 14:05:09`: on paper, which is read in another year. */
  readonly fullDateTime: (atMs: number) => string;
  /** `14:05`, with the day when it is another one than that of `nowMs`: `11-22 08:00`. */
  readonly timeOfDay: (atMs: number, nowMs: number) => string;
  /** `2 小时 5 分`; never negative. */
  readonly duration: (ms: number) => string;
  /** `5 分钟`, from an hour on as `duration`: for what need not tick every second. */
  readonly wholeMinutes: (ms: number) => string;
  /** Length as somebody sets it, without parts that are nothing: `30 秒`, `8 小时`, `1 天 12 小时`, `0.5 秒`. */
  readonly span: (ms: number) => string;
  /** Number with the point's decimals, or the text of the state. */
  readonly value: (point: Pick<PointDefinition, 'decimals' | 'states' | 'type'>, value: number) => string;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

export function useFormat(): Format {
  const { t } = useTranslation();
  const { language } = useSettings();
  const timeZone = useTimeZone();
  return useMemo(() => createFormat(language, timeZone, t), [language, timeZone, t]);
}

function createFormat(language: Language, timeZone: string | undefined, t: TFunction): Format {
  const clock = createSiteClock(timeZone);
  return {
    language,
    text: (text) => text[language],
    time: (atMs) => clock(atMs).slice(11),
    dateTime: (atMs) => {
      const full = clock(atMs);
      return full.slice(0, 4) === clock(Date.now()).slice(0, 4) ? full.slice(5) : full;
    },
    fullDateTime: clock,
    timeOfDay: (atMs, nowMs) => {
      const full = clock(atMs);
      return full.slice(full.slice(0, 10) === clock(nowMs).slice(0, 10) ? 11 : 5, 16);
    },
    duration: (ms) => toDuration(Math.max(0, ms), t),
    wholeMinutes: (ms) =>
      ms >= HOUR_MS
        ? toDuration(ms, t)
        : t('duration.wholeMinutes', { minutes: Math.max(0, Math.floor(ms / MINUTE_MS)) }),
    span: (ms) => toSpan(ms, t),
    value: (point, value) => toValue(point, value, language, t),
  };
}

function toDuration(ms: number, t: TFunction): string {
  if (ms >= DAY_MS) {
    return t('duration.days', { days: Math.floor(ms / DAY_MS), hours: Math.floor((ms % DAY_MS) / HOUR_MS) });
  }
  if (ms >= HOUR_MS) {
    return t('duration.hours', {
      hours: Math.floor(ms / HOUR_MS),
      minutes: Math.floor((ms % HOUR_MS) / MINUTE_MS),
    });
  }
  if (ms >= MINUTE_MS) {
    return t('duration.minutes', {
      minutes: Math.floor(ms / MINUTE_MS),
      seconds: Math.floor((ms % MINUTE_MS) / SECOND_MS),
    });
  }
  return t('duration.seconds', { seconds: Math.floor(ms / SECOND_MS) });
}

function toSpan(ms: number, t: TFunction): string {
  if (ms < MINUTE_MS && ms % SECOND_MS !== 0) return t('duration.seconds', { seconds: ms / SECOND_MS });
  const parts = [
    [Math.floor(ms / DAY_MS), 'days'],
    [Math.floor((ms % DAY_MS) / HOUR_MS), 'hours'],
    [Math.floor((ms % HOUR_MS) / MINUTE_MS), 'minutes'],
    [Math.floor((ms % MINUTE_MS) / SECOND_MS), 'seconds'],
  ] as const;
  const named = parts.filter(([count]) => count > 0).map(([count, unit]) => t(`span.${unit}`, { count }));
  return named.length === 0 ? t('span.seconds', { count: 0 }) : named.join(' ');
}

function toValue(
  point: Pick<PointDefinition, 'decimals' | 'states' | 'type'>,
  value: number,
  language: Language,
  t: TFunction,
): string {
  const state = point.states.find((candidate) => candidate.value === value);
  if (state !== undefined) return state.text[language];
  if (point.type === 'boolean') return value === 0 ? t('common.no') : t('common.yes');
  return value.toFixed(point.decimals);
}
