/** Storms, the newest first; each unfolds to its members, the root on top. */
import ThunderboltFilled from '@ant-design/icons/ThunderboltFilled';
import { Button, Empty } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useAlarm, useStorms } from '../api/queries.ts';
import type { Alarm, Storm } from '../api/types.ts';
import { DrillMark } from '../shared/drill-tag.tsx';
import { QueryState } from '../shared/query-state.tsx';
import { AlarmStateTag, SeverityTag } from '../shared/severity-tag.tsx';
import { useFormat } from '../shared/use-format.ts';
import { AlarmLink } from './alarm-links.tsx';
import { useStormMembers } from './alarm-queries.ts';
import { SeverityTally } from './severity-tally.tsx';
import { RootTag } from './storm-row.tsx';

export function StormList() {
  const { t } = useTranslation();
  const query = useStorms();
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  const { items, total } = query.data;
  if (items.length === 0) return <Empty description={t('alarmTabs.emptyStorms')} />;
  const newestFirst = items.toSorted((a, b) => b.beganAtMs - a.beganAtMs);
  return (
    <div className="cards">
      {newestFirst.map((storm, at) => (
        <StormCard key={storm.id} storm={storm} isFirst={at === 0} />
      ))}
      {total > items.length && (
        <p className="attention">{t('common.more', { count: total - items.length })}</p>
      )}
    </div>
  );
}

function StormCard({ storm, isFirst }: { readonly storm: Storm; readonly isFirst: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [isOpen, setOpen] = useState(isFirst);
  const root = useAlarm(storm.root).data;
  return (
    <article className="row-card storm-card" data-testid={`storm-${storm.id}`}>
      <div className="row-card-head">
        <span className="tag storm-tag">
          <ThunderboltFilled /> {t('storm.name')}
        </span>
        <b>{t('storm.members', { count: storm.members })}</b>
        {storm.endedAtMs === null && <span className="tag alarm-active">{t('storm.running')}</span>}
        <span className="spread" />
        {storm.ticket !== null && <Link to={`/tickets/${storm.ticket}`}>{t('alarms.openTicket')}</Link>}
        <Button
          size="small"
          aria-expanded={isOpen}
          data-testid={`storm-members-${storm.id}`}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? t('storm.fold') : t('storm.unfold')}
        </Button>
      </div>
      {root !== undefined && (
        <p className="storm-root">
          {t('storm.root', { text: `${format.text(root.equipmentName)} ${format.text(root.text)}` })}
        </p>
      )}
      <dl className="facts facts-row">
        <dt>{t('storm.began')}</dt>
        <dd>{format.dateTime(storm.beganAtMs)}</dd>
        <dt>{t('storm.ended')}</dt>
        <dd>{storm.endedAtMs === null ? t('common.none') : format.dateTime(storm.endedAtMs)}</dd>
        <dt title={t('storm.peakHelp')}>{t('storm.peak')}</dt>
        <dd>{t('storm.members', { count: storm.peak })}</dd>
      </dl>
      {isOpen && <Members storm={storm} />}
    </article>
  );
}

function Members({ storm }: { readonly storm: Storm }) {
  const { t } = useTranslation();
  const query = useStormMembers(storm.id);
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  const { items, total } = query.data;
  const rootFirst = items.toSorted((a, b) => Number(b.id === storm.root) - Number(a.id === storm.root));
  return (
    <>
      <SeverityTally alarms={items} />
      <ul className="plain-list storm-members">
        {rootFirst.map((alarm) => (
          <Member key={alarm.id} alarm={alarm} isRoot={alarm.id === storm.root} />
        ))}
      </ul>
      {total > items.length && (
        <p className="attention">{t('common.more', { count: total - items.length })}</p>
      )}
    </>
  );
}

function Member({ alarm, isRoot }: { readonly alarm: Alarm; readonly isRoot: boolean }) {
  const format = useFormat();
  return (
    <li className="storm-member" data-testid={`storm-member-${alarm.id}`}>
      <SeverityTag severity={alarm.severity} />
      <AlarmStateTag state={alarm.state} isShort />
      {isRoot && <RootTag />}
      <DrillMark alarm={alarm} />
      <span className="storm-member-words">
        <AlarmLink alarm={alarm} /> <span className="hint">{format.text(alarm.equipmentName)}</span>
      </span>
      <span className="hint figures">{format.dateTime(alarm.raisedAtMs)}</span>
    </li>
  );
}
