/** Acknowledging one alarm, with a note where there is something to say. */
import CheckOutlined from '@ant-design/icons/CheckOutlined';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Alarm } from '../api/types.ts';
import { isUnacknowledged } from '../shared/alarm-order.ts';
import { usePermission } from '../shared/use-permission.ts';
import { AlarmName } from './alarm-name.tsx';
import { useHandling } from './alarm-queries.ts';
import { NoteDialog } from './note-dialog.tsx';

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
  const { mutate, isPending, error } = useHandling(alarm.id, 'acknowledge');
  return (
    <NoteDialog
      name="alarm-ack"
      title={t('alarms.acknowledgeTitle')}
      okText={t('alarms.acknowledge')}
      help={t('alarms.acknowledgeHelp')}
      noteText={t('alarms.note')}
      isPending={isPending}
      error={error}
      onSubmit={(note) => mutate(note, { onSuccess: onClose })}
      onClose={onClose}
    >
      <AlarmName alarm={alarm} />
    </NoteDialog>
  );
}
