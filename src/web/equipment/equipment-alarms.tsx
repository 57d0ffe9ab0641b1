/** Open alarms and open tickets of one equipment and its parts. */
import { Card } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { AcknowledgeButton } from '../alarms/acknowledge-button.tsx';
import { AlarmDuration } from '../alarms/alarm-duration.tsx';
import { TicketLink } from '../alarms/alarm-links.tsx';
import { useTickets } from '../api/queries.ts';
import type { Alarm, Ticket } from '../api/types.ts';
import { CauseNote, TicketDue } from '../shared/cause-note.tsx';
import { DrillMark } from '../shared/drill-tag.tsx';
import { AlarmStateTag, BlindTag, SeverityTag } from '../shared/severity-tag.tsx';
import { useFormat } from '../shared/use-format.ts';
import { PressingClock } from '../tickets/clock-view.tsx';
import { Assignee } from '../tickets/ticket-rows.tsx';
import { PriorityTag, StageTag } from '../tickets/ticket-tags.tsx';

interface EquipmentAlarmsProps {
  /** Worst first. */
  readonly alarms: readonly Alarm[];
  /** Id of the equipment on show: alarms of its parts name the part. */
  readonly equipment: string;
}

export function EquipmentAlarms({ alarms, equipment }: EquipmentAlarmsProps) {
  const { t } = useTranslation();
  if (alarms.length === 0) return null;
  return (
    <Card
      size="small"
      title={t('equipment.openAlarms', { count: alarms.length })}
      data-testid="equipment-alarms"
    >
      <ul className="plain-list equipment-alarms">
        {alarms.map((alarm) => (
          <AlarmItem key={alarm.id} alarm={alarm} isOfPart={alarm.equipment !== equipment} />
        ))}
      </ul>
    </Card>
  );
}

function AlarmItem({ alarm, isOfPart }: { readonly alarm: Alarm; readonly isOfPart: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <li className={`edge-${alarm.severity}`} data-testid={`equipment-alarm-${alarm.id}`}>
      <SeverityTag severity={alarm.severity} />
      <Link className="row-link" to={`/alarms/${alarm.id}`}>
        {isOfPart && `${format.text(alarm.equipmentName)} `}
        {format.text(alarm.text)}
      </Link>
      <AlarmStateTag state={alarm.state} />
      <DrillMark alarm={alarm} />
      {alarm.blindSinceMs !== null && <BlindTag sinceMs={alarm.blindSinceMs} />}
      <CauseNote alarm={alarm} />
      <TicketDue alarm={alarm} />
      <span className="spread" />
      <span className="hint figures">
        {t('alarms.duration')} <AlarmDuration alarm={alarm} />
      </span>
      <span className="row-actions">
        <TicketLink alarm={alarm} />
        <AcknowledgeButton alarm={alarm} />
      </span>
    </li>
  );
}

/** @param equipment ids of the equipment on show and its parts. */
export function EquipmentTickets({ equipment }: { readonly equipment: ReadonlySet<string> }) {
  const { t } = useTranslation();
  const tickets = useTickets('open').data?.items ?? [];
  const own = tickets.filter((ticket) => ticket.equipment !== null && equipment.has(ticket.equipment));
  if (own.length === 0) return null;
  return (
    <Card
      size="small"
      title={t('equipment.openTickets', { count: own.length })}
      data-testid="equipment-tickets"
    >
      <ul className="plain-list equipment-alarms">
        {own.map((ticket) => (
          <TicketItem key={ticket.id} ticket={ticket} />
        ))}
      </ul>
    </Card>
  );
}

function TicketItem({ ticket }: { readonly ticket: Ticket }) {
  const format = useFormat();
  return (
    <li className={`edge-${ticket.priority}`}>
      <PriorityTag priority={ticket.priority} />
      <Link className="row-link" to={`/tickets/${ticket.id}`}>
        {format.text(ticket.content)}
      </Link>
      <StageTag stage={ticket.stage} />
      <span className="hint">
        <Assignee ticket={ticket} />
      </span>
      <span className="spread" />
      <PressingClock ticket={ticket} />
    </li>
  );
}
