/** The person's own messages: what was told, what it is about, and an answer in one tap. */
import { App, Button, Empty, Input, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { isUnread, useAnswerMessage, useInbox, useReadMessage } from '../api/message-queries.ts';
import type { Message } from '../api/types.ts';
import { QueryState } from '../shared/query-state.tsx';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { PriorityTag } from '../tickets/ticket-tags.tsx';

/** core/limits.ts `shortTextChars`. */
const MAX_LINE_CHARS = 200;

export function InboxPage() {
  const { t } = useTranslation();
  const query = useInbox();
  const [filter, setFilter] = useState<'unread' | 'all'>('all');
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  const unread = query.data.items.filter(isUnread);
  const messages = filter === 'all' ? query.data.items : unread;
  return (
    <>
      <div className="toolbar">
        <h1>{t('inbox.title')}</h1>
        <Segmented
          value={filter}
          options={(['all', 'unread'] as const).map((value) => ({ value, label: t(`inbox.${value}`) }))}
          data-testid="inbox-filter"
          onChange={setFilter}
        />
        <span className="spread" />
        <ReadAll messages={unread.filter(({ priority }) => priority !== 'emergency')} />
      </div>
      {messages.length === 0 && <Empty description={t('inbox.empty')} />}
      <div className="cards">
        {messages.map((message) => (
          <MessageCard key={message.id} message={message} />
        ))}
      </div>
      {query.data.total > query.data.items.length && (
        <p className="attention">{t('common.more', { count: query.data.total - query.data.items.length })}</p>
      )}
    </>
  );
}

/** After a busy night: all at once, but for emergencies, which are taken note of one by one. */
function ReadAll({ messages }: { readonly messages: readonly Message[] }) {
  const { t } = useTranslation();
  const toErrorText = useErrorText();
  const { message: notice } = App.useApp();
  const read = useReadMessage();
  const tell = (error: Error) => void notice.error(toErrorText(error));
  const readAll = (): void => {
    for (const { id } of messages) read.mutate(id, { onError: tell });
  };
  if (messages.length < MANY) return null;
  return (
    <Button loading={read.isPending} data-testid="inbox-read-all" onClick={readAll}>
      {t('inbox.readAll', { count: messages.length })}
    </Button>
  );
}

/** Fewer are read one by one. */
const MANY = 3;

function MessageCard({ message }: { readonly message: Message }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <article
      className={`row-card edge-${message.priority} ${isUnread(message) ? 'is-unread' : ''}`}
      data-testid={`message-${message.id}`}
      data-kind={message.kind}
    >
      <div className="row-card-head">
        <PriorityTag priority={message.priority} />
        <span className="tag">{format.text(message.kindText)}</span>
        {message.isDrill && <span className="tag mark-drill">{t('inbox.drill')}</span>}
        <span className="hint figures">{format.dateTime(message.createdAtMs)}</span>
      </div>
      <b>{format.text(message.subject)}</b>
      <p className="prewrap message-body">{format.text(message.body)}</p>
      <MessageActions message={message} />
    </article>
  );
}

function MessageActions({ message }: { readonly message: Message }) {
  const { t } = useTranslation();
  const toErrorText = useErrorText();
  const { message: notice } = App.useApp();
  const read = useReadMessage();
  const fail = { onError: (error: Error) => void notice.error(toErrorText(error)) };
  const look = (): void => {
    if (isUnread(message)) read.mutate(message.id, fail);
  };
  return (
    <div className="message-actions">
      {message.ticket !== null && (
        <Link to={`/tickets/${message.ticket}`} data-testid={`message-open-${message.id}`} onClick={look}>
          <Button>{t('inbox.open')}</Button>
        </Link>
      )}
      {message.feedback !== undefined && (
        <Link
          to={`/duty/feedback/${message.feedback}`}
          data-testid={`message-open-${message.id}`}
          onClick={look}
        >
          {t('feedback.title')}
        </Link>
      )}
      {message.incident !== null && (
        <Link to={`/incidents/${message.incident}`} onClick={look}>
          <Button>{t('inbox.openIncident')}</Button>
        </Link>
      )}
      {isUnread(message) && (
        <Button
          type="primary"
          loading={read.isPending}
          data-testid={`message-read-${message.id}`}
          onClick={look}
        >
          {t('inbox.read')}
        </Button>
      )}
      <Answer message={message} />
    </div>
  );
}

/** One tap away: most messages are answered by what is done with the ticket. */
function Answer({ message }: { readonly message: Message }) {
  const { t } = useTranslation();
  const toErrorText = useErrorText();
  const { message: notice } = App.useApp();
  const answer = useAnswerMessage();
  const [isOpen, setOpen] = useState(false);
  const [text, setText] = useState('');
  const send = (value: string): void => {
    if (value.trim() === '') return;
    answer.mutate(
      { id: message.id, text: value.trim() },
      { onError: (error) => void notice.error(toErrorText(error)) },
    );
  };
  if (message.answeredAtMs !== null && message.answer !== null)
    return <span className="hint">{t('inbox.answered', { text: message.answer.text })}</span>;
  if (!isOpen)
    return (
      <Button data-testid={`message-reply-${message.id}`} onClick={() => setOpen(true)}>
        {t('inbox.reply')}
      </Button>
    );
  return (
    <Input.Search
      autoFocus
      className="message-answer"
      maxLength={MAX_LINE_CHARS}
      value={text}
      placeholder={t('inbox.answerHint')}
      enterButton={t('inbox.send')}
      loading={answer.isPending}
      data-testid={`message-answer-${message.id}`}
      onChange={(event) => setText(event.target.value)}
      onSearch={send}
    />
  );
}
