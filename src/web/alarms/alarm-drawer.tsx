/** One alarm in full: what is to be done, its facts and history, and why it is what it is. */
import { Alert, Drawer, Tabs, Timeline } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAlarm, useAlarmHistory, useRule } from '../api/queries.ts';
import type { Alarm } from '../api/types.ts';
import { CauseNote, TicketDue } from '../shared/cause-note.tsx';
import { usePersonName } from '../shared/person-name.ts';
import { QueryState } from '../shared/query-state.tsx';
import { AlarmStateTag, SeverityTag } from '../shared/severity-tag.tsx';
import { testId } from '../shared/test-id.ts';
import { toEventText } from '../shared/to-event-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { AlarmActions } from './alarm-actions.tsx';
import { AlarmFacts } from './alarm-facts.tsx';
import { TicketLink } from './alarm-links.tsx';
import { AlarmMarks, HidingNote } from './alarm-marks.tsx';
import { useAlarmExplanation } from './alarm-queries.ts';
import { ExplanationList } from './explanation.tsx';

/** Narrower windows give it their whole width. */
const WIDTH = 'min(600px, 100vw)';

export function AlarmDrawer({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const query = useAlarm(id);
  return (
    <Drawer open size={WIDTH} title={t('alarms.details')} onClose={onClose} data-testid="alarm-drawer">
      {query.data === undefined ? (
        <QueryState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <AlarmDetails alarm={query.data} />
      )}
    </Drawer>
  );
}

function AlarmDetails({ alarm }: { readonly alarm: Alarm }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [tab, setTab] = useState('details');
  const label = (key: string, text: string) => <span {...testId(`alarm-detail-${key}`)}>{text}</span>;
  return (
    <>
      <div className="row-card-head">
        <SeverityTag severity={alarm.severity} />
        <AlarmStateTag state={alarm.state} />
        <AlarmMarks alarm={alarm} />
        <span className="spread" />
        <TicketLink alarm={alarm} />
      </div>
      <h2 className="drawer-title">{format.text(alarm.text)}</h2>
      <HidingNote alarm={alarm} />
      <AlarmActions alarm={alarm} />
      <Tabs
        activeKey={tab}
        items={[
          { key: 'details', label: label('details', t('alarms.detailsTab')) },
          { key: 'explain', label: label('explain', t('alarms.explainTab')) },
        ]}
        onChange={setTab}
      />
      {tab === 'details' ? <Details alarm={alarm} /> : <Explain id={alarm.id} />}
    </>
  );
}

function Details({ alarm }: { readonly alarm: Alarm }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <>
      {alarm.blindSinceMs !== null && (
        <Alert
          className="gap-below"
          type="warning"
          showIcon
          title={t('alarms.blind', { time: format.dateTime(alarm.blindSinceMs) })}
        />
      )}
      <Cause alarm={alarm} />
      <Guidance equipment={alarm.equipment} rule={alarm.rule} />
      <AlarmFacts alarm={alarm} />
      <h3 className="drawer-title">{t('alarms.history')}</h3>
      <History id={alarm.id} />
    </>
  );
}

function Explain({ id }: { readonly id: string }) {
  const query = useAlarmExplanation(id);
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  return <ExplanationList explanation={query.data} hasRuleLink />;
}

function Cause({ alarm }: { readonly alarm: Alarm }) {
  const { t } = useTranslation();
  if (alarm.explainedBy === null) return <TicketDue alarm={alarm} />;
  const isSettling = alarm.ticketDueAtMs !== null;
  return (
    <Alert
      className="gap-below"
      type="info"
      showIcon
      data-testid="alarm-cause"
      title={<CauseNote alarm={alarm} />}
      description={isSettling ? <TicketDue alarm={alarm} /> : t('alarms.noTicketHelp')}
    />
  );
}

/** What the rule says is to be done; nothing while it is not known, or where the rule is no more. */
function Guidance({ equipment, rule }: { readonly equipment: string; readonly rule: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const guidance = useRule(equipment, rule).data?.guidance;
  if (guidance == null) return null;
  return (
    <Alert
      className="gap-below"
      type="info"
      title={t('alarms.guidance')}
      description={<span className="prewrap">{format.text(guidance)}</span>}
      data-testid="alarm-guidance"
    />
  );
}

function History({ id }: { readonly id: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  const query = useAlarmHistory(id);
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <Timeline
      items={query.data.map((entry, index) => ({
        key: index,
        content: (
          <>
            <b>{toEventText(t, 'alarmEvent', entry.type)}</b>{' '}
            <span className="hint">
              {format.dateTime(entry.atMs)} {toName(entry.by)}
            </span>
            {entry.note !== '' && <div className="prewrap">{entry.note}</div>}
          </>
        ),
      }))}
    />
  );
}
