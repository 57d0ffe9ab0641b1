/** What the page on data quality shows of its figures: which links first, which reasons, which filter. Pure. */
import type { LinkQuality, Only, PointQualityRow, QualityFilter, QualitySummary } from './quality-queries.ts';

/** In the order of the tabs. */
export const ONLY = ['never-good', 'bad', 'stuck', 'all'] as const satisfies readonly Only[];
const DEFAULT_ONLY: Only = 'bad';

/** From the address of the page, so that other pages lead to what they mean. */
export function toFilter(search: URLSearchParams): QualityFilter {
  return {
    only: ONLY.find((only) => only === search.get('only')) ?? DEFAULT_ONLY,
    link: search.get('link'),
    equipment: search.get('equipment'),
  };
}

export function toSearch({ only, link, equipment }: QualityFilter): Record<string, string> {
  return {
    ...(only !== DEFAULT_ONLY && { only }),
    ...(link !== null && { link }),
    ...(equipment !== null && { equipment }),
  };
}

export type Tally = Pick<
  QualitySummary,
  'points' | 'good' | 'uncertain' | 'bad' | 'neverGood' | 'coverageRatio'
>;

/** Links with most to see to first: never good, bad, uncertain; equals in the order of the configuration. */
export function sortLinks(links: readonly LinkQuality[]): readonly LinkQuality[] {
  return links.toSorted((a, b) => b.neverGood - a.neverGood || b.bad - a.bad || b.uncertain - a.uncertain);
}

/** Points of a tab, where the summary knows it. */
export function countOnly(tally: Tally, only: Only): number | null {
  switch (only) {
    case 'never-good':
      return tally.neverGood;
    case 'bad':
      return tally.bad;
    case 'all':
      return tally.points;
    case 'stuck':
      return null;
    default:
      return only satisfies never;
  }
}

/** Most frequent first. `sentinel` has a column of its own. */
export function toReasons({
  reasons,
}: Pick<PointQualityRow, 'reasons'>): readonly (readonly [string, number])[] {
  return Object.entries(reasons)
    .filter(([reason, count]) => count > 0 && reason !== 'sentinel')
    .sort(([, a], [, b]) => b - a);
}
