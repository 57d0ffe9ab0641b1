/**
 * 突发事件: one emergency with all its tickets and alarms (service-workflow.md §3). What happens to one is in incidents/.
 * Times UTC milliseconds.
 */
import type { EquipmentId, IncidentId, LocationId, SiteId, TicketId } from './ids.ts';
import type { System } from './kinds.ts';
import type { Text } from './text.ts';
import type { Escalation } from './ticket-escalation.ts';

export const NATURES = {
  'natural-disaster': { zh: '自然灾害', en: 'Natural disaster' },
  'safety-accident': { zh: '安全事故', en: 'Safety accident' },
  'public-health': { zh: '公共卫生', en: 'Public health' },
  'facility-failure': { zh: '设施故障', en: 'Facility failure' },
} as const satisfies Record<string, Text>;
export type Nature = keyof typeof NATURES;
export const NATURE_NAMES = Object.keys(NATURES) as readonly Nature[];

/** Rank 4 = gravest. Each has its own commander. */
export const GRADES = {
  'extra-major': { rank: 4, text: { zh: '特别重大', en: 'Extraordinary' } },
  major: { rank: 3, text: { zh: '重大', en: 'Major' } },
  considerable: { rank: 2, text: { zh: '较大', en: 'Considerable' } },
  ordinary: { rank: 1, text: { zh: '一般', en: 'Ordinary' } },
} as const satisfies Record<string, { rank: number; text: Text }>;
export type Grade = keyof typeof GRADES;
export const GRADE_NAMES = Object.keys(GRADES) as readonly Grade[];

export const PHASES = {
  'first-handling': { zh: '先期处置', en: 'First handling' },
  report: { zh: '信息报告', en: 'Information report' },
  response: { zh: '分级响应', en: 'Graded response' },
  coordination: { zh: '指挥协调', en: 'Coordination' },
  aftermath: { zh: '后期处置', en: 'Aftermath' },
} as const satisfies Record<string, Text>;
export type Phase = keyof typeof PHASES;
export const PHASE_NAMES = Object.keys(PHASES) as readonly Phase[];

export interface Incident {
  readonly id: IncidentId;
  /** As printed: `SJ20261121-01`. */
  readonly number: string;
  readonly version: number;
  /** Of the policy that it was opened under; left out = by a version that did not write it down: the one in force holds. */
  readonly policyVersion?: string;
  readonly site: SiteId;
  readonly kind: 'fire' | 'entrapment' | 'other';
  readonly nature: Nature;
  readonly grade: Grade;
  /** What it has turned out to be; `open` until somebody confirms it. */
  readonly verdict: 'open' | 'confirmed' | 'false-alarm' | 'test';
  readonly phase: Phase;
  readonly commander: string | null;
  readonly isDrill: boolean;
  readonly beganAtMs: number;
  /** When the last ticket joined it. */
  readonly lastAtMs: number;
  /** How far the wall clock has been set since it began, ms; left out = not. Its beginning stays as it was shown then. */
  readonly clockStepMs?: number;
  readonly endedAtMs: number | null;
  readonly location: LocationId | null;
  /** What it began with; left out where no equipment was named. People in another lift are another incident. */
  readonly equipment?: EquipmentId;
  readonly place: Text;
  readonly tickets: readonly TicketId[];
  /** Report to the property or owners' committee: due, and what proves that it was sent. */
  readonly reportDueAtMs: number;
  /** When its warning and its breach were told; null = not yet. */
  readonly reportWarnedAtMs: number | null;
  readonly reportBreachedAtMs: number | null;
  /** When somebody wrote a report after the warning; left out = nobody has. */
  readonly reportAnsweredAtMs?: number;
  /** Whose the report was when it was last warned of, climbed or was breached: user name, or a role of which nobody is there. */
  readonly reportResponsible?: string;
  /** Where its unanswered warning stands on the ladder of the policy; left out = with whoever is responsible. */
  readonly reportEscalation?: Escalation;
  readonly reports: readonly IncidentReport[];
  /**
   * Whether it has to have a final report: from when it is confirmed and major on, also when its grade is lowered later, until the
   * verdict is withdrawn with an approver. Left out = it has not been confirmed by a version that writes it down.
   */
  readonly owesFinal?: boolean;
  /** What was decided about it, and what of its report was told, in order; left out = nothing. Only ever grows. */
  readonly record?: readonly IncidentLine[];
  /** The plan that was shown; id of the plan. */
  readonly plan: string | null;
}

