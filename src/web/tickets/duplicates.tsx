/** Open tickets that may be the same matter, while it is still being typed: the reporter never has to report twice. */
import { Alert, Form } from 'antd';
import { useDeferredValue } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useTickets } from '../api/queries.ts';
import { useFormat } from '../shared/use-format.ts';
import { findDuplicates } from './find-duplicates.ts';
import type { NewTicketValues } from './new-ticket-page.tsx';
import { StageTag } from './ticket-tags.tsx';

export function Duplicates() {
  const { t } = useTranslation();
  const format = useFormat();
  const form = Form.useFormInstance<NewTicketValues>();
  const content = Form.useWatch('content', form) ?? '';
  const place = Form.useWatch('place', form) ?? '';
  const equipment = Form.useWatch('equipment', form) ?? null;
  const wanted = useDeferredValue(`${content}\n${place}\n${equipment ?? ''}`);
  const open = useTickets('open').data?.items ?? [];
  const [typedContent = '', typedPlace = '', typedEquipment = ''] = wanted.split('\n');
  const found = findDuplicates(open, {
    content: typedContent,
    place: typedPlace,
    equipment: typedEquipment === '' ? null : typedEquipment,
  });
  if (found.length === 0) return null;
  return (
    <Alert
      className="gap-below"
      type="warning"
      showIcon
      title={t('newTicket.duplicates')}
      data-testid="new-ticket-duplicates"
      description={found.map((ticket) => (
        <div key={ticket.id}>
          <Link to={`/tickets/${ticket.id}`}>{ticket.number}</Link> <StageTag stage={ticket.stage} />{' '}
          {format.text(ticket.content)} <span className="hint">{format.text(ticket.place)}</span>
        </div>
      ))}
    />
  );
}
