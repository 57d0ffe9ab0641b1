/** Shapes of feedback (客户反馈) in the public API, and what people send about it. Conventions as in schemas.ts. */
import Type, { type Static } from 'typebox';
import type { Policy } from '../config/policy.ts';
import {
  ANSWER_WAY_NAMES,
  FEEDBACK_CHANNEL_NAMES,
  FEEDBACK_CLOCK_NAMES,
  FEEDBACK_CLOCKS,
  FEEDBACK_SOURCE_NAMES,
  FEEDBACK_STAGE_NAMES,
  FEEDBACK_SUBJECT_NAMES,
  type Feedback,
} from '../core/feedback.ts';
import { ID_PATTERN, MAX_ID_LENGTH } from '../core/ids.ts';
import { LIMITS } from '../core/limits.ts';
import { PRIORITY_NAMES } from '../core/ticket.ts';
import { CORRECTABLE, type FeedbackChangeType } from '../feedback/changes.ts';
import { FEEDBACK_LIMITS } from '../feedback/limits.ts';
import { isHandler, mayVoid, OF_HANDLER, POSSIBLE_IN } from '../feedback/step.ts';
import type { Person } from '../people/people.ts';
import type { Permission } from '../people/permissions.ts';
import type { TicketActor } from '../tickets/transitions.ts';
import type { DeepReadonly } from './deep-readonly.ts';
import { maskMethod, maskName } from './masks.ts';
import { closed, instant, LAST_MS, LongText, oneOf, paging, ShortText } from './request-schemas.ts';
import { Ms, nullable, strings, TextSchema } from './schemas.ts';

const maybeMs = nullable(Ms);
const TicketLineSchema = Type.Object({ id: Type.String(), number: Type.String() });

/** Name of each change in the API, and who may make it; what a handler does without `feedback.manage` the engine decides. */
export const CHANGE_PERMISSIONS = {
  assign: 'feedback.manage',
  handle: 'ticket.read-all',
  tell: 'ticket.read-all',
  analyse: 'ticket.read-all',
  file: 'ticket.archive',
  void: 'ticket.cancel',
  link: 'ticket.read-all',
  complaint: 'feedback.manage',
  correct: 'ticket.read-all',
} as const satisfies Record<FeedbackChangeType, Permission>;
const CHANGE_NAMES = Object.keys(CHANGE_PERMISSIONS) as readonly FeedbackChangeType[];

export const FeedbackViewSchema = Type.Object({
  id: Type.String(),
  number: Type.String(),
  version: Type.Integer({ description: 'Name it with every change' }),
  site: Type.String(),
  policyVersion: Type.String({ description: 'Whose limits it has, to its end' }),
  source: strings(FEEDBACK_SOURCE_NAMES),
  channel: strings(FEEDBACK_CHANNEL_NAMES),
  subject: strings(FEEDBACK_SUBJECT_NAMES),
  content: Type.String(),
  place: Type.String(),
  hasContact: Type.Boolean({ description: 'Whoever gave it is known, or was' }),
  contact: Type.Optional(
    Type.Union([Type.Object({ name: Type.String(), method: Type.String() }), Type.Null()], {
      description: 'Of one entry, masked; null = anonymous, or destroyed',
    }),
  ),
  stage: strings(FEEDBACK_STAGE_NAMES),
  receivedAtMs: Ms,
  enteredAtMs: Ms,
  isLateEntry: Type.Boolean(),
  receivedBy: Type.String(),
  handler: Type.String({ description: 'User, group or role' }),
  tickets: Type.Array(TicketLineSchema, { description: 'That it is about' }),
  complaint: nullable(TicketLineSchema),
  handling: nullable(
    Type.Object({ arranged: Type.String(), arrangedBy: Type.String(), by: Type.String(), atMs: Ms }),
  ),
  answer: nullable(
    Type.Object({
      result: Type.String(),
      how: strings(ANSWER_WAY_NAMES),
      isSatisfied: nullable(Type.Boolean()),
      by: Type.String(),
      atMs: Ms,
    }),
  ),
  analysis: nullable(
    Type.Object({
      cause: Type.String(),
      measure: Type.String(),
      opinion: Type.String(),
      by: Type.String(),
      atMs: Ms,
    }),
  ),
  filed: nullable(Type.Object({ by: Type.String(), atMs: Ms })),
  voided: nullable(Type.Object({ by: Type.String(), atMs: Ms, reason: Type.String() })),
  clocks: Type.Array(
    Type.Object({
      id: strings(FEEDBACK_CLOCK_NAMES),
      name: TextSchema,
      startedAtMs: Ms,
      warnAtMs: Ms,
      dueAtMs: Ms,
      heldUntilMs: maybeMs,
      warnedAtMs: maybeMs,
      stoppedAtMs: maybeMs,
      breachedAtMs: maybeMs,
      responsible: nullable(Type.String({ description: 'With whom the breach is recorded' })),
    }),
  ),
  changes: Type.Array(strings(CHANGE_NAMES), { description: 'That the caller may make now' }),
});
export type FeedbackView = Static<typeof FeedbackViewSchema>;

export interface FeedbackReader {
  readonly person: Pick<Person, 'permissions'>;
  readonly actor: TicketActor;
  /** In force: who approves. */
  readonly policy: Pick<Policy, 'staff'>;
}

