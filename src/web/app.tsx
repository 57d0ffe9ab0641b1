/** Providers and routes. Each page is its own folder. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { App as AntApp, ConfigProvider } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import { useTranslation } from 'react-i18next';
import { BrowserRouter, Navigate, Outlet, Route, Routes, useLocation } from 'react-router';
import { AlarmPage } from './alarms/alarm-page.tsx';
import { ProblemError } from './api/client.ts';
import { useSession } from './api/queries.ts';
import { CommissioningListPage } from './commissioning/commissioning-list-page.tsx';
import { CommissioningPage } from './commissioning/commissioning-page.tsx';
import { DrillRecordPage } from './drills/record-page.tsx';
import { EquipmentPage } from './equipment/equipment-page.tsx';
import { FaultPage } from './faults/fault-page.tsx';
import { FeedbackListPage } from './feedback/feedback-list-page.tsx';
import { FeedbackPage } from './feedback/feedback-page.tsx';
import { InboxPage } from './inbox/inbox-page.tsx';
import { IncidentListPage } from './incidents/incident-list-page.tsx';
import { IncidentPage } from './incidents/incident-page.tsx';
import { LinkListPage } from './links/link-list-page.tsx';
import { LinkPage } from './links/link-page.tsx';
import { LiveProvider } from './live/live-context.tsx';
import { OverviewPage } from './overview/overview-page.tsx';
import { PaperPage } from './paper/paper-page.tsx';
import { LabelPrintPage, SlipPrintPage } from './paper/print-pages.tsx';
import { PolicyPage } from './policy/policy-page.tsx';
import { QualityPage } from './quality/quality-page.tsx';
import { ReportFormPage, ReportStatePage } from './report/report-pages.tsx';
import { ReportPage } from './reports/report-page.tsx';
import { HandoverPage } from './roster/handover-page.tsx';
import { RosterPage } from './roster/roster-page.tsx';
import { StaffPage } from './roster/staff-page.tsx';
import { WhoPage } from './roster/who-page.tsx';
import { RulePage } from './rules/rule-page.tsx';
import { RulesPage } from './rules/rules-page.tsx';
import { useSettings } from './settings.ts';
import { ErrorBoundary } from './shared/error-boundary.tsx';
import { QueryState } from './shared/query-state.tsx';
import { useIsPhone } from './shared/use-is-phone.ts';
import { toHome } from './shell/entries.ts';
import { LoginPage } from './shell/login-page.tsx';
import { Shell } from './shell/shell.tsx';
import { StoragePage } from './storage/storage-page.tsx';
import { toAntdTheme } from './theme.ts';
import { NewTicketPage } from './tickets/new-ticket-page.tsx';
import { SlipPage } from './tickets/slip-page.tsx';
import { TicketListPage } from './tickets/ticket-list-page.tsx';
import { TicketPage } from './tickets/ticket-page.tsx';
import { TrendsPage } from './trends/trends-page.tsx';

const MAX_RETRIES = 2;
const HAS_MOTION = !matchMedia('(prefers-reduced-motion: reduce)').matches;
/** Below everything: at the top it would cover the button that acknowledges the very alarm it tells of. */
const DESK_NOTIFICATION = { placement: 'bottomRight', bottom: 24, maxCount: 3 } as const;
/** Above the navigation, which is as high as in styles/phone.css. */
const PHONE_NOTIFICATION = { placement: 'bottom', bottom: 72, maxCount: 1 } as const;

const client: QueryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // A refusal does not change by asking again; an absent gateway may come back.
      retry: (failures, error) => !(error instanceof ProblemError) && failures < MAX_RETRIES,
      refetchOnWindowFocus: true,
      // The page talks to a gateway in the same building: the browser's idea of "online" says nothing about it.
      networkMode: 'always',
      staleTime: 5_000,
    },
    mutations: { networkMode: 'always' },
  },
});
client.getQueryCache().subscribe(({ type, query }) => {
  if (type !== 'updated' || query.queryKey[0] === 'session') return;
  const { error } = query.state;
  if (error instanceof ProblemError && error.status === 401) client.setQueryData(['session'], null);
});

