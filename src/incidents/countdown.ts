/**
 * The countdown of an incident's first report (service-workflow.md §3: two hours), a clock as those of tickets are: told by the
 * same rules (tickets/clocks.ts), climbing the same ladder (tickets/escalation.ts). Pure.
 *
 *   began ──▶ warned: whose report it is ──unanswered──▶ rung 1, 2, … of the ladder
 *                └─ answered by whoever writes a report     └──▶ breached: recorded with whose it was, told above
 *
 * It goes on after the incident has ended, and stops when a report has been sent or the incident was none.
 */
import type { Policy } from '../config/policy.ts';
import { toReportRoles } from '../config/report-roles.ts';
import { GATEWAY } from '../core/gateway.ts';
import { type Incident, isIncidentOver, isReportDue } from '../core/incident.ts';
import { STAND_INS } from '../core/stand-ins.ts';
import type { TicketClock } from '../core/ticket-clock.ts';
import type { Escalation } from '../core/ticket-escalation.ts';
import { sweepClocks } from '../tickets/clocks.ts';
import { climb, NO_ESCALATION, toWarningDueMs } from '../tickets/escalation.ts';
import { type IncidentStep, toIncidentStep } from './incident-step.ts';

/** Who of a role is on duty at that moment; null = nobody is, or nobody is known. */
export type OnDuty = (role: string, atMs: number) => string | null;

const NOBODY: OnDuty = () => null;
const CLOCK = 'incident-report';
const NAME = { zh: '信息报告', en: 'Incident report' };

/**
 * What is due of it: the warning, the next rung, the breach. null = nothing is. Of what was not looked at in time the breach alone is
 * told, recorded with who was on duty when the time was over.
 * @param policy that the incident was opened under
 */
export function sweepIncident(
  incident: Incident,
  policy: Policy,
  nowMs: number,
  onDuty: OnDuty = NOBODY,
): IncidentStep | null {
  if (!isReportDue(incident)) return null;
  const told = sweepLimit(incident, policy, nowMs, onDuty);
  const climbed = sweepLadder(told?.incident ?? incident, policy, nowMs, onDuty);
  if (told === null || climbed === null) return climbed ?? told;
  return { incident: climbed.incident, events: [...told.events, ...climbed.events] };
}

function sweepLimit(incident: Incident, policy: Policy, nowMs: number, onDuty: OnDuty): IncidentStep | null {
  const { clocks, warned, breached } = sweepClocks([toClock(incident, policy)], nowMs);
  const [clock] = clocks;
  if (clock === undefined || warned.length + breached.length === 0) return null;
  const dueAtMs = incident.reportDueAtMs;
  const isLate = breached.length > 0;
  const responsible = toReporter(incident, policy, isLate ? Math.min(nowMs, dueAtMs) : nowMs, onDuty);
  const change = {
    reportWarnedAtMs: clock.warnedAtMs,
    reportBreachedAtMs: isLate ? (clock.breachedAtMs ?? dueAtMs) : null,
    reportResponsible: responsible,
  };
  const detail = { dueAtMs, responsible, ...(isLate && { to: policy.escalation.breach }) };
  const type = isLate ? 'report-breached' : 'report-warned';
  return toIncidentStep(incident, change, { type, atMs: nowMs, by: GATEWAY, detail });
}

/** Nobody has written a report since the warning: the next one above is told, one rung after the other. */
function sweepLadder(incident: Incident, policy: Policy, nowMs: number, onDuty: OnDuty): IncidentStep | null {
  const { ladder } = policy.escalation;
  const escalation = toEscalation(incident);
  if (ladder.length === 0 || toLadderDueMs(incident, policy) > nowMs) return null;
  const next = climb({ escalation }, CLOCK, policy, nowMs);
  const responsible = toReporter(incident, policy, nowMs, onDuty);
  const { reportDueAtMs: dueAtMs } = incident;
  const detail = { level: next.level, role: ladder[next.level - 1]?.role ?? null, dueAtMs, responsible };
  const change = { reportEscalation: next, reportResponsible: responsible };
  return toIncidentStep(incident, change, { type: 'report-escalated', atMs: nowMs, by: GATEWAY, detail });
}

