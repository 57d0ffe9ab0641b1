/**
 * Words of records that are no tickets and that the policy keeps no longer: of each kind its term, how many are due and since when, and
 * their destruction after a question. Nothing is destroyed by itself.
 */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App as AntApp, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { request } from '../api/client.ts';
import { QueryState } from '../shared/query-state.tsx';
import { testId } from '../shared/test-id.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';

const KEY = ['words-due'];

interface Kind {
  readonly kind: string;
  readonly text: { readonly zh: string; readonly en: string };
  readonly days: number | null;
  readonly total: number;
  readonly sinceMs: number | null;
  readonly items: readonly { readonly record: string }[];
}

export function WordsPanel() {
  const { t } = useTranslation();
  const query = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) =>
      request<{ readonly kinds: readonly Kind[] }>('GET', '/records/words/due', undefined, signal),
  });
  const { data } = query;
  return (
    <section className="panel store" data-testid="words-panel">
      <header className="store-head">
        <h2>{t('redaction.others')}</h2>
      </header>
      <p>{t('redaction.othersHelp')}</p>
      {data === undefined ? (
        <QueryState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        data.kinds.map((kind) => <KindLine key={kind.kind} {...kind} />)
      )}
    </section>
  );
}

function KindLine({ kind, text, days, total, sinceMs, items }: Kind) {
  const { t } = useTranslation();
  const format = useFormat();
  const name = format.text(text);
  const term = days === null ? t('redaction.kept') : t('redaction.days', { days });
  return (
    <div className="store-head" data-testid={`words-${kind}`}>
      <span>
        {sinceMs === null
          ? t('redaction.kindNone', { name, term })
          : t('redaction.kindDue', { name, term, count: total, time: format.dateTime(sinceMs) })}
      </span>
      <span className="spread" />
      {items.length > 0 && <Destroy kind={kind} name={name} records={items.map(({ record }) => record)} />}
    </div>
  );
}

interface DestroyProps {
  readonly kind: string;
  readonly name: string;
  readonly records: readonly string[];
}

function Destroy({ kind, name, records }: DestroyProps) {
  const { t } = useTranslation();
  const { modal, message } = AntApp.useApp();
  const toErrorText = useErrorText();
  const client = useQueryClient();
  const count = records.length;
  const { mutate, isPending } = useMutation({
    mutationFn: () =>
      request('POST', '/records/words/destroy', { records, reason: t('storage.personalReason') }),
    onSuccess: () => void message.success(t('redaction.kindDone', { name, count })),
    onError: (error: Error) => void message.error(toErrorText(error)),
    onSettled: () => void client.invalidateQueries({ queryKey: KEY }),
  });
  const text = t('redaction.destroy', { count });
  const ask = (): void =>
    void modal.confirm({
      title: `${name} · ${text}`,
      content: t('redaction.kindConfirm', { name, count }),
      okText: text,
      okButtonProps: { danger: true, ...testId('words-confirm') },
      cancelText: t('common.cancel'),
      onOk: () => mutate(),
    });
  return (
    <Button danger loading={isPending} data-testid={`words-destroy-${kind}`} onClick={ask}>
      {text}
    </Button>
  );
}
