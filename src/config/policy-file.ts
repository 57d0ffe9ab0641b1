/**
 * Reads the service policy (服务标准), version 2: durations become milliseconds, what is left out becomes null. What is
 * wrong with it is said by policy-schema.ts and policy-check.ts; what its parts mean is tickets/.
 */
import type { TSchema } from 'typebox';
import { type CalendarId, toId } from '../core/ids.ts';
import { SEVERITY_NAMES } from '../core/severity.ts';
import { readCalendars } from './calendars.ts';
import type { AlarmTimes, ClockPolicy, FeedbackLimit, Policy } from './policy.ts';
import { checkPolicyParts, type SoundParts, toReport } from './policy-check.ts';
import { checkClocks } from './policy-check-clocks.ts';
import { checkDanger } from './policy-check-danger.ts';
import { checkFeedback } from './policy-check-feedback.ts';
import { checkRows } from './policy-check-rows.ts';
import { checkSafety } from './policy-check-safety.ts';
import { toPolicyVersion } from './policy-doc.ts';
import { POLICY_PARTS, type PolicyContent, PolicySchema } from './policy-schema.ts';
import { createProblems, type Problems, toFound } from './problems.ts';
import { toRaw } from './register.ts';
import { type Located, readSource, readSourceText, type Source } from './source.ts';
import { validate } from './validate.ts';
import { toMs } from './words.ts';

export interface PolicyFile {
  readonly located: Located;
  /** null when the file had problems; they are reported. */
  readonly policy: Policy | null;
  /** Tables of holidays that its calendars have read. */
  readonly tables: readonly Source[];
}

/** What the policy was read from: kept beside it, which is plain data. */
export interface PolicyOrigin {
  readonly text: string;
  /** As shown to people. */
  readonly file: string;
  /** Where tables of holidays are looked for first. */
  readonly absolute: string;
  readonly timeZone: string;
}

const origins = new WeakMap<Policy, PolicyOrigin>();

/** Of calendars that name no zone, where the caller knows none. */
const HOME_ZONE = 'Asia/Shanghai';

/**
 * @param timeZone of calendars that name none
 * @returns null when the file cannot be read as YAML; that is reported.
 */
export function readPolicy(path: string, problems: Problems, timeZone = HOME_ZONE): PolicyFile | null {
  const located = readSource(path, problems);
  return located === null ? null : readLocated(located, problems, timeZone);
}

/** A policy that a person has written, as if it stood in the file that `origin` names. Same problems as a file. */
export function readPolicyText(
  text: string,
  { absolute, timeZone }: Pick<PolicyOrigin, 'absolute' | 'timeZone'>,
  problems: Problems,
): PolicyFile | null {
  const located = readSourceText('policy', text, problems);
  if (located === null) return null;
  return readLocated({ ...located, source: { ...located.source, absolute } }, problems, timeZone);
}

/** null = the policy was not read from a text in this process. */
export function toPolicyOrigin(policy: Policy): PolicyOrigin | null {
  return origins.get(policy) ?? null;
}

function readLocated(located: Located, problems: Problems, timeZone: string): PolicyFile {
  const tables: Source[] = [];
  const policy = checkVersion(located, problems) ? parse(located, problems, timeZone, tables) : null;
  if (policy !== null) {
    const { file, absolute, text } = located.source;
    origins.set(policy, { file, absolute, text, timeZone });
  }
  return { located, policy, tables };
}

/** A file of another version would drown in follow-up messages. */
function checkVersion({ source, path, value }: Located, problems: Problems): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.add(source, path, 'a mapping', value === null ? 'an empty file' : toFound(value, path));
    return false;
  }
  const version = toRaw(value, 'version');
  if (version === 2) return true;
  const found = toFound(version, ['version']);
  const expected =
    version === 1
      ? '2; version 1 had limits by priority only: begin with a copy of config/policy.yaml and enter your figures there'
      : '2, the only version known';
  problems.add(source, [...path, 'version'], expected, found);
  return false;
}

