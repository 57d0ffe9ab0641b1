/** The way of a ticket through the stages of its path, with the time at which each was reached. */
import { Alert, Steps } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useTicketHistory } from '../api/queries.ts';
import type { Ticket } from '../api/types.ts';
import { useFormat } from '../shared/use-format.ts';
import { useIsPhone } from '../shared/use-is-phone.ts';
import { toWay } from './way.ts';

/** A side exit: into which ticket it went, or why it was dropped. */
function Ended({ ticket: { stage, links, cancellation } }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const into = links.find(({ kind }) => kind === 'merged-into');
  const why =
    cancellation && [t(`option.${cancellation.reason}`), cancellation.note].filter(Boolean).join(' · ');
  return (
    <Alert
      type="warning"
      showIcon
      title={t(`stage.${stage}`)}
      description={
        into === undefined ? (
          why
        ) : (
          <>
            {t('option.merged-into')} <Link to={`/tickets/${into.ticket}`}>{into.ticket}</Link>
          </>
        )
      }
      data-testid="ticket-ended"
    />
  );
}

export function TicketSteps({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const format = useFormat();
  const isPhone = useIsPhone();
  const history = useTicketHistory(ticket.id).data ?? [];
  if (ticket.stage === 'cancelled' || ticket.stage === 'merged') return <Ended ticket={ticket} />;
  const { stages, current } = toWay(ticket, history);
  // The name of the first stage says what is still to be done; behind it stands that the report came in.
  const toTitle = (stage: Ticket['stage'], atMs: number | null) =>
    stage === 'received' && atMs !== null ? t('ticket.receivedStage') : t(`stage.${stage}`);
  const items = stages.map(({ stage, atMs, isOptional }) => ({
    // What may be passed over stands back until somebody takes it.
    title:
      isOptional && atMs === null ? (
        <span className="hint">{toTitle(stage, atMs)}</span>
      ) : (
        toTitle(stage, atMs)
      ),
    content: atMs === null ? undefined : format.time(atMs),
  }));
  // A phone shows where the ticket is, where it came from and where it goes next.
  const first = isPhone ? Math.max(0, current - 1) : 0;
  const isOver = ticket.stage === 'closed' || ticket.stage === 'archived';
  const status = ticket.stage === 'rework' ? 'error' : isOver ? 'finish' : 'process';
  return (
    <Steps
      className="ticket-steps"
      size="small"
      responsive={false}
      orientation="horizontal"
      titlePlacement="vertical"
      current={current}
      status={status}
      initial={first}
      items={items.slice(first, isPhone ? current + 2 : items.length)}
    />
  );
}
