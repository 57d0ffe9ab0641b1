/**
 * 客户反馈: what owners and users say of the service (service-workflow.md §2; source 001 §3.3.2, §4.4). Not a ticket: nobody has to
 * go anywhere at once, but it is answered, told and analysed in time. What happens to one is in feedback/. Times UTC milliseconds.
 *
 *   received ──handle──▶ handled ──tell──▶ told ──analyse──▶ analysed ──file──▶ filed
 *      │  ▲ assign, link, complaint, correct: at any stage that is not over
 *      └──┴── void (entered by mistake) ──▶ voided
 *
 *   clock      from       to          default of the documents
 *   handling   received   handled     24 h
 *   result     received   told        7 working days
 *   analysis   received   analysed    30 days
 *
 * Limits are the policy's, whose version is fixed on the entry. A warning goes to the handler, a breach to the supervisor, and
 * is recorded with the handler of that moment. Who said it is personal data: the entry has the id of its row only.
 */
import type { FeedbackId, SiteId, TicketId } from './ids.ts';
import type { Text } from './text.ts';

/** Where it comes from. */
export const FEEDBACK_SOURCES = {
  visit: { zh: '上门走访', en: 'Visit' },
  survey: { zh: '满意度调查', en: 'Satisfaction survey' },
  letter: { zh: '来信', en: 'Letter' },
  'suggestion-box': { zh: '意见箱', en: 'Suggestion box' },
  meeting: { zh: '业主大会、座谈会', en: "Owners' meeting" },
  call: { zh: '来电', en: 'Telephone call' },
  desk: { zh: '来访', en: 'At the desk' },
  'return-visit': { zh: '维修回访', en: 'Return visit' },
  other: { zh: '其他', en: 'Other' },
} as const satisfies Record<string, Text>;
export type FeedbackSource = keyof typeof FEEDBACK_SOURCES;
export const FEEDBACK_SOURCE_NAMES = Object.keys(FEEDBACK_SOURCES) as readonly FeedbackSource[];

/** The way by which it reached the house. */
export const FEEDBACK_CHANNELS = {
  'in-person': { zh: '当面', en: 'In person' },
  phone: { zh: '电话', en: 'Telephone' },
  paper: { zh: '书面', en: 'On paper' },
  online: { zh: '线上', en: 'Online' },
} as const satisfies Record<string, Text>;
export type FeedbackChannel = keyof typeof FEEDBACK_CHANNELS;
export const FEEDBACK_CHANNEL_NAMES = Object.keys(FEEDBACK_CHANNELS) as readonly FeedbackChannel[];

/** Which service it is about. */
export const FEEDBACK_SUBJECTS = {
  repairs: { zh: '工程维修', en: 'Repairs' },
  facilities: { zh: '设施设备', en: 'Facilities' },
  security: { zh: '秩序维护', en: 'Security' },
  cleaning: { zh: '环境保洁', en: 'Cleaning' },
  greenery: { zh: '绿化养护', en: 'Greenery' },
  parking: { zh: '车辆停放', en: 'Parking' },
  desk: { zh: '客户服务', en: 'Desk service' },
  fees: { zh: '收费', en: 'Fees' },
  other: { zh: '其他', en: 'Other' },
} as const satisfies Record<string, Text>;
export type FeedbackSubject = keyof typeof FEEDBACK_SUBJECTS;
export const FEEDBACK_SUBJECT_NAMES = Object.keys(FEEDBACK_SUBJECTS) as readonly FeedbackSubject[];

export const FEEDBACK_STAGES = {
  received: { zh: '待处理', en: 'Received' },
  handled: { zh: '已处理，待告知', en: 'Handled' },
  told: { zh: '已告知结果，待分析', en: 'Result told' },
  analysed: { zh: '已分析，待归档', en: 'Analysed' },
  filed: { zh: '已归档', en: 'Filed' },
  voided: { zh: '已作废', en: 'Voided' },
} as const satisfies Record<string, Text>;
export type FeedbackStage = keyof typeof FEEDBACK_STAGES;
export const FEEDBACK_STAGE_NAMES = Object.keys(FEEDBACK_STAGES) as readonly FeedbackStage[];

export const FEEDBACK_CLOCKS = {
  handling: { zh: '反馈处理', en: 'Handling of feedback' },
  result: { zh: '反馈结果告知', en: 'Result of feedback' },
  analysis: { zh: '反馈分析', en: 'Analysis of feedback' },
} as const satisfies Record<string, Text>;
export type FeedbackClockName = keyof typeof FEEDBACK_CLOCKS;
export const FEEDBACK_CLOCK_NAMES = Object.keys(FEEDBACK_CLOCKS) as readonly FeedbackClockName[];

