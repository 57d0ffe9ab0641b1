/** The lists of alarms as tabs, filtered by the address, with one alarm's details beside them when its id is in it. */
import { Alert, Badge, Tabs } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useNavigate, useParams } from 'react-router';
import { useAlarmControls, useOpenAlarms, useStorms } from '../api/queries.ts';
import { isUnacknowledged } from '../shared/alarm-order.ts';
import { testId } from '../shared/test-id.ts';
import { type AlarmTab, isOccurrenceId, TABS } from './alarm-address.ts';
import { AlarmDrawer } from './alarm-drawer.tsx';
import { isSuppressed } from './alarm-filter.ts';
import { AlarmRecords } from './alarm-records.tsx';
import { ControlList } from './control-list.tsx';
import { CurrentAlarms, SuppressedAlarms } from './current-alarms.tsx';
import { DrillList } from './drill-list.tsx';
import { useDrills } from './drill-queries.ts';
import { FilterBar } from './filter-bar.tsx';
import { StormList } from './storm-list.tsx';
import { useAlarmView } from './use-alarm-view.ts';

export function AlarmPage() {
  const { t } = useTranslation();
  const { id } = useParams();
  const { search } = useLocation();
  const navigate = useNavigate();
  const { view, change } = useAlarmView();
  const close = () => void navigate(`/alarms${search}`);
  const isAlarm = id !== undefined && isOccurrenceId(id);
  const counts = useCounts();
  const items = TABS.map((key) => ({
    key,
    label: (
      <span {...testId(`alarm-tab-${key}`)}>
        {t(`alarmTabs.${key}`)} <Badge count={counts[key]} overflowCount={999} className="count-calm" />
      </span>
    ),
  }));
  return (
    <>
      <div className="toolbar alarm-head">
        <h1>{t('alarms.title')}</h1>
        <span className="spread" />
        <UnacknowledgedCount />
        <Link to="/reports" data-testid="alarm-reports" className="quiet-link">
          {t('reports.title')}
        </Link>
      </div>
      {id !== undefined && !isAlarm && <NoSuchAlarm onClose={close} />}
      <Tabs
        className="alarm-tabs"
        activeKey={view.tab}
        items={items}
        data-testid="alarm-filter"
        onChange={(tab) => change({ tab: tab as AlarmTab })}
      />
      {view.tab !== 'storms' && view.tab !== 'drills' && (
        <FilterBar filter={view} hasPlaces={view.tab !== 'history'} onChange={change} />
      )}
      {view.tab === 'current' && <CurrentAlarms filter={view} />}
      {view.tab === 'shelved' && <ControlList kind="shelf" filter={view} />}
      {view.tab === 'suppressed' && <SuppressedAlarms filter={view} />}
      {view.tab === 'service' && <ControlList kind="outOfService" filter={view} />}
      {view.tab === 'storms' && <StormList />}
      {view.tab === 'drills' && <DrillList />}
      {view.tab === 'history' && <AlarmRecords filter={view} />}
      {isAlarm && <AlarmDrawer key={id} id={id} onClose={close} />}
    </>
  );
}

/** The address names something that can be no alarm; the lists are shown all the same. */
function NoSuchAlarm({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const title = t('alarms.notFound');
  return (
    <Alert
      className="gap-below"
      type="warning"
      showIcon
      closable={{ onClose }}
      title={title}
      data-testid="alarm-none"
    />
  );
}

/** What stands in the tabs whose content hides: nobody should have to look whether something is shelved. */
function useCounts(): Readonly<Record<AlarmTab, number>> {
  const alarms = useOpenAlarms().data?.items ?? [];
  const controls = useAlarmControls().data?.items ?? [];
  const storms = useStorms().data?.items ?? [];
  const drills = useDrills().data?.items ?? [];
  return {
    current: 0,
    shelved: controls.filter(({ shelf }) => shelf !== null).length,
    suppressed: alarms.filter(isSuppressed).length,
    service: controls.filter(({ outOfService }) => outOfService !== null).length,
    storms: storms.filter(({ endedAtMs }) => endedAtMs === null).length,
    drills: drills.length,
    history: 0,
  };
}

function UnacknowledgedCount() {
  const { t } = useTranslation();
  const count = useOpenAlarms().data?.items.filter(isUnacknowledged).length ?? 0;
  return (
    <span className={count > 0 ? 'attention' : 'hint'}>{t('alarms.unacknowledgedCount', { count })}</span>
  );
}
