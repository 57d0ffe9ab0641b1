/** One step as a form: its fields, why the gateway refused it, and the button that sends it. */
import { Alert, Button, Form } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../shared/use-error-text.ts';
import { useCommissioningStep } from './commissioning-queries.ts';

export type StepValues = Readonly<Record<string, unknown>>;

interface StepFormProps {
  readonly equipment: string;
  /** As `useCommissioningStep` has it. */
  readonly step: string;
  readonly submitText: string;
  readonly isDanger?: boolean;
  readonly help?: string;
  /** Fields that are not said go out as nothing. */
  readonly toBody?: (values: StepValues) => StepValues;
  readonly onDone?: () => void;
  /** @param error of the last attempt; null = there was none, or it was accepted */
  readonly children?: (error: Error | null) => ReactNode;
}

export function StepForm(props: StepFormProps) {
  const { equipment, step, submitText, isDanger = false, help, toBody = toSaid, onDone } = props;
  const { t } = useTranslation();
  const toErrorText = useErrorText();
  const mutation = useCommissioningStep(equipment);
  const submit = (values: StepValues): void =>
    mutation.mutate({ step, body: toBody(values) }, { onSuccess: () => onDone?.() });
  return (
    <Form layout="vertical" onFinish={submit} className="commission-form">
      {help !== undefined && <p className="hint">{help}</p>}
      {props.children?.(mutation.error)}
      {mutation.error !== null && (
        <Alert
          className="gap-below"
          type="error"
          showIcon
          title={toErrorText(mutation.error)}
          data-testid="commissioning-error"
        />
      )}
      <div className="action-buttons">
        <Button
          type="primary"
          danger={isDanger}
          htmlType="submit"
          loading={mutation.isPending}
          data-testid="commissioning-submit"
        >
          {submitText}
        </Button>
        {onDone !== undefined && <Button onClick={onDone}>{t('common.cancel')}</Button>}
      </div>
    </Form>
  );
}

/** What is left empty is not said. */
export function toSaid(values: StepValues): StepValues {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  );
}
