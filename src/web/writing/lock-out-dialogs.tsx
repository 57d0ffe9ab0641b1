/** Hanging a tag, with its reason, and taking one off; a refusal of the gateway is shown in its own words. */
import { Alert, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LockOut } from '../api/types.ts';
import { usePersonName } from '../shared/person-name.ts';
import { testId } from '../shared/test-id.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { MAX_REASON_CHARS } from './write-form.tsx';
import { useHangTag, useTakeTagOff } from './write-queries.ts';

interface DialogProps {
  /** Id. */
  readonly equipment: string;
  /** In full. */
  readonly name: string;
  readonly onClose: () => void;
}

export function HangDialog({ equipment, name, onClose }: DialogProps) {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  const hang = useHangTag(equipment);
  const isReady = reason.trim() !== '' && !hang.isPending;
  const submit = () => {
    if (isReady) hang.mutate(reason, { onSuccess: onClose });
  };
  return (
    <Modal
      open
      title={t('lockOut.hangTitle', { equipment: name })}
      okText={t('lockOut.hang')}
      okButtonProps={{ ...testId('lock-out-submit'), danger: true, disabled: reason.trim() === '' }}
      confirmLoading={hang.isPending}
      onOk={submit}
      onCancel={onClose}
    >
      <p className="hint">{t('lockOut.hangHelp')}</p>
      <Input
        autoFocus
        maxLength={MAX_REASON_CHARS}
        value={reason}
        aria-label={t('lockOut.reason')}
        placeholder={t('lockOut.reasonHint')}
        data-testid="lock-out-reason"
        onChange={(event) => setReason(event.target.value)}
        onPressEnter={submit}
      />
      <Refusal error={hang.error} />
    </Modal>
  );
}

export function TakeOffDialog({
  equipment,
  name,
  lockOut,
  onClose,
}: DialogProps & { readonly lockOut: LockOut }) {
  const { t } = useTranslation();
  const toName = usePersonName();
  const takeOff = useTakeTagOff(equipment);
  return (
    <Modal
      open
      title={t('lockOut.takeOffTitle', { equipment: name })}
      okText={t('lockOut.takeOffConfirm')}
      okButtonProps={{ ...testId('unlock-submit'), danger: true }}
      confirmLoading={takeOff.isPending}
      onOk={() => {
        if (!takeOff.isPending) takeOff.mutate(undefined, { onSuccess: onClose });
      }}
      onCancel={onClose}
    >
      <p>
        <b className="prewrap">{lockOut.reason}</b>
      </p>
      <p>{t('lockOut.takeOffHelp')}</p>
      <p className="hint">{t('lockOut.takeOffWho', { by: toName(lockOut.by) })}</p>
      <Refusal error={takeOff.error} />
    </Modal>
  );
}

function Refusal({ error }: { readonly error: Error | null }) {
  const toErrorText = useErrorText();
  if (error === null) return null;
  return (
    <Alert
      className="gap-above"
      type="error"
      showIcon
      title={toErrorText(error)}
      data-testid="lock-out-error"
    />
  );
}