function parse(located: Located, problems: Problems, timeZone: string, tables: Source[]): Policy | null {
  const before = problems.count;
  const file = validate(PolicySchema, located, { problems, env: null });
  const parts = file ?? toSoundParts(located);
  const items = (parts.calendars ?? []).map((value, index) => ({
    ...located,
    path: ['calendars', index],
    value,
  }));
  const calendars = readCalendars(items, timeZone, { problems, env: null });
  tables.push(...calendars.sources);
  const known = calendars.register.ids.map(
    (id) => [id, calendars.items.get(toId<CalendarId>(id)) ?? null] as const,
  );
  const report = toReport(located, problems);
  checkPolicyParts(parts, report);
  checkRows(parts, report);
  checkSafety(parts, report);
  checkDanger(parts, report);
  checkClocks(parts, new Map(known), report);
  checkFeedback(parts, new Map(known), report);
  if (file === null || problems.count > before) return null;
  const content = toContent(file, calendars.items);
  return { version: toPolicyVersion(content), ...content };
}

/** Of a file with mistakes: the parts that have none, so that theirs come up in the same run. */
function toSoundParts(located: Located): SoundParts {
  const sound = Object.entries<TSchema>(POLICY_PARTS).flatMap(([key, schema]) => {
    const value = toRaw(located.value, key);
    const part = validate(
      schema,
      { ...located, path: [key], value },
      { problems: createProblems(), env: null },
    );
    return part === null ? [] : [[key, part]];
  });
  return Object.fromEntries(sound) as SoundParts;
}

function toContent(file: PolicyContent, calendars: Policy['calendars']): Omit<Policy, 'version'> {
  const { quiet, repeat, falseAlarm, incidents, escalation, dayEnd } = file;
  return {
    name: file.name,
    calendars,
    priorityOf: file.priorityOf,
    priorityFrom: file.priorityFrom.map((row) => row as Policy['priorityFrom'][number]),
    attendanceFrom: file.attendanceFrom,
    flowFrom: file.flowFrom,
    paths: file.paths.map(({ match, stages, optional }) => ({
      match,
      stages: stages.map((stage) => ({ stage, isOptional: optional.includes(stage) })),
    })),
    forms: file.forms,
    actors: file.actors,
    ...(file.alsoMay !== undefined && { alsoMay: file.alsoMay }),
    guards: file.guards,
    ownAcceptance: file.ownAcceptance,
    clocks: file.clocks.map(toClock),
    routing: file.routing.map((route) => ({
      class: route.class ?? null,
      kind: route.kind ?? null,
      location: route.location ?? null,
      assignee: route.assignee,
    })),
    deskDispatches: file.deskDispatches,
    report: {
      match: file.report.match,
      recipients: file.report.recipients.map(({ role, when }) => ({
        role,
        when: typeof when === 'object' ? { unansweredMs: toMs(when.unanswered) } : when,
      })),
    },
    escalation: {
      unansweredMs: toMs(escalation.unanswered),
      ladder: escalation.ladder.map(({ role, after }) => ({ role, afterMs: toSpanMs(after) })),
      breach: escalation.breach,
    },
    quiet: { severities: quiet.severities, calendar: quiet.calendar === null ? null : toId(quiet.calendar) },
    reopenMs: toMs(file.reopen),
    proof: file.proof.map((row) => ({ match: row.match, ms: toSpanMs(row.for) })),
    repeat: { dayMs: toMs(repeat.day), weekMs: toMs(repeat.week) },
    falseAlarm: { raises: falseAlarm.raises, withinMs: toMs(falseAlarm.within) },
    overrideGraceMs: toMs(file.overrideGrace),
    proposeDoneMs: orNone(file.proposeDone),
    duplicateMs: toMs(file.duplicate),
    perPerson: toPerPerson(file.perPerson),
    dayEnd: dayEnd && {
      match: dayEnd.match,
      calendar: toId(dayEnd.calendar),
      limitMs: toMs(dayEnd.limit),
      to: dayEnd.to,
    },
    offHours: file.offHours && { match: file.offHours.match, calendar: toId(file.offHours.calendar) },
    lateEntry: {
      holdMs: toMs(file.lateEntry.hold),
      withinMs: toMs(file.lateEntry.within),
      oldestMs: toMs(file.lateEntry.oldest),
    },
    incidents: toIncidents(incidents),
    // Left out where the file says nothing of it: the version of a policy of before stays as it was.
    ...(file.drills !== undefined && { drills: { longestMs: toMs(file.drills.longest) } }),
    feedback: toFeedback(file.feedback),
    staff: file.staff,
    certificates: file.certificates.map(({ kind, ...row }) => ({ ...row, kind: kind ?? null })),
    retention: toRetention(file.retention),
    targets: file.targets,
    explain: { waitMs: toMs(file.explain.wait), settleMs: toMs(file.explain.settle) },
    alarms: toAlarmTimes(file.alarms),
  };
}

