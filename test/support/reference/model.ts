/**
 * Reference model of the alarms of one site, written from alarms.md B1, B2, B3 and B7 without the engine in view. Slow and
 * plain on purpose: state in site.ts, stopwatches instead of time stamps, one file per table of the text. This one takes
 * inputs and lets time pass. Left out: the count rule, drills, stages of tickets, text of messages.
 *
 * Each file lists its choices where the text leaves one as "reading of the text"; those about time and order:
 * - reading of the text: durations run on monotonic time (plus downtime where said); only `until` of shelf and permit is a
 *   wall time. That of a shelf is moved with the step when the drift since the last anchor exceeds clockStepMs; a permit ends
 *   on its date.
 * - reading of the text: at one moment conditions come first (by index), then flood, expiries, holds and re-alarms, causes, tickets.
 * - reading of the text: people may acknowledge, comment and reset an open occurrence only (`alarm-ended`; `not-found` before
 *   the first one and for a removed rule).
 */
import { assert, defined } from '../../../src/core/assert.ts';
import { compareSeverity } from '../../../src/core/severity.ts';
import { followCause, hasVisibleParent, holdDueIn, toDepth } from './causes.ts';
import * as condition from './condition.ts';
import { edit } from './edits.ts';
import { createFlood, floodDueIn, isInWindow, passFlood } from './flood.ts';
import {
  endService,
  expireShelf,
  shelve,
  shortenShelf,
  suppress,
  takeOutOfService,
  unshelve,
} from './handling.ts';
import {
  acknowledge,
  endHold,
  followSeverity,
  isReAlarmFree,
  keepReAlarm,
  onEdges,
  reAlarm,
  reset,
  takeOver,
} from './life.ts';
import type { AlarmSubject, ReferencePolicy, ReferenceRule, Script, ScriptInput } from './script.ts';
import { type Alarm, type AlarmView, checkRule, createAlarm, type Site, toSeverity, toView } from './site.ts';
import { endStorm, refuse, say, tell, tellDigest } from './telling.ts';

/** More turns at one moment than anything can need. */
const MAX_TURNS = 20;

export interface ReferenceModel extends AlarmSubject {
  view(alarm: number): AlarmView;
  /** Time until it does something by itself: where an adapter has to stop and sweep. Infinity = never. */
  dueInMs(): number;
  readonly wallMs: number;
}

/** @param startMs wall time of the boot: all alarms are normal and await their first sample. */
export function createReferenceModel(
  { rules, policy }: { readonly rules: readonly ReferenceRule[]; readonly policy: ReferencePolicy },
  startMs: number,
): ReferenceModel {
  for (const [index, rule] of rules.entries()) checkRule(rule, index);
  const alarms = rules.map((rule, index) => createAlarm(rule, index, policy));
  const site: Site = {
    policy,
    alarms,
    flood: createFlood(),
    wallMs: startMs,
    readInMs: policy.bootGraceMs,
    driftMs: 0,
    places: 0,
    seen: [],
  };
  return {
    apply(input) {
      site.seen = [];
      take(site, input);
      catchUp(site);
      return site.seen;
    },
    view: (index) => toViewOf(site, defined(alarms[index], 'alarm')),
    dueInMs: () => dueIn(site),
    get wallMs() {
      return site.wallMs;
    },
  };
}

/**
 * The same inputs with every wait cut where the model does something by itself, so that a subject that looks at its timers
 * only when it is stirred is stirred then. What it does at other moments shows as a difference at the next stop.
 */
export function cutWaits(script: Script, startMs: number): readonly ScriptInput[] {
  const model = createReferenceModel(script, startMs);
  return script.inputs.flatMap((input) => {
    if (input.type !== 'wait') {
      model.apply(input);
      return [input];
    }
    const cut: ScriptInput[] = [];
    for (let leftMs = input.ms; leftMs > 0; ) {
      const ms = Math.min(leftMs, model.dueInMs());
      cut.push({ type: 'wait', ms });
      model.apply({ type: 'wait', ms });
      leftMs -= ms;
    }
    return cut;
  });
}

function toViewOf(site: Site, alarm: Alarm): AlarmView {
  return toView(alarm, hasVisibleParent(site, alarm));
}

function take(site: Site, input: ScriptInput): void {
  switch (input.type) {
    case 'wait':
      return wait(site, input.ms);
    case 'restart':
      return restart(site, input.downMs);
    case 'step-wall':
      return stepWall(site, input.byMs);
    default: {
      const alarm = defined(site.alarms[input.alarm], 'alarm');
      if (input.type === 'edit' || input.type === 'edit-limits') return edit(site, alarm, input);
      if (input.type === 'suppress') return suppress(site, alarm, input);
      if (input.type === 'sample' || input.type === 'reading') return sample(site, alarm, input);
      if (alarm.isRemoved) return refuse(site, 'not-found');
      return command(site, alarm, input);
    }
  }
}

