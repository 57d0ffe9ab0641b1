/** What is known of how good each point's data is. Kept by point-quality.ts, shown by the API. */
import type { LinkId } from '../core/ids.ts';

export interface PointQuality {
  /** Share of the time since the point is watched in which its value was good, 0–1; null = just begun. */
  readonly goodRatio: number | null;
  /** The same over the last hour. */
  readonly goodRatioHour: number | null;
  /** When a good reading came last, UTC ms; null = never since start. */
  readonly lastGoodMs: number | null;
  /**
   * Since when the value has not changed at all, UTC ms; null = no usable value now. A gap between two equal values is no
   * change: a frozen sensor behind a bad line is frozen.
   */
  readonly unchangedSinceMs: number | null;
  /** Readings since start, by level. */
  readonly good: number;
  readonly uncertain: number;
  readonly bad: number;
  /** Readings since start that said "not available". */
  readonly sentinels: number;
  /** Other reasons that were met, with their count. Key: quality reason. */
  readonly reasons: Readonly<Record<string, number>>;
}

export interface PointQualityView {
  /** @param point index in the site model */
  get(point: number): PointQuality;
  /** @param link null = the whole site, the gateway's own points included; all zeros for an unknown link */
  tally(link: LinkId | null): QualityTally;
}

/** How good the data of many points is now. */
export interface QualityTally {
  readonly points: number;
  /** By the level of the present quality. */
  readonly good: number;
  readonly uncertain: number;
  readonly bad: number;
  /** Points that have had no good reading since start. */
  readonly neverGood: number;
}
