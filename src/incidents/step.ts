/**
 * The course of an incident (突发事件; service-workflow.md §3). Pure. Which tickets begin or join one is opening.ts, its
 * reports reports.ts, their countdown countdown.ts; who may do what is the API's permission.
 *
 *   opened (a ticket of `incidents.from`) ──confirm──▶ confirmed | false alarm | test ──end──▶ ended
 *      ▲ joined by further tickets of the same fire, lift or place within `joinMs`, or while people are in that lift
 *      └ report due `reportMs` after it began (countdown.ts), until its first report has been sent
 */
import type { Policy } from '../config/policy.ts';
import { never } from '../core/assert.ts';
import { RiserError } from '../core/errors.ts';
import { type Incident, PHASE_NAMES, PHASES, type Phase } from '../core/incident.ts';
import type { Text } from '../core/text.ts';
import type { IncidentChange } from './changes.ts';
import { answerReport } from './countdown.ts';
import { type IncidentStep, requireText, toIncidentStep } from './incident-step.ts';
import { joinIncident } from './opening.ts';
import { addReport, isMajor, owesReport, sendReport } from './reports.ts';

export { moveIncident, sweepIncident } from './countdown.ts';
export type { IncidentEvent, IncidentEventType, IncidentStep } from './incident-step.ts';
export {
  findIncident,
  isIncident,
  isSameMatter,
  joinIncident,
  type OpeningContext,
  openIncident,
  toHappenedMs,
  toIncidentKind,
} from './opening.ts';
export { owesReport } from './reports.ts';

type Change<T extends IncidentChange['type']> = IncidentChange & { readonly type: T };

/**
 * @returns the same incident without events where it says that already
 * @throws RiserError `incident-ended`, `missing-fields`, `value-not-allowed`, `report-not-written`, `late-entry-order`, `incident-open`
 */
export function stepIncident(
  incident: Incident,
  change: IncidentChange,
  by: string,
  policy: Policy,
  nowMs: number,
): IncidentStep {
  const isReport = change.type === 'report' || change.type === 'report-sent';
  // What is written about it may come after its end: late entry is seen by its times.
  if (incident.endedAtMs !== null && !isReport) throw new RiserError('incident-ended');
  if ((incident.record?.length ?? 0) >= MAX_RECORD && !isReport && change.type !== 'end')
    throw new RiserError('value-not-allowed', { value: String(MAX_RECORD), allowed: RECORD_FULL });
  switch (change.type) {
    case 'confirm':
      return confirm(incident, change, by, policy, nowMs);
    case 'grade':
      return grade(incident, change, by, policy, nowMs);
    case 'phase':
      return enterPhase(incident, change, by, nowMs);
    case 'report':
      return answerReport(addReport(incident, change.report, by, nowMs), nowMs);
    case 'report-sent':
      return sendReport(incident, change, by, nowMs);
    case 'join':
      return joinIncident(incident, { id: change.ticket }, policy, nowMs, by);
    case 'end':
      return end(incident, change, by, nowMs);
    default:
      return never(change);
  }
}

/**
 * It may turn out otherwise until it has ended: the record has every verdict. What was confirmed is withdrawn with a reason; where a
 * final report is owed, with an approver who is somebody else, and nothing is owed any more.
 */
function confirm(
  incident: Incident,
  { verdict, note, approver, how }: Change<'confirm'>,
  by: string,
  policy: Policy,
  nowMs: number,
): IncidentStep {
  const isNone = verdict !== 'confirmed';
  const isWithdrawn = isNone && incident.verdict === 'confirmed' && !incident.isDrill;
  if (verdict === 'false-alarm') requireText({ note }, FALSE_ALARM_RULE);
  else if (isWithdrawn) requireText({ note }, WITHDRAWAL_RULE);
  if (verdict === incident.verdict) return { incident, events: [] };
  const isOwed = isNone && owesReport(incident, policy);
  if (isOwed) requireApprover(approver, by, OWED_RULE);
  const owesFinal = !isNone && (incident.owesFinal === true || isMajor(incident, policy));
  const known = how === undefined ? {} : { how };
  const detail = { from: incident.verdict, verdict, note, ...known, ...(isOwed && { approver }) };
  return toIncidentStep(incident, { verdict, owesFinal }, { type: 'confirmed', atMs: nowMs, by, detail });
}

