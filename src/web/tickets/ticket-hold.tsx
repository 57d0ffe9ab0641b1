/** 保全: words and files of a ticket are kept from destruction by those who may, and let go again; each with a reason. */
import SafetyCertificateOutlined from '@ant-design/icons/SafetyCertificateOutlined';
import { Alert, Button, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useTicketStep } from '../api/ticket-queries.ts';
import type { Ticket } from '../api/types.ts';
import { usePersonName } from '../shared/person-name.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { usePermission } from '../shared/use-permission.ts';
import { MAX_TEXT_CHARS } from './limits.ts';

/** What stands about it above the history; nothing where nothing is to be said or done. */
export function TicketHold({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  const { hold = null, wordsGoneAtMs } = ticket;
  return (
    <>
      {wordsGoneAtMs !== undefined && (
        <p className="hint" data-testid="words-gone">
          {t('redaction.wordsGone', { time: format.dateTime(wordsGoneAtMs) })}
        </p>
      )}
      {hold !== null && (
        <p className="hint prewrap" data-testid="ticket-held">
          {t('redaction.held', {
            by: toName(hold.by),
            time: format.dateTime(hold.atMs),
            reason: hold.reason,
          })}
        </p>
      )}
    </>
  );
}

export function HoldButton({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const mayHold = usePermission('ticket.redact');
  const [isOpen, setOpen] = useState(false);
  if (!mayHold || ticket.wordsGoneAtMs !== undefined) return null;
  return (
    <>
      <Button
        size="small"
        icon={<SafetyCertificateOutlined />}
        data-testid="ticket-hold"
        onClick={() => setOpen(true)}
      >
        {t(ticket.hold == null ? 'redaction.hold' : 'redaction.lift')}
      </Button>
      {isOpen && <HoldDialog ticket={ticket} onClose={() => setOpen(false)} />}
    </>
  );
}

function HoldDialog({ ticket, onClose }: { readonly ticket: Ticket; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const toErrorText = useErrorText();
  const step = useTicketStep(ticket);
  const isHeld = ticket.hold == null;
  const what = t(isHeld ? 'redaction.hold' : 'redaction.lift');
  const reason = t('redaction.reason');
  const send = (values: { readonly reason: string }): void =>
    step.mutate(
      { route: ['hold'], body: { isHeld, ...values }, occurredAtMs: null, what },
      { onSuccess: onClose },
    );
  return (
    <Modal open title={what} footer={null} onCancel={onClose}>
      <p className="hint">{t('redaction.holdHelp')}</p>
      <Form layout="vertical" onFinish={send}>
        <Form.Item
          name="reason"
          label={reason}
          rules={[{ required: true, whitespace: true, message: t('common.required', { field: reason }) }]}
        >
          <Input maxLength={MAX_TEXT_CHARS} data-testid="hold-reason" />
        </Form.Item>
        {step.error !== null && (
          <Alert className="gap-below" type="error" showIcon title={toErrorText(step.error)} />
        )}
        <Button type="primary" htmlType="submit" loading={step.isPending} data-testid="hold-submit">
          {what}
        </Button>
      </Form>
    </Modal>
  );
}
