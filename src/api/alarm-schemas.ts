/** Shapes of alarms in the public API: occurrences, what people decided about them, storms. Conventions as in schemas.ts. */
import Type, { type Static } from 'typebox';
import type { IsaState } from '../core/alarm.ts';
import { SEVERITY_NAMES } from '../core/severity.ts';
import { UPSTREAM_NAMES } from '../core/upstream.ts';
import type { GonePart } from '../store/store.ts';
import { Ms, nullable, strings, TextSchema } from './schemas.ts';

export const ISA_STATES = ['A', 'B', 'C', 'D', 'E', 'F', 'G'] as const satisfies readonly IsaState[];

export const ShelfSchema = Type.Object({
  by: Type.String(),
  atMs: Ms,
  reason: Type.String(),
  untilMs: Ms,
  isOneShot: Type.Boolean({ description: 'Ends with the active stretch, at the latest at `untilMs`' }),
  approver: Type.Optional(Type.String({ description: 'Who answers for it; left out = nobody' })),
});

export const OutOfServiceSchema = Type.Object({
  by: Type.String(),
  atMs: Ms,
  reason: Type.String(),
  permit: Type.String({ description: 'Number of the work permit' }),
  approver: Type.String(),
  untilMs: Ms,
});

export const AlarmViewSchema = Type.Object({
  id: Type.String({ description: 'Id of the occurrence' }),
  key: Type.String({ description: 'site/equipment/rule' }),
  equipment: Type.String(),
  equipmentName: TextSchema,
  rule: Type.String(),
  ruleVersion: Type.String(),
  severity: strings(SEVERITY_NAMES),
  level: nullable(Type.String()),
  state: strings(ISA_STATES, {
    description:
      'ISA-18.2: B, C, D wait for somebody; A normal or ended; E shelved, F suppressed by design, G out of service',
  }),
  isActive: Type.Boolean(),
  blindSinceMs: nullable(Ms),
  acknowledged: nullable(Type.Object({ by: Type.String(), atMs: Ms, note: Type.String() })),
  onsetAtMs: Ms,
  raisedAtMs: Ms,
  returnedAtMs: nullable(Ms),
  endedAtMs: nullable(Ms),
  endReason: nullable(Type.String()),
  count: Type.Integer(),
  text: TextSchema,
  place: TextSchema,
  evidence: Type.Object({
    point: Type.String(),
    pointName: TextSchema,
    value: nullable(Type.Number()),
    valueText: TextSchema,
    quality: Type.Integer(),
    sourceMs: nullable(Ms),
    receivedMs: Ms,
  }),
  ticket: nullable(Type.String()),
  explainedBy: nullable(
    Type.Object(
      {
        occurrence: Type.String(),
        key: Type.String(),
        upstream: strings(UPSTREAM_NAMES),
        text: TextSchema,
        equipmentName: TextSchema,
        atMs: Ms,
      },
      {
        description:
          'The cause upstream whose ticket stands for this alarm; the last one while `ticketDueAtMs` runs',
      },
    ),
  ),
  ticketDueAtMs: nullable(
    Type.Number({
      description: 'When its own ticket opens unless it returns or a cause explains it; UTC milliseconds',
    }),
  ),
  onsetAfterMs: nullable(
    Type.Number({
      description: 'The condition was still normal then: the onset lies between this and `onsetAtMs`',
    }),
  ),
  isLatched: Type.Boolean({ description: 'Returned, and annunciated until somebody resets it' }),
  reAlarms: Type.Integer(),
  reAlarmDueAtMs: nullable(Ms),
  shelf: nullable(ShelfSchema),
  outOfService: nullable(OutOfServiceSchema),
  suppression: nullable(
    Type.Object({ reason: strings(['schedule', 'expected']), text: TextSchema, sinceMs: Ms }),
  ),
  chatter: nullable(Type.Object({ sinceMs: Ms, holdMs: Type.Number(), raises: Type.Integer() })),
  storm: nullable(Type.String()),
  isDrill: Type.Boolean(),
  isRetroactive: Type.Optional(
    Type.Literal(true, {
      description:
        'Known only from readings that came late: recorded afterwards, nobody was called, in no figure',
    }),
  ),
});
export type AlarmView = Static<typeof AlarmViewSchema>;

