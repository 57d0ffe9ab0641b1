/** Whom the gateway told, by which channel, and what became of it. */
import { Card } from 'antd';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { useTicketMessages } from '../api/ticket-queries.ts';
import type { Message, Ticket } from '../api/types.ts';
import { useStaffName } from '../roster/staff-name.ts';
import { QueryState } from '../shared/query-state.tsx';
import { toEventText } from '../shared/to-event-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { usePermission } from '../shared/use-permission.ts';

/** The newest of them; a ticket of weeks has many. */
const SHOWN = 8;

export function TicketMessages({ ticket }: { readonly ticket: Ticket }) {
  const isAllowed = usePermission('ticket.read-all');
  return isAllowed ? <Messages id={ticket.id} /> : null;
}

function Messages({ id }: { readonly id: string }) {
  const { t } = useTranslation();
  const query = useTicketMessages(id);
  const items = query.data?.items.toSorted((a, b) => b.createdAtMs - a.createdAtMs) ?? [];
  return (
    <Card size="small" title={t('ticket.messages')} data-testid="ticket-messages">
      {query.data === undefined && <QueryState error={query.error} onRetry={() => void query.refetch()} />}
      {query.data !== undefined && items.length === 0 && <p className="hint">{t('ticket.messagesEmpty')}</p>}
      <ul className="deliveries">
        {items.slice(0, SHOWN).map((message) => (
          <Delivery key={message.id} message={message} />
        ))}
      </ul>
      {items.length > SHOWN && (
        <details>
          <summary className="hint">{t('common.more', { count: items.length - SHOWN })}</summary>
          <ul className="deliveries">
            {items.slice(SHOWN).map((message) => (
              <Delivery key={message.id} message={message} />
            ))}
          </ul>
        </details>
      )}
    </Card>
  );
}

/** What a channel says by its code has words in both languages; what a person answers stands as it is. */
function toAnswerText(t: TFunction, { code, text }: NonNullable<Message['answer']>): string {
  const known = toEventText(t, 'channelAnswer', code);
  return known === code && text !== '' ? text : known;
}

function Delivery({ message }: { readonly message: Message }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = useStaffName();
  const { state, kindText, recipient, channel, answer, readAtMs, createdAtMs } = message;
  const isTrouble = state === 'failed' || state === 'dropped';
  return (
    <li>
      <span className="hint figures">{format.time(createdAtMs)}</span> {format.text(kindText)} →{' '}
      <b>{toName(recipient)}</b> <span className="hint">{toEventText(t, 'messageChannel', channel)}</span>{' '}
      <span className={isTrouble ? 'attention' : 'hint'}>
        {t(`messageState.${state}`)}
        {readAtMs !== null && ` ${format.time(readAtMs)}`}
        {answer !== null && ` · ${toAnswerText(t, answer)}`}
      </span>
    </li>
  );
}
