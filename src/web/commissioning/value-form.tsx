/** 数值核对 beside the panel: what the gateway shows live, what stands on the panel, and why they differ where they do. */
import { Form, Input, InputNumber, Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../api/client.ts';
import type { PointDefinition } from '../api/types.ts';
import { usePointState } from '../live/readings.ts';
import { PointRemark, PointValue } from '../shared/point-value.tsx';
import { testId } from '../shared/test-id.ts';
import { useFormat } from '../shared/use-format.ts';
import { ReasonField } from './reason-field.tsx';
import { StepForm } from './step-form.tsx';

/** core/limits.ts `shortTextChars`. */
const MAX_LINE_CHARS = 200;

interface ValueFormProps {
  readonly equipment: string;
  readonly step: string;
  readonly definition: PointDefinition;
}

export function ValueForm({ equipment, step, definition }: ValueFormProps) {
  const { t } = useTranslation();
  return (
    <StepForm
      equipment={equipment}
      step={step}
      submitText={t('commissioning.act.value')}
      help={t('commissioning.valueHelp')}
    >
      {(error) => (
        <>
          <Shown definition={definition} />
          <PanelField definition={definition} />
          {isMeasured(definition) && (
            <Form.Item
              name="tolerance"
              label={t('common.optionalField', { field: t('commissioning.field.tolerance') })}
              extra={t('commissioning.toleranceHelp')}
            >
              <InputNumber<number> min={0} suffix={definition.unit} {...testId('commissioning-tolerance')} />
            </Form.Item>
          )}
          {error instanceof ProblemError && error.code === 'commissioning-value-differs' && (
            <ReasonField name="explanation" help={t('commissioning.explanationHelp')} />
          )}
        </>
      )}
    </StepForm>
  );
}

/** Live: it may move while somebody reads the panel, and it is the value at sending that counts. */
function Shown({ definition }: { readonly definition: PointDefinition }) {
  const { t } = useTranslation();
  const state = usePointState(definition.id);
  return (
    <div className="commission-shown" data-testid="commissioning-shown">
      <span className="hint">{t('commissioning.shownNow')}</span>
      <PointValue point={definition} state={state} />
      <PointRemark point={definition} state={state} />
    </div>
  );
}

function isMeasured({ type, states }: PointDefinition): boolean {
  return type === 'number' && states.length === 0;
}

function PanelField({ definition }: { readonly definition: PointDefinition }) {
  const { t } = useTranslation();
  const field = t('commissioning.field.panel');
  const rules = [{ required: true, message: t('common.required', { field }) }];
  return (
    <Form.Item name="panel" label={field} rules={rules}>
      <PanelInput definition={definition} />
    </Form.Item>
  );
}

interface PanelInputProps {
  readonly definition: PointDefinition;
  /** These three come from Form.Item. */
  readonly id?: string;
  readonly value?: number | string | null;
  readonly onChange?: (value: number | string | null) => void;
}

function PanelInput({ definition, id, value, onChange }: PanelInputProps) {
  const format = useFormat();
  const own = id === undefined ? {} : { id };
  if (definition.type === 'text')
    return (
      <Input
        {...own}
        value={value ?? ''}
        maxLength={MAX_LINE_CHARS}
        data-testid="commissioning-panel"
        onChange={(event) => onChange?.(event.target.value)}
      />
    );
  if (isMeasured(definition))
    return (
      <InputNumber<number>
        {...own}
        className="commission-number"
        inputMode="decimal"
        value={typeof value === 'number' ? value : null}
        suffix={definition.unit}
        onChange={(next) => onChange?.(next)}
        {...testId('commissioning-panel')}
      />
    );
  const values = definition.states.length > 0 ? definition.states.map((state) => state.value) : [0, 1];
  return (
    <Radio.Group
      {...own}
      optionType="button"
      value={value}
      options={values.map((one) => ({ value: one, label: format.value(definition, one) }))}
      onChange={(event) => onChange?.(event.target.value as number)}
      {...testId('commissioning-panel')}
    />
  );
}