function toLadderDueMs(incident: Incident, policy: Policy): number {
  const escalation = toEscalation(incident);
  return escalation.nextAtMs ?? toWarningDueMs({ clocks: [toClock(incident, policy)], escalation }, policy);
}

function toEscalation({ reportEscalation = NO_ESCALATION }: Incident): Escalation {
  return reportEscalation;
}

/**
 * Whose the report is: the commander's, else that of whoever is on duty in the first role of the policy of which somebody is, else of
 * the stand-ins'; the first role itself where nobody is known.
 */
export function toReporter(incident: Incident, policy: Policy, atMs: number, onDuty: OnDuty): string {
  if (incident.commander !== null) return incident.commander;
  const roles = toReportRoles(policy);
  for (const role of [...roles, ...STAND_INS]) {
    const person = onDuty(role, atMs);
    if (person !== null) return person;
  }
  return roles[0] ?? STAND_INS[0];
}

/** Whoever writes a report answers the warning: nobody further up is told of it. That it is sent in time is still waited for. */
export function answerReport({ incident, events }: IncidentStep, nowMs: number): IncidentStep {
  if (incident.reportWarnedAtMs === null || incident.reportAnsweredAtMs !== undefined)
    return { incident, events };
  const { reportEscalation } = incident;
  const answered: Incident = {
    ...incident,
    reportAnsweredAtMs: nowMs,
    ...(reportEscalation && { reportEscalation: { ...reportEscalation, nextAtMs: null, isAnswered: true } }),
  };
  return { incident: answered, events: events.map((event) => ({ ...event, incident: answered })) };
}

/** After a step of the wall clock: a running countdown, and the way up from it, keep their time left. Tells nothing. */
export function moveIncident(incident: Incident, clockStepMs: number): Incident {
  if (clockStepMs === 0 || isIncidentOver(incident)) return incident;
  const { reportDueAtMs, reportWarnedAtMs, reportBreachedAtMs, reportAnsweredAtMs, reportEscalation } =
    incident;
  const isOpen = isReportDue(incident);
  const isUnanswered = isOpen && reportWarnedAtMs !== null && reportAnsweredAtMs === undefined;
  return {
    ...incident,
    ...(isOpen && reportBreachedAtMs === null && { reportDueAtMs: reportDueAtMs + clockStepMs }),
    ...(isUnanswered && { reportWarnedAtMs: reportWarnedAtMs + clockStepMs }),
    ...(isOpen && reportEscalation && { reportEscalation: moveEscalation(reportEscalation, clockStepMs) }),
    // What joins it goes by the time since, and a report may be sent from then on, whatever the wall shows.
    lastAtMs: incident.lastAtMs + clockStepMs,
    clockStepMs: (incident.clockStepMs ?? 0) + clockStepMs,
    version: incident.version + 1,
  };
}

function moveEscalation(escalation: Escalation, stepMs: number): Escalation {
  const { sinceMs, nextAtMs } = escalation;
  return { ...escalation, sinceMs: sinceMs + stepMs, nextAtMs: nextAtMs === null ? null : nextAtMs + stepMs };
}

/** As the clocks of tickets are kept, for what sweeps those. */
function toClock(incident: Incident, { incidents }: Policy): TicketClock {
  const { reportDueAtMs: dueAtMs, reportBreachedAtMs } = incident;
  const limitMs = incidents.reportMs;
  return {
    id: CLOCK,
    name: NAME,
    round: 1,
    startedAtMs: dueAtMs - limitMs,
    limitMs,
    warnAtMs: dueAtMs - limitMs * (1 - incidents.reportWarnRatio),
    dueAtMs,
    spentMs: 0,
    isPaused: false,
    stoppedAtMs: null,
    warnedAtMs: incident.reportWarnedAtMs,
    answeredAtMs: incident.reportAnsweredAtMs ?? null,
    breachedAtMs: reportBreachedAtMs,
    isBreachTold: reportBreachedAtMs !== null,
    responsible: incident.reportResponsible ?? null,
  };
}
