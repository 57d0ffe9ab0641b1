/** Shapes of the data-quality figures: one row per point, and how much of the site can be seen at all. */
import Type, { type Static } from 'typebox';
import { LIMITS } from '../core/limits.ts';
import { Ms, nullable, TextSchema } from './schemas.ts';

const LEVELS = ['good', 'uncertain', 'bad'] as const;

/** Which points a list of figures holds. */
export const ONLY = ['all', 'never-good', 'bad', 'stuck'] as const;
export type Only = (typeof ONLY)[number];

const Ratio = Type.Number({ minimum: 0, maximum: 1 });
const Count = Type.Integer({ minimum: 0, description: 'Readings since start' });

export const PointQualityRowSchema = Type.Object({
  point: Type.String({ description: 'equipment/point' }),
  equipment: Type.String(),
  link: nullable(Type.String({ description: 'null = the gateway’s own' })),
  text: TextSchema,
  quality: Type.Unsafe<(typeof LEVELS)[number]>({ type: 'string', enum: [...LEVELS], description: 'Now' }),
  qualityCode: Type.Integer(),
  qualityReason: Type.String(),
  qualityText: TextSchema,
  goodRatio: nullable(Ratio),
  goodRatioHour: nullable(Ratio),
  lastGoodMs: nullable(Ms),
  unchangedSinceMs: nullable(Ms),
  isNeverGood: Type.Boolean({ description: 'No good reading since start' }),
  isStuck: Type.Boolean({ description: 'Unchanged for longer than its profile calls believable' }),
  good: Count,
  uncertain: Count,
  bad: Count,
  sentinels: Type.Integer({ minimum: 0, description: 'Readings that said "not available"' }),
  reasons: Type.Record(Type.String(), Type.Integer(), { description: 'Other reasons, with their count' }),
});
export type PointQualityRow = Static<typeof PointQualityRowSchema>;

const tally = {
  points: Type.Integer(),
  good: Type.Integer({ description: 'Points whose quality is good now' }),
  uncertain: Type.Integer(),
  bad: Type.Integer(),
  neverGood: Type.Integer({ description: 'Points without a good reading since start' }),
  coverageRatio: nullable(
    Type.Number({
      minimum: 0,
      maximum: 1,
      description: 'Share of the points that have had a good reading; null where there are no points',
    }),
  ),
};
const QualitySummarySchema = Type.Object({
  ...tally,
  links: Type.Array(Type.Object({ link: Type.String(), name: TextSchema, ...tally })),
});
export type QualitySummary = Static<typeof QualitySummarySchema>;

export const PointQualityListSchema = Type.Object({
  items: Type.Array(PointQualityRowSchema, { description: 'Worst first' }),
  total: Type.Integer({ description: 'Points that match in all' }),
  summary: Type.Object({ ...QualitySummarySchema.properties }, { description: 'Of the whole site' }),
});
export type PointQualityList = Static<typeof PointQualityListSchema>;

export const PointQualityQuery = Type.Object(
  {
    equipment: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    link: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    only: Type.Unsafe<Only>({
      type: 'string',
      enum: [...ONLY],
      default: 'all',
      description: 'never-good: no good reading since start; bad, stuck: now',
    }),
    limit: Type.Integer({ minimum: 1, maximum: LIMITS.pageRows, default: 100 }),
    offset: Type.Integer({ minimum: 0, default: 0 }),
  },
  { additionalProperties: false },
);
