/** Who is to be asked: masked until somebody who may asks for it by hand, because the reading is audited. */
import { App, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSession } from '../api/queries.ts';
import { usePersonalFields } from '../api/ticket-queries.ts';
import type { Ticket } from '../api/types.ts';
import { PhoneText } from '../shared/phone-text.tsx';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { usePermission } from '../shared/use-permission.ts';
import { ContactConfirm } from './contact-confirm.tsx';

/** Whoever was sent to somebody may ring them; the gateway decides. */
function useIsSent({ assignee, takenBy, reports, closedAtMs }: Ticket): boolean {
  const session = useSession().data;
  const mayAsk = usePermission('ticket.personal-own');
  if (session === undefined || session === null || !mayAsk || closedAtMs !== null) return false;
  const names: readonly (string | null)[] = [session.username, ...session.roles];
  return [assignee, takenBy, ...reports.map(({ to }) => to)].some(
    (name) => name !== null && names.includes(name),
  );
}

export function TicketContact({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toErrorText = useErrorText();
  const { message } = App.useApp();
  const isSent = useIsSent(ticket);
  const mayRead = usePermission('ticket.personal') || isSent;
  const read = usePersonalFields(ticket.id);
  const { contact } = ticket;
  const shown = read.data ?? { name: format.text(contact.name), method: contact.method };
  const isHidden = contact.personal !== null && read.data === undefined;
  return (
    <>
      {shown.name === '' && shown.method === '' && t('common.none')}
      {shown.name !== '' && `${shown.name}　`}
      <PhoneText text={shown.method} />
      {contact.isConfirmed !== null && (
        <span className="hint">
          {' '}
          {contact.isConfirmed ? t('ticket.contactConfirmed') : t('ticket.contactUnconfirmed')}
        </span>
      )}
      {isHidden && mayRead && (
        <Button
          size="small"
          type="link"
          loading={read.isPending}
          title={t('ticket.contactAudited')}
          data-testid="ticket-contact-show"
          onClick={() =>
            read.mutate(undefined, { onError: (error) => void message.error(toErrorText(error)) })
          }
        >
          {t('ticket.contactShow')}
        </Button>
      )}
      <ContactConfirm ticket={ticket} />
    </>
  );
}
