/**
 * What the loop knows of alarms that are not open any more, and that a restart has to go on with: the raises that chatter counts,
 * and causes whose aftermath lasts (alarms.md B7). Saved with the round that changed it, in wall time: downtime counts as time.
 */
import type { Occurrence } from '../core/alarm.ts';
import type { Now } from '../core/clock.ts';
import { type AlarmKey, type SiteId, toId } from '../core/ids.ts';
import type { BootState, RuleMemoryRow } from '../store/store.ts';

/** Key: alarm. */
export interface RecentPast {
  /** When an alarm was raised last, monotonic, oldest first; no older than chatter is measured by. */
  readonly raises: Map<AlarmKey, readonly number[]>;
  /** Occurrences that have ended as returned, for as long as their aftermath lasts. */
  readonly returned: Map<AlarmKey, Occurrence>;
}

/** Alarms whose raises, and causes whose end, are saved; the latest. Beyond it is a flood, where nobody looks for chatter. */
export const RECENT_PAST_LIMITS = { raises: 1_000, returned: 200 } as const;

/** A row that says otherwise was written by a gateway that keeps other things. */
const FORMAT = 'recent-1';

interface Saved {
  /** UTC ms. */
  readonly raises: readonly (readonly [AlarmKey, readonly number[]])[];
  readonly returned: readonly Occurrence[];
}

/** One row among what rules remember; its key has one slash, which that of no alarm has. */
export function toRecentPastRow(site: SiteId, { raises, returned }: RecentPast, now: Now): RuleMemoryRow {
  const toWallMs = (monoMs: number): number => now.wallMs - (now.monoMs - monoMs);
  const memory: Saved = {
    raises: [...raises]
      .toSorted(([, a], [, b]) => (b.at(-1) ?? 0) - (a.at(-1) ?? 0))
      .slice(0, RECENT_PAST_LIMITS.raises)
      .map(([key, times]) => [key, times.map(toWallMs)]),
    returned: [...returned.values()].slice(-RECENT_PAST_LIMITS.returned),
  };
  return { key: toKey(site), ruleVersion: FORMAT, savedAtMs: now.wallMs, memory };
}

/** Empty where nothing usable was saved. A time ahead of now was saved before the wall clock was set back: it counts as now. */
export function restoreRecentPast({ memories }: BootState, site: SiteId, now: Now): RecentPast {
  const row = memories.find(({ key, ruleVersion }) => key === toKey(site) && ruleVersion === FORMAT);
  if (row === undefined) return { raises: new Map(), returned: new Map() };
  const saved = row.memory as Saved;
  const toMonoMs = (wallMs: number): number => now.monoMs - Math.max(0, now.wallMs - wallMs);
  return {
    raises: new Map(saved.raises.map(([key, times]) => [key, times.map(toMonoMs)])),
    returned: new Map(saved.returned.map((occurrence) => [occurrence.key, occurrence])),
  };
}

function toKey(site: SiteId): AlarmKey {
  return toId(`${site}/recent`);
}