type Command = Extract<ScriptInput, { readonly by: string }>;

function command(site: Site, alarm: Alarm, input: Command): void {
  switch (input.type) {
    case 'shelve':
      return shelve(site, alarm, input);
    case 'unshelve':
      return unshelve(site, alarm);
    case 'take-out-of-service':
      return takeOutOfService(site, alarm, input);
    case 'return-to-service':
      return endService(site, alarm, 'in-service');
    default: {
      const { occurrence } = alarm;
      if (occurrence === null) return refuse(site, alarm.occurrences === 0 ? 'not-found' : 'alarm-ended');
      if (input.type === 'comment') return say(site, alarm, 'commented');
      return input.type === 'reset' ? reset(site, alarm, occurrence) : acknowledge(site, alarm, occurrence);
    }
  }
}

function sample(site: Site, alarm: Alarm, input: Extract<ScriptInput, { type: 'sample' | 'reading' }>): void {
  if (alarm.isRemoved) return;
  const { truth, severity } =
    input.type === 'sample'
      ? { truth: input.truth, severity: input.severity ?? alarm.rule.severity }
      : condition.judgeReading(alarm.rule, alarm.passed, input);
  const isGood = truth === 'true' || truth === 'false';
  if (input.type === 'reading' && isGood) alarm.lastReading = input;
  alarm.sample = { isUsable: input.type === 'sample' ? truth !== 'unknown' : isGood, ageMs: 0 };
  const gapMs = alarm.condition.isBlind ? (alarm.condition.unknownMs ?? 0) : 0;
  if (isGood && alarm.chatter !== null && alarm.chatter.quietMs !== null)
    alarm.chatter.quietMs = alarm.condition.isRead ? Math.max(0, alarm.chatter.quietMs - gapMs) : 0;
  onEdges(site, alarm, condition.takeSample(alarm.condition, alarm.rule, { truth, severity }, site.wallMs));
  if (truth !== 'true') return;
  const { occurrence } = alarm;
  if (occurrence?.isOutdated === true && occurrence.isActive) takeOver(site, alarm, occurrence);
  if (alarm.condition.isOn) followSeverity(site, alarm, alarm.condition.severity);
}

function wait(site: Site, ms: number): void {
  let leftMs = ms;
  while (leftMs > 0) {
    const stepMs = Math.min(leftMs, dueIn(site));
    pass(site, stepMs);
    catchUp(site);
    leftMs -= stepMs;
  }
}

/** Does all that is due now, and what that makes due. */
function catchUp(site: Site): void {
  for (const alarm of site.alarms) keepReAlarm(site, alarm);
  if (dueIn(site) === 0) fire(site);
  settle(site);
  for (let turns = 0; dueIn(site) === 0; turns++) {
    assert(turns < MAX_TURNS, 'what is due has been done');
    fire(site);
    settle(site);
  }
}

/** Alarms are explained, and tickets opened, after everything else of the moment. */
function settle(site: Site): void {
  const graver = bySeverity(site, ({ occurrence }) => occurrence?.place ?? null);
  const causesFirst = graver.toSorted((a, b) => toDepth(site, a) - toDepth(site, b));
  for (const alarm of causesFirst) followCause(site, alarm);
  for (const alarm of site.alarms) {
    keepReAlarm(site, alarm);
    shortenShelf(site, alarm);
    keepPlace(site, alarm);
  }
}

function keepPlace(site: Site, alarm: Alarm): void {
  if (alarm.shelf === null && alarm.outOfService === null) alarm.controlPlace = null;
  else if (alarm.controlPlace === null) {
    site.places++;
    alarm.controlPlace = site.places;
  }
}

function pass(site: Site, ms: number): void {
  for (const { condition: state } of site.alarms) condition.pass(state, ms);
  passAnyway(site, ms);
  site.readInMs = Math.max(0, site.readInMs - ms);
}

/** What goes on while the gateway is down as well. */
function passAnyway(site: Site, ms: number): void {
  site.wallMs += ms;
  passFlood(site.flood, ms);
  for (const alarm of site.alarms) {
    const { occurrence, chatter, past, sample: last } = alarm;
    for (const each of [occurrence, past?.occurrence]) if (each?.returnedMs != null) each.returnedMs += ms;
    if (last !== null) last.ageMs += ms;
    if (chatter !== null && chatter.quietMs !== null) chatter.quietMs += ms;
    alarm.raises = alarm.raises.map((ageMs) => ageMs + ms);
    if (occurrence === null) continue;
    const { hold } = occurrence;
    if (hold !== null && hold.type !== 'explained') hold.ms += ms;
    if (occurrence.reAlarmMs !== null) occurrence.reAlarmMs = Math.max(0, occurrence.reAlarmMs - ms);
  }
}

