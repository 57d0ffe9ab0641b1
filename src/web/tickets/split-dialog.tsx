/** A second matter was found on the ticket: it gets a ticket of its own, with the alarms that belong to it. */
import ScissorOutlined from '@ant-design/icons/ScissorOutlined';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button, Checkbox, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { request, toPath } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import { showTicket } from '../api/ticket-queries.ts';
import type { Ticket } from '../api/types.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { useIsPhone } from '../shared/use-is-phone.ts';
import { MAX_TEXT_CHARS } from './limits.ts';

interface Values {
  readonly content: string;
  readonly occurrences?: readonly string[];
  readonly reason: string;
}

/** Who may merge may split. */
export function SplitButton({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const isPhone = useIsPhone();
  const [isOpen, setOpen] = useState(false);
  if (!ticket.transitions.includes('merge')) return null;
  return (
    <>
      <Button
        size={isPhone ? 'middle' : 'small'}
        icon={<ScissorOutlined />}
        data-testid="ticket-split"
        onClick={() => setOpen(true)}
      >
        {t('ticket.split')}
      </Button>
      {isOpen && <SplitDialog ticket={ticket} onClose={() => setOpen(false)} />}
    </>
  );
}

function SplitDialog({ ticket, onClose }: { readonly ticket: Ticket; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const navigate = useNavigate();
  const toErrorText = useErrorText();
  const { message } = App.useApp();
  const split = useMutation({
    mutationFn: (values: Values) =>
      request<Ticket>('POST', toPath`/tickets/${ticket.id}/split`, { version: ticket.version, ...values }),
    onSuccess: async (opened) => {
      void message.success(t('ticket.splitDone', { number: opened.number }));
      await showTicket(client, opened);
      await client.invalidateQueries({ queryKey: keys.ticket(ticket.id) });
      onClose();
      void navigate(`/tickets/${opened.id}`);
    },
    onError: () => client.invalidateQueries({ queryKey: keys.ticket(ticket.id) }),
  });
  const required = (field: string) => [
    { required: true, whitespace: true, message: t('common.required', { field }) },
  ];
  const alarms = ticket.alarms.map(({ occurrence, text }) => ({
    value: occurrence,
    label: format.text(text),
  }));
  return (
    <Modal open title={t('ticket.split')} footer={null} onCancel={onClose}>
      <Form<Values> layout="vertical" onFinish={(values) => split.mutate(values)}>
        <Form.Item name="content" label={t('ticket.splitContent')} rules={required(t('ticket.splitContent'))}>
          <Input.TextArea maxLength={MAX_TEXT_CHARS} autoSize={{ minRows: 2 }} data-testid="split-content" />
        </Form.Item>
        {alarms.length > 0 && (
          <Form.Item name="occurrences" label={t('ticket.splitAlarms')}>
            <Checkbox.Group options={alarms} className="choice-column" />
          </Form.Item>
        )}
        <Form.Item name="reason" label={t('ticket.splitReason')} rules={required(t('ticket.splitReason'))}>
          <Input.TextArea maxLength={MAX_TEXT_CHARS} autoSize={{ minRows: 2 }} data-testid="split-reason" />
        </Form.Item>
        {split.error !== null && (
          <Alert className="gap-below" type="error" showIcon title={toErrorText(split.error)} />
        )}
        <Button type="primary" htmlType="submit" loading={split.isPending} data-testid="split-submit">
          {t('common.submit')}
        </Button>
      </Form>
    </Modal>
  );
}
