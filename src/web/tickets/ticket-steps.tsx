/** The way of a ticket through its stages, with the time at which each was reached. */
import { Alert, Steps } from 'antd';
import { useTranslation } from 'react-i18next';
import { useTicketHistory } from '../api/queries.ts';
import type { HistoryEntry, Ticket } from '../api/types.ts';
import { useFormat } from '../shared/use-format.ts';
import { useIsPhone } from '../shared/use-is-phone.ts';

const WAY = [
  'recorded',
  'dispatched',
  'taken',
  'on-site',
  'handling',
  'done',
  'accepted',
  'visited',
  'closed',
] as const;
type WayStage = (typeof WAY)[number];

/** Event that reaches each stage. */
const REACHED_BY: Readonly<Record<WayStage, string>> = {
  recorded: 'opened',
  dispatched: 'dispatched',
  taken: 'taken',
  'on-site': 'arrived',
  handling: 'started',
  done: 'done',
  accepted: 'accepted',
  visited: 'visited',
  closed: 'closed',
};

export function TicketSteps({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const format = useFormat();
  const isPhone = useIsPhone();
  const history = useTicketHistory(ticket.id).data ?? [];
  if (ticket.stage === 'cancelled') return <Alert type="warning" showIcon title={t('stage.cancelled')} />;
  const round = currentRound(history);
  const current = currentIndex(ticket, round);
  const items = WAY.map((stage, index) => {
    const atMs = index <= current ? reachedAtMs(stage, index === 0 ? history : round) : null;
    return { title: t(`stage.${stage}`), content: atMs === null ? undefined : format.time(atMs) };
  });
  // A phone shows where the ticket is, where it came from and where it goes next.
  const first = isPhone ? Math.max(0, current - 1) : 0;
  const status = ticket.stage === 'rework' ? 'error' : ticket.stage === 'closed' ? 'finish' : 'process';
  return (
    <Steps
      className="ticket-steps"
      size="small"
      responsive={false}
      orientation={isPhone ? 'vertical' : 'horizontal'}
      titlePlacement={isPhone ? 'horizontal' : 'vertical'}
      current={current}
      status={status}
      initial={first}
      items={items.slice(first, isPhone ? current + 2 : WAY.length)}
    />
  );
}

/** Events since the ticket was last sent to rework: times of an earlier round say nothing about this one. */
function currentRound(history: readonly HistoryEntry[]): readonly HistoryEntry[] {
  const ordered = history.toSorted((a, b) => a.atMs - b.atMs);
  return ordered.slice(ordered.findLastIndex((entry) => entry.type === 'reworked') + 1);
}

/** Rework goes back to dispatch: the step to be done again is marked. */
function currentIndex(ticket: Ticket, round: readonly HistoryEntry[]): number {
  if (ticket.stage !== 'rework') return WAY.indexOf(ticket.stage as WayStage);
  return round.some((entry) => entry.type === 'dispatched') ? 2 : 1;
}

function reachedAtMs(stage: WayStage, history: readonly HistoryEntry[]): number | null {
  return history.findLast((entry) => entry.type === REACHED_BY[stage])?.atMs ?? null;
}
