/** The frame around every page: navigation with counts, live lamp, gateway time, switches, the person. */
import AlertOutlined from '@ant-design/icons/AlertOutlined';
import ApiOutlined from '@ant-design/icons/ApiOutlined';
import BarChartOutlined from '@ant-design/icons/BarChartOutlined';
import ControlOutlined from '@ant-design/icons/ControlOutlined';
import DashboardOutlined from '@ant-design/icons/DashboardOutlined';
import DatabaseOutlined from '@ant-design/icons/DatabaseOutlined';
import ExperimentOutlined from '@ant-design/icons/ExperimentOutlined';
import FileTextOutlined from '@ant-design/icons/FileTextOutlined';
import LineChartOutlined from '@ant-design/icons/LineChartOutlined';
import LogoutOutlined from '@ant-design/icons/LogoutOutlined';
import SafetyCertificateOutlined from '@ant-design/icons/SafetyCertificateOutlined';
import TeamOutlined from '@ant-design/icons/TeamOutlined';
import UserOutlined from '@ant-design/icons/UserOutlined';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App as AntApp, Badge, Button, Dropdown } from 'antd';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink, Outlet, useLocation, useNavigate } from 'react-router';
import { useAlarmAnnouncer } from '../alarms/announcer.tsx';
import { logout, useOpenAlarms, useSession, useSite, useTickets } from '../api/queries.ts';
import { InboxBell } from '../inbox/inbox-bell.tsx';
import { useServerNow } from '../live/server-clock.ts';
import { isUnacknowledged } from '../shared/alarm-order.ts';
import { ErrorBoundary } from '../shared/error-boundary.tsx';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { useIsPhone } from '../shared/use-is-phone.ts';
import { CommissioningBanner } from './commissioning-banner.tsx';
import { DrillBanner } from './drill-banner.tsx';
import { ENTRIES, type EntryName, isOpenTo } from './entries.ts';
import { LiveLamp, StaleBanner, TroubleBanner } from './live-state.tsx';
import { Logo } from './logo.tsx';
import { Siren } from './siren.tsx';
import { LanguageSwitch, SoundSwitch, ThemeSwitch } from './switches.tsx';
import { useHeaderHeight } from './use-header-height.ts';

/** Counts above this are shown as `999+`. */
const MAX_BADGE = 999;

export function Shell() {
  const { t } = useTranslation();
  const isPhone = useIsPhone();
  // A page that failed must not keep the others from showing.
  const section = useLocation().pathname.split('/')[1];
  useAlarmAnnouncer();
  return (
    <div className="shell">
      <header className="header" ref={useHeaderHeight()}>
        <div className="header-row">
          <SiteName />
          {!isPhone && <Navigation />}
          <span className="spread" />
          <LiveLamp />
          {!isPhone && <GatewayTime />}
          <InboxBell />
          <SoundSwitch />
          <ThemeSwitch />
          <LanguageSwitch />
          <PersonMenu />
        </div>
        <Siren />
        <StaleBanner />
        <TroubleBanner />
        <CommissioningBanner />
        <DrillBanner />
      </header>
      <main className="content">
        <ErrorBoundary key={section}>
          <Outlet />
        </ErrorBoundary>
      </main>
      <footer className="footer">{t('shell.auxiliary')}</footer>
      {isPhone && <Navigation />}
    </div>
  );
}

function SiteName() {
  const format = useFormat();
  const site = useSession().data?.site;
  const version = useSite().data?.version ?? '';
  if (site === undefined) return <Logo />;
  return (
    <span className="logo" title={`Riser ${version}`.trim()}>
      <img src="/icon.svg" alt="Riser" width={28} height={28} />
      <b data-testid="site-name">{format.text(site.name)}</b>
    </span>
  );
}

