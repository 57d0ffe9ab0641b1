/** Shape of a point's history in the public API (v1), beside the others in schemas.ts. */
import Type, { type Static } from 'typebox';
import { Ms, nullable } from './schemas.ts';

export const HistorySampleSchema = Type.Object({
  atMs: Ms,
  min: nullable(Type.Number()),
  max: nullable(Type.Number()),
  mean: nullable(Type.Number()),
  last: nullable(Type.Number({ description: 'At the end of the stretch' })),
  isGood: Type.Boolean({
    description: 'Whether there was a usable value all the time; null values are a gap',
  }),
});

export const PointHistorySchema = Type.Object({
  point: Type.String({ description: 'equipment/point' }),
  unit: Type.String({ description: 'Symbol, e.g. MPa; empty for none' }),
  fromMs: Ms,
  toMs: Type.Number({ description: 'UTC milliseconds, excluded; now at the latest' }),
  coveredFromMs: nullable(
    Type.Number({ description: 'UTC milliseconds since which anything is known; null = nothing is' }),
  ),
  bucketMs: Type.Integer({ description: 'Time that one sample stands for; 0 = the readings themselves' }),
  samples: Type.Array(HistorySampleSchema, {
    description:
      'Oldest first. The first tells what stood at the beginning and may lie before it. A reading stands until the next; nothing is interpolated',
  }),
});
export type PointHistoryView = Static<typeof PointHistorySchema>;
