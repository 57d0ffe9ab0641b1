/** Taking an alarm out of service: under a work permit, approved by somebody else, until a time. */
import { Alert, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { serverNow } from '../live/server-clock.ts';
import { testId } from '../shared/test-id.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { AlarmName } from './alarm-name.tsx';
import { type Controlled, type ServiceWish, type Target, useTakeOutOfService } from './alarm-queries.ts';
import { ApproverField } from './approver-field.tsx';
import { EndField } from './end-field.tsx';
import { MAX_NOTE_CHARS } from './note-dialog.tsx';
import { SERVICE_STEPS_MS } from './shelf-times.ts';

interface ServiceDialogProps {
  readonly alarm: Controlled;
  readonly target: Target;
  readonly onClose: () => void;
}

/** core/limits.ts `shortTextChars`. */
const MAX_SHORT_CHARS = 200;

export function ServiceDialog({ alarm, target, onClose }: ServiceDialogProps) {
  const { t } = useTranslation();
  const toErrorText = useErrorText();
  const [wish, setWish] = useState<ServiceWish>(() => ({
    reason: '',
    permit: '',
    approver: '',
    untilMs: serverNow() + SERVICE_STEPS_MS[1],
  }));
  const take = useTakeOutOfService(target);
  const change = (given: Partial<ServiceWish>): void => setWish((known) => ({ ...known, ...given }));
  const isComplete = [wish.reason, wish.permit, wish.approver].every((text) => text.trim() !== '');
  const isReady = isComplete && wish.untilMs > serverNow() && !take.isPending;
  const field = (name: 'reason' | 'permit', maxLength: number) => (
    <Input
      maxLength={maxLength}
      value={wish[name]}
      aria-label={t(`service.${name}`)}
      data-testid={`service-${name}`}
      onChange={(event) => change({ [name]: event.target.value })}
    />
  );
  return (
    <Modal
      open
      title={t('service.title')}
      okText={t('service.take')}
      okButtonProps={{ ...testId('service-submit'), danger: true, disabled: !isReady }}
      confirmLoading={take.isPending}
      onOk={() => isReady && take.mutate(trimmed(wish), { onSuccess: onClose })}
      onCancel={onClose}
    >
      <AlarmName alarm={alarm} />
      <p className="hint">{t('service.help')}</p>
      {alarm.severity === 'life-safety' && (
        <Alert className="gap-below" type="warning" showIcon title={t('service.lifeSafetyHelp')} />
      )}
      <Form layout="vertical" component="div">
        <Form.Item label={t('service.reason')}>{field('reason', MAX_NOTE_CHARS)}</Form.Item>
        <Form.Item label={t('service.permit')}>{field('permit', MAX_SHORT_CHARS)}</Form.Item>
        <Form.Item label={t('service.approver')} extra={t('service.approverHelp')}>
          <ApproverField value={wish.approver} onChange={(approver) => change({ approver })} />
        </Form.Item>
        <Form.Item label={t('service.until')}>
          <EndField
            name="service"
            label={t('service.until')}
            steps={SERVICE_STEPS_MS}
            untilMs={wish.untilMs}
            onChange={(untilMs) => change({ untilMs })}
          />
        </Form.Item>
      </Form>
      {take.error !== null && (
        <Alert type="error" showIcon title={toErrorText(take.error)} data-testid="service-error" />
      )}
    </Modal>
  );
}

function trimmed({ reason, permit, approver, untilMs }: ServiceWish): ServiceWish {
  return {
    reason: reason.trim(),
    permit: permit.trim(),
    approver: approver.trim(),
    untilMs: Math.round(untilMs),
  };
}
