/** Personal fields of reporters that are older than the policy keeps them: how many, and their destruction after a question. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App as AntApp, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { request } from '../api/client.ts';
import { QueryState } from '../shared/query-state.tsx';
import { testId } from '../shared/test-id.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';

const KEY = ['personal-due'];

interface Due {
  readonly days: number;
  readonly items: readonly { readonly id: string; readonly storedAtMs: number }[];
}

export function PersonalPanel() {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => request<Due>('GET', '/personal/due', undefined, signal),
  });
  const { data } = query;
  const first = data?.items[0];
  return (
    <section className="panel store" data-testid="personal-panel">
      <header className="store-head">
        <h2>{t('storage.personal')}</h2>
        <span className="spread" />
        {first !== undefined && data !== undefined && <Destroy ids={data.items.map(({ id }) => id)} />}
      </header>
      {data === undefined ? (
        <QueryState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <p>
          {first === undefined
            ? t('storage.personalNone', { days: data.days })
            : t('storage.personalDue', {
                count: data.items.length,
                days: data.days,
                time: format.dateTime(first.storedAtMs),
              })}
        </p>
      )}
    </section>
  );
}

function Destroy({ ids }: { readonly ids: readonly string[] }) {
  const { t } = useTranslation();
  const { modal, message } = AntApp.useApp();
  const toErrorText = useErrorText();
  const client = useQueryClient();
  const { mutate, isPending } = useMutation({
    mutationFn: () => request('POST', '/personal/destroy', { ids, reason: t('storage.personalReason') }),
    onSuccess: () => void message.success(t('storage.personalDone', { count: ids.length })),
    onError: (error: Error) => void message.error(toErrorText(error)),
    onSettled: () => void client.invalidateQueries({ queryKey: KEY }),
  });
  const text = t('storage.personalDestroy', { count: ids.length });
  const ask = (): void =>
    void modal.confirm({
      title: text,
      content: t('storage.personalConfirm', { count: ids.length }),
      okText: text,
      okButtonProps: { danger: true, ...testId('personal-confirm') },
      cancelText: t('common.cancel'),
      onOk: () => mutate(),
    });
  return (
    <Button danger loading={isPending} data-testid="personal-destroy" onClick={ask}>
      {text}
    </Button>
  );
}
