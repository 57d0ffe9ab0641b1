/** The figures on top of the overview; those that ask for something lead to it. */
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useOpenAlarms, useTickets } from '../api/queries.ts';
import type { Ticket } from '../api/types.ts';
import { useMissingPointCount } from '../live/readings.ts';
import { useServerNow } from '../live/server-clock.ts';
import { isUnacknowledged } from '../shared/alarm-order.ts';
import { isOverdue } from '../tickets/clock-order.ts';

export function Figures() {
  const { t } = useTranslation();
  const alarms = useOpenAlarms().data?.items;
  const tickets = useTickets('open').data;
  return (
    <div className="figures-row">
      <Figure
        to="/alarms"
        label={t('overview.unacknowledged')}
        value={alarms?.filter(isUnacknowledged).length}
        tone="urgent"
      />
      <Figure
        to="/alarms"
        label={t('overview.active')}
        value={alarms?.filter((alarm) => alarm.isActive).length}
        tone="warn"
      />
      <Figure to="/tickets" label={t('overview.openTickets')} value={tickets?.total} tone="calm" />
      <BreachedTickets tickets={tickets?.items} />
      <BadPoints />
    </div>
  );
}

function BreachedTickets({ tickets }: { readonly tickets: readonly Ticket[] | undefined }) {
  const { t } = useTranslation();
  const nowMs = useServerNow();
  const isBreached = (ticket: Ticket) => isOverdue(ticket.clocks, nowMs);
  return (
    <Figure
      to="/tickets"
      label={t('overview.breachedTickets')}
      value={tickets?.filter(isBreached).length}
      tone="urgent"
    />
  );
}

function BadPoints() {
  const { t } = useTranslation();
  return <Figure to="/quality" label={t('overview.badPoints')} value={useMissingPointCount()} tone="warn" />;
}

interface FigureProps {
  readonly to: string;
  readonly label: string;
  /** undefined = not known yet: never shown as 0. */
  readonly value: number | undefined;
  readonly tone: 'urgent' | 'warn' | 'calm';
}

function Figure({ to, label, value, tone }: FigureProps) {
  const { t } = useTranslation();
  return (
    <Link to={to} className={`figure ${value === undefined || value === 0 ? '' : `figure-${tone}`}`}>
      <span className="figure-value figures">{value ?? t('common.none')}</span>
      <span className="figure-label">{label}</span>
    </Link>
  );
}
