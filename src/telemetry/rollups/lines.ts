/**
 * Closed buckets to lines: those of one equipment with one beginning share a line, under `<kind>_1m`, `_15m`, `_1h` and the
 * tags of its readings. Pure; sending is rollups.ts's business.
 *
 *   pump_15m,equipment=dws-1-pump-1,site=tower p_min=0.4,p_max=0.5,p_mean=0.45,p_last=0.45,p_count=900,p_good=1,p_worst=0 …
 */
import type { FigureLine, SinkPoint } from '../../sinks/sink.ts';
import { UNKNOWN_QUALITY } from '../history-view.ts';
import { type RollupRow, TIERS, type Tier } from './aggregator.ts';

/**
 * Behind the name of a point: what each field of a roll-up is. `good` is the share of the time with a usable value, `worst`
 * the highest quality code, which a bucket has where all of them are known.
 */
export const ROLLUP_FIELDS = ['min', 'max', 'mean', 'last', 'count', 'good', 'worst'] as const;

export interface TierLines {
  readonly tier: Tier;
  readonly lines: readonly FigureLine[];
}

/** Of a measurement of readings, where its roll-ups lie. */
export function toRollupMeasurement(kind: string, { suffix }: Tier): string {
  return `${kind}_${suffix}`;
}

/** Built once for the points of a journal. */
export interface LineMaker {
  /** By resolution; those without a row are left out. Rows of one bucket must be the only ones of it. */
  toLines(rows: readonly RollupRow[]): readonly TierLines[];
}

export function createLineMaker(points: readonly SinkPoint[]): LineMaker {
  /** Key: equipment. */
  const tags = new Map<string, FigureLine['tags']>();
  for (const { equipment, site } of points) {
    if (!tags.has(equipment)) tags.set(equipment, { equipment, site });
  }
  /** Key: name of a point. Value: its fields, in the order of ROLLUP_FIELDS. */
  const names = new Map(points.map(({ name }) => [name, ROLLUP_FIELDS.map((field) => `${name}_${field}`)]));

  function toTierLines(tier: Tier, rows: readonly RollupRow[]): readonly FigureLine[] {
    /** Key: beginning and equipment. */
    const lines = new Map<string, FigureLine & { readonly fields: Record<string, number> }>();
    for (const row of rows) {
      const { equipment, kind, name } = points[row.point] as SinkPoint;
      const key = `${row.startMs} ${equipment}`;
      let line = lines.get(key);
      if (line === undefined) {
        const measurement = toRollupMeasurement(kind, tier);
        line = {
          measurement,
          tags: tags.get(equipment) ?? {},
          fields: {},
          stampUs: row.startMs * 1_000,
        };
        lines.set(key, line);
      }
      setFields(line.fields, names.get(name) ?? [], row);
    }
    return [...lines.values()];
  }

  return {
    toLines: (rows) =>
      TIERS.map((tier) => ({
        tier,
        lines: toTierLines(
          tier,
          rows.filter((row) => row.tier === tier),
        ),
      })).filter(({ lines }) => lines.length > 0),
  };
}

function setFields(
  fields: Record<string, number>,
  names: readonly string[],
  { min, max, mean, last, count, goodRatio, worstQuality }: RollupRow,
): void {
  const worst = worstQuality === UNKNOWN_QUALITY ? Number.NaN : worstQuality;
  for (const [at, value] of [min, max, mean, last, count, goodRatio, worst].entries()) {
    if (Number.isFinite(value)) fields[names[at] as string] = value;
  }
}
