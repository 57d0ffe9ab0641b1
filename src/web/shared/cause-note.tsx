/** What an alarm follows from, leading to that alarm; and when it gets a ticket of its own while that is undecided. */
import BranchesOutlined from '@ant-design/icons/BranchesOutlined';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Alarm } from '../api/types.ts';
import { useServerNow } from '../live/server-clock.ts';
import { useFormat } from './use-format.ts';

interface CauseNoteProps {
  readonly alarm: Alarm;
  /** Only the equipment upstream, for narrow places. */
  readonly isShort?: boolean;
}

/** Nothing where the alarm stands for itself. */
export function CauseNote({ alarm, isShort = false }: CauseNoteProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const cause = alarm.explainedBy;
  if (cause === null) return null;
  const equipment = format.text(cause.equipmentName);
  const whole = isShort ? equipment : [equipment, format.text(cause.text)].join(' ');
  const text = t('alarms.causedBy', { cause: whole });
  return (
    <Link
      className="cause"
      to={`/alarms/${cause.occurrence}`}
      title={`${t(`upstream.${cause.upstream}`)} · ${format.text(cause.text)}`}
      data-testid={`alarm-cause-${alarm.id}`}
      onClick={(event) => event.stopPropagation()}
    >
      <BranchesOutlined /> <span>{text}</span>
    </Link>
  );
}

/** Counts down to the alarm's own ticket; nothing where it waits for none. */
export function TicketDue({ alarm }: { readonly alarm: Alarm }) {
  return alarm.ticketDueAtMs === null ? null : <Countdown dueAtMs={alarm.ticketDueAtMs} />;
}

function Countdown({ dueAtMs }: { readonly dueAtMs: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <span className="hint figures">
      {t('alarms.ticketDue', { duration: format.duration(dueAtMs - useServerNow()) })}
    </span>
  );
}
