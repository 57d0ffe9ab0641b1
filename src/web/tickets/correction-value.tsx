/** The new value of a correction in the input that suits the field; step-field.tsx has it begin with what stands there. */
import { Form, Input, InputNumber } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Ticket } from '../api/types.ts';
import { useFormat } from '../shared/use-format.ts';
import { toPresent } from './correctable.ts';
import { FaultKindInput } from './fault-kind-input.tsx';
import { MAX_TEXT_CHARS } from './limits.ts';

const FIELD = ['correct', 'field'];

interface CorrectionValueProps {
  readonly id: string;
  readonly testId: string;
  readonly ticket: Ticket;
  readonly value: string;
  readonly onChange: (value: unknown) => void;
}

export function CorrectionValue({ id, testId, ticket, value, onChange }: CorrectionValueProps) {
  const { t } = useTranslation();
  const { language } = useFormat();
  const form = Form.useFormInstance();
  const field = Form.useWatch<string | undefined>(FIELD, form);
  const present = field === undefined ? '' : toPresent(ticket, field, language);
  const common = { id, 'data-testid': testId };
  if (field === 'faultKind')
    return (
      <FaultKindInput
        id={id}
        testId={testId}
        equipment={ticket.equipment}
        value={value}
        onChange={onChange}
      />
    );
  if (field === 'amountYuan')
    return (
      <InputNumber<number>
        {...common}
        min={0}
        precision={2}
        value={value === '' || value === undefined ? null : Number(value)}
        onChange={(amount) => onChange(amount === null ? '' : String(amount))}
      />
    );
  return (
    <>
      <Input.TextArea
        {...common}
        maxLength={MAX_TEXT_CHARS}
        autoSize={{ minRows: 2, maxRows: 8 }}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      {present !== '' && <span className="hint">{t('ticket.presentValue', { value: present })}</span>}
    </>
  );
}
