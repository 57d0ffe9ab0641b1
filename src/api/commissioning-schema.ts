/** Shapes of commissioning in the API: what is answered, what is sent, and how one becomes the other. */
import Type, { type Static } from 'typebox';
import type { CommissionedEquipment, CommissionedPoint, CommissioningStatus } from '../commissioning/port.ts';
import {
  COMMISSIONING_STATE_NAMES,
  COMMISSIONING_STATES,
  COMMISSIONING_STEP_NAMES,
  type CommissioningEvent,
  POINT_FACET_NAMES,
  POINT_FACETS,
} from '../core/commissioning.ts';
import { LIMITS } from '../core/limits.ts';
import { closed, Id, instant, LAST_MS, LongText, oneOf } from './request-schemas.ts';
import { Ms, nullable, strings, TextSchema } from './schemas.ts';

const Count = Type.Integer();
const Steps = COMMISSIONING_STEP_NAMES.filter((name) => name !== 'signed');
const SilentSchema = Type.Object({
  key: Type.String({ description: 'site/equipment/rule' }),
  equipment: Type.String(),
  equipmentName: TextSchema,
  text: TextSchema,
});

export const StatusSchema = Type.Object({
  open: Type.Integer({ description: 'Equipment and parts in commissioning' }),
  overdue: Type.Integer({ description: 'Open beyond their planned end' }),
  unsigned: Type.Integer({ description: 'Points in them that are unproven' }),
  mute: Type.Integer({ description: 'Alarms that are listed, open no ticket and ring nobody' }),
  silent: Type.Array(SilentSchema, { description: 'Of life safety among them, the first ten' }),
  silentTotal: Count,
  changed: Type.Integer({ description: 'Points that the configuration has changed since they were signed' }),
  oldestMs: nullable(Ms),
  dropped: Count,
  isHealthy: Type.Boolean(),
});

const tally = <const N extends readonly string[]>(names: N) =>
  Type.Unsafe<Record<N[number], number>>(Type.Object(Object.fromEntries(names.map((name) => [name, Count]))));

export const CommissionSchema = Type.Object({
  equipment: Type.String(),
  name: TextSchema,
  place: TextSchema,
  origin: strings(['person', 'register']),
  reason: Type.String(),
  begunBy: Type.String(),
  beganAtMs: Ms,
  untilMs: Ms,
  approver: nullable(
    Type.String({
      description: 'Who else answers for silent life safety; it is then over by itself at `untilMs`',
    }),
  ),
  endedAtMs: nullable(Ms),
  endedBy: nullable(Type.String()),
  endWhy: nullable(strings(['all-signed', 'time-over', 'person', 'register'])),
  endReason: Type.String(),
  isOverdue: Type.Boolean(),
  toldAtMs: nullable(Type.Integer({ description: 'When the supervisor was told that it is overdue' })),
  tally: tally(COMMISSIONING_STATE_NAMES),
  done: tally(COMMISSIONING_STEP_NAMES),
  silent: Type.Array(SilentSchema),
});
export type CommissionView = Static<typeof CommissionSchema>;

const done = { by: Type.String(), atMs: Ms };
const AttachmentSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  mediaType: Type.String(),
  bytes: Count,
  ...done,
});
const FacetsSchema = Type.Array(Type.Object({ facet: strings(POINT_FACET_NAMES), text: TextSchema }));

export const CommissionedPointSchema = Type.Object({
  point: Type.String(),
  name: TextSchema,
  state: strings(COMMISSIONING_STATE_NAMES),
  stateText: TextSchema,
  isLifeSafety: Type.Boolean(),
  missing: Type.Array(strings(Steps)),
  alarms: Type.Array(
    Type.Object({
      key: Type.String(),
      text: TextSchema,
      isLifeSafety: Type.Boolean(),
      opensTicket: Type.Boolean(),
      proof: nullable(Type.Object({ occurrence: Type.String(), raisedAtMs: Ms, returnedAtMs: Ms })),
    }),
    { description: 'Alarms that prove it; of life safety each, of others one' },
  ),
  seen: nullable(Type.Object({ ...done, valueText: TextSchema, receivedMs: Ms })),
  value: nullable(
    Type.Object({
      ...done,
      shown: Type.Number(),
      shownText: TextSchema,
      panel: Type.Union([Type.Number(), Type.String()]),
      tolerance: Type.Number(),
      isWithin: Type.Boolean(),
      explanation: Type.String(),
    }),
  ),
  photos: Type.Array(AttachmentSchema),
  ticket: nullable(
    Type.Object({
      ...done,
      ticket: nullable(Type.Object({ id: Type.String(), number: Type.String() })),
      note: Type.String(),
    }),
  ),
  waivers: Type.Array(Type.Object({ step: strings(['alarm', 'ticket']), ...done, reason: Type.String() })),
  signed: nullable(Type.Object({ ...done, note: Type.String() })),
  withdrawn: nullable(Type.Object({ ...done, reason: Type.String() })),
  changed: nullable(
    Type.Object({
      atMs: Ms,
      isVoid: Type.Boolean({ description: 'Its proofs count no more' }),
      what: FacetsSchema,
    }),
  ),
});
export type CommissionedPointView = Static<typeof CommissionedPointSchema>;

