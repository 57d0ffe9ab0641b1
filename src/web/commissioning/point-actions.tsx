/** What the caller may do with one point now: compare, photograph, confirm the ticket, give a reason, sign, take back. */
import CameraOutlined from '@ant-design/icons/CameraOutlined';
import { Alert, Button, Form, Radio } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../shared/use-error-text.ts';
import { usePermission } from '../shared/use-permission.ts';
import { toPointName, useCommissioningPhoto } from './commissioning-queries.ts';
import type { PointProps } from './point-card.tsx';
import { ReasonField } from './reason-field.tsx';
import { StepForm, toSaid } from './step-form.tsx';
import { ValueForm } from './value-form.tsx';

export type PointAct = 'value' | 'photo' | 'ticket' | 'waive' | 'sign' | 'withdraw';

export function PointActions(props: PointProps) {
  const { t } = useTranslation();
  const offered = useOffered(props);
  const [chosen, setChosen] = useState<PointAct | null>(null);
  const [first] = offered;
  if (first === undefined) return null;
  // After a step the next one is on show, unless what was chosen is still possible.
  const act = chosen !== null && offered.includes(chosen) ? chosen : first;
  return (
    <div className="commission-actions" data-testid="commission-actions">
      <div className="action-tabs" role="tablist">
        {offered.map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            aria-selected={name === act}
            className={`action-tab ${name === 'withdraw' ? 'is-backward' : ''}`}
            data-testid={`commission-point-act-${name}`}
            onClick={() => setChosen(name)}
          >
            {t(`commissioning.act.${name}`)}
          </button>
        ))}
      </div>
      <ActForm key={act} act={act} {...props} onDone={() => setChosen(null)} />
    </div>
  );
}

/** The gateway decides; what it would refuse for certain is not offered. The next step first. */
function useOffered({ commission, point, definition }: PointProps): readonly PointAct[] {
  const canWork = usePermission('commissioning.work');
  const canDispatch = usePermission('ticket.dispatch');
  const canManage = usePermission('commissioning.manage');
  if (point.signed !== null) return canManage ? ['withdraw'] : [];
  if (commission.endedAtMs !== null) return [];
  const { missing, isLifeSafety, state, alarms } = point;
  const lacks = (step: 'value' | 'alarm' | 'ticket'): boolean => missing.includes(step);
  const canCompare = canWork && definition !== undefined;
  const acts: readonly (readonly [PointAct, boolean])[] = [
    ['sign', canManage && state === 'ready'],
    ['value', canCompare && lacks('value')],
    ['ticket', canDispatch && alarms.some(({ opensTicket }) => opensTicket) && point.ticket === null],
    ['photo', canWork],
    ['waive', canManage && !isLifeSafety && (lacks('alarm') || lacks('ticket'))],
    ['value', canCompare && !lacks('value')],
  ];
  return acts.filter(([, isOffered]) => isOffered).map(([name]) => name);
}

interface ActFormProps extends PointProps {
  readonly act: PointAct;
  readonly onDone: () => void;
}

function ActForm({ act, onDone, ...props }: ActFormProps) {
  const { t } = useTranslation();
  const { commission, point, definition } = props;
  const { equipment } = commission;
  const name = toPointName(equipment, point);
  const path = `points/${encodeURIComponent(name)}`;
  const submitText = t(`commissioning.act.${act}`);
  switch (act) {
    case 'value':
      return definition === undefined ? null : (
        <ValueForm equipment={equipment} step={`${path}/value`} definition={definition} />
      );
    case 'photo':
      return <PhotoForm equipment={equipment} point={name} />;
    case 'ticket':
      return (
        <StepForm
          equipment={equipment}
          step={`${path}/ticket`}
          submitText={submitText}
          help={t('commissioning.ticketHelp')}
        >
          {() => <ReasonField name="note" />}
        </StepForm>
      );
    case 'waive':
      return <WaiveForm {...props} step={`${path}/waive`} />;
    case 'sign':
      return (
        <StepForm
          equipment={equipment}
          step="sign"
          submitText={submitText}
          help={t('commissioning.signHelp', { count: 1 })}
          toBody={(values) => ({ ...toSaid(values), points: [name] })}
        >
          {() => <ReasonField name="note" isOptional />}
        </StepForm>
      );
    case 'withdraw':
      return (
        <StepForm
          equipment={equipment}
          step={`${path}/withdraw`}
          submitText={submitText}
          isDanger
          help={t('commissioning.withdrawHelp')}
          onDone={onDone}
        >
          {() => <ReasonField />}
        </StepForm>
      );
    default:
      return act satisfies never;
  }
}

/** Never of life safety: that has to be provoked. */
function WaiveForm({ commission, point, step }: PointProps & { readonly step: string }) {
  const { t } = useTranslation();
  const steps = (['alarm', 'ticket'] as const).filter((name) => point.missing.includes(name));
  return (
    <StepForm
      // What was given a reason for is offered no more.
      key={steps.join(' ')}
      equipment={commission.equipment}
      step={step}
      submitText={t('commissioning.act.waive')}
      help={t('commissioning.waiveHelp')}
    >
      {() => (
        <>
          <Form.Item name="step" label={t('commissioning.waiveStep')} initialValue={steps[0]}>
            <Radio.Group
              optionType="button"
              options={steps.map((value) => ({ value, label: t(`commissioning.step.${value}`) }))}
            />
          </Form.Item>
          <ReasonField />
        </>
      )}
    </StepForm>
  );
}

interface PhotoFormProps {
  readonly equipment: string;
  readonly point: string;
}

function PhotoForm({ equipment, point }: PhotoFormProps) {
  const { t } = useTranslation();
  const toErrorText = useErrorText();
  const chooser = useRef<HTMLInputElement>(null);
  const upload = useCommissioningPhoto(equipment, point);
  return (
    <div className="commission-form">
      <p className="hint">{t('commissioning.photoHelp')}</p>
      <input
        ref={chooser}
        type="file"
        accept="image/*,application/pdf"
        className="hidden-file"
        data-testid="commissioning-photo-input"
        onChange={(event) => {
          const file = event.target.files?.[0];
          // The same file again must count as a change.
          event.target.value = '';
          if (file !== undefined) upload.mutate(file);
        }}
      />
      {upload.error !== null && (
        <Alert
          className="gap-below"
          type="error"
          showIcon
          title={toErrorText(upload.error)}
          data-testid="commissioning-error"
        />
      )}
      <Button
        type="primary"
        icon={<CameraOutlined />}
        loading={upload.isPending}
        onClick={() => chooser.current?.click()}
      >
        {t('commissioning.act.photo')}
      </Button>
    </div>
  );
}
