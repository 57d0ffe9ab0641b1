/** A small service policy for tests that are not about policies: a short path, plain clocks, everybody may do everything. */
import type { ClockLimit, ClockPolicy, Path, Policy } from '../../src/config/policy.ts';
import { ROLE_NAMES } from '../../src/core/roles.ts';
import type { Stage } from '../../src/core/ticket.ts';
import { TRANSITION_TYPES } from '../../src/tickets/transitions.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const STAGES: readonly Stage[] = [
  'received',
  'recorded',
  'dispatched',
  'taken',
  'on-site',
  'handling',
  'done',
  'accepted',
  'visited',
  'closed',
  'archived',
];

/** @param optional stages that may be passed over */
function toPath(match: Path['match'], optional: readonly Stage[]): Path {
  return { match, stages: STAGES.map((stage) => ({ stage, isOptional: optional.includes(stage) })) };
}

/** Minutes by priority; null = it does not have the clock. */
function toLimits(
  emergency: number | null,
  urgent: number | null,
  normal: number | null,
): readonly ClockLimit[] {
  return Object.entries({ emergency, urgent, normal }).flatMap(([priority, minutes]) =>
    minutes === null
      ? []
      : [
          {
            match: { priority: [priority as 'urgent'] },
            limitMs: minutes * MINUTE_MS,
            warnRatio: 0.8,
            calendar: null,
          },
        ],
  );
}

function toClock(
  id: string,
  start: ClockPolicy['start'],
  stop: ClockPolicy['stop'],
  limits: readonly ClockLimit[],
  isEachRound = true,
): ClockPolicy {
  return { id, name: { zh: id, en: id }, start, stop, limits, pauses: [], isEachRound, isHuman: true };
}

/** Limits like those of service-workflow.md §1, short enough to follow by eye. */
export const TEST_SERVICE: Omit<Policy, 'version' | 'name' | 'explain' | 'alarms'> = {
  calendars: new Map(),
  priorityOf: { 'life-safety': 'emergency', high: 'urgent', medium: 'normal', low: 'normal' },
  priorityFrom: [],
  attendanceFrom: [{ match: {}, attendance: 'urgent' }],
  flowFrom: [{ match: {}, flow: 'public-area' }],
  paths: [toPath({ priority: ['emergency'] }, ['taken']), toPath({}, [])],
  forms: [],
  actors: Object.fromEntries(
    TRANSITION_TYPES.map((type) => [type, ROLE_NAMES]),
  ) as unknown as Policy['actors'],
  guards: [],
  ownAcceptance: [{}],
  clocks: [
    toClock('record', ['received'], ['recorded'], toLimits(1, 1, 1), false),
    toClock('dispatch', ['recorded', 'reworked', 'reopened'], ['taken', 'arrived'], toLimits(2, 2, 2)),
    toClock('arrival', ['received', 'reworked', 'reopened'], ['arrived', 'done'], toLimits(10, 30, null)),
    toClock('repair', ['recorded', 'reworked', 'reopened'], ['done'], toLimits(null, 480, 480)),
    toClock('visit', ['accepted'], ['visited', 'reworked'], toLimits(2, 2, 2)),
  ],
  routing: [{ class: null, kind: null, location: null, assignee: 'engineer' }],
  deskDispatches: [{ priority: ['emergency'] }],
  report: { match: { priority: [] }, recipients: [] },
  escalation: {
    unansweredMs: 1_000 * HOUR_MS,
    ladder: [{ role: 'supervisor', afterMs: 0 }],
    breach: 'supervisor',
  },
  quiet: { severities: [], calendar: null },
  reopenMs: 24 * HOUR_MS,
  proof: [],
  repeat: { dayMs: 24 * HOUR_MS, weekMs: 7 * 24 * HOUR_MS },
  falseAlarm: { raises: 1, withinMs: 24 * HOUR_MS },
  overrideGraceMs: 30 * MINUTE_MS,
  proposeDoneMs: null,
  dayEnd: null,
  offHours: null,
  lateEntry: { holdMs: 15 * 60_000, withinMs: 60 * 60_000, oldestMs: 30 * 86_400_000 },
  duplicateMs: 30 * MINUTE_MS,
  perPerson: { urges: 6, uploads: 30, withinMs: HOUR_MS },
  incidents: {
    from: [],
    joinMs: 30 * MINUTE_MS,
    reportMs: 2 * HOUR_MS,
    reportWarnRatio: 0.8,
    majorGrades: [],
  },
  feedback: {
    handling: { limitMs: 24 * HOUR_MS, workingDays: null, calendar: null, warnRatio: 0.8 },
    result: { limitMs: null, workingDays: 7, calendar: null, warnRatio: 0.8 },
    analysis: { limitMs: 30 * 24 * HOUR_MS, workingDays: null, calendar: null, warnRatio: 0.8 },
    breach: 'supervisor',
  },
  certificates: [],
  retention: { ticketDays: null, fileDays: null, personalDays: 1_095 },
  staff: {
    approvers: ['supervisor', 'manager', 'leader'],
    waitApprovers: ['foreman', 'supervisor', 'manager', 'leader'],
    undoBreaches: ['supervisor', 'manager', 'leader'],
    contractorDesk: ['desk', 'duty'],
    workers: ['engineer', 'duty'],
  },
  targets: {},
};
