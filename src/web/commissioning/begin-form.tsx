/** 进入调试: what it means is said beforehand; where life safety will call nobody, that is confirmed by name. */
import { Alert, Button, Card, Checkbox, Form, Segmented, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useLocations } from '../api/people-queries.ts';
import { useEquipment, useLinks } from '../api/queries.ts';
import { toEquipmentOptions } from '../shared/equipment-options.ts';
import { testId } from '../shared/test-id.ts';
import { TimeField } from '../shared/time-field.tsx';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { ApproverField, SILENCE_HOURS } from './approver-field.tsx';
import { type ScopeName, useBeginCommissioning, useCommissioningPreview } from './commissioning-queries.ts';
import { ReasonField } from './reason-field.tsx';

const SCOPES = ['equipment', 'location', 'link'] as const satisfies readonly ScopeName[];

interface Values {
  readonly id?: string;
  readonly reason: string;
  readonly untilMs?: number | null;
  readonly isLifeSafetyConfirmed?: boolean;
  readonly approver?: string;
}

export function BeginForm({ onDone }: { readonly onDone: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const toErrorText = useErrorText();
  const [form] = Form.useForm<Values>();
  const [scope, setScope] = useState<ScopeName>('equipment');
  const id = Form.useWatch<string | undefined>('id', form) ?? null;
  const preview = useCommissioningPreview(scope, id);
  const isGrave = (preview.data?.lifeSafety ?? 0) > 0;
  const begin = useBeginCommissioning();
  // Said of one choice only: of the next it has to be said again.
  const forget = (): void => form.setFieldsValue({ isLifeSafetyConfirmed: false });
  const submit = ({ id: chosen, reason, untilMs, isLifeSafetyConfirmed = false, approver }: Values): void =>
    begin.mutate(
      {
        [scope]: chosen,
        reason,
        isLifeSafetyConfirmed,
        ...(untilMs != null && { untilMs }),
        ...(isGrave && { approver }),
      },
      {
        onSuccess: ({ items }) => {
          onDone();
          const [only] = items;
          if (only !== undefined && items.length === 1)
            void navigate(`/commissioning/${encodeURIComponent(only.equipment)}`);
        },
      },
    );
  const error = begin.error ?? preview.error;
  return (
    <Card
      size="small"
      className="gap-below"
      title={t('commissioning.begin')}
      data-testid="commissioning-form"
    >
      <p className="hint">{t('commissioning.beginHelp')}</p>
      <Form form={form} layout="vertical" onFinish={submit}>
        <Form.Item>
          <Segmented<ScopeName>
            value={scope}
            options={SCOPES.map((value) => ({ value, label: t(`commissioning.scope.${value}`) }))}
            onChange={(value) => {
              setScope(value);
              form.resetFields(['id', 'isLifeSafetyConfirmed']);
            }}
          />
        </Form.Item>
        <ScopeField scope={scope} onChange={forget} />
        {preview.data !== undefined && (
          <p data-testid="commissioning-preview">
            {preview.data.equipment === 0
              ? t('commissioning.previewNone')
              : t('commissioning.preview', { ...preview.data })}
          </p>
        )}
        {isGrave && <LifeSafety count={preview.data?.lifeSafety ?? 0} />}
        {isGrave && <ApproverField />}
        <ReasonField />
        <Form.Item
          name="untilMs"
          label={t('commissioning.untilField')}
          extra={t(isGrave ? 'commissioning.untilGraveHelp' : 'commissioning.untilHelp', {
            hours: SILENCE_HOURS,
          })}
        >
          <TimeField testId="commissioning-until" />
        </Form.Item>
        {error !== null && (
          <Alert
            className="gap-below"
            type="error"
            showIcon
            title={toErrorText(error)}
            data-testid="commissioning-error"
          />
        )}
        <div className="action-buttons">
          <Button
            type="primary"
            htmlType="submit"
            loading={begin.isPending}
            disabled={(preview.data?.equipment ?? 0) === 0}
            data-testid="commissioning-submit"
          >
            {t('commissioning.begin')}
          </Button>
          <Button onClick={onDone}>{t('common.cancel')}</Button>
        </div>
      </Form>
    </Card>
  );
}

function LifeSafety({ count }: { readonly count: number }) {
  const { t } = useTranslation();
  const rule = {
    validator: (_rule: unknown, value: unknown): Promise<void> =>
      value === true ? Promise.resolve() : Promise.reject(new Error(t('commissioning.confirmNeeded'))),
  };
  return (
    <Alert
      className="gap-below"
      type="error"
      showIcon
      title={t('commissioning.lifeSafety', { count })}
      data-testid="commissioning-life-safety"
      description={
        <Form.Item name="isLifeSafetyConfirmed" valuePropName="checked" rules={[rule]}>
          <Checkbox {...testId('commissioning-confirm')}>{t('commissioning.confirm')}</Checkbox>
        </Form.Item>
      }
    />
  );
}

interface ScopeFieldProps {
  readonly scope: ScopeName;
  readonly onChange: () => void;
}

function ScopeField({ scope, onChange }: ScopeFieldProps) {
  const { t } = useTranslation();
  const options = useScopeOptions(scope);
  const field = t(`commissioning.scope.${scope}`);
  return (
    <Form.Item
      name="id"
      label={field}
      extra={t(`commissioning.scopeHelp.${scope}`)}
      rules={[{ required: true, message: t('common.choose', { field }) }]}
    >
      <Select
        showSearch={{ optionFilterProp: 'label' }}
        options={[...options]}
        onChange={onChange}
        {...testId('commissioning-scope')}
      />
    </Form.Item>
  );
}

function useScopeOptions(scope: ScopeName) {
  const format = useFormat();
  const equipment = useEquipment().data?.items ?? [];
  const places = useLocations().data?.items ?? [];
  const links = useLinks().data?.items ?? [];
  if (scope === 'equipment') return toEquipmentOptions(equipment, format);
  if (scope === 'location') return places.map(({ id, path }) => ({ value: id, label: format.text(path) }));
  return links.map(({ link, name }) => ({ value: link, label: format.text(name) }));
}
