/** Rows of feedback for tests of the store. */
import type { Feedback } from '../../../src/core/feedback.ts';
import { toId } from '../../../src/core/ids.ts';
import { toFeedbackDues } from '../../../src/feedback/clocks.ts';
import { openFeedback } from '../../../src/feedback/open.ts';
import type { Write } from '../../../src/store/store.ts';
import { createTestPolicy } from '../../support/model.ts';

export function makeFeedback(number: string, changes: Partial<Feedback> = {}): Feedback {
  const { feedback } = openFeedback(
    {
      number,
      site: toId('tower'),
      entry: {
        source: 'letter',
        channel: 'paper',
        subject: 'cleaning',
        content: '大堂地面湿滑',
        place: '3 号楼',
        handler: 'wang',
        tickets: [],
        receivedAtMs: null,
      },
      tickets: [],
      personal: null,
      by: 'desk-li',
    },
    createTestPolicy(),
    1_000,
  );
  return { ...feedback, ...changes };
}

export function feedback(
  number: string,
  changes: Partial<Feedback> = {},
  expectedVersion: number | null = null,
): Write {
  const made = makeFeedback(number, changes);
  const dues = toFeedbackDues(made).map((due) => ({ ...due, feedback: made.id }));
  return { type: 'feedback', feedback: made, expectedVersion, dues };
}

export function feedbackEvent(number: string, detail: Readonly<Record<string, unknown>> = {}): Write {
  const event = {
    feedback: toId<Feedback['id']>(number),
    version: 1,
    type: 'received',
    atMs: 1_000,
  } as const;
  return { type: 'feedback-event', event: { ...event, by: 'desk-li', detail } };
}
