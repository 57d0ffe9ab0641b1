/** Readings that are lost for good, by cause and range, until an administrator has taken note. */
import { Alert, App as AntApp, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { usePersonName } from '../shared/person-name.ts';
import { testId } from '../shared/test-id.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { usePermission } from '../shared/use-permission.ts';
import { type StorageView, useAcknowledgeLoss } from './storage-queries.ts';
import { toCountText } from './storage-words.ts';

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
  const { readings, expired, dropped, pushedOut, fromMs, toMs } = loss;
  const toText = (atMs: number | null): string => (atMs === null ? t('common.none') : format.dateTime(atMs));
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
      type="error"
      showIcon
      data-testid="loss"
      title={t('storage.lossTitle', { count: toCountText(readings) })}
      description={
        <>
          <ul className="plain-list">
            {expired > 0 && (
              <li>
                {t('storage.lossExpired', {
                  count: toCountText(expired),
                  from: toText(fromMs),
                  to: toText(toMs),
                })}
              </li>
            )}
            {dropped > 0 && <li>{t('storage.lossDropped', { count: toCountText(dropped) })}</li>}
            {pushedOut > 0 && <li>{t('storage.lossPushedOut', { count: toCountText(pushedOut) })}</li>}
          </ul>
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
