/** Lists of a colleague's form that grow and shrink: certificates, and ways to reach the person in their order. */
import DeleteOutlined from '@ant-design/icons/DeleteOutlined';
import PlusOutlined from '@ant-design/icons/PlusOutlined';
import { Button, Form, Input, Select } from 'antd';
import type { ComponentType } from 'react';
import { useTranslation } from 'react-i18next';
import { testId } from '../shared/test-id.ts';
import { toEventText } from '../shared/to-event-text.ts';
import { WAYS } from './staff-queries.ts';

/** core/limits.ts `shortTextChars`. */
const MAX_LINE_CHARS = 200;
const CERTIFICATES = ['electrician-lv', 'electrician-hv', 'lift', 'lift-safety', 'fire-control'];

export function StaffLists() {
  const { t } = useTranslation();
  return (
    <>
      <Rows
        name="certificates"
        title={t('staff.certificates')}
        empty={{ kind: undefined, number: '', validTo: '' }}
        Fields={CertificateFields}
      />
      <Rows
        name="ways"
        title={t('staffForm.ways')}
        empty={{ way: 'phone', address: '' }}
        Fields={WayFields}
      />
      <p className="hint">{t('staffForm.privacy')}</p>
    </>
  );
}

interface RowsProps {
  readonly name: 'certificates' | 'ways';
  readonly title: string;
  readonly empty: object;
  readonly Fields: ComponentType<{ readonly row: number }>;
}

/** A list that grows and shrinks; its order is kept. */
function Rows({ name, title, empty, Fields }: RowsProps) {
  const { t } = useTranslation();
  return (
    <fieldset className="step-fields">
      <legend>{title}</legend>
      <Form.List name={name}>
        {(rows, { add, remove }) => (
          <>
            {rows.map((row) => (
              <div key={row.key} className="staff-row" data-testid={`staff-${name}-${row.name}`}>
                <Fields row={row.name} />
                <Button
                  icon={<DeleteOutlined />}
                  aria-label={t('staffForm.remove')}
                  onClick={() => remove(row.name)}
                />
              </div>
            ))}
            <Button icon={<PlusOutlined />} data-testid={`staff-add-${name}`} onClick={() => add(empty)}>
              {t('staffForm.add')}
            </Button>
          </>
        )}
      </Form.List>
    </fieldset>
  );
}

function CertificateFields({ row }: { readonly row: number }) {
  const { t } = useTranslation();
  const required = useRequired();
  return (
    <>
      <Form.Item name={[row, 'kind']} rules={required(t('staffForm.certificateKind'))}>
        <Select
          placeholder={t('staffForm.certificateKind')}
          options={CERTIFICATES.map((value) => ({ value, label: toEventText(t, 'certificate', value) }))}
          {...testId(`staff-certificate-kind-${row}`)}
        />
      </Form.Item>
      <Form.Item name={[row, 'number']} rules={required(t('staffForm.certificateNumber'))}>
        <Input
          maxLength={MAX_LINE_CHARS}
          placeholder={t('staffForm.certificateNumber')}
          data-testid={`staff-certificate-number-${row}`}
        />
      </Form.Item>
      <Form.Item name={[row, 'validTo']} rules={required(t('staffForm.validTo'))}>
        <Input type="date" aria-label={t('staffForm.validTo')} data-testid={`staff-certificate-to-${row}`} />
      </Form.Item>
    </>
  );
}

function WayFields({ row }: { readonly row: number }) {
  const { t } = useTranslation();
  const required = useRequired();
  return (
    <>
      <Form.Item name={[row, 'way']} rules={required(t('staff.reachedBy'))}>
        <Select
          aria-label={t('staff.reachedBy')}
          options={WAYS.map((value) => ({ value, label: t(`contactWay.${value}`) }))}
          {...testId(`staff-way-${row}`)}
        />
      </Form.Item>
      <Form.Item name={[row, 'address']} rules={required(t('staffForm.address'))}>
        <Input
          maxLength={MAX_LINE_CHARS}
          placeholder={t('staffForm.address')}
          data-testid={`staff-address-${row}`}
        />
      </Form.Item>
    </>
  );
}

function useRequired() {
  const { t } = useTranslation();
  return (field: string) => [{ required: true, message: t('common.required', { field }) }];
}
