/**
 * Corrections (更正): a new entry that names the old value, the new one, who, when and why. Of personal fields the record
 * keeps the id of the row before and the digest of the new one, never the words.
 */
import { RiserError } from '../core/errors.ts';
import type { Text } from '../core/text.ts';
import type { Ticket } from '../core/ticket.ts';
import { isBlank, requireFields } from './fields.ts';
import { toRepeat } from './repeat.ts';
import type { CorrectableField, Transition } from './transitions.ts';
import { type Outcome, toPersonalContact, type Work } from './work.ts';

type Correction = Transition & { readonly type: 'correct' };

/** What may be filled in by a correction; anything else must have been written once. */
const FILLABLE: readonly CorrectableField[] = ['faultKind', 'place', 'contactName', 'contactMethod'];

/** @throws RiserError `missing-fields`, `nothing-to-correct`, `value-not-allowed` */
export function applyCorrection(step: Correction, work: Work): Outcome {
  const { ticket } = work;
  const { field, value, reason } = step;
  requireFields({ value, reason }, CORRECT_RULE);
  if (field === 'contactName' || field === 'contactMethod') return correctContact(step, work);
  const before = ticket[field];
  if (isBlank(before) && !FILLABLE.includes(field)) throw new RiserError('nothing-to-correct', { field });
  const after = toValue(field, value);
  const repeat =
    field === 'faultKind'
      ? toRepeat(ticket, value, work.context.policy, work.moment.atMs)
      : { change: {}, detail: {} };
  const change: Partial<Ticket> = { [field]: after, ...repeat.change };
  const happening = {
    type: 'corrected' as const,
    detail: { field, from: before, to: after, reason, ...repeat.detail },
  };
  return { type: 'corrected', change, happenings: [happening] };
}

/** Whoever asks hands both fields over, sealed together; without them nothing is changed. */
function correctContact({ field, reason }: Correction, { ticket, context }: Work): Outcome {
  const { personal } = context;
  if (personal === null) throw new RiserError('nothing-to-correct', { field });
  const { contact, detail } = toPersonalContact(ticket, personal);
  const record = { field, from: ticket.contact.personal, ...detail, reason };
  return { type: 'corrected', change: { contact }, happenings: [{ type: 'corrected', detail: record }] };
}

function toValue(field: CorrectableField, value: string): Text | string | number {
  if (field === 'content' || field === 'place') return { zh: value, en: value };
  if (field !== 'amountYuan') return value;
  const amount = Number(value);
  if (!Number.isFinite(amount) || amount < 0)
    throw new RiserError('value-not-allowed', { value, allowed: AMOUNT });
  return amount;
}

const CORRECT_RULE: Text = { zh: '更正须写明新内容和原因', en: 'a correction needs the new value and why' };
const AMOUNT: Text = { zh: '不小于 0 的金额（元）', en: 'an amount in yuan, 0 or more' };
