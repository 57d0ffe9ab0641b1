/** Events of alarms for the tests of the figures: made by hand, or random ones of a few alarms that live as alarms do. */

import {
  type FigureEvent,
  toControlFigure,
  toFigureDetail,
  toOccurrenceFigure,
} from '../../src/alarms/figures/event.ts';
import {
  type AlarmControlEvent,
  type AlarmEvent,
  type AlarmEventType,
  type Occurrence,
  toIsaState,
} from '../../src/core/alarm.ts';
import { toId } from '../../src/core/ids.ts';
import { SEVERITY_NAMES } from '../../src/core/severity.ts';
import type { AlarmLogRow } from '../../src/store/store.ts';
import * as rows from '../store/support/rows.ts';
import { randomInteger } from '../support/seed.ts';

export type LoggedEvent = AlarmEvent | AlarmControlEvent;

export function isOfOccurrence(event: LoggedEvent): event is AlarmEvent {
  return 'occurrence' in event;
}

export function toFigureEvent(event: LoggedEvent): FigureEvent {
  return isOfOccurrence(event) ? toOccurrenceFigure(event) : toControlFigure(event);
}

/** As the engine writes it. */
export function toLogRow(event: LoggedEvent, id: number): AlarmLogRow {
  const { type, atMs, by = 'gateway', note = '' } = event;
  const common = { id, hash: `hash-${id}`, type, atMs, by, note };
  if (!isOfOccurrence(event)) return { ...common, occurrence: null, key: event.control.key, detail: {} };
  const { occurrence } = event;
  const { severity, blindSinceMs } = occurrence;
  const detail = { severity, blindSinceMs, ...toFigureDetail(occurrence) };
  return { ...common, occurrence: occurrence.id, key: occurrence.key, detail };
}

export function keyOf(equipment: string, rule = 'high'): string {
  return `site/${equipment}/${rule}`;
}

/** One alarm whose events are told one by one. */
export class ScriptedAlarm {
  readonly events: LoggedEvent[] = [];
  #occurrence: Occurrence | null = null;
  #marks: Pick<Occurrence, 'shelf' | 'outOfService'> = { shelf: null, outOfService: null };
  #next = 1;
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  get occurrence(): Occurrence | null {
    return this.#occurrence;
  }

  get marks(): Pick<Occurrence, 'shelf' | 'outOfService'> {
    return this.#marks;
  }