/** What the record of an incident keeps; tickets and reports are kept with the incident themselves. */
export const INCIDENT_LINE_TYPES = [
  'confirmed',
  'graded',
  'phase',
  'ended',
  'report-warned',
  'report-escalated',
  'report-breached',
] as const;

/** One line of the record of an incident. */
export interface IncidentLine {
  readonly type: (typeof INCIDENT_LINE_TYPES)[number];
  readonly atMs: number;
  /** User name, or `gateway`. */
  readonly by: string;
  /** Of a grade or verdict: from, to, reason and approver; of the report: when it was due, whose it was, which rung. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** 信息报告. Never edited: a later one supersedes it and both stay. Late entry is visible by the two times. */
export interface IncidentReport {
  readonly kind: 'first' | 'follow-up' | 'final';
  readonly by: string;
  /** When it was written down. */
  readonly atMs: number;
  /** When it was sent, to whom, how; null = not sent yet. */
  readonly sent: {
    readonly atMs: number;
    readonly to: string;
    readonly how: string;
    readonly evidence: string;
  } | null;
  readonly type: string;
  readonly time: string;
  readonly place: string;
  readonly nature: Nature;
  readonly scope: string;
  readonly casualties: string;
  readonly propertyLoss: string;
  /** Of the final report; empty before. */
  readonly cause: {
    readonly people: string;
    readonly equipment: string;
    readonly management: string;
    readonly environment: string;
  };
  readonly process: string;
  readonly prevention: string;
}

/** Whether a report of that kind has gone out. */
export function hasSent({ reports }: Pick<Incident, 'reports'>, kind: IncidentReport['kind']): boolean {
  return reports.some((report) => report.kind === kind && report.sent !== null);
}

/** Whether the countdown of its first report runs: it was not found to be none, and nothing has been sent. */
export function isReportDue({
  verdict,
  isDrill,
  reports,
}: Pick<Incident, 'verdict' | 'isDrill' | 'reports'>): boolean {
  const isOwed = (verdict === 'open' || verdict === 'confirmed') && !isDrill;
  return isOwed && reports.every(({ sent }) => sent === null);
}

/**
 * Whether it has ended and nothing is owed: then it is out of the running gateway's sight. One that was real stays until its
 * final report has gone out, whatever its grade: tickets may be kept from the archive by it.
 */
export function isIncidentOver(incident: Incident): boolean {
  const isReal = incident.verdict === 'confirmed' && !incident.isDrill;
  return incident.endedAtMs !== null && !(isReal && !hasSent(incident, 'final'));
}

/** 应急预案: data of the site (`plans:`), shown when its kind of event begins. */
export interface Plan {
  readonly id: string;
  readonly name: Text;
  readonly kind: Incident['kind'];
  readonly nature: Nature;
  /** Equipment that it is about; empty = all of its kind of event. */
  readonly systems: readonly System[];
  /** In their order. */
  readonly steps: readonly { readonly text: Text; readonly role: string }[];
  /** Ids of contacts of the register, or kinds of contacts (core/duty.ts). */
  readonly contacts: readonly string[];
  /** Local date `YYYY-MM-DD` of the last review. */
  readonly reviewedOn: string;
  /** Local date `YYYY-MM-DD` of the next review: every three years, and at once after a major incident. */
  readonly reviewBy: string;
}