export function App() {
  const { language, theme } = useSettings();
  const isPhone = useIsPhone();
  return (
    <ConfigProvider
      button={{ autoInsertSpace: false }}
      locale={language === 'zh' ? zhCN : enUS}
      theme={toAntdTheme(theme, isPhone, HAS_MOTION)}
    >
      <AntApp notification={isPhone ? PHONE_NOTIFICATION : DESK_NOTIFICATION} message={{ maxCount: 3 }}>
        <ErrorBoundary>
          <QueryClientProvider client={client}>
            <BrowserRouter>
              <Pages />
            </BrowserRouter>
          </QueryClientProvider>
        </ErrorBoundary>
      </AntApp>
    </ConfigProvider>
  );
}

function Home() {
  const home = toHome(useSession().data?.permissions ?? []);
  return home === '/' ? <OverviewPage /> : <Navigate to={home} replace />;
}

function Pages() {
  const { t } = useTranslation();
  return (
    <Routes>
      <Route path="/login" element={<LoginPage />} />
      <Route path="/report" element={<ReportFormPage />} />
      <Route path="/report/:token" element={<ReportStatePage />} />
      <Route path="/r/:equipment" element={<ReportFormPage />} />
      <Route element={<LoggedIn />}>
        <Route element={<Shell />}>
          <Route index element={<Home />} />
          <Route path="/alarms" element={<AlarmPage />} />
          <Route path="/alarms/:id" element={<AlarmPage />} />
          <Route path="/reports" element={<ReportPage />} />
          <Route path="/rules" element={<RulesPage />} />
          <Route path="/rules/:equipment/:rule" element={<RulePage />} />
          <Route path="/tickets" element={<TicketListPage />} />
          <Route path="/tickets/new" element={<NewTicketPage />} />
          <Route path="/tickets/:id" element={<TicketPage />} />
          <Route path="/tickets/:id/slip" element={<SlipPage />} />
          <Route path="/inbox" element={<InboxPage />} />
          <Route path="/duty" element={<RosterPage />} />
          <Route path="/duty/who" element={<WhoPage />} />
          <Route path="/duty/handover" element={<HandoverPage />} />
          <Route path="/duty/staff" element={<StaffPage />} />
          <Route path="/duty/policy" element={<PolicyPage />} />
          <Route path="/duty/drills" element={<DrillRecordPage />} />
          <Route path="/duty/paper" element={<PaperPage />} />
          <Route path="/duty/paper/slips" element={<SlipPrintPage />} />
          <Route path="/duty/paper/labels" element={<LabelPrintPage />} />
          <Route path="/duty/feedback" element={<FeedbackListPage />} />
          <Route path="/duty/feedback/:id" element={<FeedbackPage />} />
          <Route path="/commissioning" element={<CommissioningListPage />} />
          <Route path="/commissioning/:id" element={<CommissioningPage />} />
          <Route path="/incidents" element={<IncidentListPage />} />
          <Route path="/incidents/:id" element={<IncidentPage />} />
          <Route path="/equipment/:id" element={<EquipmentPage />} />
          <Route path="/links" element={<LinkListPage />} />
          <Route path="/links/:id" element={<LinkPage />} />
          <Route path="/quality" element={<QualityPage />} />
          <Route path="/trends" element={<TrendsPage />} />
          <Route path="/storage" element={<StoragePage />} />
          <Route path="/faults" element={<FaultPage />} />
          <Route path="*" element={<p>{t('common.notFound')}</p>} />
        </Route>
      </Route>
    </Routes>
  );
}

/** Everything but the login page: needs a session, and lives on the live stream. */
function LoggedIn() {
  const session = useSession();
  const location = useLocation();
  if (session.data === undefined) {
    return <QueryState error={session.error} onRetry={() => void session.refetch()} />;
  }
  if (session.data === null)
    return <Navigate to="/login" replace state={{ from: location.pathname + location.search }} />;
  return (
    <LiveProvider key={session.data.username}>
      <Outlet />
    </LiveProvider>
  );
}
