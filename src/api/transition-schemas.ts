/**
 * What clients send for each step of a ticket: the fields of tickets/transitions.ts. What a step or its policy asks for
 * stays optional here: the engine refuses what is missing by name, with the rule that asks for it (`missing-fields`), which
 * tells people more than a schema can. Only what nothing could be done without is required.
 */
import Type, { type TProperties } from 'typebox';
import { AGREED_WITH_NAMES } from '../core/cancellation.ts';
import { LIMITS } from '../core/limits.ts';
import {
  ATTENDANCE_NAMES,
  FLOW_NAMES,
  PRIORITY_NAMES,
  TICKET_CLASS_NAMES,
  WAIT_REASON_NAMES,
} from '../core/ticket.ts';
import { ENTRAPMENT_STEP_NAMES, FIRE_STEP_NAMES } from '../core/ticket-sheets.ts';
import { CORRECTABLE_FIELDS, type TransitionType } from '../tickets/transitions.ts';
import { CANCEL_FIELDS } from './cancellation-schema.ts';
import { closed, LAST_MS, LongText, oneOf, ShortText } from './request-schemas.ts';

/** Kinds of material on one slip. */
const MAX_MATERIALS = 50;
/** Nobody charges more for one repair; also keeps a slip of the finger out of the month's figures. */
const MAX_YUAN = 1e9;
const MAX_PEOPLE = 100;
/** A month of work on one round. */
const MAX_MINUTES = 44_640;

const text = Type.Optional(LongText);
const line = Type.Optional(ShortText);
const id = Type.Optional(Type.String({ minLength: 1, maxLength: 100 }));
const minutes = Type.Optional(Type.Integer({ minimum: 0, maximum: MAX_MINUTES }));
const yuan = Type.Optional(Type.Number({ minimum: 0, maximum: MAX_YUAN }));
const instant = Type.Integer({ minimum: 0, maximum: LAST_MS, description: 'UTC milliseconds' });
const flag = Type.Optional(Type.Boolean());
const level = Type.Unsafe<1 | 2 | 3>({ type: 'integer', minimum: 1, maximum: 3 });
export const ImpactSchema = closed({ urgency: level, complexity: level, scope: level });

const materials = Type.Optional(
  Type.Array(
    closed({
      name: Type.String({ minLength: 1, maxLength: LIMITS.shortTextChars, pattern: '\\S' }),
      quantity: Type.Number({ exclusiveMinimum: 0, maximum: 1e6 }),
      unit: ShortText,
    }),
    { maxItems: MAX_MATERIALS },
  ),
);

/** Of `attach`: the file itself comes as multipart body, see routes/ticket-attachments.ts. */
type BodyTransition = Exclude<TransitionType, 'attach'>;

