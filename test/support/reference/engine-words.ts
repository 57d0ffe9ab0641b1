/**
 * Events of the engine in the words of script.ts. Told otherwise by the engine: one-shot shelves end as `shelf-expired` with a
 * note; a suppression that goes over to another reason, and an explanation that goes over to another occurrence of its cause,
 * are said again. When things happen is engine-subject.ts.
 */
import { isAnnunciation, isSetAside } from '../../../src/alarms/annunciation.ts';
import { ESCALATE } from '../../../src/alarms/re-alarm.ts';
import {
  type AlarmControlEvent,
  type AlarmEvent,
  type IsaState,
  type Occurrence,
  toIsaState,
} from '../../../src/core/alarm.ts';
import { defined } from '../../../src/core/assert.ts';
import { type AlarmKey, type OccurrenceId, toAlarmKey, toId } from '../../../src/core/ids.ts';
import type { AnnunciationReason, Observed } from './script.ts';

/** What one event of the engine is in the reference's words. */
export function toSeen(names: Names, event: AlarmEvent): Observed[] {
  const { type, atMs, occurrence, note, isDigest } = event;
  if (!names.isNews(event)) return [];
  const of = { atMs, ...names.of(occurrence) };
  const seen: Observed[] = [toSeenEvent(event, of)];
  if (isAnnunciation(event)) {
    const why = defined(REASONS[type], 'a reason');
    seen.push({ kind: 'annunciated', ...of, why });
    if (!isDigest) seen.push({ kind: 'told', ...of, what: why });
  }
  if (type === 're-alarmed' && note === ESCALATE) seen.push({ kind: 'told', ...of, what: 'escalate' });
  if (type === 'shelf-reminder') seen.push({ kind: 'told', ...of, what: 'shelf-reminder' });
  return seen;
}

function toSeenEvent(
  event: AlarmEvent,
  of: { readonly atMs: number; readonly alarm: number; readonly occurrence: number },
): Observed {
  const { type, atMs, occurrence } = event;
  const { endReason, severity, onsetAfterMs, onsetAtMs } = occurrence;
  const isEnd = type === 'ended';
  const letter = toIsaState(isEnd ? { ...occurrence, acknowledged: { by: '', atMs, note: '' } } : occurrence);
  return {
    kind: 'event',
    ...of,
    event: toEvent(event),
    letter,
    ...(isEnd && endReason !== null && { endReason }),
    ...(type === 'severity-changed' && { severity }),
    ...(type === 'raised' && { onset: { afterMs: onsetAfterMs, atMs: onsetAtMs } }),
  };
}

/** The same of what is decided about an alarm that has no open occurrence. */
export function toControlSeen(
  { type, atMs, control, note }: AlarmControlEvent,
  letter: IsaState,
): Observed[] {
  const event = toEvent({ type, ...(note !== undefined && { note }) });
  const of = { atMs, alarm: toAlarm(control.key), occurrence: null };
  const seen: Observed[] = [{ kind: 'event', ...of, event, letter }];
  return event === 'shelf-reminder' ? [...seen, { kind: 'told', ...of, what: event }] : seen;
}

/** Occurrences by number within their alarm, from 1. */
export class Names {
  readonly #known: OccurrenceId[][];
  readonly #ticketed = new Set<OccurrenceId>();
  readonly #suppressed = new Set<OccurrenceId>();
  readonly #explained = new Set<OccurrenceId>();

  constructor(alarms: number) {
    this.#known = Array.from({ length: alarms }, () => []);
  }

  of({ key, id }: Occurrence): { readonly alarm: number; readonly occurrence: number } {
    const alarm = toAlarm(key);
    const known = defined(this.#known[alarm], 'alarm');
    if (!known.includes(id)) known.push(id);
    return { alarm, occurrence: known.indexOf(id) + 1 };
  }

  last(alarm: number): OccurrenceId | null {
    return this.#known[alarm]?.at(-1) ?? null;
  }

  /** All but a suppression that goes over to another reason, or an explanation to another occurrence of its cause. */
  isNews({ type, occurrence }: AlarmEvent): boolean {
    const { id, suppression } = occurrence;
    const isOther =
      (type === 'suppressed' && this.#suppressed.has(id)) ||
      (type === 'explained' && this.#explained.has(id));
    if (type === 'explained') this.#explained.add(id);
    else if (ANEW.includes(type) && !isSetAside(occurrence)) this.#explained.delete(id);
    if (suppression === null) this.#suppressed.delete(id);
    else this.#suppressed.add(id);
    return !isOther;
  }

  isFirstTicket({ id }: Occurrence): boolean {
    const isFirst = !this.#ticketed.has(id);
    this.#ticketed.add(id);
    return isFirst;
  }
}

function toEvent({ type, note }: Pick<AlarmEvent, 'type' | 'note'>): AlarmEvent['type'] {
  return type === 'shelf-expired' && note === 'one-shot' ? 'unshelved' : type;
}

export function toKey(alarm: number): AlarmKey {
  return toAlarmKey(toId('test-site'), toId(`e${alarm}`), toId('r'));
}

export function toAlarm(key: AlarmKey): number {
  return Number(defined(key.split('/')[1], 'an equipment').slice(1));
}

const REASONS: Readonly<Partial<Record<AlarmEvent['type'], AnnunciationReason>>> = {
  raised: 'raised',
  're-raised': 're-raised',
  're-alarmed': 're-alarmed',
  'severity-changed': 'severity',
  'shelf-expired': 'shelf-expired',
  'in-service': 'in-service',
  'service-expired': 'in-service',
  unsuppressed: 'unsuppressed',
  released: 'released',
};

/** After them the cause is asked for anew. */
const ANEW: readonly AlarmEvent['type'][] = [
  'released',
  're-raised',
  'shelf-expired',
  'unshelved',
  'in-service',
  'service-expired',
  'unsuppressed',
];
