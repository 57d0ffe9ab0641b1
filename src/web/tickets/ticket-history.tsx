/** Everything that happened to a ticket, newest first, with what was entered at each step. */
import { Card, Timeline } from 'antd';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { useTicketHistory } from '../api/queries.ts';
import type { HistoryEntry, Language, Ticket } from '../api/types.ts';
import { usePersonName } from '../shared/person-name.ts';
import { QueryState } from '../shared/query-state.tsx';
import { toEventText } from '../shared/to-event-text.ts';
import { useFormat } from '../shared/use-format.ts';

const COLORS: Readonly<Record<string, string>> = {
  'clock-breached': 'red',
  'clock-warned': 'orange',
  'alarm-blind': 'orange',
  reworked: 'red',
  closed: 'green',
  'alarm-returned': 'green',
};
/** Technical parts of an entry that say nothing to people. */
const HIDDEN: ReadonlySet<string> = new Set([
  'occurrence',
  'occurrences',
  'key',
  'version',
  'policyVersion',
  'content',
  'stepMs',
]);

export function TicketHistory({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const query = useTicketHistory(ticket.id);
  return (
    <Card size="small" title={t('tickets.history')} data-testid="ticket-history">
      {query.data === undefined ? (
        <QueryState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Timeline
          items={query.data
            .map((entry, index) => ({ entry, index }))
            .toSorted((a, b) => b.entry.atMs - a.entry.atMs || b.index - a.index)
            .map(({ entry, index }) => ({
              key: index,
              color: COLORS[entry.type] ?? 'gray',
              content: <Entry entry={entry} />,
            }))}
        />
      )}
    </Card>
  );
}

function Entry({ entry }: { readonly entry: HistoryEntry }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  return (
    <>
      <b>{toEventText(t, 'ticketEvent', entry.type)}</b>{' '}
      <span className="hint">
        {format.dateTime(entry.atMs)} {toName(entry.by)}
      </span>
      {entry.note !== '' && <div className="prewrap">{entry.note}</div>}
      {toDetails(entry, t, format.language, toName).map((line) => (
        <div key={line} className="history-detail prewrap">
          {line}
        </div>
      ))}
    </>
  );
}

function toDetails(
  entry: HistoryEntry,
  t: TFunction,
  language: Language,
  toName: (name: string) => string,
): readonly string[] {
  return Object.entries(entry.detail)
    .filter(([name, value]) => !HIDDEN.has(name) && value !== entry.note)
    .map(
      ([name, value]) =>
        [toEventText(t, 'field', name), toValueText(name, value, t, language, toName)] as const,
    )
    .filter(([, text]) => text !== '')
    .map(([name, text]) => t('common.pair', { name, value: text }));
}

/** '' for what is empty or no value that a person can read. */
function toValueText(
  name: string,
  value: unknown,
  t: TFunction,
  language: Language,
  toName: (name: string) => string,
): string {
  if (typeof value === 'boolean') {
    if (name === 'isSatisfied') return value ? t('option.satisfied') : t('option.dissatisfied');
    return value ? t('common.yes') : t('common.no');
  }
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string')
    return name === 'assignee' || name === 'responsible' ? toName(value) : toWord(value, t);
  if (Array.isArray(value)) {
    return value
      .map((item) => toValueText(name, item, t, language, toName))
      .filter((text) => text !== '')
      .join(t('common.separator'));
  }
  const text = (value as { zh?: unknown; en?: unknown } | null)?.[language];
  return typeof text === 'string' ? text : '';
}

/** Codes of the closed lists have words; free text stays as entered. */
function toWord(value: string, t: TFunction): string {
  for (const group of ['option', 'clock', 'stage', 'priority', 'endReason'] as const) {
    const word = toEventText(t, group, value);
    if (word !== value) return word;
  }
  return value;
}
