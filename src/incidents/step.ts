/**
 * The course of an incident (突发事件; service-workflow.md §3). Pure. Which tickets begin or join one is opening.ts, its
 * reports and their countdown reports.ts; who may do what is the API's permission.
 *
 *   opened (a ticket of `incidents.from`) ──confirm──▶ confirmed | false alarm | test ──end──▶ ended
 *      ▲ joined by further tickets of the same fire, lift or place within `joinMs`, or while people are in that lift
 *      └ report due `reportMs` after it began: warned at 80 %, breached, until its first report has been sent
 */
import type { Policy } from '../config/policy.ts';
import { never } from '../core/assert.ts';
import { RiserError } from '../core/errors.ts';
import { type Incident, PHASE_NAMES, PHASES, type Phase } from '../core/incident.ts';
import type { Text } from '../core/text.ts';
import type { IncidentChange } from './changes.ts';
import { type IncidentStep, requireText, toIncidentStep } from './incident-step.ts';
import { joinIncident } from './opening.ts';
import { addReport, sendReport } from './reports.ts';

export type { IncidentEvent, IncidentEventType, IncidentStep } from './incident-step.ts';
export {
  findIncident,
  isIncident,
  joinIncident,
  type OpeningContext,
  openIncident,
  toHappenedMs,
  toIncidentKind,
} from './opening.ts';
export { moveIncident, owesReport, sweepIncident } from './reports.ts';

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
  switch (change.type) {
    case 'confirm':
      return confirm(incident, change, by, nowMs);
    case 'grade':
      return grade(incident, change, by, nowMs);
    case 'phase':
      return enterPhase(incident, change, by, nowMs);
    case 'report':
      return addReport(incident, change.report, by, nowMs);
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

/** It may turn out otherwise until it has ended: the record has every verdict. */
function confirm(
  incident: Incident,
  { verdict, note }: Change<'confirm'>,
  by: string,
  nowMs: number,
): IncidentStep {
  if (verdict === 'false-alarm') requireText({ note }, FALSE_ALARM_RULE);
  if (verdict === incident.verdict) return { incident, events: [] };
  const detail = { from: incident.verdict, verdict, note };
  return toIncidentStep(incident, { verdict }, { type: 'confirmed', atMs: nowMs, by, detail });
}

/** Each grade has its own commander: whoever grades names one. */
function grade(incident: Incident, change: Change<'grade'>, by: string, nowMs: number): IncidentStep {
  const { grade: next, nature, commander, reason } = change;
  requireText({ commander, reason }, GRADE_RULE);
  const detail = { from: incident.grade, grade: next, nature, commander, reason };
  const fields = { grade: next, nature, commander };
  return toIncidentStep(incident, fields, { type: 'graded', atMs: nowMs, by, detail });
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
