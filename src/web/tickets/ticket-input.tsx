/** Another ticket, found by number or words. Before anything is typed, those that look like the one at hand come first. */
import { Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toSearch, useFoundTickets } from '../api/ticket-queries.ts';
import type { Ticket } from '../api/types.ts';
import { testId as toTestId } from '../shared/test-id.ts';
import { useFormat } from '../shared/use-format.ts';
import { findDuplicates } from './find-duplicates.ts';

interface TicketInputProps {
  readonly id: string;
  readonly testId: string;
  /** The ticket that asks: no ticket is linked to itself. */
  readonly ticket: Ticket;
  /** A ticket that is over takes no other one in. */
  readonly isOpenOnly: boolean;
  readonly value: string;
  readonly onChange: (value: unknown) => void;
}

export function TicketInput({ id, testId, ticket, isOpenOnly, value, onChange }: TicketInputProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const [typed, setTyped] = useState('');
  const search = toSearch({ state: isOpenOnly ? 'open' : 'all', text: typed });
  const found = useFoundTickets(search, true).data?.items ?? [];
  const others = found.filter((other) => other.id !== ticket.id);
  const shown = typed.trim() === '' ? withLikeFirst(others, ticket) : others;
  return (
    <Select<string>
      id={id}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      value={value}
      placeholder={t('ticket.chooseTicket')}
      options={shown.map((other) => ({
        value: other.id,
        label: [other.number, format.text(other.content), format.text(other.place), t(`stage.${other.stage}`)]
          .filter((part) => part !== '')
          .join(' · '),
      }))}
      onChange={onChange}
      {...toTestId(testId)}
    />
  );
}

function withLikeFirst(others: readonly Ticket[], ticket: Ticket): readonly Ticket[] {
  const { content, place, equipment } = ticket;
  const words = (text: Ticket['content']) => (text.zh === text.en ? text.zh : `${text.zh} ${text.en}`);
  const like = findDuplicates(others, { content: words(content), place: words(place), equipment });
  return [...like, ...others.filter((other) => !like.includes(other))];
}
