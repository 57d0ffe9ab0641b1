/** Confirming the contact of somebody who reported by code or link: after a call back, or with a code that is read to him. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { request, toPath } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import { showTicket } from '../api/ticket-queries.ts';
import type { Ticket } from '../api/types.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { usePermission } from '../shared/use-permission.ts';

/** For the desk; shows nothing where there is nothing to confirm. */
export function ContactConfirm({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const toErrorText = useErrorText();
  const client = useQueryClient();
  const mayDispatch = usePermission('ticket.dispatch');
  const mayVisit = usePermission('ticket.visit');
  const tell = (error: Error) => {
    void message.error(toErrorText(error));
    return client.invalidateQueries({ queryKey: keys.ticket(ticket.id) });
  };
  const confirm = useMutation({
    mutationFn: () =>
      request<Ticket>('POST', toPath`/tickets/${ticket.id}/confirm-contact`, { version: ticket.version }),
    onSuccess: (changed) => showTicket(client, changed),
    onError: tell,
  });
  const isAsked = ticket.contact.isConfirmed === false && ticket.contact.personal !== null;
  if (!isAsked || !(mayDispatch || mayVisit)) return null;
  return (
    <>
      <Button
        size="small"
        type="link"
        loading={confirm.isPending}
        data-testid="ticket-contact-confirm"
        onClick={() => confirm.mutate()}
      >
        {t('ticket.contactConfirm')}
      </Button>
      <ContactCode id={ticket.id} onError={tell} />
    </>
  );
}

interface Issued {
  readonly code: string;
  readonly expiresAtMs: number;
}

function ContactCode({
  id,
  onError,
}: {
  readonly id: string;
  readonly onError: (error: Error) => Promise<void>;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const issue = useMutation({
    mutationFn: () => request<Issued>('POST', toPath`/tickets/${id}/contact-code`, {}),
    onError,
  });
  return (
    <>
      <Button
        size="small"
        type="link"
        loading={issue.isPending}
        data-testid="ticket-contact-code"
        onClick={() => issue.mutate()}
      >
        {t('ticket.contactCode')}
      </Button>
      {issue.data !== undefined && (
        <div className="figures" data-testid="ticket-contact-code-shown">
          {t('ticket.contactCodeShown', {
            code: issue.data.code,
            time: format.time(issue.data.expiresAtMs),
          })}
        </div>
      )}
    </>
  );
}
