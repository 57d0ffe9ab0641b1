/**
 * Alarm events, ticket events and states of links as lines for the sink. Pure; sending is event-writer.ts's business.
 *
 *   alarm,equipment=…,rule=…,severity=…,site=…   event change active value count, event_text occurrence_text
 *   ticket,class=…,equipment=…,site=…            event change stage, event_text stage_text number_text
 *   link,link=…,protocol=…,site=…                state busy-ratio latency-p50 … and counters since start, state_text
 *
 * Stamp and tags say which event it is: the time of the event in ms, and its place in the history (modulo 1,000) as µs, so
 * that events of one ms stay apart and one that is sent twice is one. People's names do not leave the gateway.
 */
import type { LinkDef } from '../../config/model.ts';
import type { AlarmEventType } from '../../core/alarm.ts';
import type { LinkState, LinkStatus } from '../../core/link.ts';
import type { Stage, TicketEventType } from '../../core/ticket.ts';
import type { FigureLine } from '../../sinks/sink.ts';
import type { AlarmLogRow, TicketLogRow } from '../../store/store.ts';

/** Never renumbered: they are stored. */
export const ALARM_EVENT_CODES = {
  raised: 1,
  're-raised': 2,
  'severity-changed': 3,
  acknowledged: 4,
  returned: 5,
  blind: 6,
  sighted: 7,
  explained: 8,
  released: 9,
  ended: 10,
  're-alarmed': 11,
  latched: 12,
  reset: 13,
  shelved: 14,
  unshelved: 15,
  'shelf-expired': 16,
  'shelf-reminder': 17,
  'out-of-service': 18,
  'in-service': 19,
  'service-expired': 20,
  suppressed: 21,
  unsuppressed: 22,
  chattering: 23,
  'chatter-ended': 24,
  grouped: 25,
  commented: 26,
  'rule-changed': 27,
} as const satisfies Record<AlarmEventType, number>;

/** Never renumbered: they are stored. */
export const TICKET_EVENT_CODES = {
  opened: 1,
  dispatched: 2,
  taken: 3,
  arrived: 4,
  started: 5,
  done: 6,
  accepted: 7,
  reworked: 8,
  visited: 9,
  closed: 10,
  cancelled: 11,
  noted: 12,
  'alarm-attached': 13,
  'alarm-returned': 14,
  'alarm-blind': 15,
  'alarm-sighted': 16,
  'alarm-explained': 17,
  'explained-by': 18,
  'priority-raised': 19,
  'clock-warned': 20,
  'clock-breached': 21,
  'clocks-moved': 22,
  recorded: 23,
  reported: 24,
  diagnosed: 25,
  planned: 26,
  agreed: 27,
  waited: 28,
  resumed: 29,
  archived: 30,
  reopened: 31,
  merged: 32,
  split: 33,
  linked: 34,
  transferred: 35,
  urged: 36,
  escalated: 37,
  answered: 38,
  corrected: 39,
  reclassified: 40,
  'difficult-set': 41,
  appointed: 42,
  estimated: 43,
  attached: 44,
  'sheet-filled': 45,
  'incident-set': 46,
  'contractor-set': 47,
  'rule-changed': 48,
  'proof-started': 49,
  'proof-ended': 50,
  reporting: 51,
  'contact-confirmed': 52,
  contacted: 53,
  'carried-over': 56,
  'dwelling-entered': 54,
  sampled: 55,
  'difficult-cleared': 57,
  redacted: 58,
  'hold-set': 59,
  'hold-lifted': 60,
  destroyed: 61,
  'emergency-began': 62,
} as const satisfies Record<TicketEventType, number>;

/** Never renumbered: the first eleven are those of the first version. */
export const STAGE_CODES = {
  recorded: 0,
  dispatched: 1,
  taken: 2,
  'on-site': 3,
  handling: 4,
  done: 5,
  rework: 6,
  accepted: 7,
  visited: 8,
  closed: 9,
  cancelled: 10,
  received: 11,
  diagnosed: 12,
  planned: 13,
  agreed: 14,
  waiting: 15,
  archived: 16,
  merged: 17,
} as const satisfies Record<Stage, number>;