export const HistoryEntrySchema = Type.Object({
  atMs: Ms,
  type: Type.String(),
  by: Type.String(),
  note: Type.String(),
  detail: Type.Record(Type.String(), Type.Unknown()),
  event: Type.Optional(Type.Integer({ description: 'Id in its history, by which parts are redacted' })),
  typed: Type.Optional(
    Type.Unsafe<readonly string[]>(
      Type.Array(Type.String(), {
        description: 'Parts of the detail that people have typed, such as `materials/0/name`',
      }),
    ),
  ),
  gone: Type.Optional(
    Type.Unsafe<readonly GonePart[]>(
      Type.Array(
        Type.Object({
          field: Type.String(),
          how: strings(['redacted', 'destroyed']),
          atMs: Ms,
          by: Type.String(),
          reason: Type.String(),
        }),
        { description: 'Typed parts that are gone; of a redacted one the detail has the replacement' },
      ),
    ),
  ),
});
export type HistoryEntryView = Static<typeof HistoryEntrySchema>;

// --- what people decide about an alarm ------------------------------------------------------------------------------

export const AlarmControlViewSchema = Type.Object(
  {
    key: Type.String({ description: 'site/equipment/rule' }),
    equipment: Type.String(),
    equipmentName: TextSchema,
    rule: Type.String(),
    text: TextSchema,
    severity: strings(SEVERITY_NAMES),
    shelf: nullable(ShelfSchema),
    outOfService: nullable(OutOfServiceSchema),
    isLongOutOfService: Type.Boolean({ description: 'Longer than the policy takes for granted' }),
  },
  { description: 'Stands whether or not the alarm has an open occurrence' },
);
export type AlarmControlView = Static<typeof AlarmControlViewSchema>;

export const ApproverSchema = Type.Object({ username: Type.String(), displayName: TextSchema });
export type ApproverView = Static<typeof ApproverSchema>;

const LEFT_OUT = ['life-safety', 'hidden', 'acknowledged', 'ended', 'unknown'] as const;

export const AcknowledgedSchema = Type.Object({
  acknowledged: Type.Array(Type.String({ description: 'Id of the occurrence' })),
  leftOut: Type.Array(
    Type.Object({
      reason: strings(LEFT_OUT, {
        description:
          'life-safety: only by id, or when asked for; hidden: shelved, suppressed or out of service, seen by nobody; acknowledged, ended: already; unknown: no such occurrence',
      }),
      count: Type.Integer(),
      occurrences: Type.Array(Type.String(), { description: 'At most 100' }),
    }),
    { description: 'What the filter or the list names and was not acknowledged, by reason' },
  ),
});
export type AcknowledgedView = Static<typeof AcknowledgedSchema>;
export type LeftOutReason = (typeof LEFT_OUT)[number];

// --- storms, drills -------------------------------------------------------------------------------------------------

export const StormViewSchema = Type.Object({
  id: Type.String(),
  beganAtMs: Ms,
  endedAtMs: nullable(Ms),
  root: Type.String({ description: 'Occurrence that the others follow from, or that came first' }),
  members: Type.Integer(),
  peak: Type.Integer({ description: 'Most annunciations within the window of the policy' }),
  ticket: nullable(Type.String()),
});
export type StormView = Static<typeof StormViewSchema>;

export const DrillViewSchema = Type.Object({
  equipment: Type.String({ description: 'With its parts' }),
  equipmentName: TextSchema,
  by: Type.String(),
  atMs: Ms,
  reason: Type.String(),
  untilMs: Ms,
  isWhole: Type.Optional(Type.Boolean()),
  fault: Type.Optional(Type.String({ description: 'Of the simulator, which the drill lets happen' })),
});
export type DrillView = Static<typeof DrillViewSchema>;