export const CommissionDetailSchema = Type.Object({
  commission: CommissionSchema,
  points: Type.Array(CommissionedPointSchema),
});

export const CommissioningEventSchema = Type.Object({
  type: Type.String(),
  atMs: Ms,
  by: Type.String(),
  point: nullable(Type.String()),
  detail: Type.Unknown({ description: 'As the event has it' }),
});

// --- what clients send --------------------------------------------------------------------------------------------

const scope = { equipment: Type.Optional(Id), location: Type.Optional(Id), link: Type.Optional(Id) };
export const ScopeQuery = closed(scope);
const time = Type.Integer({ minimum: 0, maximum: LAST_MS });
const Approver = Type.String({
  minLength: 1,
  maxLength: LIMITS.shortTextChars,
  description: 'User name of somebody else who approves that life safety is silent; told of it',
});
export const BeginBody = closed({
  ...scope,
  reason: LongText,
  untilMs: instant(
    'planned end; default: in 14 days, at most 90; where life safety will be silent in 24 hours, which is the most',
  ),
  isLifeSafetyConfirmed: Type.Boolean({
    default: false,
    description: 'Said by whoever begins it where alarms of life safety will be silent',
  }),
  approver: Type.Optional(Approver),
});
export const ExtendBody = closed({ reason: LongText, untilMs: time, approver: Type.Optional(Approver) });
export const ReasonBody = closed({ reason: LongText });
export const CheckBody = closed({
  panel: Type.Union([Type.Number(), Type.String({ maxLength: LIMITS.shortTextChars })], {
    description: 'As read on the panel: a number in the unit of the point, 0 or 1 of a boolean, a text',
  }),
  tolerance: Type.Optional(
    Type.Number({
      minimum: 0,
      description: 'In the unit of the point; default: 2 %, at least the last digit',
    }),
  ),
  explanation: Type.String({ maxLength: LIMITS.textChars, default: '' }),
});
export const NoteBody = closed({ note: LongText });
export const WaiveBody = closed({ step: oneOf(['alarm', 'ticket']), reason: LongText });
/** Points of one equipment, by their names in it. */
const MAX_SIGNED = 500;
export const SignBody = closed({
  points: Type.Array(Type.String({ minLength: 1, maxLength: LIMITS.shortTextChars }), {
    minItems: 1,
    maxItems: MAX_SIGNED,
    uniqueItems: true,
    description: 'Names of the points in the equipment; all of them are signed, or none',
  }),
  note: Type.String({ maxLength: LIMITS.textChars, default: '' }),
});

// --- views --------------------------------------------------------------------------------------------------------

export function toStatusView({ silent, ...rest }: CommissioningStatus): Static<typeof StatusSchema> {
  return { ...rest, silent: [...silent] };
}

export function toCommissionView(view: CommissionedEquipment): CommissionView {
  const { commission, name, place, tally: states, done: steps, silent, isOverdue } = view;
  const { told: _told, isSafetyTold: _safety, ...rest } = commission;
  return { ...rest, name, place, isOverdue, tally: { ...states }, done: { ...steps }, silent: [...silent] };
}

export function toPointView(view: CommissionedPoint): CommissionedPointView {
  const { point, name, state, record, missing, alarms, isLifeSafety } = view;
  const proofs = new Map(record?.proofs.map((proof) => [proof.key, proof]));
  const { seen = null, value = null, ticket = null, signed = null, withdrawn = null } = record ?? {};
  return {
    point,
    name,
    state,
    stateText: COMMISSIONING_STATES[state],
    isLifeSafety,
    missing: [...missing],
    alarms: alarms.map((alarm) => ({ ...alarm, proof: toProofView(proofs.get(alarm.key)) })),
    seen,
    value,
    photos: (record?.photos ?? []).map(({ sha256: _sha, ...photo }) => photo),
    ticket,
    waivers: toWaivers(record),
    signed,
    withdrawn,
    changed: toChangedView(record),
  };
}

type Proof = NonNullable<CommissionedPoint['record']>['proofs'][number];

function toProofView(proof: Proof | undefined): CommissionedPointView['alarms'][number]['proof'] {
  if (proof === undefined) return null;
  const { occurrence, raisedAtMs, returnedAtMs } = proof;
  return { occurrence, raisedAtMs, returnedAtMs };
}

function toWaivers(record: CommissionedPoint['record']): CommissionedPointView['waivers'] {
  return (['alarm', 'ticket'] as const).flatMap((step) => {
    const waiver = record?.waivers[step];
    return waiver === undefined ? [] : [{ step, ...waiver }];
  });
}

function toChangedView(record: CommissionedPoint['record']): CommissionedPointView['changed'] {
  if (record?.changed == null) return null;
  const { atMs, isVoid, what } = record.changed;
  return { atMs, isVoid, what: what.map((facet) => ({ facet, text: POINT_FACETS[facet] })) };
}

export function toEventView(event: CommissioningEvent): Static<typeof CommissioningEventSchema> {
  const { type, atMs, by, point, equipment: _equipment, ...detail } = event;
  return { type, atMs, by, point, detail };
}
