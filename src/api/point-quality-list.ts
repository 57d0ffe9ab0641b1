/**
 * The list of data-quality figures: chooses, ranks and shows points. Worst first: those that never were good, then those
 * that are bad, uncertain, good now, and within each of these by the share of the last hour.
 */
import type { PointDef, SiteModel } from '../config/model.ts';
import { defined, never } from '../core/assert.ts';
import { QUALITIES, type QualityLevel, toQualityLevel, toQualityReason } from '../core/quality.ts';
import type { PointQuality, QualityTally } from '../telemetry/point-quality-view.ts';
import { forEachInTurns } from './in-turns.ts';
import type { Only, PointQualityList, PointQualityRow, QualitySummary } from './quality-schema.ts';
import type { ApiServices } from './services.ts';

type Services = Pick<ApiServices, 'model' | 'latest' | 'pointQuality' | 'clock'>;

export interface ListedPoints {
  readonly points: readonly PointDef[];
  readonly only: Only;
  readonly limit: number;
  readonly offset: number;
}

/** What is known of one point now. */
interface Known {
  readonly point: PointDef;
  /** Quality code. */
  readonly code: number;
  readonly figures: PointQuality;
  readonly isNeverGood: boolean;
  readonly isStuck: boolean;
}

/** Rank of a point that has never been good; levels follow. */
const NEVER_GOOD_RANK = 0;
const RANKS = { bad: 1, uncertain: 2, good: 3 } as const satisfies Record<QualityLevel, number>;
/** Steps of a share within a rank; with the index of the point it makes one number that sorts fast. */
const RATIO_STEPS = 2 ** 20;
const MAX_POINTS = 2 ** 24;

export async function listPointQuality(services: Services, asked: ListedPoints): Promise<PointQualityList> {
  const { points, only, limit, offset } = asked;
  const keys: number[] = [];
  await forEachInTurns(points.length, (at) => {
    const known = look(services, defined(points[at], 'a point of the list'));
    if (isWanted(known, only)) keys.push(toSortKey(known));
  });
  const sorted = Float64Array.from(keys).sort();
  const page = Array.from(sorted.subarray(offset, offset + limit), (key) => key % MAX_POINTS);
  return {
    items: page.map((index) => toRow(look(services, defined(services.model.points[index], 'a point')))),
    total: sorted.length,
    summary: toSummary(services),
  };
}

function look({ latest, pointQuality, clock }: Services, point: PointDef): Known {
  const code = latest.get(point.index).quality;
  const figures = pointQuality.get(point.index);
  const isNeverGood = figures.good === 0;
  const restsForMs = figures.unchangedSinceMs === null ? 0 : clock.now().wallMs - figures.unchangedSinceMs;
  // Said by acquisition, which judges what is polled; elsewhere by what the profile calls too long.
  const isStuck = code === QUALITIES.stuck.code || (point.stuckMs !== null && restsForMs >= point.stuckMs);
  return { point, code, figures, isNeverGood, isStuck };
}

function isWanted({ code, isNeverGood, isStuck }: Known, only: Only): boolean {
  switch (only) {
    case 'all':
      return true;
    case 'never-good':
      return isNeverGood;
    case 'bad':
      return toQualityLevel(code) === 'bad';
    case 'stuck':
      return isStuck;
    default:
      return never(only);
  }
}

/** Ascending = worst first; the point's index is in its lowest digits. */
function toSortKey({ point, code, figures, isNeverGood }: Known): number {
  const rank = isNeverGood ? NEVER_GOOD_RANK : RANKS[toQualityLevel(code)];
  const ratio = Math.floor((figures.goodRatioHour ?? 0) * (RATIO_STEPS - 1));
  return (rank * RATIO_STEPS + ratio) * MAX_POINTS + point.index;
}

function toRow({ point, code, figures, isNeverGood, isStuck }: Known): PointQualityRow {
  const reason = toQualityReason(code);
  return {
    point: point.id,
    equipment: point.equipment,
    link: point.link,
    text: point.text,
    quality: toQualityLevel(code),
    qualityCode: code,
    qualityReason: reason,
    qualityText: QUALITIES[reason].text,
    isNeverGood,
    isStuck,
    ...figures,
    reasons: { ...figures.reasons },
  };
}

function toSummary({ model, pointQuality }: Pick<Services, 'model' | 'pointQuality'>): QualitySummary {
  return {
    ...withCoverage(pointQuality.tally(null)),
    links: [...model.links.values()].map(({ id, name }) => ({
      link: id,
      name,
      ...withCoverage(pointQuality.tally(id)),
    })),
  };
}

function withCoverage(tally: QualityTally): QualityTally & { readonly coverageRatio: number | null } {
  const { points, neverGood } = tally;
  return { ...tally, coverageRatio: points === 0 ? null : (points - neverGood) / points };
}

/** Points of one equipment, of one link, or of both; undefined = any. */
export function choosePoints(
  { points }: SiteModel,
  equipment: string | undefined,
  link: string | undefined,
): readonly PointDef[] {
  return points.filter(
    (point) =>
      (equipment === undefined || point.equipment === equipment) &&
      (link === undefined || point.link === link),
  );
}