/** The better, the higher. Never renumbered. */
export const LINK_STATE_CODES = {
  stopped: 0,
  offline: 1,
  connecting: 2,
  degraded: 3,
  online: 4,
} as const satisfies Record<LinkState, number>;

/** Counters of a link that are sent, as acquisition calls them. In the sink `-` stands for `_`. */
export const LINK_COUNTERS = [
  'requests',
  'replies',
  'timeouts',
  'exceptions',
  'reconnects',
  'readings',
  'stale_readings',
] as const;

/** Events of one ms that stay apart. */
const PLACES = 1_000;

export function toAlarmLine({ id, key, type, atMs, occurrence, detail }: AlarmLogRow): FigureLine {
  const [site, equipment, rule] = splitKey(key);
  const { severity, value, count } = detail;
  return {
    measurement: 'alarm',
    tags: { site, equipment, rule, severity: typeof severity === 'string' ? severity : '' },
    fields: {
      event: ALARM_EVENT_CODES[type],
      change: type === 'raised' ? 1 : type === 'ended' ? -1 : 0,
      ...toActive(type),
      ...(typeof value === 'number' && { value }),
      ...(typeof count === 'number' && { count }),
      event_text: type,
      // A decision about an alarm that is normal (shelving) belongs to no occurrence.
      ...(occurrence !== null && { occurrence_text: occurrence }),
    },
    stampUs: toStampUs(atMs, id),
  };
}

/** Open tickets: one more, one less. */
function toChange(type: TicketEventType): number {
  if (type === 'opened' || type === 'reopened') return 1;
  return type === 'closed' || type === 'cancelled' || type === 'merged' ? -1 : 0;
}

export function toTicketLine(row: TicketLogRow): FigureLine {
  const { id, site, equipment, class: name, type, stage, number, atMs } = row;
  return {
    measurement: 'ticket',
    tags: { site, equipment: equipment ?? '', class: name },
    fields: {
      event: TICKET_EVENT_CODES[type],
      change: toChange(type),
      stage: STAGE_CODES[stage],
      event_text: type,
      stage_text: stage,
      number_text: number,
    },
    stampUs: toStampUs(atMs, id),
  };
}

/** @param tags of the link: the same object each time */
export function toLinkLine(
  { state, counters, load }: LinkStatus,
  tags: FigureLine['tags'],
  atMs: number,
): FigureLine {
  const fields: Record<string, number | string> = {
    state: LINK_STATE_CODES[state],
    state_text: state,
  };
  for (const name of LINK_COUNTERS) {
    const value = counters[name];
    if (value !== undefined) fields[name.replaceAll('_', '-')] = value;
  }
  if (load !== null) {
    fields['busy-ratio'] = load.busyRatio;
    fields['reached-ratio'] = load.reachedRatio;
    if (load.latencyP50Ms !== null) fields['latency-p50'] = load.latencyP50Ms;
    if (load.latencyP99Ms !== null) fields['latency-p99'] = load.latencyP99Ms;
  }
  return { measurement: 'link', tags, fields, stampUs: Math.floor(atMs) * PLACES };
}

export function toLinkTags(
  site: string,
  { id, protocol }: Pick<LinkDef, 'id' | 'protocol'>,
): FigureLine['tags'] {
  return { site, link: id, protocol };
}

/** Whether the condition holds, as far as the event tells. */
function toActive(type: AlarmEventType): { readonly active?: number } {
  if (type === 'raised' || type === 're-raised') return { active: 1 };
  return type === 'returned' || type === 'ended' ? { active: 0 } : {};
}

function toStampUs(atMs: number, id: number): number {
  return Math.floor(atMs) * PLACES + (id % PLACES);
}

/** `site/equipment/rule`. */
function splitKey(key: string): readonly [site: string, equipment: string, rule: string] {
  const first = key.indexOf('/');
  const last = key.lastIndexOf('/');
  return [key.slice(0, first), key.slice(first + 1, last), key.slice(last + 1)];
}
