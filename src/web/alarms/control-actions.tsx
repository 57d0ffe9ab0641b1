/**
 * Buttons of what people decide about an alarm, with or without an open occurrence: shelve, out of service, and their
 * ends. Each only where the person may and where it makes sense.
 */
import EyeInvisibleOutlined from '@ant-design/icons/EyeInvisibleOutlined';
import EyeOutlined from '@ant-design/icons/EyeOutlined';
import ToolOutlined from '@ant-design/icons/ToolOutlined';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSite } from '../api/queries.ts';
import { usePermission } from '../shared/use-permission.ts';
import { AlarmName } from './alarm-name.tsx';
import { type Controlled, type Target, useEndControl } from './alarm-queries.ts';
import { NoteDialog } from './note-dialog.tsx';
import { ServiceDialog } from './service-dialog.tsx';
import { ShelveDialog } from './shelve-dialog.tsx';

interface ControlActionsProps {
  readonly alarm: Controlled;
  readonly target: Target;
  /** Only what ends a decision, as the lists of decisions need it. */
  readonly isEndOnly?: boolean;
}

type Dialog = 'shelve' | 'unshelve' | 'service' | 'in-service';

export function ControlActions({ alarm, target, isEndOnly = false }: ControlActionsProps) {
  const { t } = useTranslation();
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const { offered, maxMs } = useOffered(alarm, isEndOnly);
  const close = (): void => setDialog(null);
  const words = {
    shelve: { text: t('shelf.shelve'), icon: <EyeInvisibleOutlined /> },
    unshelve: { text: t('shelf.unshelve'), icon: <EyeOutlined /> },
    service: { text: t('service.take'), icon: <ToolOutlined /> },
    'in-service': { text: t('service.return'), icon: <EyeOutlined /> },
  } as const;
  return (
    <span className="control-actions" onClick={(event) => event.stopPropagation()}>
      {offered.map((name) => (
        <Button
          key={name}
          size="small"
          icon={words[name].icon}
          data-testid={`alarm-${name}-${alarm.equipment}-${alarm.rule}`}
          onClick={() => setDialog(name)}
        >
          {words[name].text}
        </Button>
      ))}
      {dialog === 'shelve' && <ShelveDialog alarm={alarm} target={target} maxMs={maxMs} onClose={close} />}
      {dialog === 'service' && <ServiceDialog alarm={alarm} target={target} onClose={close} />}
      {dialog === 'unshelve' && <EndDialog alarm={alarm} target={target} end="unshelve" onClose={close} />}
      {dialog === 'in-service' && (
        <EndDialog alarm={alarm} target={target} end="in-service" onClose={close} />
      )}
    </span>
  );
}

function useOffered({ severity, shelf, outOfService }: Controlled, isEndOnly: boolean) {
  const mayShelve = usePermission('alarm.shelve');
  const mayShelveHigh = usePermission('alarm.shelve-high');
  const mayService = usePermission('alarm.out-of-service');
  const maxMs = useSite().data?.shelveMaxMs[severity] ?? 0;
  const canShelve = mayShelve && (severity !== 'high' || mayShelveHigh) && maxMs > 0;
  const offered: Dialog[] = [];
  if (shelf !== null && mayShelve) offered.push('unshelve');
  if (shelf === null && outOfService === null && canShelve && !isEndOnly) offered.push('shelve');
  if (outOfService === null && mayService && !isEndOnly) offered.push('service');
  if (outOfService !== null && mayService) offered.push('in-service');
  return { offered, maxMs };
}

interface EndDialogProps {
  readonly alarm: Controlled;
  readonly target: Target;
  readonly end: 'unshelve' | 'in-service';
  readonly onClose: () => void;
}

function EndDialog({ alarm, target, end, onClose }: EndDialogProps) {
  const { t } = useTranslation();
  const { mutate, isPending, error } = useEndControl(target, end);
  const isShelf = end === 'unshelve';
  return (
    <NoteDialog
      name={`alarm-${end}`}
      title={isShelf ? t('shelf.unshelveTitle') : t('service.returnTitle')}
      okText={isShelf ? t('shelf.unshelve') : t('service.return')}
      help={isShelf ? t('shelf.unshelveHelp') : t('service.returnHelp')}
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
