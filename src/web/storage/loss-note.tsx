/** Readings that are lost for good, by cause and range, until an administrator has taken note. */
import { Alert, App as AntApp, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { usePersonName } from '../shared/person-name.ts';
import { testId } from '../shared/test-id.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { usePermission } from '../shared/use-permission.ts';
import { type StorageView, useAcknowledgeLoss } from './storage-queries.ts';
import { toCountText, toLossCount } from './storage-words.ts';

export function LossNote({ storage }: { readonly storage: StorageView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  const { loss, acknowledged } = storage;
  if (loss !== null) return <NewLoss loss={loss} />;
  if (acknowledged === null) return null;
  return (
    <p className="hint" data-testid="loss-acknowledged">
      {t('storage.lossAcknowledged', {
        by: toName(acknowledged.by),
        time: format.dateTime(acknowledged.atMs),
        count: toCountText(acknowledged.readings),
      })}
    </p>
  );
}

function NewLoss({ loss }: { readonly loss: NonNullable<StorageView['loss']> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toErrorText = useErrorText();
  const { modal, message } = AntApp.useApp();
  const canManage = usePermission('storage.manage');
  const acknowledge = useAcknowledgeLoss();
  const { readings, fromMs, toMs } = loss;
  const isLost = readings > 0;
  const ask = (): void =>
    void modal.confirm({
      title: t('storage.lossAcknowledge'),
      content: t('storage.lossConfirm'),
      okText: t('storage.lossAcknowledge'),
      okButtonProps: testId('loss-confirm'),
      cancelText: t('common.cancel'),
      onOk: () => acknowledge.mutateAsync().catch((error: Error) => void message.error(toErrorText(error))),
    });
  return (
    <Alert
      type={isLost ? 'error' : 'warning'}
      showIcon
      data-testid="loss"
      title={isLost ? t('storage.lossTitle', { count: toLossCount(loss, t) }) : t('storage.lossKeptTitle')}
      description={
        <>
          <LossKinds loss={loss} />
          {fromMs !== null && toMs !== null && (
            <p>{t('storage.lossRange', { from: format.dateTime(fromMs), to: format.dateTime(toMs) })}</p>
          )}
          <p>{t('storage.lossHelp')}</p>
        </>
      }
      action={
        canManage && (
          <Button danger data-testid="loss-acknowledge" onClick={ask}>
            {t('storage.lossAcknowledge')}
          </Button>
        )
      }
    />
  );
}

/** By cause, as far as there is something of it. */
function LossKinds({ loss }: { readonly loss: NonNullable<StorageView['loss']> }) {
  const { t } = useTranslation();
  const lines = [
    ['storage.lossExpired', loss.expired],
    ['storage.lossDropped', loss.dropped],
    ['storage.lossPushedOut', loss.pushedOut],
    ['storage.lossDamaged', loss.damaged],
    ['storage.lossKept', loss.kept],
  ] as const;
  return (
    <ul className="plain-list">
      {lines
        .filter(([, count]) => count > 0)
        .map(([key, count]) => (
          <li key={key}>{t(key, { count: toCountText(count) })}</li>
        ))}
    </ul>
  );
}
