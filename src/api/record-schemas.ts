/** What is kept with a ticket, and what became of it: its files, a hold. Part of the ticket's schema. */
import Type from 'typebox';
import { Ms } from './schemas.ts';

export const AttachmentSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  mediaType: Type.String({ description: 'As recognised from its first bytes' }),
  bytes: Type.Integer(),
  sha256: Type.String(),
  by: Type.String(),
  atMs: Ms,
  destroyedAtMs: Type.Optional(Ms),
});

export const HoldSchema = Type.Object(
  { by: Type.String(), atMs: Ms, reason: Type.String() },
  { description: 'Its words and files are not destroyed' },
);
