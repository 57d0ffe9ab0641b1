/** What was used: rows of name, quantity and unit. Rows without a name are not sent. */
import DeleteOutlined from '@ant-design/icons/DeleteOutlined';
import PlusOutlined from '@ant-design/icons/PlusOutlined';
import { Button, Input, InputNumber } from 'antd';
import { useTranslation } from 'react-i18next';

interface Row {
  readonly name: string;
  readonly quantity: number;
  readonly unit: string;
}

interface MaterialsInputProps {
  readonly testId: string;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

/** As many as the API takes. */
const MAX_ROWS = 50;
const MAX_CHARS = 200;
const NEW_ROW: Row = { name: '', quantity: 1, unit: '' };

export function MaterialsInput({ testId, value, onChange }: MaterialsInputProps) {
  const { t } = useTranslation();
  const rows = (value ?? []) as readonly Row[];
  const set = (at: number, change: Partial<Row>) =>
    onChange(rows.map((row, index) => (index === at ? { ...row, ...change } : row)));
  return (
    <div className="materials" data-testid={testId}>
      {rows.map((row, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
        <div key={at} className="material-row">
          <Input
            placeholder={t('ticket.materialName')}
            aria-label={t('ticket.materialName')}
            maxLength={MAX_CHARS}
            value={row.name}
            data-testid={`${testId}-name-${at}`}
            onChange={(event) => set(at, { name: event.target.value })}
          />
          <InputNumber<number>
            min={0.001}
            aria-label={t('ticket.materialQuantity')}
            value={row.quantity}
            onChange={(quantity) => set(at, { quantity: quantity ?? 1 })}
          />
          <Input
            placeholder={t('ticket.materialUnit')}
            aria-label={t('ticket.materialUnit')}
            maxLength={MAX_CHARS}
            value={row.unit}
            onChange={(event) => set(at, { unit: event.target.value })}
          />
          <Button
            type="text"
            icon={<DeleteOutlined />}
            aria-label={t('ticket.remove')}
            onClick={() => onChange(rows.filter((_, index) => index !== at))}
          />
        </div>
      ))}
      {rows.length < MAX_ROWS && (
        <Button
          type="dashed"
          icon={<PlusOutlined />}
          data-testid={`${testId}-add`}
          onClick={() => onChange([...rows, NEW_ROW])}
        >
          {t('ticket.materialAdd')}
        </Button>
      )}
    </div>
  );
}
