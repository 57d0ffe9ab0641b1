/** The new value: a choice of states, or a number with its unit, moved by arrow keys in sensible steps. */
import { InputNumber, Radio, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { PointDefinition, PointWriting } from '../api/types.ts';
import { useIsPhone } from '../shared/use-is-phone.ts';
import { useValueText } from './use-writing-words.ts';
import { toChoices, toStep } from './write-values.ts';

/** Up to so many values stand side by side; more are a list. */
const MAX_BUTTONS = 4;

interface ValueInputProps {
  readonly point: PointDefinition;
  readonly write: PointWriting;
  /** Given by Form.Item. */
  readonly id?: string;
  readonly value?: number | null;
  readonly onChange?: (value: number | null) => void;
}

export function ValueInput(props: ValueInputProps) {
  const choices = toChoices(props.point, props.write);
  return choices === null ? <NumberInput {...props} /> : <ChoiceInput {...props} choices={choices} />;
}

function NumberInput({ point, write, id, value = null, onChange }: ValueInputProps) {
  const { t } = useTranslation();
  // The keyboard of a phone would cover what must be read first.
  const isPhone = useIsPhone();
  return (
    <InputNumber<number>
      autoFocus={!isPhone}
      id={id ?? 'value'}
      className="write-number"
      inputMode="decimal"
      step={toStep(point, write)}
      precision={point.decimals}
      suffix={point.unit}
      value={value}
      aria-label={t('writing.value')}
      data-testid="write-value"
      onChange={(next) => onChange?.(next)}
    />
  );
}

interface ChoiceInputProps extends ValueInputProps {
  readonly choices: readonly number[];
}

function ChoiceInput({ point, choices, id, value, onChange }: ChoiceInputProps) {
  const { t } = useTranslation();
  const toValueText = useValueText();
  if (choices.length > MAX_BUTTONS) {
    return (
      <Select<number>
        autoFocus
        id={id ?? 'value'}
        value={value ?? null}
        aria-label={t('writing.value')}
        data-testid="write-value"
        options={choices.map((choice) => ({ value: choice, label: toValueText(point, choice) }))}
        onChange={(next) => onChange?.(next)}
      />
    );
  }
  return (
    <Radio.Group
      value={value}
      aria-label={t('writing.value')}
      onChange={(event) => onChange?.(event.target.value as number)}
    >
      {choices.map((choice, at) => (
        <Radio.Button key={choice} value={choice} autoFocus={at === 0}>
          <span data-testid={`write-value-${choice}`}>{toValueText(point, choice)}</span>
        </Radio.Button>
      ))}
    </Radio.Group>
  );
}
