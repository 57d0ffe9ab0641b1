/** What happened to an entry, the last first; a correction with the old value and the reason. */
import { Card } from 'antd';
import { useTranslation } from 'react-i18next';
import { usePersonName } from '../shared/person-name.ts';
import { useFormat } from '../shared/use-format.ts';
import { type Feedback, type FeedbackHistoryEntry, useFeedbackHistory } from './feedback-queries.ts';

export function FeedbackHistory({ feedback }: { readonly feedback: Feedback }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  const items = useFeedbackHistory(feedback.id, feedback.version).data?.items ?? [];
  return (
    <Card size="small" title={t('ticket.history')} data-testid="feedback-history">
      <ul className="plain-list">
        {items.toReversed().map((entry, at) => (
          // Entries are never taken out: their place from the end is theirs.
          <li key={items.length - at}>
            <span className="hint figures">{format.dateTime(entry.atMs)}</span>{' '}
            <b>{t(`feedback.event.${entry.type}` as 'feedback.event.received')}</b>{' '}
            <span className="hint">{toName(entry.by)}</span>
            <EntryDetail entry={entry} feedback={feedback} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

interface EntryDetailProps {
  readonly entry: FeedbackHistoryEntry;
  readonly feedback: Feedback;
}

function EntryDetail({ entry: { type, detail }, feedback }: EntryDetailProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  const words = (key: string): string => (typeof detail[key] === 'string' ? detail[key] : '');
  const clock = feedback.clocks.find(({ id }) => id === detail['clock']);
  const lines: string[] = [];
  if (clock !== undefined) lines.push(format.text(clock.name));
  if (words('responsible') !== '')
    lines.push(t('feedback.byHandler', { name: toName(words('responsible')) }));
  if (type === 'assigned') lines.push(`${toName(words('from'))} → ${toName(words('to'))}`, words('note'));
  if (type === 'linked' || type === 'complaint-opened') lines.push(words('number'));
  if (type === 'corrected') {
    lines.push(t(`feedback.field.${words('field')}` as 'feedback.field.content'));
    if (detail['from'] !== undefined) lines.push(`“${words('from')}” → “${words('to')}”`);
  }
  if (words('reason') !== '') lines.push(words('reason'));
  const shown = lines.filter((line) => line !== '');
  return shown.length === 0 ? null : <div className="hint prewrap">{shown.join(' · ')}</div>;
}
