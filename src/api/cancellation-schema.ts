/** Cancelling as the API has it: what is asked for, and what stands on the ticket (tickets/cancel-consent.ts says when). */
import Type from 'typebox';
import { AGREED_HOW_NAMES, AGREED_WITH_NAMES, CANCEL_REASON_NAMES } from '../core/cancellation.ts';
import { LIMITS } from '../core/limits.ts';
import { LAST_MS, LongText, oneOf } from './request-schemas.ts';
import { Ms, strings } from './schemas.ts';

const words = Type.String();

export const CANCEL_FIELDS = {
  reason: Type.Optional(oneOf(CANCEL_REASON_NAMES)),
  note: Type.Optional(LongText),
  agreedWith: Type.Optional(
    oneOf(AGREED_WITH_NAMES, { description: 'Who of the source has agreed; asked for when it is withdrawn' }),
  ),
  how: Type.Optional(oneOf(AGREED_HOW_NAMES, { description: 'How they said so; asked for with it' })),
  agreedAtMs: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: LAST_MS,
      description: 'When they said so, UTC milliseconds; asked for with it',
    }),
  ),
  approver: Type.Optional(
    Type.String({
      maxLength: LIMITS.shortTextChars,
      description:
        'Of `staff.approvers`; neither who cancels nor who answers for a limit that was passed. Asked for where a person has ' +
        'reported it and it is a complaint or has passed a limit, save as a duplicate, unless whoever cancels may approve it',
    }),
  ),
} as const;

export const CancellationSchema = Type.Object({
  by: words,
  reason: strings(CANCEL_REASON_NAMES),
  note: words,
  atMs: Ms,
  agreedWith: Type.Optional(strings(AGREED_WITH_NAMES)),
  how: Type.Optional(strings(AGREED_HOW_NAMES)),
  agreedAtMs: Type.Optional(Ms),
  approver: Type.Optional(words),
});
