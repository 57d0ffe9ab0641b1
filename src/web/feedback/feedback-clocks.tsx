/** The three limits of an entry: how long is left, kept, or broken and with whom. */
import { useTranslation } from 'react-i18next';
import { useServerNow } from '../live/server-clock.ts';
import { usePersonName } from '../shared/person-name.ts';
import { useFormat } from '../shared/use-format.ts';
import type { Feedback } from './feedback-queries.ts';

type Clock = Feedback['clocks'][number];

export function FeedbackClocks({ feedback }: { readonly feedback: Feedback }) {
  const format = useFormat();
  const isOver = feedback.stage === 'filed' || feedback.stage === 'voided';
  return (
    <ul className="plain-list">
      {feedback.clocks.map((clock) => (
        <li key={clock.id} data-testid={`feedback-clock-${clock.id}`}>
          <b>{format.text(clock.name)}</b> <ClockState clock={clock} isOver={isOver} />
        </li>
      ))}
    </ul>
  );
}

/** The one that comes next, for lists. */
export function NextClock({ feedback }: { readonly feedback: Feedback }) {
  const format = useFormat();
  const running = feedback.clocks.filter(({ stoppedAtMs }) => stoppedAtMs === null);
  const [next] = running.toSorted((a, b) => a.dueAtMs - b.dueAtMs);
  if (next === undefined || feedback.stage === 'voided') return null;
  return (
    <span>
      <span className="hint">{format.text(next.name)}</span> <ClockState clock={next} isOver={false} />
    </span>
  );
}

function ClockState({ clock, isOver }: { readonly clock: Clock; readonly isOver: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  const nowMs = useServerNow();
  const { dueAtMs, warnAtMs, stoppedAtMs, breachedAtMs, responsible } = clock;
  const due = t('feedback.dueAt', { time: format.dateTime(dueAtMs) });
  if (breachedAtMs !== null)
    return (
      <span
        className={`tag ${stoppedAtMs === null ? 'clock-overdue' : 'clock-missed'}`}
        data-state="breached"
      >
        {t('feedback.breached', { name: toName(responsible ?? ''), time: format.dateTime(dueAtMs) })}
      </span>
    );
  if (stoppedAtMs !== null)
    return (
      <span className="hint" data-state="kept">
        {t('feedback.kept', { time: format.dateTime(stoppedAtMs) })}
      </span>
    );
  if (isOver) return <span className="hint">{t('common.none')}</span>;
  const isWarned = nowMs >= warnAtMs;
  return (
    <span className={isWarned ? 'tag clock-warned' : 'hint'} data-state={isWarned ? 'warned' : 'running'}>
      {due}
    </span>
  );
}
