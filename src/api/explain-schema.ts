/** Shape of "why did I get this, why did nobody get that": the readings of a rule, and the verdict of every layer. */
import Type, { type Static } from 'typebox';
import { SEVERITY_NAMES } from '../core/severity.ts';
import { ISA_STATES } from './alarm-schemas.ts';
import { Ms, nullable, strings, TextSchema } from './schemas.ts';

const ExplainedReadingSchema = Type.Object({
  point: Type.String({ description: 'equipment/point' }),
  name: TextSchema,
  role: strings(['own', 'guard', 'expected'], {
    description: 'Judged by the rule, a guard (`when`), or a sign of an effect that is to be expected',
  }),
  value: nullable(Type.Number()),
  valueText: TextSchema,
  quality: Type.Integer(),
  qualityText: TextSchema,
  receivedMs: nullable(Ms),
  holds: nullable(strings(['true', 'false', 'unknown'])),
});

const LayerVerdictSchema = Type.Object({
  layer: Type.String({
    description:
      'condition, delay, occurrence, latch, suppression, shelf, service, chatter, storm, ticket: in the order in which they decide',
  }),
  verdict: Type.String({ description: 'Stable code' }),
  text: TextSchema,
  detail: Type.Record(Type.String(), Type.Unknown()),
});

export const ExplanationSchema = Type.Object({
  isLive: Type.Boolean({
    description: 'As it is at `atMs`; false = of an occurrence that has ended, from its record',
  }),
  atMs: Ms,
  key: Type.String(),
  equipment: Type.String(),
  rule: Type.String(),
  ruleVersion: Type.String(),
  type: Type.String(),
  severity: strings(SEVERITY_NAMES),
  text: TextSchema,
  state: strings(ISA_STATES),
  occurrence: nullable(Type.String()),
  readings: Type.Array(ExplainedReadingSchema),
  layers: Type.Array(LayerVerdictSchema),
  causes: Type.Array(
    Type.Object({
      occurrence: Type.String(),
      equipmentName: TextSchema,
      text: TextSchema,
      ticket: nullable(Type.String({ description: 'Number of the ticket that stands for it' })),
    }),
    { description: 'Because of X, because of Y: the nearest cause first' },
  ),
});
export type ExplanationView = Static<typeof ExplanationSchema>;
