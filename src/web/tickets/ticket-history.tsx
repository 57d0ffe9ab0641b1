/** Everything that happened to a ticket, newest first, with what was entered at each step. */
import { Card, Timeline } from 'antd';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { useTicketHistory } from '../api/queries.ts';
import { useFaultKinds } from '../api/ticket-queries.ts';
import type { HistoryEntry, Ticket } from '../api/types.ts';
import { useDoerName, usePersonName } from '../shared/person-name.ts';
import { QueryState } from '../shared/query-state.tsx';
import { toEventText } from '../shared/to-event-text.ts';
import { type Format, useFormat } from '../shared/use-format.ts';
import { HoldButton, TicketHold } from './ticket-hold.tsx';
import { GoneParts, RedactButton } from './ticket-redaction.tsx';

const COLORS: Readonly<Record<string, string>> = {
  redacted: 'orange',
  destroyed: 'red',
  'clock-breached': 'red',
  'clock-warned': 'orange',
  'alarm-blind': 'orange',
  reworked: 'red',
  escalated: 'red',
  urged: 'orange',
  corrected: 'orange',
  closed: 'green',
  archived: 'green',
  'alarm-returned': 'green',
};
/** Technical parts of an entry that say nothing to people. */
const HIDDEN: ReadonlySet<string> = new Set([
  'occurrence',
  'occurrences',
  'key',
  'version',
  'policyVersion',
  'stepMs',
  'keys',
  'sheet',
  'form',
  'sha256',
  'digest',
  'personal',
  'enteredAtMs',
  'rounds',
  'event',
  'parts',
  'left',
]);
/** Parts that are always a person: where an account is called like a role, the account is meant. */
const DOERS: ReadonlySet<string> = new Set([
  'handler',
  'who',
  'by',
  'approver',
  'revokedBy',
  'firstReceiver',
  'unreached',
]);
/** Parts that are moments. */
const TIMES: ReadonlySet<string> = new Set(['atMs', 'agreedAtMs', 'fromMs', 'toMs', 'untilMs', 'endsAtMs']);
const NAMES: ReadonlySet<string> = new Set(['assignee', 'responsible', 'proposed', 'recipients', 'role']);

export function TicketHistory({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const query = useTicketHistory(ticket.id);
  return (
    <Card
      size="small"
      title={t('ticket.history')}
      extra={<HoldButton ticket={ticket} />}
      data-testid="ticket-history"
    >
      <TicketHold ticket={ticket} />
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
              content: <Entry entry={entry} ticket={ticket} />,
            }))}
        />
      )}
    </Card>
  );
}