function dueIn(site: Site): number {
  const dues = site.alarms.flatMap((alarm) => toDues(site, alarm));
  if (site.readInMs > 0) dues.push(site.readInMs);
  return Math.max(0, Math.min(Infinity, floodDueIn(site.flood, site.policy.alarms.flood), ...dues));
}

function toDues(site: Site, alarm: Alarm): number[] {
  const { occurrence, chatter, shelf, outOfService } = alarm;
  const dues = alarm.isRemoved ? [] : [condition.dueIn(alarm.condition, alarm.rule)];
  if (chatter !== null && chatter.quietMs !== null && condition.isFalse(alarm.condition))
    dues.push(chatter.holdMs - chatter.quietMs);
  dues.push(holdDueIn(site, alarm));
  if (shelf !== null) dues.push(shelf.untilMs - site.wallMs);
  if (shelf !== null && !shelf.isReminded) dues.push(toReminderMs(site, shelf));
  if (outOfService !== null) dues.push(outOfService.untilMs - site.wallMs);
  if (occurrence?.reAlarmMs != null && isReAlarmFree(site, alarm)) dues.push(occurrence.reAlarmMs);
  return dues;
}

function toReminderMs(site: Site, shelf: NonNullable<Alarm['shelf']>): number {
  return shelf.untilMs - site.policy.alarms.shelfReminderMs - site.wallMs;
}

/** What is due now, condition and delay, flood, appointments by severity, hold and re-alarm. */
function fire(site: Site): void {
  for (const alarm of site.alarms) {
    if (!alarm.isRemoved) onEdges(site, alarm, condition.fire(alarm.condition, alarm.rule));
  }
  fireFlood(site);
  for (const alarm of bySeverity(site, ({ controlPlace }) => controlPlace)) fireAppointments(site, alarm);
  for (const alarm of bySeverity(site, ({ occurrence }) => occurrence?.place ?? null))
    fireTimers(site, alarm);
}

function fireTimers(site: Site, alarm: Alarm): void {
  const { chatter } = alarm;
  const isHeld = chatter !== null && chatter.quietMs !== null && condition.isFalse(alarm.condition);
  if (isHeld && chatter.quietMs !== null && chatter.quietMs >= chatter.holdMs) endHold(site, alarm);
  const { occurrence } = alarm;
  const isDue = occurrence?.reAlarmMs != null && occurrence.reAlarmMs <= 0;
  if (isDue && isReAlarmFree(site, alarm)) reAlarm(site, alarm, occurrence);
}

/** The gravest first, of equal ones the earliest. */
function bySeverity(site: Site, toPlace: (alarm: Alarm) => number | null): readonly Alarm[] {
  return site.alarms.toSorted(
    (a, b) => compareSeverity(toSeverity(b), toSeverity(a)) || (toPlace(a) ?? 0) - (toPlace(b) ?? 0),
  );
}

function fireAppointments(site: Site, alarm: Alarm): void {
  const { shelf, outOfService } = alarm;
  if (shelf !== null && shelf.untilMs <= site.wallMs) expireShelf(site, alarm);
  if (outOfService !== null && outOfService.untilMs <= site.wallMs)
    endService(site, alarm, 'service-expired');
  if (alarm.shelf === null || alarm.shelf.isReminded || toReminderMs(site, alarm.shelf) > 0) return;
  alarm.shelf.isReminded = true;
  say(site, alarm, 'shelf-reminder');
  tell(site, alarm, 'shelf-reminder');
}

function fireFlood(site: Site): void {
  const { flood } = site;
  const limits = site.policy.alarms.flood;
  flood.recent = flood.recent.filter(isInWindow(limits));
  if (!flood.isOn) return;
  if (flood.recent.length < limits.leave) {
    flood.isOn = false;
    endStorm(site);
  } else if (flood.storm !== null && flood.storm.ageMs >= limits.maxMs) endStorm(site);
  if (!flood.isOn || flood.digest.sinceMs >= limits.digestMs) tellDigest(site);
}

function restart(site: Site, downMs: number): void {
  passAnyway(site, downMs);
  site.readInMs = site.policy.bootGraceMs;
  for (const alarm of site.alarms) {
    condition.reconcile(alarm.condition, alarm.rule, downMs, site.policy.bootGraceMs);
    condition.setGrade(alarm.condition, alarm.condition.isOn ? (alarm.occurrence?.severity ?? null) : null);
    alarm.lastReading = null;
    alarm.sample = null;
    if (!alarm.condition.isOn && alarm.condition.pendingMs === null) alarm.passed.clear();
  }
}

/** B8 row 3: a detected step moves the appointments; what lies within the tolerance moves only the label. */
function stepWall(site: Site, byMs: number): void {
  site.wallMs += byMs;
  site.driftMs += byMs;
  if (Math.abs(site.driftMs) > site.policy.clockStepMs) {
    for (const { shelf } of site.alarms) if (shelf !== null) shelf.untilMs += site.driftMs;
    site.driftMs = 0;
  }
}
