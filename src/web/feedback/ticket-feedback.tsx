/** On a ticket: feedback that it is part of, or was made of. Nothing where there is none. */
import { Card } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Ticket } from '../api/types.ts';
import { usePermission } from '../shared/use-permission.ts';
import { useFeedbackOfTicket } from './feedback-queries.ts';

export function TicketFeedback({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const items = useFeedbackOfTicket(ticket.id, usePermission('ticket.read-all')).data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Card size="small" title={t('feedback.title')} data-testid="ticket-feedback">
      {items.map(({ id, number, content, stage }) => (
        <Link key={id} className="link-line" to={`/duty/feedback/${id}`}>
          {number} · {t(`feedback.stage.${stage}`)} · {content}
        </Link>
      ))}
    </Card>
  );
}
