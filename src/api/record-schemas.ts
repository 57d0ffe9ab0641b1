/** What is kept with a ticket, and what became of it: its files, a hold, to whom it was reported. Part of the ticket's schema. */
import Type from 'typebox';
import { Ms, nullable } from './schemas.ts';

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

/** To whom an emergency was reported. */
export const ReportSchema = Type.Object({
  to: Type.String({ description: 'A role, or `assignee`' }),
  atMs: Ms,
  deliveredAtMs: nullable(Ms),
  answeredAtMs: nullable(Ms),
  isLate: Type.Optional(
    Type.Boolean({ description: 'Entered late: told as news of then, nothing rings for it' }),
  ),
});
