/**
 * Stretches: an alarm from its raise to its return. What replay and history are compared by, because neither depends on
 * when somebody acknowledged; several stretches may lie in one occurrence.
 */
import type { AlarmEventType } from '../core/alarm.ts';
import type { AlarmKey, EquipmentId, OccurrenceId, RuleId } from '../core/ids.ts';
import type { Severity } from '../core/severity.ts';
import type { Text } from '../core/text.ts';

export interface Stretch {
  readonly key: AlarmKey;
  readonly equipment: EquipmentId;
  readonly rule: RuleId;
  readonly ruleVersion: string;
  readonly severity: Severity;
  readonly equipmentName: Text;
  readonly text: Text;
  readonly occurrence: OccurrenceId;
  /** UTC ms. */
  readonly fromMs: number;
  /** Infinity = it stands at the end. */
  readonly toMs: number;
  /** Whether people were told: not shelved, out of service or suppressed by design. One explained by a cause is told by it. */
  readonly isTold: boolean;
  readonly isDrill: boolean;
}

/** What of an event makes stretches. */
export interface StretchEvent extends Omit<Stretch, 'fromMs' | 'toMs'> {
  readonly type: AlarmEventType;
  readonly atMs: number;
  /** Whether the condition holds after it. */
  readonly isActive: boolean;
}

/** Makes stretches of events in order of time. */
export class Stretches {
  readonly #done: Stretch[] = [];
  /** Key: alarm key. */
  readonly #open = new Map<AlarmKey, Stretch>();

  add(event: StretchEvent): void {
    const { type, atMs, isActive, ...same } = event;
    const open = this.#open.get(event.key);
    if (open === undefined) {
      if (isActive && BEGINNINGS.includes(type))
        this.#open.set(event.key, { ...same, fromMs: atMs, toMs: Number.POSITIVE_INFINITY });
      return;
    }
    if (!isActive) {
      this.#open.delete(event.key);
      this.#done.push({ ...open, toMs: atMs });
    } else if (event.isTold && !open.isTold) this.#open.set(event.key, { ...open, isTold: true });
  }

  /** In order of beginning. */
  all(): readonly Stretch[] {
    return [...this.#done, ...this.#open.values()].toSorted((one, other) => one.fromMs - other.fromMs);
  }
}

const BEGINNINGS: readonly AlarmEventType[] = ['raised', 're-raised'];

/** As if it had begun with the range. @param fromMs of the range, UTC ms */
export function toClipped(stretch: Stretch, fromMs: number): Stretch {
  return stretch.fromMs < fromMs ? { ...stretch, fromMs } : stretch;
}

/** Whether two stretches of one alarm are the same matter. @param slackMs what they may lie apart */
export function overlaps(
  one: Pick<Stretch, 'fromMs' | 'toMs'>,
  other: Pick<Stretch, 'fromMs' | 'toMs'>,
  slackMs: number,
): boolean {
  return one.fromMs <= other.toMs + slackMs && other.fromMs <= one.toMs + slackMs;
}
