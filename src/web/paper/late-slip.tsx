/** One paper slip in the form of many: number and real time first, then what was written on it. */
import { Button, Form, Input, Select } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useEquipment } from '../api/queries.ts';
import { testId } from '../shared/test-id.ts';
import { TimeField } from '../shared/time-field.tsx';
import { useFormat } from '../shared/use-format.ts';
import { BY_IMPACT, CLASSES, PRIORITIES, SOURCES } from '../tickets/new-ticket-page.tsx';

/** core/limits.ts `textChars` and `shortTextChars`. */
const MAX_TEXT_CHARS = 4_000;
const MAX_LINE_CHARS = 200;

interface LateSlipProps {
  /** Place in `entries`. */
  readonly row: number;
  readonly onRemove: () => void;
}

export function LateSlip({ row, onRemove }: LateSlipProps) {
  const { t } = useTranslation();
  return (
    <fieldset className="late-slip" data-testid={`late-${row}`}>
      <div className="late-head">
        <b>{row + 1}</b>
        <Button size="small" data-testid={`late-remove-${row}`} onClick={onRemove}>
          {t('paper.lateRemove')}
        </Button>
      </div>
      <div className="form-grid">
        <NumberField row={row} />
        <Field row={row} name="receivedAtMs" label={t('newTicket.receivedAt')} isRequired>
          <TimeField testId={`late-received-${row}`} />
        </Field>
        <Field row={row} name="class" label={t('newTicket.class')}>
          <Select options={CLASSES.map((value) => ({ value, label: t(`class.${value}`) }))} />
        </Field>
        <Field row={row} name="priority" label={t('newTicket.priority')}>
          <Select
            options={[
              { value: BY_IMPACT, label: t('newTicket.byImpact') },
              ...PRIORITIES.map((value) => ({ value, label: t(`priority.${value}`) })),
            ]}
          />
        </Field>
        <Field row={row} name="source" label={t('newTicket.source')}>
          <Select options={SOURCES.map((value) => ({ value, label: t(`source.${value}`) }))} />
        </Field>
        <EquipmentField row={row} />
        <Field row={row} name="place" label={t('newTicket.place')} isRequired>
          <Input maxLength={MAX_LINE_CHARS} data-testid={`late-place-${row}`} />
        </Field>
        <Field row={row} name="contactName" label={t('newTicket.contactName')}>
          <Input maxLength={MAX_LINE_CHARS} autoComplete="off" data-testid={`late-contact-${row}`} />
        </Field>
        <Field row={row} name="contactMethod" label={t('newTicket.contactMethod')}>
          <Input maxLength={MAX_LINE_CHARS} autoComplete="off" data-testid={`late-phone-${row}`} />
        </Field>
      </div>
      <Field row={row} name="content" label={t('newTicket.content')} isRequired>
        <Input.TextArea
          maxLength={MAX_TEXT_CHARS}
          autoSize={{ minRows: 1, maxRows: 6 }}
          data-testid={`late-content-${row}`}
        />
      </Field>
      <Form.Item name={[row, 'channel']} hidden>
        <Input />
      </Form.Item>
    </fieldset>
  );
}

/** A number that stands twice would be refused the second time: said before it is sent. */
function NumberField({ row }: { readonly row: number }) {
  const { t } = useTranslation();
  const form = Form.useFormInstance();
  const label = t('newTicket.slip');
  const isOnce = (value: string): boolean => {
    const entries: readonly { readonly slip?: string }[] = form.getFieldValue('entries') ?? [];
    return entries.filter(({ slip }) => slip?.trim() === value.trim()).length < 2;
  };
  return (
    <Form.Item
      name={[row, 'slip']}
      label={label}
      rules={[
        { required: true, whitespace: true, message: t('common.required', { field: label }) },
        {
          validator: async (_, value: string = '') => {
            if (value.trim() !== '' && !isOnce(value)) throw new Error(t('paper.lateTwice'));
          },
        },
      ]}
    >
      <Input maxLength={MAX_LINE_CHARS} data-testid={`late-slip-${row}`} />
    </Form.Item>
  );
}

/** Says where it is. */
function EquipmentField({ row }: { readonly row: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const form = Form.useFormInstance();
  const equipment = useEquipment().data?.items ?? [];
  const fillPlace = (id: string | undefined): void => {
    const item = equipment.find((candidate) => candidate.id === id);
    if (item !== undefined) form.setFieldValue(['entries', row, 'place'], format.text(item.place));
  };
  return (
    <Form.Item name={[row, 'equipment']} label={t('newTicket.equipment')}>
      <Select
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        options={equipment.map(({ id, name, place }) => ({
          value: id,
          label: `${format.text(name)} · ${format.text(place)}`,
        }))}
        onChange={fillPlace}
        {...testId(`late-equipment-${row}`)}
      />
    </Form.Item>
  );
}

interface FieldProps {
  readonly row: number;
  readonly name: string;
  readonly label: string;
  readonly isRequired?: boolean;
  readonly children: ReactNode;
}

function Field({ row, name, label, isRequired = false, children }: FieldProps) {
  const { t } = useTranslation();
  const rule = { required: true, message: t('common.required', { field: label }) };
  return (
    <Form.Item name={[row, name]} label={label} rules={isRequired ? [rule] : []}>
      {children}
    </Form.Item>
  );
}