/**
 * Each grade has its own commander: whoever grades names one. A major grade is lowered with an approver who is somebody else, and
 * what was real and major owes its final report all the same: it "cannot be edited away".
 */
function grade(
  incident: Incident,
  change: Change<'grade'>,
  by: string,
  policy: Policy,
  nowMs: number,
): IncidentStep {
  const { grade: next, nature, commander, reason, approver } = change;
  requireText({ commander, reason }, GRADE_RULE);
  const { verdict, isDrill } = incident;
  const isLowered =
    isMajor(incident, policy) && !isMajor({ grade: next }, policy) && !isDrill && !isNothing(verdict);
  if (isLowered) requireApprover(approver, by, LOWER_RULE);
  const isOwed =
    verdict === 'confirmed' && (owesReport(incident, policy) || isMajor({ grade: next }, policy));
  const detail = {
    from: incident.grade,
    grade: next,
    nature,
    commander,
    reason,
    ...(isLowered && { approver }),
  };
  const fields = { grade: next, nature, commander, ...(isOwed && { owesFinal: true }) };
  return toIncidentStep(incident, fields, { type: 'graded', atMs: nowMs, by, detail });
}

function isNothing(verdict: Incident['verdict']): boolean {
  return verdict === 'false-alarm' || verdict === 'test';
}

/** Two people: whoever does it, and who has approved it. @throws RiserError `missing-fields`, `value-not-allowed` */
function requireApprover(approver: string | undefined, by: string, rule: Text): void {
  requireText({ approver: approver ?? '' }, rule);
  if (approver === by) throw new RiserError('value-not-allowed', { value: by, allowed: ANOTHER });
}

/** Only onward: what lies behind is on the record, and is not begun anew. @throws RiserError `value-not-allowed` */
function enterPhase(
  incident: Incident,
  { phase, note }: Change<'phase'>,
  by: string,
  nowMs: number,
): IncidentStep {
  if (phase === incident.phase) return { incident, events: [] };
  const ahead = PHASE_NAMES.slice(PHASE_NAMES.indexOf(incident.phase) + 1);
  if (!ahead.includes(phase))
    throw new RiserError('value-not-allowed', { value: PHASES[phase], allowed: toList(ahead) });
  const detail = { from: incident.phase, to: phase, note };
  return toIncidentStep(incident, { phase }, { type: 'phase', atMs: nowMs, by, detail });
}

/** @throws RiserError `incident-open` while nobody has said what it was */
function end(incident: Incident, { note }: Change<'end'>, by: string, nowMs: number): IncidentStep {
  if (incident.verdict === 'open') throw new RiserError('incident-open');
  const change = { endedAtMs: nowMs, phase: 'aftermath' as const };
  return toIncidentStep(incident, change, { type: 'ended', atMs: nowMs, by, detail: { note } });
}

/** E.g. `分级响应、指挥协调、后期处置`. */
function toList(phases: readonly Phase[]): Text {
  const texts = phases.map((phase) => PHASES[phase]);
  if (texts.length === 0) return { zh: '无', en: 'none' };
  return { zh: texts.map(({ zh }) => zh).join('、'), en: texts.map(({ en }) => en).join(', ') };
}

const GRADE_RULE: Text = {
  zh: '定级须指定指挥人并写明理由',
  en: 'a grade needs its commander and a reason',
};
const FALSE_ALARM_RULE: Text = { zh: '误报须写明原因', en: 'a false alarm needs its cause' };
/** Lines of the record of one incident: people decide a dozen times, not so often. */
const MAX_RECORD = 500;
const RECORD_FULL: Text = {
  zh: '处置记录已满：请结束本事件，后续情况写入报告',
  en: 'its record is full: end it, and write what follows into its reports',
};
const WITHDRAWAL_RULE: Text = {
  zh: '已确认属实的，改为测试须写明原因',
  en: 'what was confirmed becomes a test with a reason',
};
const OWED_RULE: Text = {
  zh: '已确认的重大事件须报终报；改判为误报或测试须经另一名批准人（主管、经理、领导）同意',
  en: 'a confirmed major event owes its final report; that it was none after all is approved by another person',
};
const LOWER_RULE: Text = {
  zh: '重大及以上事件降级须经另一名批准人（主管、经理、领导）同意；已确认的仍须报终报',
  en: 'a major grade is lowered with the approval of another person; what is confirmed still owes its final report',
};
const ANOTHER: Text = { zh: '操作人以外的批准人', en: 'an approver who is somebody else' };
