/** Shape of the backups as the API tells them. */
import Type from 'typebox';
import type { ErrorCode } from '../core/errors.ts';
import { Ms, nullable, TextSchema } from './schemas.ts';

const KeptBackupSchema = Type.Object({
  name: Type.String({ description: 'Of its directory' }),
  begunMs: Ms,
  durationMs: Type.Number(),
  bytes: Type.Integer(),
  files: Type.Integer(),
  riser: Type.String({ description: 'Version of the program that made it' }),
});

export const BackupsViewSchema = Type.Object({
  schedule: nullable(
    Type.Object(
      {
        directory: Type.String(),
        at: Type.String({ description: 'HH:MM, local time of the site' }),
        keep: Type.Integer({ description: 'Backups kept' }),
      },
      { description: 'null = no scheduled backups' },
    ),
  ),
  status: Type.Object({
    lastOkMs: nullable(Ms),
    lastFailure: nullable(
      Type.Object(
        { atMs: Ms, code: Type.Unsafe<ErrorCode>({ type: 'string' }), text: TextSchema },
        { description: 'Of the last run, when no backup has been made since' },
      ),
    ),
    isRunning: Type.Boolean(),
    progressRatio: nullable(Type.Number({ description: 'Share that is copied, 0–1' })),
    bytes: nullable(Type.Integer({ description: 'Of the newest backup' })),
    durationMs: nullable(Type.Number({ description: 'Of the newest backup' })),
    nextMs: nullable(Ms),
  }),
  items: Type.Array(KeptBackupSchema, { description: 'Complete backups of this site, newest first' }),
  total: Type.Integer(),
});
