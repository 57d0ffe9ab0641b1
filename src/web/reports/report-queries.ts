/** What the page of alarm figures asks for: the figures of one scope, and those of the ten with the most alarms beside each other. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { request } from '../api/client.ts';
import type { AlarmReport } from '../api/types.ts';
import type { Days } from './report-address.ts';

export type Breakdown = 'equipment' | 'rule';

/** The present day goes on; its figures are worth looking at again. */
const RECHECK_MS = 60_000;
/** Figures of a year on a large site, on a busy machine. */
const REPORT_TIMEOUT_MS = 60_000;

interface Scope {
  readonly equipment: string | null;
  readonly rule: string | null;
}

/** One item: the site, the equipment or the rule. */
export function useReport(days: Days, { equipment, rule }: Scope) {
  const by = equipment === null ? 'site' : rule === null ? 'equipment' : 'rule';
  return useReportQuery({
    ...days,
    by,
    ...(equipment !== null && { equipment }),
    ...(rule !== null && { rule }),
  });
}

/** The ten with the most alarms. @param equipment its rules only; null = of the whole site */
export function useBreakdown(days: Days, by: Breakdown, equipment: string | null) {
  return useReportQuery({ ...days, by, ...(equipment !== null && { equipment }) });
}

function useReportQuery(asked: Readonly<Record<string, string>>) {
  const search = new URLSearchParams(asked).toString();
  return useQuery({
    queryKey: ['report', search],
    refetchInterval: RECHECK_MS,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      request<AlarmReport>('GET', `/reports/alarms?${search}`, undefined, signal, REPORT_TIMEOUT_MS),
  });
}
