/** Alarms on a ticket, with their state of this moment, and those that follow from them. */
import { Card } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useOpenAlarms } from '../api/queries.ts';
import type { Ticket } from '../api/types.ts';
import { DrillMark } from '../shared/drill-tag.tsx';
import { AlarmStateTag, BlindTag } from '../shared/severity-tag.tsx';
import { useFormat } from '../shared/use-format.ts';

export function TicketAlarms({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  if (ticket.alarms.length === 0) return null;
  return (
    <Card size="small" title={t('ticket.alarms')}>
      <ul className="attached-alarms">
        {ticket.alarms.map((alarm) => (
          <AttachedAlarm key={alarm.occurrence} alarm={alarm} />
        ))}
      </ul>
    </Card>
  );
}

function AttachedAlarm({ alarm }: { readonly alarm: Ticket['alarms'][number] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const live = useOpenAlarms().data?.items.find((candidate) => candidate.id === alarm.occurrence);
  const isActive = live?.isActive ?? alarm.isActive;
  const blindSinceMs = live === undefined ? alarm.blindSinceMs : live.blindSinceMs;
  return (
    <li>
      <Link to={`/alarms/${alarm.occurrence}`}>{format.text(alarm.text)}</Link>
      <span className={`tag ${isActive ? 'alarm-active' : 'alarm-returned'}`}>
        {isActive ? t('ticket.alarmActive') : t('ticket.alarmReturned')}
      </span>
      {live !== undefined && <AlarmStateTag state={live.state} />}
      {live !== undefined && <DrillMark alarm={live} />}
      {blindSinceMs !== null && <BlindTag sinceMs={blindSinceMs} />}
      {alarm.outOfServiceUntilMs != null && (
        <span className="tag">
          {t('ticket.outOfService', { time: format.dateTime(alarm.outOfServiceUntilMs) })}
        </span>
      )}
      {alarm.shelvedUntilMs != null && (
        <span className="tag">{t('ticket.shelved', { time: format.dateTime(alarm.shelvedUntilMs) })}</span>
      )}
      <div className="hint">
        {t('alarms.countTimes', { count: alarm.count })} ·{' '}
        {t('ticket.alarmFirst', { time: format.dateTime(alarm.firstAtMs) })} ·{' '}
        {t('ticket.alarmLast', { time: format.dateTime(alarm.lastAtMs) })}
        {alarm.peak != null && ` · ${t('ticket.alarmPeak', { value: format.text(alarm.peak.text) })}`}
      </div>
    </li>
  );
}

/** Alarms downstream that have no ticket of their own because of this one; nothing where there are none. */
export function TicketExplains({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const format = useFormat();
  const explains = ticket.explains ?? [];
  if (explains.length === 0) return null;
  return (
    <Card size="small" title={t('ticket.explains', { count: explains.length })} data-testid="ticket-explains">
      <p className="hint">{t('ticket.explainsHelp')}</p>
      <ul className="attached-alarms">
        {explains.map((alarm) => (
          <li key={alarm.occurrence}>
            <Link to={`/alarms/${alarm.occurrence}`}>
              {format.text(alarm.equipmentName)} {format.text(alarm.text)}
            </Link>
            <span className={`tag ${alarm.isActive ? 'alarm-active' : 'alarm-returned'}`}>
              {alarm.isActive ? t('ticket.alarmActive') : t('ticket.alarmReturned')}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
