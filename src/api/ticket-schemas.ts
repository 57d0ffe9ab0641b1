/**
 * Shapes of tickets in the public API (v1), field by field as core/ticket.ts has them. What clocks are computed from stands
 * in `/tickets/{id}/clocks` only. Conventions as in schemas.ts.
 */
import Type, { type Static } from 'typebox';
import {
  ATTENDANCE_NAMES,
  CHANNEL_NAMES,
  FLOW_NAMES,
  PRIORITY_NAMES,
  SOURCE_NAMES,
  STAGE_NAMES,
  TICKET_CLASS_NAMES,
  WAIT_REASON_NAMES,
} from '../core/ticket.ts';
import { TRANSITION_TYPES } from '../tickets/transitions.ts';
import { CancellationSchema } from './cancellation-schema.ts';
import { AttachmentSchema, HoldSchema, ReportSchema } from './record-schemas.ts';
import { Ms, nullable, SampleSchema, strings, TextSchema } from './schemas.ts';
import { EntrapmentSheetSchema, FireSheetSchema } from './sheet-schemas.ts';
import { OfferedFormSchema, OfferedStepSchema, TogetherSchema } from './ticket-offer-schemas.ts';

export type { OfferedFieldView, OfferedFormView, OfferedStepView } from './ticket-offer-schemas.ts';

const words = Type.String();
const maybeWords = nullable(Type.String());
const maybeMs = nullable(Ms);
const maybeText = nullable(TextSchema);

export const TicketClockSchema = Type.Object({
  id: Type.String({ description: 'Of the clocks of its policy' }),
  name: TextSchema,
  round: Type.Integer(),
  startedAtMs: Ms,
  limitMs: Type.Number({ description: 'Time that counts: of its calendar, without pauses' }),
  warnAtMs: nullable(Type.Number({ description: 'null while it is paused' })),
  dueAtMs: nullable(Type.Number({ description: 'null while it is paused' })),
  spentMs: Type.Number({ description: 'Counted up to its end, or to when it was computed' }),
  isPaused: Type.Boolean(),
  stoppedAtMs: maybeMs,
  warnedAtMs: maybeMs,
  answeredAtMs: maybeMs,
  breachedAtMs: maybeMs,
  isBreachTold: Type.Boolean(),
  responsible: maybeWords,
  heldUntilMs: Type.Optional(Ms),
});

export const TicketMarkSchema = Type.Object({
  atMs: Ms,
  type: words,
  stage: strings(STAGE_NAMES),
  settings: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  stepMs: Type.Optional(Type.Number()),
  by: Type.Optional(words),
  responsible: Type.Optional(maybeWords),
  appointmentMs: Type.Optional(Ms),
  enteredAtMs: Type.Optional(Ms),
});

const ContactSchema = Type.Object(
  {
    id: nullable(Type.String({ description: 'Of the register' })),
    name: TextSchema,
    method: words,
    personal: nullable(
      Type.String({ description: 'A person: name and method are shown in `/tickets/{id}/personal`' }),
    ),
    isConfirmed: nullable(Type.Boolean()),
  },
  { description: 'Name and method of a person are masked here, for everybody' },
);

const AlarmsSchema = Type.Array(
  Type.Object({
    occurrence: words,
    key: words,
    text: TextSchema,
    firstAtMs: Ms,
    lastAtMs: Ms,
    count: Type.Integer(),
    isActive: Type.Boolean(),
    blindSinceMs: maybeMs,
    onsetAtMs: Type.Optional(Ms),
    onsetAfterMs: Type.Optional(maybeMs),
    returnedAtMs: Type.Optional(maybeMs),
    outOfServiceUntilMs: Type.Optional(maybeMs),
    shelvedUntilMs: Type.Optional(maybeMs),
    peak: Type.Optional(nullable(Type.Object({ value: Type.Number(), text: TextSchema, atMs: Ms }))),
  }),
);

const EvidenceSchema = Type.Object(
  {
    atMs: Ms,
    points: Type.Array(
      Type.Object({
        point: words,
        name: TextSchema,
        value: nullable(Type.Number()),
        valueText: TextSchema,
        quality: Type.Integer(),
        receivedMs: Type.Number(),
      }),
    ),
    trend: nullable(
      Type.Object({
        point: words,
        unit: words,
        samples: Type.Array(SampleSchema, { description: '[receivedMs, value or null], oldest first' }),
      }),
    ),
  },
  { description: 'Readings around the raise; left out of lists and live events' },
);

