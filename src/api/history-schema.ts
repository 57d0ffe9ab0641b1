/** Shapes of the past of points in the public API (v1), beside the others in schemas.ts. */
import Type, { type Static } from 'typebox';
import { ReasonSchema } from './link-schema.ts';
import { Ms, nullable, TextSchema } from './schemas.ts';

const MISSING_REASONS =
  'The same by code and in both languages, with times on the clocks of the site; empty where nothing is missing';

export const HistorySampleSchema = Type.Object({
  atMs: Ms,
  min: nullable(Type.Number()),
  max: nullable(Type.Number()),
  mean: nullable(Type.Number({ description: 'Weighted with the time that each value stood' })),
  last: nullable(Type.Number({ description: 'At the end of the stretch' })),
  isGood: Type.Boolean({
    description: 'Whether there was a usable value all the time; null values are a gap',
  }),
  quality: nullable(
    Type.Integer({
      description: 'Worst quality code in it: 0 good, 64–127 uncertain, 128–255 bad; null = not known',
    }),
  ),
  count: Type.Integer({ description: 'Readings in it' }),
});

export const PointHistorySchema = Type.Object({
  point: Type.String({ description: 'equipment/point' }),
  unit: Type.String({ description: 'Symbol, e.g. MPa; empty for none' }),
  fromMs: Ms,
  toMs: Type.Number({ description: 'UTC milliseconds, excluded; now at the latest' }),
  coveredFromMs: nullable(
    Type.Number({ description: 'UTC milliseconds since which anything is known; null = nothing is' }),
  ),
  bucketMs: Type.Integer({
    description:
      'Time that one sample stands for; 0 = the readings themselves. Samples begin at UTC multiples of it',
  }),
  missing: nullable(
    Type.String({
      description:
        'Why part of the range is missing although it may exist, in plain English; null = all that was read is here',
    }),
  ),
  missingReasons: Type.Array(ReasonSchema, { description: MISSING_REASONS }),
  samples: Type.Array(HistorySampleSchema, {
    description:
      'Oldest first. The first tells what stood at the beginning and may lie before it. A reading stands until the next; nothing is interpolated',
  }),
});
export type PointHistoryView = Static<typeof PointHistorySchema>;

export const HistoriesSchema = Type.Object({ items: Type.Array(PointHistorySchema) });

const InstantPointSchema = Type.Object({
  id: Type.String({ description: 'equipment/point' }),
  equipment: Type.String(),
  text: TextSchema,
  unit: Type.String({ description: 'Symbol, e.g. MPa; empty for none' }),
  value: nullable(Type.Number({ description: 'null = bad, or nothing is known' })),
  stateText: nullable(TextSchema),
  quality: nullable(
    Type.Unsafe<'good' | 'uncertain' | 'bad'>({ type: 'string', enum: ['good', 'uncertain', 'bad'] }),
  ),
  qualityCode: nullable(Type.Integer()),
  qualityText: nullable(TextSchema),
  stampMs: nullable(
    Type.Number({ description: 'When the reading came, UTC milliseconds; null = nothing is known' }),
  ),
  ageMs: nullable(Type.Number({ description: 'How old it was at the instant' })),
});
export type InstantPointView = Static<typeof InstantPointSchema>;

export const InstantSchema = Type.Object({
  atMs: Ms,
  missing: nullable(
    Type.String({
      description:
        'Why a later reading may be missing although it may exist, in plain English; null = none is',
    }),
  ),
  missingReasons: Type.Array(ReasonSchema, { description: MISSING_REASONS }),
  items: Type.Array(InstantPointSchema),
  total: Type.Integer(),
});
