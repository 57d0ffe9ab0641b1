/** Shelving an alarm: for how long, why, whether it ends with the present stretch, and who answers for it, where somebody does. */
import { Alert, Checkbox, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { serverNow } from '../live/server-clock.ts';
import { testId } from '../shared/test-id.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { usePermission } from '../shared/use-permission.ts';
import { AlarmName } from './alarm-name.tsx';
import { type Controlled, type Target, useShelve } from './alarm-queries.ts';
import { ApproverField } from './approver-field.tsx';
import { ChoiceRow } from './choice-row.tsx';
import { MAX_NOTE_CHARS } from './note-dialog.tsx';
import { toFirstChoice, toShelfChoices } from './shelf-times.ts';

interface ShelveDialogProps {
  readonly alarm: Controlled;
  readonly target: Target;
  /** Longest shelf, ms, above 0. */
  readonly maxMs: number;
  readonly onClose: () => void;
}

const REASONS = ['parts', 'crew', 'sensor', 'works', 'known'] as const;

export function ShelveDialog({ alarm, target, maxMs, onClose }: ShelveDialogProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const toErrorText = useErrorText();
  const choices = toShelfChoices(maxMs);
  const [forMs, setForMs] = useState(() => toFirstChoice(choices));
  const [reason, setReason] = useState('');
  const [isOneShot, setOneShot] = useState(false);
  const [approver, setApprover] = useState('');
  const mayNameApprover = usePermission('alarm.out-of-service');
  const shelve = useShelve(target);
  const isReady = reason.trim() !== '' && !shelve.isPending;
  const submit = (): void => {
    const answers = approver === '' ? {} : { approver };
    if (isReady)
      shelve.mutate({ reason: reason.trim(), forMs, isOneShot, ...answers }, { onSuccess: onClose });
  };
  return (
    <Modal
      open
      title={t('shelf.title')}
      okText={t('shelf.shelve')}
      okButtonProps={{ ...testId('shelve-submit'), disabled: !isReady }}
      confirmLoading={shelve.isPending}
      onOk={submit}
      onCancel={onClose}
    >
      <AlarmName alarm={alarm} />
      <p className="hint">{t('shelf.help')}</p>
      <h4>{t('shelf.duration')}</h4>
      <ChoiceRow
        label={t('shelf.duration')}
        choices={choices.map((ms) => ({
          value: ms,
          text: format.span(ms),
          testId: `shelve-for-${ms / 60_000}`,
        }))}
        value={forMs}
        onChange={setForMs}
      />
      <p className="hint">
        {t('shelf.until')} {format.dateTime(serverNow() + forMs)} ·{' '}
        {t('shelf.max', { duration: format.span(maxMs) })}
      </p>
      <h4>{t('shelf.reason')}</h4>
      <ChoiceRow
        label={t('shelf.reason')}
        choices={REASONS.map((id) => ({
          value: t(`shelf.reasons.${id}`),
          text: t(`shelf.reasons.${id}`),
          testId: `shelve-reason-${id}`,
        }))}
        value={reason}
        onChange={setReason}
      />
      <Input
        className="gap-below"
        maxLength={MAX_NOTE_CHARS}
        value={reason}
        aria-label={t('shelf.reason')}
        placeholder={t('shelf.reason')}
        data-testid="shelve-reason"
        onChange={(event) => setReason(event.target.value)}
        onPressEnter={submit}
      />
      <Checkbox
        checked={isOneShot}
        onChange={(event) => setOneShot(event.target.checked)}
        {...testId('shelve-one-shot')}
      >
        {t('shelf.oneShot')}
      </Checkbox>
      {mayNameApprover && (
        <>
          <h4>{t('shelf.approver')}</h4>
          <p className="hint">{t('shelf.approverHelp')}</p>
          <ApproverField value={approver} onChange={setApprover} />
        </>
      )}
      {shelve.error !== null && (
        <Alert
          className="gap-above"
          type="error"
          showIcon
          title={toErrorText(shelve.error)}
          data-testid="shelve-error"
        />
      )}
    </Modal>
  );
}
