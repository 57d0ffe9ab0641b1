/** Priority, stage and marks of a ticket. */
import ThunderboltFilled from '@ant-design/icons/ThunderboltFilled';
import { useTranslation } from 'react-i18next';
import type { Ticket } from '../api/types.ts';

export function PriorityTag({ priority }: { readonly priority: Ticket['priority'] }) {
  const { t } = useTranslation();
  return (
    <span className={`tag priority-${priority}`}>
      {priority === 'emergency' && <ThunderboltFilled />} {t(`priority.${priority}`)}
    </span>
  );
}

/** @param testId only on the page of one ticket; a list has many stages. */
export function StageTag({ stage, testId }: { readonly stage: Ticket['stage']; readonly testId?: string }) {
  const { t } = useTranslation();
  return (
    <span className={`tag stage-${stage}`} data-testid={testId} data-stage={stage}>
      {t(`stage.${stage}`)}
    </span>
  );
}

export function TicketMarks({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const { reworkCount, urges, escalation, repeatOf } = ticket;
  return (
    <>
      {ticket.isDrill && <span className="tag mark-drill">{t('tickets.drill')}</span>}
      {ticket.isLateEntry && <span className="tag">{t('tickets.lateEntry')}</span>}
      {ticket.difficult !== null && <span className="tag">{t('tickets.difficult')}</span>}
      {repeatOf !== null && <span className="tag mark-rework">{t(`tickets.repeat.${repeatOf.within}`)}</span>}
      {reworkCount > 0 && (
        <span className="tag mark-rework">{t('tickets.rework', { count: reworkCount })}</span>
      )}
      {escalation.level > 0 && (
        <span className="tag mark-rework">{t('tickets.escalated', { level: escalation.level })}</span>
      )}
      {urges > 0 && <span className="tag mark-rework">{t('tickets.urged', { count: urges })}</span>}
    </>
  );
}
