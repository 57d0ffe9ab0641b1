/** An entry of feedback as it begins: received, with its three clocks running under the policy of the moment. Pure. */
import type { Policy } from '../config/policy.ts';
import { RiserError } from '../core/errors.ts';
import type { Feedback, TicketLine } from '../core/feedback.ts';
import { type FeedbackId, type SiteId, toId } from '../core/ids.ts';
import type { Text } from '../core/text.ts';
import type { PersonalFields } from '../store/store.ts';
import type { NewFeedback } from './changes.ts';
import { startClocks } from './clocks.ts';
import { type FeedbackStep, requireText } from './feedback-step.ts';
import { FEEDBACK_LIMITS } from './limits.ts';

export interface OpeningInput {
  /** `FK20261121-0001`. */
  readonly number: string;
  readonly site: SiteId;
  readonly entry: NewFeedback;
  /** Those of the entry, as they were found. */
  readonly tickets: readonly TicketLine[];
  /** Name and way of contact as sealed; null = anonymous. */
  readonly personal: PersonalFields | null;
  readonly by: string;
}

/**
 * @throws RiserError `missing-fields`, `bad-request`; `late-entry-order` when the time of receipt lies ahead, or further back than the
 * policy lets
 */
export function openFeedback(
  { number, site, entry, tickets, personal, by }: OpeningInput,
  policy: Policy,
  nowMs: number,
): FeedbackStep {
  requireText({ content: entry.content }, CONTENT_RULE);
  if (tickets.length > FEEDBACK_LIMITS.tickets) throw new RiserError('bad-request');
  const receivedAtMs = toReceivedMs(entry, policy, nowMs);
  const isLate = nowMs - receivedAtMs > FEEDBACK_LIMITS.lateMs;
  const { source, channel, subject, content, place } = entry;
  const feedback: Feedback = {
    id: toId<FeedbackId>(number),
    number,
    version: 1,
    decidedVersion: 1,
    site,
    policyVersion: policy.version,
    source,
    channel,
    subject,
    content: content.trim(),
    place: place.trim(),
    personal: personal === null ? null : `${number}/1`,
    stage: 'received',
    receivedAtMs,
    enteredAtMs: nowMs,
    isLateEntry: isLate,
    receivedBy: by,
    handler: entry.handler ?? by,
    tickets,
    complaint: null,
    handling: null,
    answer: null,
    analysis: null,
    filed: null,
    voided: null,
    clocks: startClocks(receivedAtMs, isLate ? nowMs + policy.lateEntry.holdMs : null, policy),
  };
  const sealed = personal === null ? {} : { personal: feedback.personal, digest: personal.digest };
  const late = isLate ? { enteredAtMs: nowMs } : {};
  const detail = {
    source,
    channel,
    subject,
    content: feedback.content,
    place: feedback.place,
    handler: feedback.handler,
    tickets: tickets.map((ticket) => ticket.number),
    policyVersion: policy.version,
    ...sealed,
    ...late,
  };
  return { feedback, events: [{ type: 'received', atMs: receivedAtMs, by, feedback, detail }] };
}

/** @throws RiserError `late-entry-order` */
function toReceivedMs({ receivedAtMs }: NewFeedback, { lateEntry }: Policy, nowMs: number): number {
  if (receivedAtMs === null) return nowMs;
  const oldestMs = nowMs - lateEntry.oldestMs;
  if (receivedAtMs > nowMs || receivedAtMs < oldestMs) {
    const bound = receivedAtMs > nowMs ? nowMs : oldestMs;
    throw new RiserError('late-entry-order', { after: new Date(bound).toISOString() });
  }
  return receivedAtMs;
}

const CONTENT_RULE: Text = { zh: '反馈须写明内容', en: 'feedback says what it is about' };
