/**
 * Compares what was served with what is stored, point by point: each value once, in its order, none from elsewhere; what
 * is missing must have been served within a second before the gateway was killed.
 */
import type { End } from './gateway.ts';
import type { Served, ServedByPoint, Stored, StoredByPoint } from './oracle.ts';

export interface Verdict {
  /** `meter-1/p0: …`; must be empty. */
  readonly problems: readonly string[];
  /** What InfluxDB must hold: all that was served, without what a kill was allowed to take. */
  readonly expected: ServedByPoint;
  /** One for each kill. */
  readonly kills: readonly KillLoss[];
}

export interface KillLoss {
  readonly atMs: number;
  /** Readings that it cost. */
  readonly lost: number;
  /** How long before it the oldest of them was served, ms; 0 where it cost none. */
  readonly oldestMs: number;
  /** As of the end. */
  readonly silentMs: number;
}

/** @param allowedMs how long before a kill, or before the gateway stood still, a reading may have been served that is lost */
export function judge(
  served: ServedByPoint,
  stored: StoredByPoint,
  ends: readonly End[],
  allowedMs: number,
): Verdict {
  const problems: string[] = [];
  const expected = new Map<string, readonly Served[]>();
  const kills = ends.filter(({ isKill }) => isKill).map((end) => ({ ...end, lost: 0, oldestMs: 0 }));
  const excuse = ({ atMs }: Served): boolean => {
    const kill = kills.find((each) => atMs <= each.untilMs && atMs >= each.atMs - each.silentMs - allowedMs);
    if (kill === undefined) return false;
    kill.lost++;
    kill.oldestMs = Math.max(kill.oldestMs, kill.atMs - atMs);
    return true;
  };
  for (const [id, values] of served) {
    const { missing, foreign } = match(values, stored.get(id) ?? []);
    const excused = new Set(missing.filter(excuse));
    const lost = missing.filter((each) => !excused.has(each));
    expected.set(
      id,
      values.filter((each) => !excused.has(each)),
    );
    for (const { stampMs, value } of foreign)
      problems.push(`${id}: ${value} at ${stampMs} is doubled, out of order or was never served`);
    for (const { atMs, value } of lost) problems.push(`${id}: ${value}, served at ${atMs}, is lost`);
  }
  for (const id of stored.keys()) if (!served.has(id)) problems.push(`${id} is stored and does not exist`);
  return { problems, expected, kills };
}

interface Match {
  /** Served, not stored. */
  readonly missing: readonly Served[];
  /** Stored, and not the next one that was served. */
  readonly foreign: readonly Stored[];
}

/** Both in their order: each stored value takes the next served one that is equal. */
function match(served: readonly Served[], stored: readonly Stored[]): Match {
  const missing: Served[] = [];
  const foreign: Stored[] = [];
  let next = 0;
  for (const one of stored) {
    let at = next;
    while (at < served.length && served[at]?.value !== one.value) at++;
    if (at === served.length) {
      foreign.push(one);
      continue;
    }
    missing.push(...served.slice(next, at));
    next = at + 1;
  }
  missing.push(...served.slice(next));
  return { missing, foreign };
}
