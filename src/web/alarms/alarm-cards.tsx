/** Alarms as cards, for a phone. Order is the caller's. */
import { Empty } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { Alarm } from '../api/types.ts';
import { CauseNote, TicketDue } from '../shared/cause-note.tsx';
import { AlarmStateTag, BlindTag, SeverityTag } from '../shared/severity-tag.tsx';
import { useFormat } from '../shared/use-format.ts';
import { AcknowledgeButton } from './acknowledge-button.tsx';
import { AlarmDuration } from './alarm-duration.tsx';
import { AlarmLink, type AlarmListProps, TicketLink, toRowClass } from './alarm-table.tsx';
import { useIsFresh } from './announcer.tsx';

export function AlarmCards({ alarms, empty }: AlarmListProps) {
  if (alarms.length === 0) return <Empty description={empty} />;
  return (
    <div className="cards">
      {alarms.map((alarm) => (
        <AlarmCard key={alarm.id} alarm={alarm} />
      ))}
    </div>
  );
}

function AlarmCard({ alarm }: { readonly alarm: Alarm }) {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate();
  const isFresh = useIsFresh(alarm);
  return (
    // The card is a shortcut for a thumb; the link inside it serves the keyboard.
    <article
      className={`row-card ${toRowClass(alarm, isFresh)}`}
      data-testid={`alarm-row-${alarm.id}`}
      onClick={() => void navigate(`/alarms/${alarm.id}`)}
    >
      <div className="row-card-head">
        <SeverityTag severity={alarm.severity} />
        <AlarmStateTag state={alarm.state} />
        {alarm.blindSinceMs !== null && <BlindTag sinceMs={alarm.blindSinceMs} />}
      </div>
      <AlarmLink alarm={alarm} />
      <div className="hint">
        {format.text(alarm.equipmentName)} · {format.text(alarm.place)}
      </div>
      <CauseNote alarm={alarm} />
      <TicketDue alarm={alarm} />
      <dl className="facts">
        <dt>{t('alarms.value')}</dt>
        <dd>{format.text(alarm.evidence.valueText)}</dd>
        <dt>{t('alarms.raised')}</dt>
        <dd>
          {format.dateTime(alarm.raisedAtMs)}
          {alarm.count > 1 && ` · ${t('alarms.countTimes', { count: alarm.count })}`}
        </dd>
        <dt>{t('alarms.duration')}</dt>
        <dd>
          <AlarmDuration alarm={alarm} />
        </dd>
      </dl>
      <div className="row-actions">
        <TicketLink alarm={alarm} />
        <AcknowledgeButton alarm={alarm} />
      </div>
    </article>
  );
}
