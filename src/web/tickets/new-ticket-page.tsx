/**
 * A matter that a person reports, taken down while the telephone is at the ear: what and where first, the rest folded
 * away. What the policy asks for is checked by the gateway.
 */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button, Card, Form, Input, Radio, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate, useSearchParams } from 'react-router';
import { request } from '../api/client.ts';
import { useEquipment } from '../api/queries.ts';
import type { NewTicket, Ticket } from '../api/types.ts';
import { applyTicket } from '../live/cache.ts';
import { testId } from '../shared/test-id.ts';
import { TimeField } from '../shared/time-field.tsx';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { Duplicates } from './duplicates.tsx';
import { FaultKindInput } from './fault-kind-input.tsx';
import { ImpactInput, toWholeImpact } from './impact-input.tsx';
import { MAX_LINE_CHARS, MAX_TEXT_CHARS } from './limits.ts';

/** The policy derives it from class, equipment and impact. */
export const BY_IMPACT = 'by-impact';

export interface NewTicketValues {
  readonly source: NewTicket['source'];
  readonly channel: NewTicket['channel'];
  readonly class: NewTicket['class'];
  readonly priority?: NonNullable<NewTicket['priority']> | typeof BY_IMPACT;
  readonly impact?: unknown;
  readonly attendance?: NewTicket['attendance'];
  readonly content: string;
  readonly faultKind?: string;
  readonly equipment?: string;
  readonly place: string;
  readonly contactName?: string;
  readonly contactMethod?: string;
  readonly appointmentFromMs?: number | null;
  readonly appointmentToMs?: number | null;
  readonly slip?: string;
  readonly receivedAtMs?: number | null;
  /** Asked of what the gateway has put onto a ticket that is open. */
  readonly isNewMatter?: boolean;
}

export const SOURCES = [
  'owner-call',
  'company-relay',
  'desk-relay',
  'internal-need',
  'instruction',
  'first-receiver',
  'round',
  'maintenance',
] as const;
const CHANNELS = ['phone', 'counter', 'page', 'slip'] as const;
export const CLASSES = [
  'engineering',
  'fire',
  'security',
  'complaint',
  'help',
  'enquiry',
  'cleaning',
] as const;
export const PRIORITIES = ['normal', 'urgent', 'emergency'] as const;
const ATTENDANCES = ['emergency', 'urgent', 'immediate', 'appointment', 'next-working-day'] as const;
const INITIAL: Partial<NewTicketValues> = {
  source: 'owner-call',
  channel: 'phone',
  class: 'engineering',
  priority: BY_IMPACT,
};

/** `?slip=` a number: the late entry of that paper slip, as its code opens it. */
export function NewTicketPage() {
  const { t } = useTranslation();
  const slip = useSearchParams()[0].get('slip');
  const client = useQueryClient();
  const navigate = useNavigate();
  const toErrorText = useErrorText();
  const format = useFormat();
  const { message, modal } = App.useApp();
  const open = useMutation({
    mutationFn: (values: NewTicketValues) => request<Ticket>('POST', '/tickets', toNewTicket(values)),
    onSuccess: (ticket, values) => {
      const { number } = ticket;
      applyTicket(client, ticket);
      const show = () => void navigate(`/tickets/${ticket.id}`, { replace: true });
      if (ticket.isMerged !== true) {
        void message.success(t('tickets.created', { number }));
        show();
        return;
      }
      // What the same person reports again is on the ticket that is open, and told: nothing is lost while this is asked.
      void modal.confirm({
        title: t('newTicket.joined', { number }),
        content: format.text(ticket.content),
        okText: t('newTicket.sameMatter'),
        cancelText: t('newTicket.otherMatter'),
        okButtonProps: testId('new-ticket-same'),
        cancelButtonProps: testId('new-ticket-other'),
        keyboard: false,
        onOk: show,
        onCancel: () => open.mutate({ ...values, isNewMatter: true }),
      });
    },
  });
  return (
    <Card title={t('newTicket.title')} className="form-card">
      <Form<NewTicketValues>
        layout="vertical"
        initialValues={slip === null ? INITIAL : { ...INITIAL, channel: 'slip', slip }}
        onFinish={(values) => open.mutate(values)}
      >
        <PlaceAndContent />
        <Duplicates />
        <Choices />
        <More isLate={slip !== null} />
        {open.error !== null && (
          <Alert
            className="gap-below"
            type="error"
            showIcon
            title={toErrorText(open.error)}
            data-testid="ticket-form-error"
          />
        )}
        <div className="action-buttons">
          <Button
            type="primary"
            size="large"
            htmlType="submit"
            loading={open.isPending}
            data-testid="ticket-form-submit"
          >
            {t('common.submit')}
          </Button>
          <Button size="large" onClick={() => void navigate('/tickets')}>
            {t('common.cancel')}
          </Button>
        </div>
      </Form>
    </Card>
  );
}

function Choices() {
  const { t } = useTranslation();
  return (
    <div className="form-grid">
      <Form.Item name="class" label={t('newTicket.class')}>
        <Select
          options={CLASSES.map((value) => ({ value, label: t(`class.${value}`) }))}
          {...testId('new-ticket-class')}
        />
      </Form.Item>
      <Form.Item name="priority" label={t('newTicket.priority')}>
        <Radio.Group
          optionType="button"
          options={[
            { value: BY_IMPACT, label: t('newTicket.byImpact') },
            ...PRIORITIES.map((value) => ({ value, label: t(`priority.${value}`) })),
          ]}
        />
      </Form.Item>
      <Form.Item name="channel" label={t('newTicket.channel')}>
        <Radio.Group
          optionType="button"
          options={CHANNELS.map((value) => ({ value, label: t(`channel.${value}`) }))}
        />
      </Form.Item>
      <Form.Item name="source" label={t('newTicket.source')}>
        <Select options={SOURCES.map((value) => ({ value, label: t(`source.${value}`) }))} />
      </Form.Item>
    </div>
  );
}