/** How the result was told. */
export const ANSWER_WAYS = {
  'in-person': { zh: '当面', en: 'In person' },
  phone: { zh: '电话', en: 'Telephone' },
  letter: { zh: '书面', en: 'In writing' },
  notice: { zh: '公示', en: 'Public notice' },
} as const satisfies Record<string, Text>;
export type AnswerWay = keyof typeof ANSWER_WAYS;
export const ANSWER_WAY_NAMES = Object.keys(ANSWER_WAYS) as readonly AnswerWay[];

export interface Feedback {
  readonly id: FeedbackId;
  /** As printed: `FK20261121-0001`. */
  readonly number: string;
  /** Counts every change, those of the gateway too. */
  readonly version: number;
  /** Since then the gateway has only noted what time has brought: whoever saw this version or a later one may write. */
  readonly decidedVersion: number;
  readonly site: SiteId;
  readonly policyVersion: string;
  readonly source: FeedbackSource;
  readonly channel: FeedbackChannel;
  readonly subject: FeedbackSubject;
  readonly content: string;
  /** Building, unit, area; empty = not said. */
  readonly place: string;
  /** Row of the name and way of contact of whoever said it; null = anonymous. */
  readonly personal: string | null;
  readonly stage: FeedbackStage;
  readonly receivedAtMs: number;
  readonly enteredAtMs: number;
  /** 补录: entered, or continued, after the fact. */
  readonly isLateEntry: boolean;
  readonly receivedBy: string;
  /** User, group or role that has to see to it. */
  readonly handler: string;
  /** Tickets that it is about. */
  readonly tickets: readonly TicketLine[];
  /** The complaint that was made of it; null = none. */
  readonly complaint: TicketLine | null;
  readonly handling: FeedbackHandling | null;
  readonly answer: FeedbackAnswer | null;
  readonly analysis: FeedbackAnalysis | null;
  readonly filed: { readonly by: string; readonly atMs: number } | null;
  readonly voided: { readonly by: string; readonly atMs: number; readonly reason: string } | null;
  /** All three, in the order of `FEEDBACK_CLOCKS`. */
  readonly clocks: readonly FeedbackClock[];
}

export interface TicketLine {
  readonly id: TicketId;
  readonly number: string;
}

/** What was arranged, by whom. */
export interface FeedbackHandling {
  readonly arranged: string;
  /** Who arranged it: a name as entered. */
  readonly arrangedBy: string;
  readonly by: string;
  readonly atMs: number;
}

export interface FeedbackAnswer {
  readonly result: string;
  readonly how: AnswerWay;
  /** Whether they were content with it; null = not said. */
  readonly isSatisfied: boolean | null;
  readonly by: string;
  readonly atMs: number;
}

export interface FeedbackAnalysis {
  readonly cause: string;
  readonly measure: string;
  readonly opinion: string;
  readonly by: string;
  readonly atMs: number;
}

/** One clock; a stored due time can be computed again from `startedAtMs` and the policy at any moment. */
export interface FeedbackClock {
  readonly id: FeedbackClockName;
  /** The receipt; moved along when the wall clock is stepped. */
  readonly startedAtMs: number;
  readonly warnAtMs: number;
  readonly dueAtMs: number;
  /** 补录: nothing is told before it, steps that were in time may still be entered; null = at once. */
  readonly heldUntilMs: number | null;
  readonly warnedAtMs: number | null;
  /** When its stop event happened; null = it runs. */
  readonly stoppedAtMs: number | null;
  /** When its limit passed; null = kept so far. */
  readonly breachedAtMs: number | null;
  /** With whom the breach is recorded; null = no breach. */
  readonly responsible: string | null;
}

export type FeedbackEventType =
  | 'received'
  | 'assigned'
  | 'handled'
  | 'told'
  | 'analysed'
  | 'filed'
  | 'voided'
  | 'linked'
  | 'complaint-opened'
  | 'corrected'
  | 'breach-undone'
  | 'clock-warned'
  | 'clock-breached'
  | 'clocks-moved'
  | 'dues-corrected';

export interface FeedbackEvent {
  readonly type: FeedbackEventType;
  /** When it happened; of a late entry the real time, `enteredAtMs` in the detail. */
  readonly atMs: number;
  /** User name, or `gateway`. */
  readonly by: string;
  /** The entry after the event. */
  readonly feedback: Feedback;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Whether nothing can happen to it any more: then it is out of the running gateway's sight. */
export function isFeedbackOver({ stage }: Pick<Feedback, 'stage'>): boolean {
  return stage === 'filed' || stage === 'voided';
}
