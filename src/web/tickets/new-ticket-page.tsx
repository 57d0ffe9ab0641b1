/** A matter that a person reports. What the policy asks for is checked by the gateway. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button, Card, Form, Input, Radio, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { request } from '../api/client.ts';
import { useEquipment } from '../api/queries.ts';
import type { NewTicket, Ticket } from '../api/types.ts';
import { applyTicket } from '../live/cache.ts';
import { testId } from '../shared/test-id.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';

type Values = Omit<NewTicket, 'equipment' | 'location'> & { readonly equipment?: string };

const SOURCES = [
  'owner-call',
  'company-relay',
  'desk-relay',
  'internal-need',
  'instruction',
  'first-receiver',
] as const;
const CHANNELS = ['phone', 'counter', 'page'] as const;
const CLASSES = ['engineering', 'fire', 'security', 'complaint', 'help', 'enquiry', 'cleaning'] as const;
const PRIORITIES = ['normal', 'urgent', 'emergency'] as const;
const INITIAL: Partial<Values> = {
  source: 'owner-call',
  channel: 'phone',
  class: 'engineering',
  priority: 'normal',
};
/** core/limits.ts `textChars` and `shortTextChars`. */
const MAX_TEXT_CHARS = 4_000;
const MAX_LINE_CHARS = 200;

export function NewTicketPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const toErrorText = useErrorText();
  const { message } = App.useApp();
  const open = useMutation({
    mutationFn: (values: Values) => request<Ticket>('POST', '/tickets', toNewTicket(values)),
    onSuccess: (ticket) => {
      void message.success(t('tickets.created', { number: ticket.number }));
      applyTicket(client, ticket);
      void navigate(`/tickets/${ticket.id}`, { replace: true });
    },
  });
  return (
    <Card title={t('newTicket.title')} className="form-card">
      <Form<Values> layout="vertical" initialValues={INITIAL} onFinish={(values) => open.mutate(values)}>
        <Choices />
        <PlaceAndContent />
        {open.error !== null && (
          <Alert className="gap-below" type="error" showIcon title={toErrorText(open.error)} />
        )}
        <div className="action-buttons">
          <Button type="primary" htmlType="submit" loading={open.isPending} data-testid="ticket-form-submit">
            {t('common.submit')}
          </Button>
          <Button onClick={() => void navigate('/tickets')}>{t('common.cancel')}</Button>
        </div>
      </Form>
    </Card>
  );
}

function Choices() {
  const { t } = useTranslation();
  return (
    <div className="form-grid">
      <Form.Item name="priority" label={t('newTicket.priority')}>
        <Radio.Group
          optionType="button"
          options={PRIORITIES.map((value) => ({ value, label: t(`priority.${value}`) }))}
        />
      </Form.Item>
      <Form.Item name="channel" label={t('newTicket.channel')}>
        <Radio.Group
          optionType="button"
          options={CHANNELS.map((value) => ({ value, label: t(`channel.${value}`) }))}
        />
      </Form.Item>
      <Form.Item name="class" label={t('newTicket.class')}>
        <Select
          options={CLASSES.map((value) => ({ value, label: t(`class.${value}`) }))}
          {...testId('new-ticket-class')}
        />
      </Form.Item>
      <Form.Item name="source" label={t('newTicket.source')}>
        <Select options={SOURCES.map((value) => ({ value, label: t(`source.${value}`) }))} />
      </Form.Item>
    </div>
  );
}

function PlaceAndContent() {
  const { t } = useTranslation();
  const format = useFormat();
  const form = Form.useFormInstance<Values>();
  const equipment = useEquipment().data?.items ?? [];
  const options = equipment.map((item) => ({
    value: item.id,
    label: `${format.text(item.name)} · ${format.text(item.place)}`,
  }));
  const fillFrom = (id: string | undefined) => {
    const item = equipment.find((candidate) => candidate.id === id);
    if (item === undefined) return;
    form.setFieldsValue({
      place: format.text(item.place),
      ...(item.contact !== null && {
        contactName: format.text(item.contact.name),
        contactMethod: item.contact.method,
      }),
    });
  };
  const required = (field: string) => [
    { required: true, whitespace: true, message: t('common.required', { field }) },
  ];
  return (
    <>
      <Form.Item name="content" label={t('newTicket.content')} rules={required(t('newTicket.content'))}>
        <Input.TextArea
          autoSize={{ minRows: 3, maxRows: 10 }}
          maxLength={MAX_TEXT_CHARS}
          placeholder={t('newTicket.contentHint')}
          data-testid="new-ticket-content"
        />
      </Form.Item>
      <div className="form-grid">
        <Form.Item name="equipment" label={t('newTicket.equipment')}>
          <Select
            allowClear
            showSearch={{ optionFilterProp: 'label' }}
            placeholder={t('newTicket.noEquipment')}
            options={options}
            onChange={fillFrom}
          />
        </Form.Item>
        <Form.Item name="place" label={t('newTicket.place')} rules={required(t('newTicket.place'))}>
          <Input
            maxLength={MAX_LINE_CHARS}
            placeholder={t('newTicket.placeHint')}
            data-testid="new-ticket-place"
          />
        </Form.Item>
        <Form.Item name="contactName" label={t('newTicket.contactName')}>
          <Input maxLength={MAX_LINE_CHARS} data-testid="new-ticket-contact-name" />
        </Form.Item>
        <Form.Item name="contactMethod" label={t('newTicket.contactMethod')}>
          <Input
            maxLength={MAX_LINE_CHARS}
            placeholder={t('newTicket.contactHint')}
            data-testid="new-ticket-contact-method"
          />
        </Form.Item>
      </div>
    </>
  );
}

function toNewTicket(values: Values): Record<keyof NewTicket, unknown> {
  return {
    ...values,
    content: values.content.trim(),
    place: values.place.trim(),
    contactName: values.contactName?.trim() ?? '',
    contactMethod: values.contactMethod?.trim() ?? '',
    equipment: values.equipment ?? null,
    location: null,
  };
}
