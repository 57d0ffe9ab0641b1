/**
 * 隐去: words that somebody has typed are taken out of the record of a ticket by those who may; and what the record shows in their
 * place, with who, when and why. What is gone by its retention is shown the same way.
 */
import EyeInvisibleOutlined from '@ant-design/icons/EyeInvisibleOutlined';
import { Alert, Button, Form, Input, Modal, Select } from 'antd';
import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useTicketStep } from '../api/ticket-queries.ts';
import type { HistoryEntry, Ticket } from '../api/types.ts';
import { usePersonName } from '../shared/person-name.ts';
import { toEventText } from '../shared/to-event-text.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { usePermission } from '../shared/use-permission.ts';
import { MAX_TEXT_CHARS } from './limits.ts';

export function GoneParts({ entry }: { readonly entry: HistoryEntry }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  return (entry.gone ?? []).map(({ field, how, atMs, by, reason }) => (
    <div key={field} className="history-detail prewrap" data-testid="gone-part">
      {t(`redaction.${how}`, {
        field: toFieldText(t, field),
        by: toName(by),
        time: format.dateTime(atMs),
        reason,
      })}
    </div>
  ));
}

export function RedactButton({ ticket, entry }: { readonly ticket: Ticket; readonly entry: HistoryEntry }) {
  const { t } = useTranslation();
  const mayRedact = usePermission('ticket.redact');
  const [isOpen, setOpen] = useState(false);
  const { typed = [], event } = entry;
  if (!mayRedact || typed.length === 0 || event === undefined) return null;
  return (
    <>
      <Button
        type="text"
        size="small"
        icon={<EyeInvisibleOutlined />}
        title={t('redaction.redact')}
        aria-label={t('redaction.redact')}
        data-testid={`redact-${event}`}
        onClick={() => setOpen(true)}
      />
      {isOpen && <RedactDialog ticket={ticket} event={event} typed={typed} onClose={() => setOpen(false)} />}
    </>
  );
}

/** Words of the one may stand on the other as well. */
const COPYING: readonly string[] = ['split-from', 'split-into', 'merged-from', 'merged-into'];

interface Values {
  readonly field: string;
  readonly replacement?: string;
  readonly reason: string;
}

interface DialogProps {
  readonly ticket: Ticket;
  readonly event: number;
  readonly typed: readonly string[];
  readonly onClose: () => void;
}

function RedactDialog({ ticket, event, typed, onClose }: DialogProps) {
  const { t } = useTranslation();
  const toErrorText = useErrorText();
  const step = useTicketStep(ticket);
  const send = (values: Values): void =>
    step.mutate(
      { route: ['redact'], body: { event, ...values }, occurredAtMs: null, what: t('redaction.redact') },
      { onSuccess: onClose },
    );
  const copies = ticket.links.filter(({ kind }) => COPYING.includes(kind)).map((link) => link.ticket);
  const options = typed.map((field) => ({ value: field, label: toFieldText(t, field) }));
  const reason = t('redaction.reason');
  return (
    <Modal open title={t('redaction.redact')} footer={null} onCancel={onClose}>
      <Alert className="gap-below" type="warning" showIcon title={t('redaction.help')} />
      {copies.length > 0 && (
        <Alert
          className="gap-below"
          type="info"
          showIcon
          title={t('redaction.copies', { tickets: copies.join(t('common.separator')) })}
          data-testid="redact-copies"
        />
      )}
      <Form<Values> layout="vertical" initialValues={{ field: typed[0] }} onFinish={send}>
        <Form.Item name="field" label={t('redaction.field')}>
          <Select options={options} data-testid="redact-field" />
        </Form.Item>
        <Form.Item name="replacement" label={t('redaction.replacement')}>
          <Input.TextArea
            maxLength={MAX_TEXT_CHARS}
            autoSize={{ minRows: 2 }}
            placeholder={t('redaction.replacementHint')}
            data-testid="redact-replacement"
          />
        </Form.Item>
        <Form.Item
          name="reason"
          label={reason}
          rules={[{ required: true, whitespace: true, message: t('common.required', { field: reason }) }]}
        >
          <Input maxLength={MAX_TEXT_CHARS} data-testid="redact-reason" />
        </Form.Item>
        {step.error !== null && (
          <Alert className="gap-below" type="error" showIcon title={toErrorText(step.error)} />
        )}
        <Button type="primary" danger htmlType="submit" loading={step.isPending} data-testid="redact-submit">
          {t('redaction.redact')}
        </Button>
      </Form>
    </Modal>
  );
}

/** `materials/0/name` is called by its list and its own name. */
function toFieldText(t: TFunction, field: string): string {
  return field
    .split('/')
    .filter((name) => !/^\d+$/.test(name))
    .map((name) => toEventText(t, 'field', name))
    .join(' · ');
}
