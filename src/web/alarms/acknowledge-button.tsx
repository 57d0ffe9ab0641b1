/** Acknowledging one alarm, with a note where there is something to say. Enter in the note sends it. */
import CheckOutlined from '@ant-design/icons/CheckOutlined';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request, toPath } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import type { Alarm } from '../api/types.ts';
import { applyAlarm } from '../live/cache.ts';
import { isUnacknowledged } from '../shared/alarm-order.ts';
import { testId } from '../shared/test-id.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { usePermission } from '../shared/use-permission.ts';

/** core/limits.ts `textChars`. */
const MAX_NOTE_CHARS = 4_000;

export function AcknowledgeButton({ alarm }: { readonly alarm: Alarm }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const canAcknowledge = usePermission('alarm.acknowledge');
  if (!canAcknowledge || !isUnacknowledged(alarm)) return null;
  return (
    // The row around it opens the details on a click; what happens in here is not that click.
    <span onClick={(event) => event.stopPropagation()}>
      <Button
        type="primary"
        size="small"
        icon={<CheckOutlined />}
        data-testid={`alarm-ack-${alarm.id}`}
        onClick={() => setOpen(true)}
      >
        {t('alarms.acknowledge')}
      </Button>
      {isOpen && <AcknowledgeDialog alarm={alarm} onClose={() => setOpen(false)} />}
    </span>
  );
}

function AcknowledgeDialog({ alarm, onClose }: { readonly alarm: Alarm; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const toErrorText = useErrorText();
  const [note, setNote] = useState('');
  const acknowledge = useMutation({
    mutationFn: () =>
      request<Alarm>(
        'POST',
        toPath`/alarms/${alarm.id}/acknowledge`,
        note.trim() === '' ? {} : { note: note.trim() },
      ),
    onSuccess: (changed) => {
      applyAlarm(client, changed);
      onClose();
    },
    onError: () => void client.invalidateQueries({ queryKey: keys.openAlarms }),
  });
  return (
    <Modal
      open
      title={t('alarms.acknowledgeTitle')}
      okText={t('alarms.acknowledge')}
      okButtonProps={testId('alarm-ack-submit')}
      confirmLoading={acknowledge.isPending}
      onOk={() => acknowledge.mutate()}
      onCancel={onClose}
    >
      <p>
        <b>{format.text(alarm.equipmentName)}</b>　{format.text(alarm.text)}
      </p>
      <p className="hint">{t('alarms.acknowledgeHelp')}</p>
      <Input
        autoFocus
        maxLength={MAX_NOTE_CHARS}
        value={note}
        placeholder={t('common.optionalField', { field: t('alarms.note') })}
        data-testid="alarm-ack-note"
        onChange={(event) => setNote(event.target.value)}
        onPressEnter={() => acknowledge.mutate()}
      />
      {acknowledge.error !== null && (
        <Alert className="gap-above" type="error" showIcon title={toErrorText(acknowledge.error)} />
      )}
    </Modal>
  );
}
