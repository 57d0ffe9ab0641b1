/** What somebody may do with an open occurrence; a record that has ended is left as it is. */
import CommentOutlined from '@ant-design/icons/CommentOutlined';
import RedoOutlined from '@ant-design/icons/RedoOutlined';
import { Button, Tooltip } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Alarm } from '../api/types.ts';
import { usePermission } from '../shared/use-permission.ts';
import { AcknowledgeButton } from './acknowledge-button.tsx';
import { AlarmName } from './alarm-name.tsx';
import { useHandling } from './alarm-queries.ts';
import { ControlActions } from './control-actions.tsx';
import { NoteDialog } from './note-dialog.tsx';

export function AlarmActions({ alarm }: { readonly alarm: Alarm }) {
  const { t } = useTranslation();
  if (alarm.endedAtMs !== null) return null;
  return (
    <div className="alarm-actions" role="group" aria-label={t('alarms.actions')} data-testid="alarm-actions">
      <AcknowledgeButton alarm={alarm} />
      {alarm.isLatched && <ResetButton alarm={alarm} />}
      <ControlActions alarm={alarm} target={{ type: 'alarm', id: alarm.id }} />
      <CommentButton alarm={alarm} />
      {alarm.severity === 'life-safety' && <span className="hint">{t('shelf.never')}</span>}
    </div>
  );
}

function ResetButton({ alarm }: { readonly alarm: Alarm }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const mayReset = usePermission('alarm.reset');
  const { mutate, isPending, error } = useHandling(alarm.id, 'reset');
  if (!mayReset) return null;
  const canReset = !alarm.isActive && alarm.acknowledged !== null;
  const close = (): void => setOpen(false);
  return (
    <>
      <Tooltip title={canReset ? '' : t('alarmNote.resetNotYet')}>
        <Button
          size="small"
          icon={<RedoOutlined />}
          disabled={!canReset}
          data-testid="alarm-reset"
          onClick={() => setOpen(true)}
        >
          {t('alarmNote.reset')}
        </Button>
      </Tooltip>
      {isOpen && (
        <NoteDialog
          name="alarm-reset"
          title={t('alarmNote.resetTitle')}
          okText={t('alarmNote.reset')}
          help={t('alarmNote.resetHelp')}
          noteText={t('alarms.note')}
          isPending={isPending}
          error={error}
          onSubmit={(note) => mutate(note, { onSuccess: close })}
          onClose={close}
        >
          <AlarmName alarm={alarm} />
        </NoteDialog>
      )}
    </>
  );
}

function CommentButton({ alarm }: { readonly alarm: Alarm }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const mayComment = usePermission('alarm.acknowledge');
  const { mutate, isPending, error } = useHandling(alarm.id, 'comment');
  if (!mayComment) return null;
  const close = (): void => setOpen(false);
  return (
    <>
      <Button
        size="small"
        icon={<CommentOutlined />}
        data-testid="alarm-comment"
        onClick={() => setOpen(true)}
      >
        {t('alarmNote.comment')}
      </Button>
      {isOpen && (
        <NoteDialog
          name="alarm-comment"
          title={t('alarmNote.commentTitle')}
          okText={t('common.submit')}
          noteText={t('alarmNote.commentField')}
          isNoteNeeded
          isPending={isPending}
          error={error}
          onSubmit={(note) => mutate(note, { onSuccess: close })}
          onClose={close}
        >
          <AlarmName alarm={alarm} />
        </NoteDialog>
      )}
    </>
  );
}
