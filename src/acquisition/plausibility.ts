/**
 * Whether a good value is to be believed, judged by those before it: `maxStep` and `stuckMs` of the points of one link.
 * Pure; times are monotonic milliseconds. Range and sentinels are the decoder's business.
 *
 * | reading                                        | quality | remembered as         |
 * | first, or first after a gap or a bad reading   | good    | accepted              |
 * | within maxStep of the accepted one             | good    | accepted              |
 * | farther off                                    | step    | suspicious            |
 * | farther off, but near the suspicious one       | good    | accepted (confirmed)  |
 * | bit-identical for longer than stuckMs          | stuck   | accepted              |
 */
import type { PointDef } from '../config/model.ts';
import { isBad, isGood, QUALITIES } from '../core/quality.ts';

interface Watched {
  readonly maxStep: number | null;
  readonly stuckMs: number | null;
  /** A longer silence is a gap. */
  readonly gapMs: number;
  /** Accepted last; NaN = none. */
  accepted: number;
  /** Too far from it; NaN = none. */
  suspicious: number;
  /** The last reading, whatever became of it. */
  last: number;
  /** When it came; -Infinity = none since the start or a bad reading. */
  lastMs: number;
  /** How long readings have come and all been `last`; gaps do not count. */
  unchangedMs: number;
}

export class Plausibility {
  /** Key: index of the point in the site model; only points that declare something. */
  readonly #watched: ReadonlyMap<number, Watched>;

  private constructor(watched: ReadonlyMap<number, Watched>) {
    this.#watched = watched;
  }

  /** @returns null when no point declares anything, so that nothing is spent on it */
  static of(points: readonly PointDef[]): Plausibility | null {
    const declaring = points.filter(({ maxStep, stuckMs }) => maxStep !== null || stuckMs !== null);
    if (declaring.length === 0) return null;
    return new Plausibility(new Map(declaring.map((point) => [point.index, toWatched(point)])));
  }

  /** @returns the quality of the reading: as given, or `step` or `stuck` in place of good */
  judge(point: number, value: number, quality: number, monoMs: number): number {
    const watched = this.#watched.get(point);
    if (!watched) return quality;
    if (isBad(quality)) forget(watched);
    if (!isGood(quality)) return quality;
    const silentMs = monoMs - watched.lastMs;
    const isAfterGap = silentMs > watched.gapMs || silentMs === Number.POSITIVE_INFINITY;
    const isStuck = notesUnchanged(watched, value, monoMs, isAfterGap);
    const isStep = !isAfterGap && isTooFar(watched, value);
    watched.last = value;
    watched.lastMs = monoMs;
    if (isStep) {
      watched.suspicious = value;
      return QUALITIES.step.code;
    }
    watched.accepted = value;
    watched.suspicious = Number.NaN;
    return isStuck ? QUALITIES.stuck.code : quality;
  }

  /** The point has been told to be bad: the next value has nothing to be compared with. */
  forget(point: number): void {
    const watched = this.#watched.get(point);
    if (watched) forget(watched);
  }
}

function toWatched({ maxStep, stuckMs, staleMs }: PointDef): Watched {
  return {
    maxStep,
    stuckMs,
    gapMs: staleMs ?? Number.POSITIVE_INFINITY,
    accepted: Number.NaN,
    suspicious: Number.NaN,
    last: Number.NaN,
    lastMs: Number.NEGATIVE_INFINITY,
    unchangedMs: 0,
  };
}

/** What a frozen sensor shows stays remembered: a bad reading in between does not thaw it. */
function forget(watched: Watched): void {
  watched.accepted = Number.NaN;
  watched.suspicious = Number.NaN;
  watched.lastMs = Number.NEGATIVE_INFINITY;
}

/** NaN in place of what is not known compares as near enough. */
function isTooFar({ maxStep, accepted, suspicious }: Watched, value: number): boolean {
  if (maxStep === null || !(Math.abs(value - accepted) > maxStep)) return false;
  return !(Math.abs(value - suspicious) <= maxStep);
}

/** @returns whether the value has now rested for too long */
function notesUnchanged(watched: Watched, value: number, monoMs: number, isAfterGap: boolean): boolean {
  if (watched.stuckMs === null) return false;
  if (!Object.is(value, watched.last)) watched.unchangedMs = 0;
  else if (!isAfterGap) watched.unchangedMs += monoMs - watched.lastMs;
  return watched.unchangedMs > watched.stuckMs;
}