/** @param contact of one entry: as stored, null = none; left out in lists */
export function toFeedbackView(
  feedback: Feedback,
  reader: FeedbackReader,
  contact?: { readonly name: string; readonly method: string } | null,
): FeedbackView {
  const { personal, decidedVersion: _decided, clocks, ...shown } = feedback;
  const masked = contact && { name: maskName(contact.name), method: maskMethod(contact.method) };
  const view = {
    ...shown,
    hasContact: personal !== null,
    ...(masked !== undefined && { contact: masked }),
    clocks: clocks.map((clock) => ({ ...clock, name: FEEDBACK_CLOCKS[clock.id] })),
    changes: CHANGE_NAMES.filter((type) => mayChange(feedback, type, reader)),
  };
  return view satisfies DeepReadonly<FeedbackView> as unknown as FeedbackView;
}

function mayChange(
  feedback: Feedback,
  type: FeedbackChangeType,
  { person, actor, policy }: FeedbackReader,
): boolean {
  if (!POSSIBLE_IN[type].includes(feedback.stage)) return false;
  if (type === 'complaint' && feedback.complaint !== null) return false;
  if (!person.permissions.has(CHANGE_PERMISSIONS[type])) return false;
  if (type === 'void') return mayVoid(feedback, actor, policy);
  if (type === 'file' || person.permissions.has('feedback.manage')) return true;
  return OF_HANDLER.includes(type) && isHandler(feedback, actor);
}

// --- what is sent -------------------------------------------------------------------------------------------------

const version = Type.Integer({ minimum: 1, description: 'Version of the entry that the caller saw' });
const written = Type.String({ ...LongText, minLength: 1, pattern: '\\S' });
const occurredAtMs = Type.Union([Type.Integer({ minimum: 0, maximum: LAST_MS }), Type.Null()], {
  default: null,
  description: 'Late entry (补录): when it really happened; null = now',
});
const TicketId = Type.String({ minLength: 1, maxLength: 100 });
const short = Type.Optional(Type.String({ minLength: 1, maxLength: LIMITS.shortTextChars }));

const maybe = (schema: typeof LongText) => Type.Union([schema, Type.Null()], { default: null });

export const NewFeedbackBody = closed({
  source: oneOf(FEEDBACK_SOURCE_NAMES),
  channel: oneOf(FEEDBACK_CHANNEL_NAMES),
  subject: oneOf(FEEDBACK_SUBJECT_NAMES),
  content: written,
  place: Type.String({ ...ShortText, default: '' }),
  contactName: Type.String({ ...ShortText, default: '' }),
  contactMethod: Type.String({ ...ShortText, default: '' }),
  handler: Type.Union([Type.String({ ...ShortText, minLength: 1 }), Type.Null()], {
    default: null,
    description: 'User, group or role; null = whoever enters it',
  }),
  tickets: Type.Array(TicketId, { maxItems: FEEDBACK_LIMITS.tickets, uniqueItems: true, default: [] }),
  receivedAtMs: Type.Union([Type.Integer({ minimum: 0, maximum: LAST_MS }), Type.Null()], {
    default: null,
    description: 'Late entry (补录): real time of receipt; null = now',
  }),
});

/** One body per change (feedback/changes.ts). */
export const FEEDBACK_BODIES = {
  assign: closed({
    version,
    handler: Type.String({ ...ShortText, minLength: 1 }),
    note: Type.String({ ...LongText, default: '' }),
  }),
  handle: closed({
    version,
    arranged: written,
    arrangedBy: Type.String({
      ...ShortText,
      default: '',
      description: 'Who arranged it; empty = the caller',
    }),
    occurredAtMs,
  }),
  tell: closed({
    version,
    result: written,
    how: oneOf(ANSWER_WAY_NAMES),
    isSatisfied: Type.Union([Type.Boolean(), Type.Null()], { default: null }),
    occurredAtMs,
  }),
  analyse: closed({ version, cause: written, measure: written, opinion: written, occurredAtMs }),
  file: closed({ version }),
  void: closed({ version, reason: written }),
  link: closed({ version, ticket: TicketId }),
  complaint: closed({
    version,
    content: maybe(written),
    place: maybe(ShortText),
    equipment: maybe(Type.String({ pattern: ID_PATTERN, maxLength: MAX_ID_LENGTH })),
    location: maybe(Type.String({ pattern: ID_PATTERN, maxLength: MAX_ID_LENGTH })),
    priority: Type.Union([oneOf(PRIORITY_NAMES), Type.Null()], { default: null }),
  }),
  correct: closed({
    version,
    field: oneOf(CORRECTABLE),
    value: LongText,
    reason: written,
  }),
} as const satisfies Record<FeedbackChangeType, unknown>;

export const feedbackFilters = {
  number: short,
  stage: Type.Optional(oneOf(FEEDBACK_STAGE_NAMES)),
  source: Type.Optional(oneOf(FEEDBACK_SOURCE_NAMES)),
  subject: Type.Optional(oneOf(FEEDBACK_SUBJECT_NAMES)),
  handler: short,
  breached: Type.Optional(oneOf(['yes', 'no'], { description: 'Whether one of its limits has passed' })),
  ticket: Type.Optional(
    Type.String({ minLength: 1, maxLength: 100, description: 'Id of one that it is about' }),
  ),
  text: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: LIMITS.shortTextChars,
      description: 'Words of content, place, arrangement, result, analysis or numbers; all must be there',
    }),
  ),
  from: instant('received then or later'),
  to: instant('received before'),
};
const state = (value: 'open' | 'all') => oneOf(['open', 'over', 'all'], { default: value });
export const FeedbackQuery = closed({ state: state('open'), ...feedbackFilters, ...paging });
export const FeedbackExportQuery = closed({
  state: state('all'),
  ...feedbackFilters,
  format: oneOf(['csv', 'xlsx'], { default: 'csv' }),
  language: Type.Optional(oneOf(['zh', 'en'], { description: 'Default: by Accept-Language, else zh' })),
});
export type FeedbackFilterInput = Omit<Static<typeof FeedbackQuery>, 'limit' | 'offset'>;