function Navigation() {
  const { t } = useTranslation();
  const isPhone = useIsPhone();
  const alarms = useOpenAlarms().data;
  const tickets = useTickets('open').data;
  const hasSimulation = useSite().data?.hasSimulation ?? false;
  const unacknowledged = alarms?.items.filter(isUnacknowledged).length ?? 0;
  useEffect(() => {
    document.title = unacknowledged > 0 ? `(${unacknowledged}) Riser` : 'Riser';
  }, [unacknowledged]);
  return (
    <nav className="navigation">
      <NavigationLink to="/" entry="overview" icon={<DashboardOutlined />} text={t('nav.overview')} />
      <NavigationLink
        to="/alarms"
        entry="alarms"
        icon={<AlertOutlined />}
        text={t('nav.alarms')}
        count={<Badge count={unacknowledged} overflowCount={MAX_BADGE} className="count-urgent" />}
      />
      <NavigationLink
        to="/tickets"
        entry="tickets"
        icon={<FileTextOutlined />}
        text={t('nav.tickets')}
        count={<Badge count={tickets?.total ?? 0} overflowCount={MAX_BADGE} className="count-calm" />}
      />
      <NavigationLink to="/trends" entry="trends" icon={<LineChartOutlined />} text={t('nav.trends')} />
      <NavigationLink
        to="/links"
        also="/quality"
        entry="links"
        icon={<ApiOutlined />}
        text={t('nav.links')}
      />
      {!isPhone && (
        <NavigationLink
          to="/duty"
          also="/incidents"
          entry="duty"
          icon={<TeamOutlined />}
          text={t('nav.service')}
        />
      )}
      {/* On a phone they stand in the menu of the person: few need them there, and thumbs need room. */}
      {!isPhone && (
        <NavigationLink to="/rules" entry="rules" icon={<ControlOutlined />} text={t('nav.rules')} />
      )}
      {!isPhone && (
        <NavigationLink to="/reports" entry="reports" icon={<BarChartOutlined />} text={t('nav.reports')} />
      )}
      {!isPhone && (
        <NavigationLink to="/storage" entry="storage" icon={<DatabaseOutlined />} text={t('nav.storage')} />
      )}
      {hasSimulation && (
        <NavigationLink to="/faults" entry="faults" icon={<ExperimentOutlined />} text={t('nav.faults')} />
      )}
    </nav>
  );
}

interface NavigationLinkProps {
  readonly to: string;
  /** A second page that stands under this entry. */
  readonly also?: string;
  readonly entry: EntryName;
  readonly icon: ReactNode;
  readonly text: string;
  readonly count?: ReactNode;
}

function NavigationLink({ to, also, entry, icon, text, count }: NavigationLinkProps) {
  const isAlso = useLocation().pathname === also;
  const isOpen = useIsOpen();
  if (!isOpen(entry)) return null;
  return (
    <NavLink
      to={to}
      end={to === '/'}
      className={({ isActive }) => `navigation-link ${isActive || isAlso ? 'active' : ''}`}
      data-testid={`nav-${entry}`}
    >
      {icon}
      <span>{text}</span>
      {count}
    </NavLink>
  );
}

function useIsOpen(): (entry: EntryName) => boolean {
  const permissions = useSession().data?.permissions ?? [];
  return (entry) => isOpenTo(entry, permissions);
}

function GatewayTime() {
  const { t } = useTranslation();
  const format = useFormat();
  const nowMs = useServerNow();
  return (
    <time className="gateway-time" title={t('shell.gatewayTime')} data-testid="gateway-time">
      {format.dateTime(nowMs)}
    </time>
  );
}

/** Of works that come now and then: in the menu of the person at every width, the bar is full. */
const COMMON_ENTRIES = [
  { key: 'commissioning', title: 'commissioning.title', icon: <SafetyCertificateOutlined /> },
] as const;
const PHONE_ENTRIES = [
  { key: 'duty', title: 'dutyPages.title', icon: <TeamOutlined /> },
  { key: 'reports', title: 'reports.title', icon: <BarChartOutlined /> },
  { key: 'rules', title: 'rules.title', icon: <ControlOutlined /> },
  { key: 'storage', title: 'storage.title', icon: <DatabaseOutlined /> },
  ...COMMON_ENTRIES,
] as const satisfies readonly { readonly key: EntryName; readonly title: string; readonly icon: ReactNode }[];

function PersonMenu() {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const isPhone = useIsPhone();
  const navigate = useNavigate();
  const person = useSession().data;
  const { message } = AntApp.useApp();
  const toErrorText = useErrorText();
  const isOpen = useIsOpen();
  const leave = useMutation({
    mutationFn: () => logout(client),
    onError: (error) => void message.error(toErrorText(error)),
  });
  if (person == null) return null;
  const items = [
    { key: 'name', label: `${format.text(person.displayName)} (${person.username})`, disabled: true },
    ...(isPhone ? PHONE_ENTRIES : COMMON_ENTRIES)
      .filter(({ key }) => isOpen(key))
      .map(({ key, title, icon }) => ({ key, label: t(title), icon, 'data-testid': `nav-${key}` })),
    { key: 'logout', label: t('shell.logout'), icon: <LogoutOutlined />, 'data-testid': 'logout' },
  ];
  const choose = ({ key }: { readonly key: string }): void => {
    if (key === 'logout') leave.mutate();
    const entry = PHONE_ENTRIES.find((one) => one.key === key);
    if (entry !== undefined) void navigate(ENTRIES[entry.key].path);
  };
  return (
    <Dropdown trigger={['click']} menu={{ items, onClick: choose }}>
      <Button
        type="text"
        className={isPhone ? '' : 'user-menu'}
        icon={<UserOutlined />}
        aria-label={person.username}
        title={format.text(person.displayName)}
        data-testid="user-menu"
      >
        {isPhone ? null : format.text(person.displayName)}
      </Button>
    </Dropdown>
  );
}
