/** A ticket that feedback is about, found by number or words. */
import { Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toSearch, useFoundTickets } from '../api/ticket-queries.ts';
import { testId } from '../shared/test-id.ts';
import { useFormat } from '../shared/use-format.ts';

interface TicketIdFieldProps {
  /** All three come from Form.Item. */
  readonly id?: string;
  readonly value?: string;
  readonly onChange?: (value: string) => void;
}

export function TicketIdField({ id, value, onChange }: TicketIdFieldProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const [typed, setTyped] = useState('');
  const found = useFoundTickets(toSearch({ state: 'all', text: typed }), true).data?.items ?? [];
  return (
    <Select<string>
      {...(id !== undefined && { id })}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      value={value ?? null}
      placeholder={t('ticket.chooseTicket')}
      options={found.map((ticket) => ({
        value: ticket.id,
        label: [ticket.number, format.text(ticket.content), format.text(ticket.place)]
          .filter((part) => part !== '')
          .join(' · '),
      }))}
      onChange={(next) => onChange?.(next)}
      {...testId('feedback-ticket')}
    />
  );
}
