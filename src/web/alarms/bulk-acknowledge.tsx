/**
 * Acknowledging many at once, after a question that names how many and of which severity. Exactly those are sent that were
 * counted: what is raised while somebody reads the question has been seen by nobody.
 */
import CheckOutlined from '@ant-design/icons/CheckOutlined';
import { Alert, App as AntApp, Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Acknowledged, Alarm } from '../api/types.ts';
import { usePermission } from '../shared/use-permission.ts';
import { MAX_BULK, useAcknowledgeMany } from './alarm-queries.ts';
import { NoteDialog } from './note-dialog.tsx';
import { SeverityTally } from './severity-tally.tsx';

interface BulkButtonProps {
  /** Beginning of the test ids. */
  readonly name: string;
  readonly text: string;
  /** What would be acknowledged; no life safety. */
  readonly alarms: readonly Alarm[];
  /** Life-safety alarms that wait in the same list and stay. */
  readonly lifeSafety: number;
  readonly isPrimary?: boolean;
  readonly onDone?: () => void;
}

/** Nothing where there is nothing to acknowledge, or the person may not. */
export function BulkButton(props: BulkButtonProps) {
  const { name, text, alarms, isPrimary = false } = props;
  /** Those at the time of the question; null = it is not asked. */
  const [asked, setAsked] = useState<readonly Alarm[] | null>(null);
  const canAcknowledge = usePermission('alarm.acknowledge');
  if (!canAcknowledge || (alarms.length === 0 && asked === null)) return null;
  return (
    <span onClick={(event) => event.stopPropagation()}>
      <Button
        size="small"
        type={isPrimary ? 'primary' : 'default'}
        icon={<CheckOutlined />}
        data-testid={name}
        onClick={() => setAsked(alarms.slice(0, MAX_BULK))}
      >
        {text}
      </Button>
      {asked !== null && <BulkDialog {...props} asked={asked} onClose={() => setAsked(null)} />}
    </span>
  );
}

interface BulkDialogProps extends BulkButtonProps {
  readonly asked: readonly Alarm[];
  readonly onClose: () => void;
}

function BulkDialog({ asked, alarms, lifeSafety, onDone, onClose }: BulkDialogProps) {
  const { t } = useTranslation();
  const tell = useTell();
  const { mutate, isPending, error } = useAcknowledgeMany();
  const submit = (note: string): void =>
    mutate(
      { ids: asked.map(({ id }) => id), note },
      {
        onSuccess: (answer) => {
          tell(answer);
          onDone?.();
          onClose();
        },
      },
    );
  return (
    <NoteDialog
      name="bulk-ack"
      title={t('bulk.title')}
      okText={t('alarms.acknowledge')}
      help={t('alarms.acknowledgeHelp')}
      noteText={t('alarms.note')}
      isPending={isPending}
      error={error}
      onSubmit={submit}
      onClose={onClose}
    >
      <p data-testid="bulk-question">
        <b>{t('bulk.question', { count: asked.length })}</b> <SeverityTally alarms={asked} />
      </p>
      {alarms.length > asked.length && asked.length === MAX_BULK && (
        <p className="attention">{t('bulk.limited', { max: MAX_BULK })}</p>
      )}
      {lifeSafety > 0 && (
        <Alert
          className="gap-below"
          type="warning"
          showIcon
          title={t('bulk.lifeSafety', { count: lifeSafety })}
        />
      )}
    </NoteDialog>
  );
}

function useTell(): (answer: Acknowledged) => void {
  const { t } = useTranslation();
  const { message } = AntApp.useApp();
  return ({ acknowledged, leftOut }) => {
    void message.success(t('bulk.done', { count: acknowledged.length }));
    for (const { reason, count } of leftOut)
      void message.warning(t('bulk.leftOut', { count, reason: t(`bulk.reason.${reason}`) }));
  };
}
