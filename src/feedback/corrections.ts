/**
 * Corrections of feedback: a further event that names the old value, who, when and why; nothing that was written is changed in the
 * history. What is corrected of the person lies in a row of its own, of which the history has the digest only. Pure.
 */
import { RiserError } from '../core/errors.ts';
import {
  FEEDBACK_CHANNELS,
  FEEDBACK_SOURCES,
  FEEDBACK_SUBJECTS,
  type Feedback,
  type FeedbackChannel,
  type FeedbackSource,
  type FeedbackSubject,
} from '../core/feedback.ts';
import type { Text } from '../core/text.ts';
import type { CorrectableField, FeedbackChange, StepFindings } from './changes.ts';
import { type FeedbackStep, type Moment, requireText, toFeedbackStep } from './feedback-step.ts';

type Correction = Extract<FeedbackChange, { type: 'correct' }>;

/** Of the person: name and way of contact. */
export function isOfPerson(field: CorrectableField): boolean {
  return field === 'contactName' || field === 'contactMethod';
}

/** @throws RiserError `missing-fields`, `nothing-to-correct`, `value-not-allowed` */
export function correctFeedback(
  feedback: Feedback,
  { field, value, reason }: Correction,
  { personal }: StepFindings,
  moment: Moment,
): FeedbackStep {
  requireText({ reason }, REASON_RULE);
  if (isOfPerson(field)) {
    const detail = {
      field,
      reason,
      ...(personal !== null && { personal: personal.id, digest: personal.digest }),
    };
    return toFeedbackStep(
      feedback,
      { personal: personal?.id ?? null },
      [{ type: 'corrected', detail }],
      moment,
    );
  }
  const from = toValue(feedback, field);
  if (from === null) throw new RiserError('nothing-to-correct', { field });
  // Of all fields only the place may be left open.
  if (field !== 'place') requireText({ [field]: value }, VALUE_RULE);
  const detail = { field, from, to: value, reason };
  return toFeedbackStep(feedback, toChange(feedback, field, value), [{ type: 'corrected', detail }], moment);
}

type OwnField = Exclude<CorrectableField, 'contactName' | 'contactMethod'>;

/** null = it is not written yet. */
function toValue(
  { handling, answer, analysis, ...feedback }: Feedback,
  field: CorrectableField,
): string | null {
  switch (field) {
    case 'arranged':
    case 'arrangedBy':
      return handling?.[field] ?? null;
    case 'result':
      return answer?.result ?? null;
    case 'cause':
    case 'measure':
    case 'opinion':
      return analysis?.[field] ?? null;
    case 'contactName':
    case 'contactMethod':
      return null;
    default:
      return feedback[field];
  }
}

function toChange(feedback: Feedback, field: CorrectableField, value: string): Partial<Feedback> {
  const { handling, answer, analysis } = feedback;
  switch (field as OwnField) {
    case 'arranged':
    case 'arrangedBy':
      return { handling: handling && { ...handling, [field]: value } };
    case 'result':
      return { answer: answer && { ...answer, result: value } };
    case 'cause':
    case 'measure':
    case 'opinion':
      return { analysis: analysis && { ...analysis, [field]: value } };
    case 'source':
      return { source: requireName<FeedbackSource>(value, FEEDBACK_SOURCES) };
    case 'channel':
      return { channel: requireName<FeedbackChannel>(value, FEEDBACK_CHANNELS) };
    case 'subject':
      return { subject: requireName<FeedbackSubject>(value, FEEDBACK_SUBJECTS) };
    case 'content':
      return { content: value };
    case 'place':
      return { place: value };
    default:
      return {};
  }
}

/** @throws RiserError `value-not-allowed` */
function requireName<Name extends string>(value: string, names: Readonly<Record<Name, Text>>): Name {
  if (Object.hasOwn(names, value)) return value as Name;
  throw new RiserError('value-not-allowed', { value, allowed: Object.keys(names).join(', ') });
}

const REASON_RULE: Text = { zh: '更正须写明原因', en: 'a correction has a reason' };
const VALUE_RULE: Text = { zh: '更正后的内容不能为空', en: 'a correction says what is right' };
