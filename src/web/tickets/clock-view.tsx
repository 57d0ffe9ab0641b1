/** Clocks of a ticket: what is left, in words and colour; stopped ones say whether the limit was kept. */
import ClockCircleOutlined from '@ant-design/icons/ClockCircleOutlined';
import { useTranslation } from 'react-i18next';
import type { Ticket, TicketClock } from '../api/types.ts';
import { useServerNow } from '../live/server-clock.ts';
import { useFormat } from '../shared/use-format.ts';

/** The running clock that ends first: the one that a list shows. */
export function PressingClock({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const running = ticket.clocks.filter((clock) => clock.stoppedAtMs === null);
  const first = running.toSorted((a, b) => a.dueAtMs - b.dueAtMs)[0];
  if (first === undefined) return <span className="hint">{t('clockState.noneRunning')}</span>;
  return (
    <span className="clock-line">
      <span className="hint">{t(`clock.${first.id}`)}</span> <Countdown clock={first} />
    </span>
  );
}

export function ClockList({ clocks }: { readonly clocks: readonly TicketClock[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <ul className="clocks">
      {clocks.map((clock) => (
        <li key={`${clock.id}-${clock.startedAtMs}`} data-testid={`ticket-clock-${clock.id}`}>
          <span>{t(`clock.${clock.id}`)}</span>
          {clock.stoppedAtMs === null ? (
            <Countdown clock={clock} />
          ) : (
            <Stopped clock={clock} stoppedAtMs={clock.stoppedAtMs} />
          )}
          <span className="hint">{t('clockState.due', { time: format.dateTime(clock.dueAtMs) })}</span>
        </li>
      ))}
    </ul>
  );
}

/** Green, amber from the warning on, red from the limit on. */
function Countdown({ clock }: { readonly clock: TicketClock }) {
  const { t } = useTranslation();
  const format = useFormat();
  const nowMs = useServerNow();
  const isOverdue = nowMs >= clock.dueAtMs;
  const tone = isOverdue ? 'overdue' : nowMs >= clock.warnAtMs ? 'warned' : 'running';
  const duration = format.duration(Math.abs(clock.dueAtMs - nowMs));
  return (
    <span className={`tag clock-${tone}`} data-clock={tone}>
      <ClockCircleOutlined />{' '}
      {isOverdue ? t('clockState.overdue', { duration }) : t('clockState.remaining', { duration })}
    </span>
  );
}

function Stopped({ clock, stoppedAtMs }: { readonly clock: TicketClock; readonly stoppedAtMs: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const isMet = stoppedAtMs <= clock.dueAtMs && clock.breachedAtMs === null;
  const duration = format.duration(stoppedAtMs - clock.startedAtMs);
  return (
    <span className={`tag clock-${isMet ? 'met' : 'missed'}`}>
      {isMet ? t('clockState.met', { duration }) : t('clockState.missed', { duration })}
    </span>
  );
}
