/** Clocks of a ticket: what is left, in words and colour; stopped ones say whether the limit was kept. */
import ClockCircleOutlined from '@ant-design/icons/ClockCircleOutlined';
import PauseCircleOutlined from '@ant-design/icons/PauseCircleOutlined';
import { useTranslation } from 'react-i18next';
import type { Ticket, TicketClock } from '../api/types.ts';
import { useServerNow } from '../live/server-clock.ts';
import { useFormat } from '../shared/use-format.ts';
import { toRunning } from './clock-order.ts';

/** The running clock that ends first: the one that a list shows. */
export function PressingClock({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const format = useFormat();
  const first = toRunning(ticket.clocks)[0];
  if (first === undefined) return <span className="hint">{t('clockState.noneRunning')}</span>;
  return (
    <span className="clock-line">
      <span className="hint">{format.text(first.name)}</span> <Countdown clock={first} />
    </span>
  );
}

/** Running ones first; what has ended is folded away. */
export function ClockList({ clocks }: { readonly clocks: readonly TicketClock[] }) {
  const { t } = useTranslation();
  const running = toRunning(clocks);
  const ended = clocks.filter((clock) => clock.stoppedAtMs !== null);
  return (
    <>
      {running.length === 0 && <p className="hint">{t('clockState.noneRunning')}</p>}
      <ul className="clocks">
        {running.map((clock) => (
          <ClockLine key={toKey(clock)} clock={clock} />
        ))}
      </ul>
      {ended.length > 0 && (
        <details className="ended-clocks" open={running.length === 0}>
          <summary className="hint">{t('clockState.ended', { count: ended.length })}</summary>
          <ul className="clocks">
            {ended.map((clock) => (
              <ClockLine key={toKey(clock)} clock={clock} />
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function toKey({ id, round, startedAtMs }: TicketClock): string {
  return `${id}-${round}-${startedAtMs}`;
}

function ClockLine({ clock }: { readonly clock: TicketClock }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { dueAtMs, warnedAtMs, answeredAtMs, stoppedAtMs, limitMs } = clock;
  const marks = [
    dueAtMs === null
      ? t('clockState.limit', { duration: format.span(limitMs) })
      : t('clockState.due', { time: format.dateTime(dueAtMs) }),
    warnedAtMs !== null && stoppedAtMs === null
      ? t('clockState.warned', { time: format.time(warnedAtMs) })
      : null,
    answeredAtMs === null || stoppedAtMs !== null
      ? null
      : t('clockState.answered', { time: format.time(answeredAtMs) }),
  ].filter((mark) => mark !== null);
  return (
    <li data-testid={`ticket-clock-${clock.id}`}>
      <span>
        {format.text(clock.name)}
        {clock.round > 1 && <span className="hint"> {t('clockState.round', { count: clock.round })}</span>}
      </span>
      {stoppedAtMs === null ? (
        <Countdown clock={clock} />
      ) : (
        <Stopped clock={clock} stoppedAtMs={stoppedAtMs} />
      )}
      <span className="hint">{marks.join(' · ')}</span>
    </li>
  );
}

/** Green, amber from the warning on, red from the limit on, grey while it stands still. */
function Countdown({ clock }: { readonly clock: TicketClock }) {
  const { t } = useTranslation();
  const format = useFormat();
  const nowMs = useServerNow();
  const { dueAtMs, warnAtMs, spentMs } = clock;
  if (dueAtMs === null)
    return (
      <span className="tag clock-paused" data-clock="paused">
        <PauseCircleOutlined /> {t('clockState.paused', { duration: format.duration(spentMs) })}
      </span>
    );
  const isLate = nowMs >= dueAtMs;
  const tone = isLate ? 'overdue' : warnAtMs !== null && nowMs >= warnAtMs ? 'warned' : 'running';
  const duration = format.duration(Math.abs(dueAtMs - nowMs));
  return (
    <span className={`tag clock-${tone}`} data-clock={tone}>
      <ClockCircleOutlined />{' '}
      {isLate ? t('clockState.overdue', { duration }) : t('clockState.remaining', { duration })}
    </span>
  );
}

/** The time that counted: nights and waiting are no fault of anybody. */
function Stopped({ clock, stoppedAtMs }: { readonly clock: TicketClock; readonly stoppedAtMs: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const isMet = clock.breachedAtMs === null && (clock.dueAtMs === null || stoppedAtMs <= clock.dueAtMs);
  const duration = format.duration(clock.spentMs);
  return (
    <span className={`tag clock-${isMet ? 'met' : 'missed'}`}>
      {isMet ? t('clockState.met', { duration }) : t('clockState.missed', { duration })}
    </span>
  );
}
