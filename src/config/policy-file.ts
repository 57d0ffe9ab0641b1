/** Reads the service policy (服务标准): durations become milliseconds, what is left out becomes null. */
import type { Static } from 'typebox';
import { SEVERITY_NAMES } from '../core/severity.ts';
import { CLOCK_IDS, type ClockId, PRIORITY_NAMES, type Priority } from '../core/ticket.ts';
import { toDigest } from './digest.ts';
import type { AlarmTimes, ClockLimit, Policy } from './policy.ts';
import type { Problems } from './problems.ts';
import { PolicySchema } from './schema.ts';
import { type Located, readSource } from './source.ts';
import { checkVersion, validate } from './validate.ts';
import { toMs } from './words.ts';

export interface PolicyFile {
  readonly located: Located;
  /** null when the file had problems; they are reported. */
  readonly policy: Policy | null;
}

/** @returns null when the file cannot be read as YAML; that is reported. */
export function readPolicy(path: string, problems: Problems): PolicyFile | null {
  const located = readSource(path, problems);
  if (located === null) return null;
  return { located, policy: parsePolicy(located, problems) };
}

function parsePolicy(located: Located, problems: Problems): Policy | null {
  if (!checkVersion(located, problems)) return null;
  const file = validate(PolicySchema, located, { problems, env: null });
  if (file === null) return null;
  const toLimit = (clock: ClockId, priority: Priority): ClockLimit | null => {
    const entry = file.clocks[clock][priority];
    return entry === null ? null : { limitMs: toMs(entry.limit), warnRatio: entry.warnRatio };
  };
  const content: Omit<Policy, 'version'> = {
    name: file.name,
    priorityOf: file.priorityOf,
    clocks: toRecord(CLOCK_IDS, (clock) => toRecord(PRIORITY_NAMES, (priority) => toLimit(clock, priority))),
    routing: file.routing.map((route) => ({
      class: route.class ?? null,
      kind: route.kind ?? null,
      assignee: route.assignee,
    })),
    deskDispatches: file.deskDispatches,
    reopenMs: toMs(file.reopen),
    alarms: toAlarmTimes(file.alarms),
    explain: { waitMs: toMs(file.explain.wait), settleMs: toMs(file.explain.settle) },
  };
  return { version: toDigest(content), ...content };
}

function toAlarmTimes(file: Static<typeof PolicySchema>['alarms']): AlarmTimes {
  const { shelveMax, reAlarm, flood, chatter } = file;
  const orNone = (span: string | null): number | null => (span === null ? null : toMs(span));
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

function toRecord<K extends string, V>(keys: readonly K[], valueOf: (key: K) => V): Record<K, V> {
  return Object.fromEntries(keys.map((key) => [key, valueOf(key)])) as Record<K, V>;
}