const AffectedSchema = Type.Object(
  {
    supply: strings(['water', 'power', 'lift', 'fire', 'other']),
    locations: Type.Array(Type.Object({ id: words, name: TextSchema })),
    equipment: Type.Array(Type.Object({ id: words, name: TextSchema })),
    isolation: maybeText,
    notice: TextSchema,
  },
  { description: 'What the fault takes away; left out of lists and live events' },
);

export const TicketViewSchema = Type.Object({
  id: words,
  number: words,
  version: Type.Integer({ description: 'Name it with every change; a newer one refuses the change' }),
  site: words,
  source: strings(SOURCE_NAMES),
  channel: strings(CHANNEL_NAMES),
  class: strings(TICKET_CLASS_NAMES),
  flow: strings(FLOW_NAMES),
  priority: strings(PRIORITY_NAMES),
  impact: nullable(
    Type.Object({
      urgency: Type.Unsafe<1 | 2 | 3>({ type: 'integer' }),
      complexity: Type.Unsafe<1 | 2 | 3>({ type: 'integer' }),
      scope: Type.Unsafe<1 | 2 | 3>({ type: 'integer' }),
    }),
  ),
  attendance: strings(ATTENDANCE_NAMES),
  difficult: nullable(Type.Object({ approver: words, reason: words, atMs: Ms })),
  stage: strings(STAGE_NAMES),
  stageSinceMs: Ms,
  round: Type.Integer(),
  policyVersion: words,
  isDrill: Type.Boolean(),
  isLateEntry: Type.Boolean(),
  slip: maybeWords,
  receivedAtMs: Ms,
  raisedAtMs: maybeMs,
  openedAtMs: maybeMs,
  recordedAtMs: maybeMs,
  closedAtMs: maybeMs,
  firstReceiver: words,
  place: TextSchema,
  location: maybeWords,
  equipment: maybeWords,
  equipmentName: maybeText,
  faultKind: maybeWords,
  /** What people call it: by the rules of the site, or as it was entered. */
  faultKindText: maybeText,
  content: TextSchema,
  guidance: maybeText,
  sparePart: maybeText,
  contact: ContactSchema,
  reporter: maybeWords,
  assignee: maybeWords,
  takenBy: maybeWords,
  /** Who was on site before the desk had dispatched it, in this round. */
  earlyArrival: Type.Optional(nullable(Type.Object({ by: words, as: maybeWords, atMs: Ms }))),
  workedBy: Type.Array(words),
  readBack: maybeWords,
  appointment: nullable(Type.Object({ fromMs: Ms, toMs: Ms })),
  diagnosis: maybeWords,
  plan: maybeWords,
  workInstruction: maybeWords,
  estimatedAtMs: maybeMs,
  carriedOver: nullable(
    Type.Object({ atMs: Ms, days: Type.Integer(), deadlineAtMs: maybeMs, by: maybeWords }),
  ),
  agreement: nullable(
    Type.Object({
      by: words,
      atMs: Ms,
      workingTime: words,
      impact: words,
      protection: words,
      cooperation: words,
      feesYuan: nullable(Type.Number()),
    }),
  ),
  waiting: nullable(
    Type.Object({
      reason: strings(WAIT_REASON_NAMES),
      note: words,
      approver: words,
      sinceMs: Ms,
      untilMs: maybeMs,
      from: strings(STAGE_NAMES),
    }),
  ),
  handler: maybeWords,
  handlingMinutes: nullable(Type.Integer()),
  result: maybeWords,
  testResult: maybeWords,
  materials: Type.Array(Type.Object({ name: words, quantity: Type.Number(), unit: words })),
  amountYuan: nullable(Type.Number()),
  outsideControl: maybeWords,
  acceptance: nullable(
    Type.Object({
      by: words,
      opinion: words,
      atMs: Ms,
      manualReading: maybeWords,
      override: nullable(Type.Object({ reason: words, photo: words })),
      isOwnWork: Type.Optional(Type.Literal(true)),
    }),
  ),
  visit: nullable(
    Type.Object({
      by: words,
      how: strings(['phone', 'in-person']),
      isRepaired: Type.Boolean(),
      isSatisfied: Type.Boolean(),
      isChargeAgreed: nullable(Type.Boolean()),
      note: words,
      atMs: Ms,
    }),
  ),
  cancellation: nullable(CancellationSchema),
  reworkCount: Type.Integer(),
  isFirstFix: nullable(Type.Boolean()),
  repeatOf: nullable(Type.Object({ ticket: words, within: strings(['day', 'week']) })),
  urges: Type.Integer(),
  escalation: Type.Object({
    isAnswered: Type.Optional(Type.Boolean()),
    level: Type.Integer(),
    sinceMs: Ms,
    reason: words,
    nextAtMs: maybeMs,
  }),
  reports: Type.Array(ReportSchema),
  proof: nullable(
    Type.Object({
      state: strings(['watching', 'paused', 'proven', 'failed', 'unproven']),
      startedAtMs: Ms,
      leftMs: Type.Number(),
      endsAtMs: maybeMs,
    }),
  ),
  banners: Type.Array(
    Type.Object({
      kind: strings([
        'blind',
        'rule-changed',
        'closed-while-active',
        'came-back',
        'repeat',
        'proposed-done',
        'carried-over',
        'own-acceptance',
        'no-certificate',
        'incomplete',
      ]),
      atMs: Ms,
      text: TextSchema,
    }),
  ),
  links: Type.Array(
    Type.Object({
      ticket: words,
      kind: strings([
        'previous',
        'related',
        'duplicate',
        'merged-from',
        'merged-into',
        'split-from',
        'split-into',
      ]),
    }),
  ),
  incident: maybeWords,
  feedbacks: Type.Optional(
    Type.Array(Type.String(), { description: 'Feedback that it was made of as a complaint' }),
  ),
  contractor: nullable(Type.Object({ user: maybeWords, contact: maybeWords })),
  attachments: Type.Array(AttachmentSchema),
  hold: Type.Optional(nullable(HoldSchema)),
  wordsGoneAtMs: Type.Optional(Ms),
  fire: FireSheetSchema,
  entrapment: EntrapmentSheetSchema,
  path: Type.Array(strings(STAGE_NAMES), {
    description: 'Stages that its policy has for it, from the first to the last',
  }),
  optionalStages: Type.Array(strings(STAGE_NAMES), {
    description: 'Those of the path that may be passed over',
  }),
  alarms: AlarmsSchema,
  alarmCount: Type.Integer({
    description: 'How many alarms it has; a live event names the latest of them only',
  }),
  evidence: Type.Optional(nullable(EvidenceSchema)),
  history: Type.Optional(
    Type.Array(
      Type.Object({
        ticket: words,
        number: words,
        faultKind: maybeWords,
        faultKindText: maybeText,
        content: TextSchema,
        result: maybeWords,
        closedAtMs: maybeMs,
      }),
      {
        description: 'Repairs of the same equipment before this one; left out of lists and live events',
      },
    ),
  ),
  affected: Type.Optional(nullable(AffectedSchema)),
  together: Type.Optional(TogetherSchema),
  /** Of the answer to opening: it went onto this ticket, which was open for the same matter. */
  isMerged: Type.Optional(Type.Boolean()),
  clocks: Type.Array(TicketClockSchema),
  explains: Type.Optional(
    Type.Array(
      Type.Object({
        occurrence: words,
        key: words,
        text: TextSchema,
        equipmentName: TextSchema,
        isActive: Type.Boolean(),
      }),
      { description: 'Open alarms that follow from those of the ticket; left out of live events' },
    ),
  ),
  transitions: Type.Array(strings(TRANSITION_TYPES), {
    description: 'What the caller may do with it now, by its policy; the natural next step first',
  }),
  offered: Type.Optional(
    Type.Array(OfferedStepSchema, {
      description: 'The same with the fields that each asks for; left out of lists and live events',
    }),
  ),
  forms: Type.Optional(
    Type.Array(OfferedFormSchema, {
      description: 'Several steps on one form, where the policy has it; left out of lists and live events',
    }),
  ),
});
export type TicketView = Static<typeof TicketViewSchema>;
