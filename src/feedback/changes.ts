/** What people say and do about feedback. The API's schemas mirror these types; the step is feedback/step.ts. */
import type {
  AnswerWay,
  FeedbackChannel,
  FeedbackSource,
  FeedbackSubject,
  TicketLine,
} from '../core/feedback.ts';
import type { EquipmentId, LocationId, TicketId } from '../core/ids.ts';
import type { Priority } from '../core/ticket.ts';

export interface NewFeedback {
  readonly source: FeedbackSource;
  readonly channel: FeedbackChannel;
  readonly subject: FeedbackSubject;
  readonly content: string;
  readonly place: string;
  /** User, group or role; null = whoever receives it sees to it (首接负责). */
  readonly handler: string | null;
  /** Tickets that it is about. */
  readonly tickets: readonly TicketId[];
  /** 补录: real time of receipt; null = now. */
  readonly receivedAtMs: number | null;
}

/** Fields that can be corrected; the old value stays in the history. Those of the person lie in a row of their own. */
export const CORRECTABLE = [
  'content',
  'place',
  'source',
  'channel',
  'subject',
  'arranged',
  'arrangedBy',
  'result',
  'cause',
  'measure',
  'opinion',
  'contactName',
  'contactMethod',
] as const;
export type CorrectableField = (typeof CORRECTABLE)[number];

/** 补录: when it really happened; null = now. */
interface Occurred {
  readonly occurredAtMs: number | null;
}

export type FeedbackChange =
  | { readonly type: 'assign'; readonly handler: string; readonly note: string }
  | ({ readonly type: 'handle'; readonly arranged: string; readonly arrangedBy: string } & Occurred)
  | ({
      readonly type: 'tell';
      readonly result: string;
      readonly how: AnswerWay;
      readonly isSatisfied: boolean | null;
    } & Occurred)
  | ({
      readonly type: 'analyse';
      readonly cause: string;
      readonly measure: string;
      readonly opinion: string;
    } & Occurred)
  | { readonly type: 'file' }
  | { readonly type: 'void'; readonly reason: string }
  | { readonly type: 'link'; readonly ticket: TicketId }
  /** The ticket is opened by the engine; null = with what the entry says. */
  | {
      readonly type: 'complaint';
      readonly content: string | null;
      readonly place: string | null;
      readonly equipment: EquipmentId | null;
      readonly location: LocationId | null;
      readonly priority: Priority | null;
    }
  | {
      readonly type: 'correct';
      readonly field: CorrectableField;
      readonly value: string;
      readonly reason: string;
    };
export type FeedbackChangeType = FeedbackChange['type'];

/** What the engine has found out before the step: the ticket that `link` names, or that `complaint` has opened. */
export interface StepFindings {
  readonly ticket: TicketLine | null;
  /** Digest of the new row of the person, where the step brings one. */
  readonly personal: { readonly id: string; readonly digest: string } | null;
}