  raise(atMs: number, changes: Partial<Occurrence> = {}): void {
    const [, equipment = '', rule = ''] = this.#key.split('/');
    const base = rows.makeOccurrence(`${equipment}-${rule}-${this.#next++}`, {
      key: toId(this.#key),
      equipment: toId(equipment),
      rule: toId(rule),
      raisedAtMs: atMs,
      ...this.#marks,
    });
    this.#occurrence = { ...base, ...changes };
    this.#tell('raised', atMs);
  }

  /** Any event, with what it changes. */
  tell(type: AlarmEventType, atMs: number, changes: Partial<Occurrence> = {}, by?: string): void {
    if (this.#occurrence === null) throw new Error(`${type} without an occurrence`);
    this.#occurrence = { ...this.#occurrence, ...changes };
    this.#tell(type, atMs, by);
  }

  return(atMs: number): void {
    this.tell('returned', atMs, { isActive: false, returnedAtMs: atMs });
    if (this.#occurrence?.acknowledged !== null) this.end(atMs);
  }

  acknowledge(atMs: number, by: string | null = 'wang'): void {
    const acknowledged = { by: by ?? 'gateway', atMs, note: '' };
    this.tell('acknowledged', atMs, { acknowledged }, by ?? undefined);
    if (this.#occurrence?.isActive === false) this.end(atMs);
  }

  end(atMs: number): void {
    this.tell('ended', atMs, { endedAtMs: atMs, endReason: 'returned' });
    this.#occurrence = null;
  }

  /** A decision about the alarm, whether or not it has an occurrence. */
  decide(
    type: AlarmControlEvent['type'],
    atMs: number,
    marks: Partial<Pick<Occurrence, 'shelf' | 'outOfService'>>,
    changes: Partial<Occurrence> = {},
  ): void {
    this.#marks = { ...this.#marks, ...marks };
    if (this.#occurrence !== null) return this.tell(type, atMs, { ...marks, ...changes }, 'wang');
    this.events.push({ type, atMs, control: rows.makeControl(this.#key, this.#marks), by: 'wang' });
  }

  #tell(type: AlarmEventType, atMs: number, by?: string): void {
    const occurrence = this.#occurrence as Occurrence;
    this.events.push({ type, atMs, occurrence, ...(by !== undefined && { by }) });
  }
}

const SHELF: Occurrence['shelf'] = rows.SHELF;
const OUT: Occurrence['outOfService'] = { ...rows.SHELF, permit: 'GZP-7', approver: 'li' };
const SUPPRESSION: Occurrence['suppression'] = {
  reason: 'schedule',
  text: { zh: '非工作时间', en: 'Outside working hours' },
  sinceMs: 0,
};

type Random = () => number;

/** Minutes, hours and days of quiet, and sometimes seconds. */
function pause(random: Random): number {
  const kind = random();
  if (kind < 0.55) return randomInteger(random, 0, 15_000);
  if (kind < 0.8) return randomInteger(random, 0, 300_000);
  return randomInteger(random, 0, kind < 0.97 ? 4_000_000 : 90_000_000);
}

/** What an alarm may do next; each tells its events. */
function actions(alarm: ScriptedAlarm, atMs: number, random: Random): readonly (() => void)[] {
  const { occurrence, marks } = alarm;
  const controls = toControls(alarm, atMs);
  if (occurrence === null) {
    const raise = (): void => {
      const isHidden = random() < 0.15;
      alarm.raise(atMs, {
        severity: SEVERITY_NAMES[randomInteger(random, 0, 3)] ?? 'low',
        suppression: isHidden ? SUPPRESSION : null,
        isDrill: random() < 0.1,
        ...marks,
      });
    };
    return [raise, raise, raise, raise, ...controls];
  }
  return [...toLife(alarm, occurrence, atMs, random), ...controls];
}

function toControls(alarm: ScriptedAlarm, atMs: number): readonly (() => void)[] {
  const { marks, occurrence } = alarm;
  const seen = occurrence?.acknowledged ?? { by: 'wang', atMs, note: '' };
  const shelve = (): void => alarm.decide('shelved', atMs, { shelf: SHELF });
  const control = [
    marks.outOfService === null
      ? () => alarm.decide('out-of-service', atMs, { outOfService: OUT })
      : () => alarm.decide('in-service', atMs, { outOfService: null }, { acknowledged: null }),
  ];
  if (marks.shelf === null) return [shelve, ...control];
  return [
    shelve,
    () => alarm.decide('unshelved', atMs, { shelf: null }, { acknowledged: seen }),
    () => alarm.decide('shelf-expired', atMs, { shelf: null }, { acknowledged: null }),
    ...control,
  ];
}

function toLife(
  alarm: ScriptedAlarm,
  occurrence: Occurrence,
  atMs: number,
  random: Random,
): readonly (() => void)[] {
  const { isActive, acknowledged, blindSinceMs, suppression, severity } = occurrence;
  const list: (() => void)[] = [];
  const isHidden = ['E', 'F', 'G'].includes(toIsaState(occurrence));
  if (isActive) {
    list.push(() => (isHidden ? alarm.end(atMs) : alarm.return(atMs)));
    list.push(() => (isHidden ? alarm.end(atMs) : alarm.return(atMs)));
    list.push(() =>
      alarm.tell('re-alarmed', atMs, { acknowledged: null, reAlarms: occurrence.reAlarms + 1 }),
    );
    const higher = SEVERITY_NAMES[Math.max(0, SEVERITY_NAMES.indexOf(severity) - 1)] ?? severity;
    list.push(() => alarm.tell('severity-changed', atMs, { severity: higher, acknowledged: null }));
  } else {
    list.push(() => alarm.tell('re-raised', atMs, { isActive: true, acknowledged: null }));
    list.push(() => alarm.tell('re-raised', atMs, { isActive: true, acknowledged: null }));
  }
  if (acknowledged === null) list.push(() => alarm.acknowledge(atMs, random() < 0.9 ? 'wang' : null));
  if (blindSinceMs === null) {
    list.push(() => alarm.tell('blind', atMs, { blindSinceMs: atMs - randomInteger(random, 0, 5_000) }));
  } else list.push(() => alarm.tell('sighted', atMs, { blindSinceMs: null }));
  list.push(
    suppression === null
      ? () => alarm.tell('suppressed', atMs, { suppression: SUPPRESSION })
      : () => alarm.tell('unsuppressed', atMs, { suppression: null, acknowledged: null }),
  );
  return list;
}

/** Nothing but coming and going, of one alarm or of all: what floods and chattering are made of. */
interface Phase {
  readonly until: number;
  readonly alarm: ScriptedAlarm | null;
  readonly isBusy: boolean;
}

function nextPhase(random: Random, alarms: readonly ScriptedAlarm[], from: number): Phase {
  const isBusy = random() < 0.4;
  const alarm = random() < 0.4 ? alarms[randomInteger(random, 0, alarms.length - 1)] : undefined;
  return { until: from + randomInteger(random, 20, 90), alarm: isBusy ? (alarm ?? null) : null, isBusy };
}

function comeAndGo(alarm: ScriptedAlarm, atMs: number): void {
  const { marks, occurrence } = alarm;
  if (marks.shelf !== null)
    return alarm.decide('shelf-expired', atMs, { shelf: null }, { acknowledged: null });
  if (marks.outOfService !== null) {
    return alarm.decide('service-expired', atMs, { outOfService: null }, { acknowledged: null });
  }
  if (occurrence === null) return alarm.raise(atMs);
  if (occurrence.suppression !== null) {
    return alarm.tell('unsuppressed', atMs, { suppression: null, acknowledged: null });
  }
  if (occurrence.isActive) alarm.return(atMs);
  else alarm.tell('re-raised', atMs, { isActive: true, acknowledged: null });
}

/** Quiet days, floods and chattering in turn. */
export function createRandomLog(
  random: Random,
  count: number,
  fromMs: number,
  keys: readonly string[],
): readonly LoggedEvent[] {
  const alarms = keys.map((key) => new ScriptedAlarm(key));
  const log: LoggedEvent[] = [];
  let atMs = fromMs;
  let phase: Phase = { until: 0, alarm: null, isBusy: false };
  while (log.length < count) {
    if (log.length >= phase.until) phase = nextPhase(random, alarms, log.length);
    atMs += phase.isBusy ? randomInteger(random, 0, 12_000) : pause(random);
    const alarm = phase.alarm ?? (alarms[randomInteger(random, 0, alarms.length - 1)] as ScriptedAlarm);
    const before = alarm.events.length;
    if (phase.isBusy) comeAndGo(alarm, atMs);
    else {
      const possible = actions(alarm, atMs, random);
      possible[randomInteger(random, 0, possible.length - 1)]?.();
    }
    log.push(...alarm.events.slice(before));
  }
  return log;
}
