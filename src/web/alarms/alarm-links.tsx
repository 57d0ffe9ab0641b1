/** Ways from an alarm: to its details, its equipment, its ticket. The filters in the address stay. */
import { useCallback, useLayoutEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useNavigate } from 'react-router';
import type { Alarm } from '../api/types.ts';
import { useFormat } from '../shared/use-format.ts';

/** Address of an alarm's details over the list as it is. */
export function useAlarmPath(): (id: string) => string {
  const { pathname, search } = useLocation();
  return (id) => `/alarms/${id}${pathname.startsWith('/alarms') ? search : ''}`;
}

/** Opens an alarm's details over the list as it is; always the same function. */
export function useOpenAlarm(): (id: string) => void {
  const navigate = useNavigate();
  const toAlarmPath = useAlarmPath();
  const latest = useRef({ navigate, toAlarmPath });
  useLayoutEffect(() => {
    latest.current = { navigate, toAlarmPath };
  });
  return useCallback((id) => void latest.current.navigate(latest.current.toAlarmPath(id)), []);
}

/** The alarm's text, leading to its details also by keyboard. */
export function AlarmLink({ alarm }: { readonly alarm: Alarm }) {
  const format = useFormat();
  const toAlarmPath = useAlarmPath();
  return (
    <Link className="row-link" to={toAlarmPath(alarm.id)} onClick={(event) => event.stopPropagation()}>
      {format.text(alarm.text)}
    </Link>
  );
}

/** The equipment's name, leading to its page with the point that raised. */
export function EquipmentLink({ alarm }: { readonly alarm: Alarm }) {
  const format = useFormat();
  return (
    <Link
      className="quiet-link"
      to={toTrendPath(alarm)}
      data-testid={`alarm-equipment-${alarm.id}`}
      onClick={(event) => event.stopPropagation()}
    >
      {format.text(alarm.equipmentName)}
    </Link>
  );
}

/** Page of the alarm's equipment, the trend of the point that raised on show. */
export function toTrendPath({ equipment, evidence }: Pick<Alarm, 'equipment' | 'evidence'>): string {
  return `/equipment/${equipment}?point=${encodeURIComponent(`${equipment}/${evidence.point}`)}`;
}

/** Link to the alarm's ticket; nothing where the alarm has none. */
export function TicketLink({ alarm }: { readonly alarm: Alarm }) {
  const { t } = useTranslation();
  if (alarm.ticket === null) return null;
  return (
    <Link
      to={`/tickets/${alarm.ticket}`}
      data-testid={`alarm-ticket-${alarm.id}`}
      onClick={(event) => event.stopPropagation()}
    >
      {t('alarms.openTicket')}
    </Link>
  );
}
