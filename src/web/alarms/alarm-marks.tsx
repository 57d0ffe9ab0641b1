/** Small marks beside an alarm: latched, drill, chattering, in a storm, and what people or logic have decided about it. */
import { Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Alarm } from '../api/types.ts';
import { useServerNow } from '../live/server-clock.ts';
import { DrillMark } from '../shared/drill-tag.tsx';
import { usePersonName } from '../shared/person-name.ts';
import { BlindTag } from '../shared/severity-tag.tsx';
import { useFormat } from '../shared/use-format.ts';

export function AlarmMarks({ alarm }: { readonly alarm: Alarm }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { blindSinceMs, isLatched, isActive, chatter, reAlarms } = alarm;
  return (
    <>
      {blindSinceMs !== null && <BlindTag sinceMs={blindSinceMs} />}
      {isLatched && !isActive && (
        <Tooltip title={t('alarms.latchedHelp')}>
          <span className="tag mark-latched" data-testid={`alarm-latched-${alarm.id}`}>
            {t('alarms.latched')}
          </span>
        </Tooltip>
      )}
      <DrillMark alarm={alarm} />
      <RetroactiveMark alarm={alarm} />
      {chatter !== null && (
        <Tooltip
          title={t('alarms.chatterHelp', {
            time: format.dateTime(chatter.sinceMs),
            duration: format.span(chatter.holdMs),
          })}
        >
          <span className="tag mark-chatter">{t('alarms.chatter', { count: chatter.raises })}</span>
        </Tooltip>
      )}
      {reAlarms > 0 && <span className="hint">{t('alarms.reAlarms', { count: reAlarms })}</span>}
    </>
  );
}

/** Nothing for an alarm that was live. */
export function RetroactiveMark({ alarm }: { readonly alarm: Pick<Alarm, 'isRetroactive'> }) {
  const { t } = useTranslation();
  if (alarm.isRetroactive !== true) return null;
  return (
    <Tooltip title={t('alarms.retroactiveHelp')}>
      <span className="tag" data-testid="retroactive-mark">
        {t('alarms.retroactive')}
      </span>
    </Tooltip>
  );
}

/** Why nobody is told of it: shelf, service, or logic; an explanation by a cause has its own note. */
export function HidingNote({
  alarm,
}: {
  readonly alarm: Pick<Alarm, 'shelf' | 'outOfService' | 'suppression'>;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  const { shelf, outOfService, suppression } = alarm;
  const parts = [
    ...(suppression === null ? [] : [format.text(suppression.text)]),
    ...(shelf === null
      ? []
      : [`${toName(shelf.by)} · ${shelf.reason} · ${t('shelf.until')} ${format.dateTime(shelf.untilMs)}`]),
    ...(outOfService === null
      ? []
      : [
          `${outOfService.permit} · ${outOfService.reason} · ${t('service.until')} ${format.dateTime(outOfService.untilMs)}`,
        ]),
  ];
  return parts.length === 0 ? null : <span className="hiding-note">{parts.join(t('common.clause'))}</span>;
}

/** `还有 2 小时 5 分`, renewed every second; says so when the end is near or over. */
export function TimeLeft({ untilMs, nearMs }: { readonly untilMs: number; readonly nearMs: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const leftMs = untilMs - useServerNow();
  const isNear = leftMs <= nearMs;
  return (
    <span className={isNear ? 'attention figures' : 'hint figures'}>
      {t('shelf.left', { duration: format.duration(leftMs) })}
      {isNear && ` · ${t('shelf.due')}`}
    </span>
  );
}
