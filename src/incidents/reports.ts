/**
 * 信息报告 of an incident (service-workflow.md §3): written down, sent with evidence, never edited. Which report is still
 * owed; the countdown is countdown.ts. Pure. A report that went out in time and was entered later is seen by its two times.
 */

import type { Policy } from '../config/policy.ts';
import { RiserError } from '../core/errors.ts';
import { hasSent, type Incident, type IncidentReport } from '../core/incident.ts';
import type { Text } from '../core/text.ts';
import type { IncidentChange } from './changes.ts';
import { type IncidentStep, requireText, toIncidentStep } from './incident-step.ts';

/** @throws RiserError `missing-fields` */
export function addReport(
  incident: Incident,
  content: Omit<IncidentReport, 'by' | 'atMs' | 'sent'>,
  by: string,
  nowMs: number,
): IncidentStep {
  const { type, time, place, scope, casualties, propertyLoss } = content;
  requireText({ type, time, place, scope, casualties, propertyLoss }, REPORT_RULE);
  if (content.kind === 'final') {
    const { cause, prevention } = content;
    const causes = Object.values(cause).join('');
    requireText({ cause: causes, process: content.process, prevention }, FINAL_RULE);
  }
  const reports = [...incident.reports, { ...content, by, atMs: nowMs, sent: null }];
  const detail = { kind: content.kind };
  return toIncidentStep(incident, { reports }, { type: 'reported', atMs: nowMs, by, detail });
}

/**
 * Says of the last report of that kind which has not gone out that it has.
 * @throws RiserError `missing-fields`, `report-not-written`, `late-entry-order` when it went out before the incident began, or ahead of now
 */
export function sendReport(
  incident: Incident,
  { kind, atMs, to, how, evidence }: IncidentChange & { readonly type: 'report-sent' },
  by: string,
  nowMs: number,
): IncidentStep {
  requireText({ to, how, evidence }, SENT_RULE);
  const beganAtMs = incident.beganAtMs + Math.min(incident.clockStepMs ?? 0, 0);
  if (atMs > nowMs || atMs < beganAtMs) {
    const bound = atMs > nowMs ? nowMs : beganAtMs;
    throw new RiserError('late-entry-order', { after: new Date(bound).toISOString() });
  }
  const at = incident.reports.findLastIndex((report) => report.kind === kind && report.sent === null);
  const report = incident.reports[at];
  if (report === undefined) throw new RiserError('report-not-written');
  const reports = incident.reports.with(at, { ...report, sent: { atMs, to, how, evidence } });
  const detail = { kind, atMs, to, how, evidence };
  return toIncidentStep(incident, { reports }, { type: 'report-sent', atMs: nowMs, by, detail });
}

/**
 * Whether its tickets may not be archived yet (source 004): it was found to be real and major, and its final report has not gone
 * out. A grade that is lowered later changes nothing of that; a verdict that is withdrawn with an approver does.
 */
export function owesReport(incident: Incident, policy: Policy): boolean {
  const { verdict, isDrill, owesFinal = verdict === 'confirmed' && isMajor(incident, policy) } = incident;
  return owesFinal && !isDrill && !hasSent(incident, 'final');
}

/** By the version that it was opened under. */
export function isMajor({ grade }: Pick<Incident, 'grade'>, { incidents }: Policy): boolean {
  return incidents.majorGrades.includes(grade);
}

const REPORT_RULE: Text = {
  zh: '事件报告须写明类型、时间、地点、影响范围、伤亡和财产损失',
  en: 'a report needs type, time, place, scope, casualties and loss',
};
const FINAL_RULE: Text = {
  zh: '终报须写明原因、经过和防范措施',
  en: 'the final report needs cause, process and prevention',
};
const SENT_RULE: Text = { zh: '须写明报送对象、方式和凭证', en: 'say to whom, how, and what proves it' };
