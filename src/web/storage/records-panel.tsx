/** Words and files of tickets that are older than the policy keeps them: how many, and their destruction after a question. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App as AntApp, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { request } from '../api/client.ts';
import { QueryState } from '../shared/query-state.tsx';
import { testId } from '../shared/test-id.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';

const KEY = ['records-due'];

interface Due {
  readonly ticketDays: number | null;
  readonly fileDays: number | null;
  readonly items: readonly { readonly ticket: string; readonly closedAtMs: number }[];
}

export function RecordsPanel() {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => request<Due>('GET', '/records/due', undefined, signal),
  });
  const { data } = query;
  const toDays = (days: number | null): string =>
    days === null ? t('redaction.kept') : t('redaction.days', { days });
  const first = data?.items[0];
  return (
    <section className="panel store" data-testid="records-panel">
      <header className="store-head">
        <h2>{t('redaction.records')}</h2>
        <span className="spread" />
        {data !== undefined && first !== undefined && (
          <Destroy tickets={data.items.map(({ ticket }) => ticket)} />
        )}
      </header>
      {data === undefined ? (
        <QueryState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <>
          <p>{t('redaction.terms', { words: toDays(data.ticketDays), files: toDays(data.fileDays) })}</p>
          <p>
            {first === undefined
              ? t('redaction.noneDue')
              : t('redaction.due', { count: data.items.length, time: format.dateTime(first.closedAtMs) })}
          </p>
        </>
      )}
    </section>
  );
}

function Destroy({ tickets }: { readonly tickets: readonly string[] }) {
  const { t } = useTranslation();
  const { modal, message } = AntApp.useApp();
  const toErrorText = useErrorText();
  const client = useQueryClient();
  const { mutate, isPending } = useMutation({
    mutationFn: () => request('POST', '/records/destroy', { tickets, reason: t('storage.personalReason') }),
    onSuccess: () => void message.success(t('redaction.destroyDone', { count: tickets.length })),
    onError: (error: Error) => void message.error(toErrorText(error)),
    onSettled: () => void client.invalidateQueries({ queryKey: KEY }),
  });
  const text = t('redaction.destroy', { count: tickets.length });
  const ask = (): void =>
    void modal.confirm({
      title: text,
      content: t('redaction.destroyConfirm', { count: tickets.length }),
      okText: text,
      okButtonProps: { danger: true, ...testId('records-confirm') },
      cancelText: t('common.cancel'),
      onOk: () => mutate(),
    });
  return (
    <Button danger loading={isPending} data-testid="records-destroy" onClick={ask}>
      {text}
    </Button>
  );
}
