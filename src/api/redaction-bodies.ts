/** What a redaction of typed words says, whatever the words belong to: a ticket or another record. */
import Type from 'typebox';
import { LIMITS } from '../core/limits.ts';

/** Of a redaction, a hold or a destruction: never blank. */
export const WordsReason = Type.String({ minLength: 1, maxLength: LIMITS.textChars, pattern: '\\S' });

export const REDACTION_FIELDS = {
  event: Type.Integer({ minimum: 1, description: '`event` of an entry of the history' }),
  field: Type.String({ minLength: 1, maxLength: LIMITS.shortTextChars, description: 'One of its `typed`' }),
  replacement: Type.String({ maxLength: LIMITS.textChars, default: '', description: 'Shown in their place' }),
  reason: WordsReason,
};