function toRetention({
  personalDays,
  ticketDays,
  fileDays,
  recordDays,
}: PolicyContent['retention']): Policy['retention'] {
  const ofTickets = { personalDays, ticketDays: ticketDays ?? null, fileDays: fileDays ?? null };
  // Left out where there are none: the version of a policy that says nothing of them stays as it was.
  return recordDays === undefined ? ofTickets : { ...ofTickets, recordDays };
}

function toPerPerson({ within, ...most }: PolicyContent['perPerson']): Policy['perPerson'] {
  return { ...most, withinMs: toMs(within) };
}

function toFeedback({ breach, ...limits }: PolicyContent['feedback']): Policy['feedback'] {
  const toLimit = (row: PolicyContent['feedback']['handling']): FeedbackLimit => ({
    limitMs: row.limit === undefined ? null : toMs(row.limit),
    workingDays: row.workingDays ?? null,
    calendar: row.calendar === null ? null : toId(row.calendar),
    warnRatio: row.warnRatio,
  });
  const { handling, result, analysis } = limits;
  return { handling: toLimit(handling), result: toLimit(result), analysis: toLimit(analysis), breach };
}

function toIncidents({ join, report, ...rest }: PolicyContent['incidents']): Policy['incidents'] {
  return { ...rest, joinMs: toMs(join), reportMs: toMs(report) };
}

function toClock({ limits, ...clock }: PolicyContent['clocks'][number]): ClockPolicy {
  return {
    ...clock,
    limits: limits.map(({ match, limit, warnRatio, calendar, lead }) => ({
      match,
      limitMs: toSpanMs(limit),
      warnRatio,
      calendar: calendar === null ? null : toId(calendar),
      ...(lead !== undefined && { leadMs: toMs(lead) }),
    })),
  };
}

function toAlarmTimes(file: PolicyContent['alarms']): AlarmTimes {
  const { shelveMax, reAlarm, flood, chatter } = file;
  return {
    // Life safety is never hidden (alarms.md B7): no file can say otherwise.
    shelveMaxMs: {
      'life-safety': 0,
      high: orNone(shelveMax.high) ?? 0,
      medium: orNone(shelveMax.medium) ?? 0,
      low: orNone(shelveMax.low) ?? 0,
    },
    shelfReminderMs: toMs(file.shelfReminder),
    reAlarmMs: toRecord(SEVERITY_NAMES, (severity) => orNone(reAlarm[severity])),
    reAlarmEscalateAt: file.reAlarmEscalateAt,
    flood: {
      enter: flood.enter,
      leave: flood.leave,
      windowMs: toMs(flood.window),
      digestMs: toMs(flood.digest),
      maxMs: toMs(flood.max),
    },
    chatter: {
      raises: chatter.raises,
      withinMs: toMs(chatter.within),
      factor: chatter.factor,
      capMs: toMs(chatter.cap),
    },
    firstOutMs: toMs(file.firstOut),
    longOutOfServiceMs: toMs(file.longOutOfService),
  };
}

function orNone(span: string | null): number | null {
  return span === null ? null : toMs(span);
}

function toSpanMs(span: string | 0): number {
  return span === 0 ? 0 : toMs(span);
}

function toRecord<K extends string, V>(keys: readonly K[], valueOf: (key: K) => V): Record<K, V> {
  return Object.fromEntries(keys.map((key) => [key, valueOf(key)])) as Record<K, V>;
}
