/** One change of an entry of feedback: what it is afterwards and what is told of it. What the changes mean is in the files beside it. */
import { RiserError } from '../core/errors.ts';
import type { Feedback, FeedbackEvent, FeedbackEventType } from '../core/feedback.ts';
import { GATEWAY } from '../core/gateway.ts';
import type { Text } from '../core/text.ts';

/** Never empty; the last event carries the entry of the step. */
export interface FeedbackStep {
  readonly feedback: Feedback;
  readonly events: readonly FeedbackEvent[];
}

export interface Moment {
  /** User name, or `gateway`. */
  readonly by: string;
  /** When it happened … */
  readonly atMs: number;
  /** … and when it is written down. */
  readonly nowMs: number;
}

export interface Happening {
  readonly type: FeedbackEventType;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** One version more. What the gateway does makes nobody lose who saw the version before. */
export function toFeedbackStep(
  before: Feedback,
  change: Partial<Feedback>,
  happenings: readonly Happening[],
  { by, atMs, nowMs }: Moment,
): FeedbackStep {
  const version = before.version + 1;
  const decidedVersion = by === GATEWAY ? before.decidedVersion : version;
  const isLate = atMs < nowMs;
  const feedback = {
    ...before,
    ...change,
    version,
    decidedVersion,
    isLateEntry: before.isLateEntry || isLate,
  };
  const late = isLate ? { enteredAtMs: nowMs } : {};
  const events = happenings.map(
    ({ type, detail = {} }): FeedbackEvent => ({ type, atMs, by, feedback, detail: { ...detail, ...late } }),
  );
  return { feedback, events };
}

/** @throws RiserError `missing-fields` when one of them says nothing */
export function requireText(fields: Readonly<Record<string, string>>, rule: Text): void {
  const missing = Object.keys(fields).filter((name) => (fields[name] ?? '').trim() === '');
  if (missing.length > 0) throw new RiserError('missing-fields', { fields: missing.join(', '), rule });
}