/** Rarely asked for while somebody is on the telephone. */
function More({ isLate }: { readonly isLate: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      <details className="form-more">
        <summary data-testid="new-ticket-more">{t('newTicket.more')}</summary>
        <div className="form-grid">
          <Form.Item name="faultKind" label={t('newTicket.faultKind')}>
            <FaultKindField />
          </Form.Item>
          <Form.Item name="attendance" label={t('newTicket.attendance')}>
            <Select
              allowClear
              placeholder={t('newTicket.byPolicy')}
              options={ATTENDANCES.map((value) => ({ value, label: t(`attendance.${value}`) }))}
            />
          </Form.Item>
          <Form.Item name="appointmentFromMs" label={t('newTicket.appointmentFrom')}>
            <TimeField testId="new-ticket-appointment-from" />
          </Form.Item>
          <Form.Item name="appointmentToMs" label={t('newTicket.appointmentTo')}>
            <TimeField testId="new-ticket-appointment-to" />
          </Form.Item>
        </div>
        <Form.Item name="impact" label={t('ticket.impactLabel')}>
          <ImpactField />
        </Form.Item>
      </details>
      <details className="form-more" open={isLate}>
        <summary data-testid="new-ticket-late">{t('newTicket.lateEntry')}</summary>
        <p className="hint">{t('newTicket.lateEntryHelp')}</p>
        <div className="form-grid">
          <Form.Item name="slip" label={t('newTicket.slip')}>
            <Input maxLength={MAX_LINE_CHARS} data-testid="new-ticket-slip" />
          </Form.Item>
          <Form.Item name="receivedAtMs" label={t('newTicket.receivedAt')}>
            <TimeField testId="new-ticket-received-at" />
          </Form.Item>
        </div>
      </details>
    </>
  );
}

/** As Form.Item hands it over; of the equipment that was chosen, else of the site. */
function FaultKindField(props: {
  readonly id?: string;
  readonly value?: string;
  readonly onChange?: (value: string) => void;
}) {
  const equipment = Form.useWatch<string | undefined>('equipment', Form.useFormInstance());
  return (
    <FaultKindInput
      id={props.id ?? 'faultKind'}
      testId="new-ticket-fault-kind"
      equipment={equipment ?? null}
      value={props.value}
      onChange={props.onChange ?? (() => undefined)}
    />
  );
}

/** As Form.Item hands it over. */
function ImpactField(props: { readonly value?: unknown; readonly onChange?: (value: unknown) => void }) {
  return (
    <ImpactInput
      testId="new-ticket-impact"
      value={props.value}
      onChange={props.onChange ?? (() => undefined)}
    />
  );
}

function PlaceAndContent() {
  const { t } = useTranslation();
  const format = useFormat();
  const form = Form.useFormInstance<NewTicketValues>();
  const equipment = useEquipment().data?.items ?? [];
  const options = equipment.map((item) => ({
    value: item.id,
    label: `${format.text(item.name)} · ${format.text(item.place)} · ${item.id}`,
  }));
  const fillFrom = (id: string | undefined) => {
    const item = equipment.find((candidate) => candidate.id === id);
    if (item !== undefined) form.setFieldsValue({ place: format.text(item.place) });
  };
  const required = (field: string) => [
    { required: true, whitespace: true, message: t('common.required', { field }) },
  ];
  return (
    <>
      <Form.Item name="content" label={t('newTicket.content')} rules={required(t('newTicket.content'))}>
        <Input.TextArea
          autoFocus
          autoSize={{ minRows: 2, maxRows: 10 }}
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
            placeholder={t('newTicket.equipmentSearch')}
            options={options}
            onChange={fillFrom}
            {...testId('new-ticket-equipment')}
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
          <Input maxLength={MAX_LINE_CHARS} autoComplete="off" data-testid="new-ticket-contact-name" />
        </Form.Item>
        <Form.Item name="contactMethod" label={t('newTicket.contactMethod')}>
          <Input
            maxLength={MAX_LINE_CHARS}
            autoComplete="off"
            placeholder={t('newTicket.contactHint')}
            data-testid="new-ticket-contact-method"
          />
        </Form.Item>
      </div>
    </>
  );
}

/** Body of the request; left out = the policy decides. */
export function toNewTicket(values: NewTicketValues): Readonly<Record<string, unknown>> {
  const { source, channel, class: ticketClass, priority, attendance, equipment } = values;
  const { appointmentFromMs, appointmentToMs, receivedAtMs } = values;
  const impact = toWholeImpact(values.impact);
  const line = (text: string | undefined) => text?.trim() ?? '';
  return {
    source,
    channel,
    class: ticketClass,
    content: values.content.trim(),
    place: values.place.trim(),
    contactName: line(values.contactName),
    contactMethod: line(values.contactMethod),
    priority: priority === undefined || priority === BY_IMPACT ? null : priority,
    impact,
    attendance: attendance ?? null,
    equipment: equipment ?? null,
    faultKind: line(values.faultKind) || null,
    slip: line(values.slip) || null,
    receivedAtMs: receivedAtMs ?? null,
    ...(values.isNewMatter === true && { isNewMatter: true }),
    appointment:
      appointmentFromMs != null && appointmentToMs != null
        ? { fromMs: appointmentFromMs, toMs: appointmentToMs }
        : null,
  };
}
