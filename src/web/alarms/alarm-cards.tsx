/** Alarms as cards, for a phone. Order and folding are the caller's; a long list grows as somebody scrolls. */
import { Button, Checkbox, Empty } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { Alarm } from '../api/types.ts';
import { CauseNote, TicketDue } from '../shared/cause-note.tsx';
import { AlarmStateTag, SeverityTag } from '../shared/severity-tag.tsx';
import { testId } from '../shared/test-id.ts';
import { useFormat } from '../shared/use-format.ts';
import { AcknowledgeButton } from './acknowledge-button.tsx';
import { AlarmDuration } from './alarm-duration.tsx';
import { AlarmLink, TicketLink, useAlarmPath } from './alarm-links.tsx';
import { AlarmMarks, HidingNote } from './alarm-marks.tsx';
import { isBulkable, type Role, type StormRow } from './alarm-rows.ts';
import { type AlarmListProps, type Selection, toRowClass } from './alarm-table.tsx';
import { useIsFresh } from './announcer.tsx';
import { RootTag, StormActions, StormHead } from './storm-row.tsx';

/** Cards that are made at a time: some screens of a phone. */
const STEP = 40;

export function AlarmCards({ rows, empty, selection, onFold }: AlarmListProps) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(STEP);
  if (rows.length === 0) return <Empty description={empty} />;
  const more = (): void => setShown((count) => count + STEP);
  return (
    <div className="cards">
      {rows
        .slice(0, shown)
        .map((row) =>
          row.type === 'storm' ? (
            <StormCard key={row.key} row={row} onFold={onFold} />
          ) : (
            <AlarmCard key={row.key} alarm={row.alarm} role={row.role} selection={selection} />
          ),
        )}
      {rows.length > shown && (
        <MoreButton key={shown} text={t('alarms.loadMore', { count: rows.length - shown })} onMore={more} />
      )}
    </div>
  );
}

/** Presses itself when it comes into sight. */
function MoreButton({ text, onMore }: { readonly text: string; readonly onMore: () => void }) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) onMore();
    });
    if (ref.current !== null) observer.observe(ref.current);
    return () => observer.disconnect();
  }, [onMore]);
  return (
    <div ref={ref}>
      <Button block data-testid="alarm-more" onClick={onMore}>
        {text}
      </Button>
    </div>
  );
}

function StormCard({ row, onFold }: { readonly row: StormRow; readonly onFold: AlarmListProps['onFold'] }) {
  return (
    <article className={`row-card storm-card edge-${row.severity}`} data-testid={`storm-row-${row.storm}`}>
      <StormHead row={row} onFold={onFold} />
      <div className="row-actions">
        <StormActions members={row.members} />
      </div>
    </article>
  );
}

interface AlarmCardProps {
  readonly alarm: Alarm;
  readonly role: Role;
  readonly selection: Selection | null;
}

function AlarmCard({ alarm, role, selection }: AlarmCardProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate();
  const toAlarmPath = useAlarmPath();
  const isFresh = useIsFresh(alarm);
  return (
    // The card is a shortcut for a thumb; the link inside it serves the keyboard.
    <article
      className={`row-card ${toRowClass(alarm, isFresh)} role-${role}`}
      data-testid={`alarm-row-${alarm.id}`}
      onClick={() => void navigate(toAlarmPath(alarm.id))}
    >
      <div className="row-card-head">
        {selection !== null && isBulkable(alarm) && <Choose alarm={alarm} selection={selection} />}
        <SeverityTag severity={alarm.severity} />
        <AlarmStateTag state={alarm.state} />
        {role === 'root' && <RootTag />}
        <AlarmMarks alarm={alarm} />
      </div>
      <AlarmLink alarm={alarm} />
      <div className="hint">
        {format.text(alarm.equipmentName)} · {format.text(alarm.place)}
      </div>
      <CauseNote alarm={alarm} />
      <TicketDue alarm={alarm} />
      <HidingNote alarm={alarm} />
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

function Choose({
  alarm,
  selection: { ids, onChange },
}: {
  readonly alarm: Alarm;
  readonly selection: Selection;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <label className="card-choose" onClick={(event) => event.stopPropagation()}>
      <Checkbox
        checked={ids.includes(alarm.id)}
        aria-label={t('bulk.select', { name: format.text(alarm.text) })}
        onChange={(event) =>
          onChange(event.target.checked ? [...ids, alarm.id] : ids.filter((id) => id !== alarm.id))
        }
        {...testId(`alarm-select-${alarm.id}`)}
      />
    </label>
  );
}
