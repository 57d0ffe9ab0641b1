/** What whoever signs does with the whole equipment: sign all that is ready, put the end off, end it. */
import { Button, Card, Form } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { TimeField } from '../shared/time-field.tsx';
import { usePermission } from '../shared/use-permission.ts';
import { ApproverField, SILENCE_HOURS } from './approver-field.tsx';
import { type CommissionDetail, toPointName } from './commissioning-queries.ts';
import { countPoints } from './order.ts';
import { ReasonField } from './reason-field.tsx';
import { StepForm, toSaid } from './step-form.tsx';

type Act = 'sign' | 'extend' | 'end';
/** As many as the gateway takes at once (src/api/commissioning-schema.ts). */
const MAX_SIGNED = 500;

export function CommissionManage({ detail }: { readonly detail: CommissionDetail }) {
  const { t } = useTranslation();
  const canManage = usePermission('commissioning.manage');
  const [act, setAct] = useState<Act | null>(null);
  const { commission, points } = detail;
  if (!canManage || commission.endedAtMs !== null) return null;
  const ready = points.filter(({ state }) => state === 'ready').slice(0, MAX_SIGNED);
  if (act !== null) return <ActForm act={act} detail={detail} ready={ready} onDone={() => setAct(null)} />;
  return (
    <div className="action-buttons gap-above">
      {ready.length > 0 && (
        <Button type="primary" data-testid="commission-act-sign" onClick={() => setAct('sign')}>
          {t('commissioning.signAll', { count: ready.length })}
        </Button>
      )}
      {(['extend', 'end'] as const).map((name) => (
        <Button
          key={name}
          danger={name === 'end'}
          data-testid={`commission-act-${name}`}
          onClick={() => setAct(name)}
        >
          {t(`commissioning.act.${name}`)}
        </Button>
      ))}
    </div>
  );
}

interface ActFormProps {
  readonly act: Act;
  readonly detail: CommissionDetail;
  readonly ready: CommissionDetail['points'];
  readonly onDone: () => void;
}

function ActForm({ act, detail: { commission }, ready, onDone }: ActFormProps) {
  const { t } = useTranslation();
  const { equipment, tally, done, approver } = commission;
  const unsigned = countPoints(commission) - tally.signed - tally.changed;
  const common = { equipment, step: act, submitText: t(`commissioning.act.${act}`), onDone };
  const untilRules = [
    { required: true, message: t('common.required', { field: t('commissioning.untilField') }) },
  ];
  return (
    <Card size="small" className="actions gap-above" title={t(`commissioning.act.${act}`)}>
      {act === 'sign' && (
        <StepForm
          {...common}
          help={t('commissioning.signHelp', { count: ready.length })}
          toBody={(values) => ({
            ...toSaid(values),
            points: ready.map((point) => toPointName(equipment, point)),
          })}
        >
          {() => <ReasonField name="note" isOptional />}
        </StepForm>
      )}
      {act === 'extend' && (
        <StepForm
          {...common}
          help={t(approver === null ? 'commissioning.untilHelp' : 'commissioning.untilGraveHelp', {
            hours: SILENCE_HOURS,
          })}
        >
          {() => (
            <>
              <Form.Item name="untilMs" label={t('commissioning.untilField')} rules={untilRules}>
                <TimeField testId="commissioning-until" />
              </Form.Item>
              {approver !== null && <ApproverField />}
              <ReasonField />
            </>
          )}
        </StepForm>
      )}
      {act === 'end' && (
        <StepForm
          {...common}
          isDanger
          help={t('commissioning.endHelp', { count: unsigned, done: done.signed })}
        >
          {() => <ReasonField />}
        </StepForm>
      )}
    </Card>
  );
}
