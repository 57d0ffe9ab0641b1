/**
 * What the flood governor carries from round to round, and through a restart: the flood, its storm, and who was annunciated
 * last. Saved with the round that changed it, in wall time: a flood goes on where it stood, and downtime counts as time.
 */
import { CALM, type FloodState, type FloodTimes, type PendingDigest, type Tally } from '../alarms/flood.ts';
import type { StormState } from '../alarms/storm.ts';
import type { Storm } from '../core/alarm.ts';
import type { Now } from '../core/clock.ts';
import { type AlarmKey, type OccurrenceId, type SiteId, toId } from '../core/ids.ts';
import type { System } from '../core/kinds.ts';
import type { BootState, RuleMemoryRow } from '../store/store.ts';

export interface Governing {
  readonly flood: FloodState;
  /** The last storm; it may have ended. */
  readonly storm: StormState | null;
  /** The last annunciations that a flood may begin with, oldest first; at most `enter` of them. */
  readonly recent: readonly RecentAnnunciation[];
  /** Storms that were left open by an earlier version: nothing is known of them but their row. */
  readonly strays: readonly Storm[];
}

export interface RecentAnnunciation {
  readonly id: OccurrenceId;
  readonly monoMs: number;
}

export const NOTHING_GOVERNED: Governing = { flood: CALM, storm: null, recent: [], strays: [] };

/** A row that says otherwise was written by a gateway that counts differently. */
const FORMAT = 'flood-1';

/** Times are UTC ms. */
interface Saved {
  readonly sinceMs: number | null;
  readonly peak: number;
  readonly runs: readonly (readonly [number, number])[];
  readonly digests: readonly (readonly [System, { readonly dueMs: number; readonly tally: Tally }])[];
  readonly recent: readonly (readonly [OccurrenceId, number])[];
  readonly storm:
    | (Omit<StormState, 'sinceMonoMs' | 'storm'> & { readonly id: string; readonly sinceMs: number })
    | null;
}

/** One row among what rules remember; its key has one slash, which that of no alarm has. */
export function toGoverningRow(site: SiteId, state: Governing, now: Now, times: FloodTimes): RuleMemoryRow {
  const memory: Saved = toSaved(state, now, times);
  return { key: toKey(site), ruleVersion: FORMAT, savedAtMs: now.wallMs, memory };
}

/** Calm where nothing usable was saved; a storm that cannot go on is over at the first look (`strays`). */
export function restoreGoverning(boot: BootState, site: SiteId, now: Now): Governing {
  const row = boot.memories.find(({ key, ruleVersion }) => key === toKey(site) && ruleVersion === FORMAT);
  if (row === undefined) return { ...NOTHING_GOVERNED, strays: boot.storms };
  const saved = row.memory as Saved;
  const nowMs = Math.max(now.wallMs, row.savedAtMs);
  const toMonoMs = (wallMs: number): number => now.monoMs - Math.max(0, now.wallMs - wallMs);
  const open = boot.storms.find(({ id }) => id === saved.storm?.id);
  return {
    flood: {
      ...CALM,
      sinceMonoMs: saved.sinceMs === null ? null : toMonoMs(saved.sinceMs),
      peak: saved.peak,
      runs: saved.runs.map(([atMs, count]) => [toMonoMs(atMs), count]),
      digests: new Map(
        saved.digests.map(([system, pending]) => [system, toPending(pending, now.monoMs, nowMs)]),
      ),
    },
    storm: toStorm(saved, open, toMonoMs),
    recent: saved.recent.map(([id, atMs]) => ({ id, monoMs: toMonoMs(atMs) })),
    strays: boot.storms.filter((storm) => storm !== open),
  };
}

function toKey(site: SiteId): AlarmKey {
  return toId(`${site}/flood`);
}

function toSaved({ flood, storm, recent }: Governing, now: Now, times: FloodTimes): Saved {
  const toWallMs = (monoMs: number): number => now.wallMs - (now.monoMs - monoMs);
  return {
    sinceMs: flood.sinceMonoMs === null ? null : toWallMs(flood.sinceMonoMs),
    peak: flood.peak,
    runs: toDeciding(flood, times).map(([monoMs, count]) => [toWallMs(monoMs), count]),
    digests: [...flood.digests].map(([system, { dueMonoMs, tally }]) => [
      system,
      { dueMs: toWallMs(dueMonoMs), tally },
    ]),
    recent: recent.map(({ id, monoMs }) => [id, toWallMs(monoMs)]),
    storm: storm && {
      id: storm.storm.id,
      sinceMs: toWallMs(storm.sinceMonoMs),
      root: storm.root,
      earliestMs: storm.earliestMs,
      ticketSeverity: storm.ticketSeverity,
    },
  };
}

/** The last moments that hold more than `enter`: whether a flood begins or ends takes no more. */
function toDeciding({ runs }: FloodState, { enter }: FloodTimes): FloodState['runs'] {
  let count = 0;
  const first = runs.findLastIndex(([, many]) => {
    count += many;
    return count > enter;
  });
  return runs.slice(Math.max(0, first));
}

/** One that ended is of no use any more: what it carries has its ticket. */
function toStorm(
  saved: Saved,
  storm: Storm | undefined,
  toMonoMs: (wallMs: number) => number,
): StormState | null {
  if (saved.storm === null || storm === undefined) return null;
  const { root, earliestMs, ticketSeverity, sinceMs } = saved.storm;
  return { storm, sinceMonoMs: toMonoMs(sinceMs), root, earliestMs, ticketSeverity };
}

/** @param nowMs no earlier than when it was saved: the wall clock may have been set back meanwhile */
function toPending(
  { dueMs, tally }: { readonly dueMs: number; readonly tally: Tally },
  monoMs: number,
  nowMs: number,
): PendingDigest {
  return { dueMonoMs: monoMs + (dueMs - nowMs), tally };
}
