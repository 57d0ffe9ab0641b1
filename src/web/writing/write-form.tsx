/** First step of writing: what stands now, the new value, the reason. Enter leads to the check, never to the device. */
import { Alert, Button, Checkbox, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import type { PointWrite } from '../api/types.ts';
import { usePointState } from '../live/readings.ts';
import { useAllowedText, useFullName } from './use-writing-words.ts';
import { ValueInput } from './value-input.tsx';
import type { Asked } from './write-answer.ts';
import type { Draft, WriteDialogProps } from './write-dialog.tsx';
import { Effects, InterlockList, PresentValue } from './write-facts.tsx';
import { Obstacles } from './write-obstacles.tsx';
import { isAllowed } from './write-values.ts';

/** writing/limits.ts `reasonChars`. */
export const MAX_REASON_CHARS = 200;

interface WriteFormProps extends WriteDialogProps {
  readonly draft: Draft;
  /** Newest write of the point; null = none is known. */
  readonly latest: PointWrite | null;
  readonly revertValue: (present: number | null) => number | null;
  readonly onDraft: (draft: Draft) => void;
  readonly onNext: (asked: Asked) => void;
  readonly onCancel: () => void;
}

export function WriteForm(props: WriteFormProps) {
  const { point, write, draft, obstacles, onDraft, onNext, onCancel } = props;
  const { t } = useTranslation();
  const required = t('common.required', { field: t('writing.reason') });
  const check = (_: unknown, value: number | null | undefined) =>
    isAllowed(value ?? null, write) ? Promise.resolve() : Promise.reject(new Error(t('writing.valueNeeded')));
  return (
    <Form<Draft>
      layout="vertical"
      initialValues={draft}
      onValuesChange={(_, values) => onDraft({ value: values.value ?? null, reason: values.reason ?? '' })}
      onFinish={({ value, reason }) => {
        if (value !== null && obstacles.length === 0) onNext({ value, reason });
      }}
    >
      <Obstacles obstacles={obstacles} />
      <Facts {...props} />
      <Form.Item name="value" label={t('writing.value')} required rules={[{ validator: check }]}>
        <ValueInput point={point} write={write} />
      </Form.Item>
      <SameValue point={point.id} value={draft.value} />
      <Form.Item
        name="reason"
        label={t('writing.reason')}
        required
        rules={[{ required: true, whitespace: true, message: required }]}
      >
        <Input
          maxLength={MAX_REASON_CHARS}
          placeholder={t('writing.reasonHint')}
          data-testid="write-reason"
        />
      </Form.Item>
      <LastOutcome {...props} />
      <div className="dialog-actions">
        <Button onClick={onCancel}>{t('common.cancel')}</Button>
        <Button type="primary" htmlType="submit" disabled={obstacles.length > 0} data-testid="write-next">
          {t('writing.next')}
        </Button>
      </div>
    </Form>
  );
}

function Facts({ point, write, all, revertValue }: WriteFormProps) {
  const { t } = useTranslation();
  const toAllowedText = useAllowedText();
  const toFullName = useFullName();
  return (
    <dl className="facts write-facts">
      <dt>{t('writing.equipment')}</dt>
      <dd>
        <b>{toFullName(point.equipment, all)}</b>
      </dd>
      <dt>{t('writing.present')}</dt>
      <dd>
        <PresentValue point={point} />
      </dd>
      <dt>{t('writing.allowed')}</dt>
      <dd className="figures">{toAllowedText(point, write)}</dd>
      {write.interlocks.length > 0 && (
        <>
          <dt>{t('writing.interlocks')}</dt>
          <dd>
            <InterlockList interlocks={write.interlocks} />
          </dd>
        </>
      )}
      <dt>{t('writing.effects')}</dt>
      <dd>
        <Effects point={point} write={write} revertValue={revertValue} />
      </dd>
    </dl>
  );
}

/** Only told: writing the same once more may be wanted, e.g. to reset a fault twice. */
function SameValue({ point, value }: { readonly point: string; readonly value: number | null }) {
  const { t } = useTranslation();
  const state = usePointState(point);
  if (value === null || state?.value !== value) return null;
  return <p className="hint write-same">{t('writing.sameValue')}</p>;
}

/** After an outcome that nobody knows, somebody must have looked before it is written again. */
function LastOutcome({ latest, wasLost }: WriteFormProps) {
  const { t } = useTranslation();
  const isUnknown = wasLost || latest?.state === 'unknown';
  if (!isUnknown && latest?.state !== 'differs') return null;
  const title = isUnknown ? t('writing.lastUnknown') : t('writing.lastDiffers');
  const check = (_: unknown, isTicked: boolean | undefined) =>
    isTicked === true ? Promise.resolve() : Promise.reject(new Error(t('writing.checkFirst')));
  return (
    <>
      <Alert type="warning" showIcon title={title} data-testid="write-last-outcome" />
      <Form.Item name="hasChecked" valuePropName="checked" rules={[{ validator: check }]}>
        <Checkbox data-testid="write-has-checked">{t('writing.hasChecked')}</Checkbox>
      </Form.Item>
    </>
  );
}