/** Without version and time, which every step has. */
export const TRANSITION_FIELDS = {
  record: {
    class: Type.Optional(oneOf(TICKET_CLASS_NAMES)),
    content: text,
    place: line,
    contactName: line,
    contactMethod: line,
  },
  dispatch: { assignee: line, note: text },
  take: { readBack: text },
  arrive: { how: oneOf(['by-hand', 'qr-code'], { default: 'by-hand' }), code: line },
  diagnose: { diagnosis: text, faultKind: line },
  plan: { plan: text, workInstruction: text },
  agree: {
    agreedBy: line,
    workingTime: text,
    impact: text,
    protection: text,
    cooperation: text,
    feesYuan: yuan,
  },
  start: {},
  done: {
    result: text,
    handler: line,
    handlingMinutes: minutes,
    testResult: text,
    materials,
    amountYuan: yuan,
    outsideControl: text,
  },
  accept: { opinion: text, manualReading: line, overrideReason: text, overridePhoto: id },
  visit: {
    how: Type.Optional(oneOf(['phone', 'in-person'])),
    isRepaired: flag,
    isSatisfied: flag,
    isChargeAgreed: flag,
    note: text,
  },
  close: {},
  archive: {},
  wait: {
    reason: Type.Optional(oneOf(WAIT_REASON_NAMES)),
    note: text,
    approver: line,
    untilMs: Type.Optional(instant),
    estimatedAtMs: Type.Optional(instant),
  },
  resume: {},
  reject: { reason: text },
  reopen: { reason: text },
  cancel: CANCEL_FIELDS,
  merge: { into: Type.String({ minLength: 1, maxLength: 100 }), note: text },
  transfer: { assignee: line, reason: text },
  urge: { note: text },
  escalate: { reason: text },
  answer: { note: text },
  reclassify: {
    class: Type.Optional(oneOf(TICKET_CLASS_NAMES)),
    priority: Type.Optional(oneOf(PRIORITY_NAMES)),
    attendance: Type.Optional(oneOf(ATTENDANCE_NAMES)),
    flow: Type.Optional(oneOf(FLOW_NAMES)),
    impact: Type.Optional(ImpactSchema),
    reason: text,
  },
  'set-difficult': { approver: line, reason: text },
  'clear-difficult': { reason: text },
  appoint: {
    fromMs: instant,
    toMs: instant,
    agreedWith: Type.Optional(oneOf(AGREED_WITH_NAMES)),
    reason: text,
  },
  estimate: { atMs: instant, note: text },
  contact: { how: Type.Optional(oneOf(['phone', 'in-person'])), note: text },
  correct: { field: oneOf(CORRECTABLE_FIELDS), value: text, reason: text },
  link: {
    ticket: Type.String({ minLength: 1, maxLength: 100 }),
    kind: oneOf(['previous', 'related', 'duplicate'], { default: 'related' }),
  },
  'give-contractor': { user: line, contact: id, note: text },
  'confirm-fire': {
    verdict: Type.Optional(oneOf(['real', 'false-alarm', 'test'])),
    how: Type.Optional(oneOf(['on-site', 'camera', 'phone', 'intercom'])),
    cause: text,
  },
  'fire-step': { step: oneOf(FIRE_STEP_NAMES), who: line, note: text },
  entrapment: {
    liftCode: line,
    rescueLine: line,
    floor: line,
    people: Type.Optional(Type.Integer({ minimum: 0, maximum: MAX_PEOPLE })),
    step: Type.Optional(oneOf(ENTRAPMENT_STEP_NAMES)),
    who: line,
    note: text,
    contact: id,
    firm: line,
    phone: line,
    signedSlip: line,
    signedPhoto: id,
    reason: text,
  },
  'enter-dwelling': { approver: line, reason: text },
  'sample-visit': {
    how: Type.Optional(oneOf(['phone', 'in-person'])),
    isRepaired: flag,
    isSatisfied: flag,
    note: text,
  },
  note: { note: text },
} as const satisfies Record<BodyTransition, TProperties>;

export const BODY_TRANSITIONS = Object.keys(TRANSITION_FIELDS) as readonly BodyTransition[];

export const version = Type.Integer({ minimum: 1, description: 'Version of the ticket that the caller saw' });
export const occurredAtMs = Type.Optional(
  Type.Integer({
    minimum: 0,
    maximum: LAST_MS,
    description: 'Late entry (补录): when it really happened, UTC milliseconds; left out = now',
  }),
);

/** Body of one step. */
export function toTransitionBody(type: BodyTransition) {
  const fields: TProperties = TRANSITION_FIELDS[type];
  return closed({ version, occurredAtMs, ...fields });
}

/** Body of a short form: the fields of each of its steps, by the name of the step. */
export const FormBody = closed({
  version,
  occurredAtMs,
  steps: closed(
    Object.fromEntries(
      BODY_TRANSITIONS.map((type) => [type, Type.Optional(closed(TRANSITION_FIELDS[type] as TProperties))]),
    ),
  ),
});

export const SplitBody = closed({
  version,
  content: text,
  occurrences: Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { maxItems: 500, default: [] }),
  reason: text,
});

export const FormParams = closed({
  id: Type.String({ minLength: 1, maxLength: 100 }),
  form: Type.String({ minLength: 1, maxLength: 64 }),
});
