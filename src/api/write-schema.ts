/** Shapes of writes and lock-outs in the public API. */
import Type, { type Static } from 'typebox';
import { LockOutSchema, Ms, nullable, TextSchema } from './schemas.ts';

const STATES = [
  'sent',
  'confirmed',
  'failed',
  'differs',
  'unknown',
  'reverting',
  'reverted',
  'revert-failed',
  'superseded',
] as const;

export const PointWriteViewSchema = Type.Object({
  id: Type.String(),
  point: Type.String({ description: 'equipment/point' }),
  value: Type.Number(),
  previous: nullable(Type.Number({ description: 'Value before; what a revert writes' })),
  state: Type.Unsafe<(typeof STATES)[number]>({
    type: 'string',
    enum: [...STATES],
    description:
      'Only `confirmed` was seen in the device. `sent`: under way. `differs`: another value was read back. `unknown`: nobody knows whether it was carried out. `failed`: nothing was changed',
  }),
  by: Type.String({ description: 'User name' }),
  reason: Type.String(),
  atMs: Ms,
  readBack: nullable(Type.Number({ description: 'Last value that was read back' })),
  revertAtMs: nullable(Type.Number({ description: 'When `previous` is written again; UTC milliseconds' })),
  changedAtMs: Ms,
  detail: Type.String({
    description: 'Why it is not confirmed, or what the revert waits for; plain English',
  }),
  detailText: TextSchema,
});
export type PointWriteView = Static<typeof PointWriteViewSchema>;

export const LockOutViewSchema = Type.Object({ equipment: Type.String(), ...LockOutSchema.properties });
export type LockOutView = Static<typeof LockOutViewSchema>;