function Entry({ entry, ticket }: { readonly entry: HistoryEntry; readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  const toDoer = useDoerName();
  const words = { t, format, toName, toDoer, toKind: useKindName(ticket) };
  return (
    <>
      <b>{toEventText(t, 'ticketEvent', entry.type)}</b>{' '}
      <span className="hint">
        {format.dateTime(entry.atMs)} {toDoer(entry.by)}
      </span>
      <LateMark entry={entry} />
      <RedactButton ticket={ticket} entry={entry} />
      {entry.note !== '' && <div className="prewrap">{entry.note}</div>}
      {toDetails(toNamed(entry, ticket), words).map((line) => (
        <div key={line} className="history-detail prewrap">
          {line}
        </div>
      ))}
      <GoneParts entry={entry} />
    </>
  );
}

/** What stands in an entry by a code is shown by its name. */
interface Words {
  readonly t: TFunction;
  readonly format: Format;
  /** Of a person, group or role. */
  readonly toName: (name: string) => string;
  /** Of a person. */
  readonly toDoer: (username: string) => string;
  /** Of a kind of fault. */
  readonly toKind: (id: string) => string;
}

function useKindName({ equipment, faultKind, faultKindText }: Ticket): (id: string) => string {
  const format = useFormat();
  const kinds = useFaultKinds(equipment).data?.items ?? [];
  return (id) => {
    if (id === faultKind && faultKindText !== null) return format.text(faultKindText);
    const known = kinds.find((kind) => kind.id === id);
    return known === undefined ? id : format.text(known.text);
  };
}

/** Clocks and files are named by their ids; people know their names. */
function toNamed(entry: HistoryEntry, { clocks, attachments }: Ticket): HistoryEntry {
  const named = (id: unknown) => clocks.find((clock) => clock.id === id)?.name ?? id;
  const { clock, clocks: ids, attachment, ...rest } = entry.detail;
  const file = attachments.find(({ id }) => id === attachment);
  const kept = toKept(entry.type, rest);
  // The gateway escalates because of a clock, people because of what they write.
  const isByClock = clocks.some(({ id }) => id === kept['reason']);
  return {
    ...entry,
    detail: {
      ...kept,
      ...(isByClock && { reason: named(kept['reason']) }),
      ...(clock !== undefined && { clock: named(clock) }),
      ...(ids !== undefined && { clocks: Array.isArray(ids) ? ids.map(named) : ids }),
      ...(file !== undefined && { name: file.name }),
    },
  };
}

/** Of a warning and a breach, whom it was told stands among the messages; of a report it is what matters; a split goes out of a ticket. */
function toKept(type: string, detail: HistoryEntry['detail']): HistoryEntry['detail'] {
  if (type === 'split') {
    const { into: splitInto, ...others } = detail;
    return { splitInto, ...others };
  }
  if (type === 'clock-breached' || type === 'clock-warned') {
    const { to: _told, unreached, ...others } = detail;
    return { ...others, ...(Array.isArray(unreached) && { unreached: unreached.flatMap(toPeople) }) };
  }
  if (type !== 'reporting' && type !== 'reported') return detail;
  const { to: recipients, ...others } = detail;
  return { recipients, ...others };
}

/** Who of a post was not reached; the post where nobody holds it. */
function toPeople(post: { readonly to?: string; readonly people?: readonly string[] }): readonly string[] {
  return post.people !== undefined && post.people.length > 0 ? post.people : [post.to ?? ''];
}

/** 补录: written down later than it happened. */
function LateMark({ entry }: { readonly entry: HistoryEntry }) {
  const { t } = useTranslation();
  const format = useFormat();
  const enteredAtMs = entry.detail['enteredAtMs'];
  if (typeof enteredAtMs !== 'number') return null;
  return <span className="tag">{t('ticket.late', { time: format.dateTime(enteredAtMs) })}</span>;
}

function toDetails(entry: HistoryEntry, words: Words): readonly string[] {
  // What a correction names is a field; what it says of a kind of fault are ids of kinds.
  const { field } = entry.detail;
  const isOfKind = (name: string) =>
    name === 'faultKind' || (field === 'faultKind' && (name === 'from' || name === 'to'));
  const toText = (name: string, value: unknown): string => {
    if (typeof value === 'string' && isOfKind(name)) return words.toKind(value);
    // Of a list the name behind the last place: `materials/0/name`.
    if (typeof value === 'string' && name === 'field')
      return toEventText(words.t, 'field', value.split('/').at(-1) ?? value);
    return toValueText(name, value, words);
  };
  return Object.entries(entry.detail)
    .filter(([name, value]) => !HIDDEN.has(name) && value !== entry.note)
    .filter(([name, value]) => name !== 'by' || value !== entry.by)
    .toSorted(([a], [b]) => toPlace(a) - toPlace(b))
    .map(([name, value]) => [toEventText(words.t, 'field', name), toText(name, value)] as const)
    .filter(([, text]) => text !== '')
    .map(([name, text]) => words.t('common.pair', { name, value: text }));
}

/** As it is read aloud: what, from what, to what, why; all others before the reason, as they come. */
const ORDER: readonly string[] = ['field', 'from', 'to', '', 'reason', 'approver'];

function toPlace(name: string): number {
  const at = ORDER.indexOf(name);
  return at < 0 ? ORDER.indexOf('') : at;
}

/** '' for what is empty or no value that a person can read. */
function toValueText(name: string, value: unknown, words: Words): string {
  const { t, format, toName, toDoer } = words;
  if (typeof value === 'boolean') {
    return value ? t('common.yes') : t('common.no');
  }
  if (typeof value === 'number') return TIMES.has(name) ? format.dateTime(value) : String(value);
  if (typeof value === 'string' && DOERS.has(name)) return toDoer(value);
  if (typeof value === 'string') return NAMES.has(name) ? toName(value) : toWord(value, t);
  if (Array.isArray(value)) {
    return value
      .map((item) => toValueText(name, item, words))
      .filter((text) => text !== '')
      .join(t('common.separator'));
  }
  if (typeof value !== 'object' || value === null) return '';
  const text = (value as { zh?: unknown; en?: unknown })[format.language];
  return typeof text === 'string' ? text : toParts(value, words);
}

/** What lies inside an entry, e.g. the settings before a reclassification: `类别：工程；优先级：一般`. */
function toParts(value: object, words: Words): string {
  const { t } = words;
  return Object.entries(value)
    .filter(([name]) => !HIDDEN.has(name))
    .map(([name, part]) => [toEventText(t, 'field', name), toValueText(name, part, words)] as const)
    .filter(([, text]) => text !== '')
    .map(([name, text]) => t('common.pair', { name, value: text }))
    .join(t('common.clause'));
}

/** Codes of the closed lists have words; free text stays as entered. */
function toWord(value: string, t: TFunction): string {
  for (const group of WORD_GROUPS) {
    const word = toEventText(t, group, value);
    if (word !== value) return word;
  }
  return value;
}

const WORD_GROUPS = [
  'option',
  'stage',
  'priority',
  'class',
  'flow',
  'attendance',
  'endReason',
  'channel',
] as const;
