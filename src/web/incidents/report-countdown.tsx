/** How long until the report to the property or owners' committee is due; how late it is; or when it went out. */
import { useTranslation } from 'react-i18next';
import type { Incident } from '../api/types.ts';
import { useServerNow } from '../live/server-clock.ts';
import { useFormat } from '../shared/use-format.ts';

/** What turned out to be nothing is not reported. */
export function ReportCountdown({ incident }: { readonly incident: Incident }) {
  const { t } = useTranslation();
  const format = useFormat();
  const nowMs = useServerNow();
  const sent = incident.reports.find((report) => report.sent !== null)?.sent ?? null;
  if (incident.verdict === 'false-alarm' || incident.verdict === 'test') return null;
  if (sent !== null)
    return (
      <span className="tag clock-met">{t('incident.reported', { time: format.dateTime(sent.atMs) })}</span>
    );
  const leftMs = incident.reportDueAtMs - nowMs;
  const tone = leftMs <= 0 ? 'overdue' : incident.reportWarnedAtMs !== null ? 'warned' : 'running';
  const duration = format.duration(Math.abs(leftMs));
  return (
    <span className={`tag clock-${tone}`} data-testid="incident-countdown" data-clock={tone}>
      {leftMs <= 0 ? t('incident.overdue', { duration }) : t('incident.due', { duration })}
    </span>
  );
}
