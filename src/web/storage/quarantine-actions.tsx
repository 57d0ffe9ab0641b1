/** Sends refused readings again or throws them away, each after a question that names how many. */
import { App as AntApp, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { testId } from '../shared/test-id.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import {
  type QuarantinedRow,
  type ResendResult,
  type Selection,
  useDiscard,
  useResend,
} from './storage-queries.ts';
import { toCountText } from './storage-words.ts';

interface QuarantineActionsProps {
  /** None = the actions are for all. */
  readonly selected: readonly QuarantinedRow[];
  readonly total: number;
  readonly onDone: () => void;
}

export function QuarantineActions({ selected, total, onDone }: QuarantineActionsProps) {
  const { t } = useTranslation();
  const ask = useAsk(onDone);
  const isSome = selected.length > 0;
  const ids: Selection = isSome ? selected.map(({ id }) => id) : null;
  const count = isSome ? selected.length : total;
  const hasSendable = !isSome || selected.some(({ isResendable }) => isResendable);
  return (
    <div className="quarantine-actions">
      <Button
        disabled={!hasSendable}
        loading={ask.isResending}
        data-testid="quarantine-resend"
        onClick={() => ask.resend(ids, count)}
      >
        {isSome ? t('storage.resendSome', { count }) : t('storage.resendAll')}
      </Button>
      <Button
        danger
        loading={ask.isDiscarding}
        data-testid="quarantine-discard"
        onClick={() => ask.discard(ids, count)}
      >
        {isSome ? t('storage.discardSome', { count }) : t('storage.discardAll')}
      </Button>
    </div>
  );
}

function useAsk(onDone: () => void) {
  const { t } = useTranslation();
  const { modal, message } = AntApp.useApp();
  const toErrorText = useErrorText();
  const resend = useResend();
  const discard = useDiscard();
  const onError = (error: Error): void => void message.error(toErrorText(error));
  const tell = ({ sentReadings, keptReadings, failure }: ResendResult): void => {
    void message.info(t('storage.resent', { sent: sentReadings, kept: keptReadings }));
    if (failure !== null) void message.warning(t('storage.resendBroken', { reason: failure }));
    onDone();
  };
  const confirm = (content: string, okText: string, isDanger: boolean, onOk: () => void): void =>
    void modal.confirm({
      title: okText,
      content,
      okText,
      okButtonProps: { ...testId('quarantine-confirm'), danger: isDanger },
      cancelText: t('common.cancel'),
      onOk,
    });
  return {
    isResending: resend.isPending,
    isDiscarding: discard.isPending,
    resend: (ids: Selection, count: number) =>
      confirm(
        t('storage.resendConfirm', { count: toCountText(count) }),
        t('storage.resendSome', { count }),
        false,
        () => resend.mutate(ids, { onSuccess: tell, onError }),
      ),
    discard: (ids: Selection, count: number) =>
      confirm(
        t('storage.discardConfirm', { count: toCountText(count) }),
        t('storage.discardSome', { count }),
        true,
        () =>
          discard.mutate(ids, {
            onSuccess: ({ discardedReadings }) => {
              void message.info(t('storage.discarded', { count: discardedReadings }));
              onDone();
            },
            onError,
          }),
      ),
  };
}
