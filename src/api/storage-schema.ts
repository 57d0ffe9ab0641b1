/** Shapes of the stores of telemetry and of the quarantine in the public API (v1). */
import Type, { type Static } from 'typebox';
import { Ms, nullable, TextSchema } from './schemas.ts';

const states = <const T extends readonly string[]>(values: T, description: string) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...values], description });

const LossSchema = Type.Object({
  readings: Type.Integer({ description: 'In all' }),
  isExact: Type.Boolean({ description: 'false: there were so many at least' }),
  expired: Type.Integer({ description: 'Deleted for want of space before they were sent' }),
  dropped: Type.Integer({ description: 'Found no room when they came' }),
  pushedOut: Type.Integer({ description: 'Pushed out of the quarantine' }),
  damaged: Type.Integer({ description: 'Durable once, unreadable now' }),
  kept: Type.Integer({ description: 'Damaged here, but in InfluxDB: not among `readings`' }),
  fromMs: nullable(Ms),
  toMs: nullable(Type.Number({ description: 'Range of those whose time is known, UTC milliseconds' })),
});

const LossEntrySchema = Type.Object({
  id: Type.Integer(),
  kind: states(['expired', 'dropped', 'pushed-out', 'damaged'], 'Why they are lost'),
  readings: Type.Integer(),
  isExact: Type.Boolean({ description: 'false: there were so many at least' }),
  fromMs: nullable(Ms),
  toMs: nullable(Type.Number({ description: 'Last time of the readings, UTC milliseconds; null = unknown' })),
  noticedMs: Ms,
  noticedToMs: Ms,
  joined: Type.Integer({ description: 'Losses that are told as this one' }),
  isConfirmed: nullable(Type.Boolean({ description: 'Whether InfluxDB has them; null = unknown' })),
  isSeen: Type.Boolean({ description: 'Somebody has taken note of it' }),
});

export const StorageViewSchema = Type.Object({
  journal: Type.Object({
    state: states(['ok', 'upkeep', 'dropping', 'failing'], 'How the local journal stands'),
    detail: Type.String({ description: 'Of the log, English; empty while all is well' }),
    bytes: Type.Number(),
    maxBytes: Type.Number(),
    maxAgeDays: Type.Number(),
    bytesPerReading: nullable(Type.Number()),
    oldestMs: nullable(Type.Number({ description: 'Oldest reading held, UTC milliseconds' })),
    fittingHours: nullable(Type.Number({ description: 'Hours that fit at the present rate' })),
    readingsPerS: nullable(Type.Number({ description: 'Journalled in a second, last minute' })),
    waitingReadings: Type.Integer({ description: 'Taken over, not durable yet' }),
    durableDelayMs: nullable(Type.Number({ description: 'Until a reading is durable, about' })),
    lastSyncMs: nullable(Ms),
    damagedPlaces: Type.Integer({ description: 'Since start' }),
    damagedReadings: Type.Integer({ description: 'Since start' }),
  }),
  forwarder: Type.Object({
    state: states(['off', 'ok', 'down', 'rejecting'], 'How forwarding stands'),
    detail: Type.String({ description: 'Of the log, English; empty while all is well' }),
    target: nullable(Type.String({ description: 'Address and database' })),
    backlogReadings: Type.Integer({ description: 'Durable here, not confirmed there' }),
    oldestUnconfirmedMs: nullable(Ms),
    confirmedPerS: nullable(Type.Number({ description: 'Confirmed in a second, last minute' })),
    catchUpMs: nullable(Type.Number({ description: 'Until the backlog is worked off at present rates' })),
    paceRatio: Type.Number({ description: 'Share of the configured pace' }),
    retries: Type.Integer({ description: 'Since start' }),
    quarantinedReadings: Type.Integer(),
  }),
  loss: nullable(LossSchema),
  losses: Type.Array(LossEntrySchema, {
    description:
      'All that were noticed, over restarts too, newest first; old ones are joined by kind and day',
  }),
  acknowledged: nullable(Type.Object({ by: Type.String(), atMs: Ms, readings: Type.Integer() })),
  hasQuarantine: Type.Boolean({ description: 'Whether its readings can be listed' }),
});
export type StorageView = Static<typeof StorageViewSchema>;

export const QuarantineSchema = Type.Object({
  items: Type.Array(
    Type.Object({
      id: Type.Integer(),
      atMs: Type.Number({ description: 'When it was refused last, UTC milliseconds' }),
      reason: Type.String({ description: 'In the words of the server' }),
      point: nullable(Type.String({ description: 'equipment/point; null = nobody knows it any more' })),
      text: nullable(TextSchema),
      equipmentName: nullable(TextSchema),
      stampMs: nullable(Ms),
      value: nullable(Type.Number()),
      unit: Type.String(),
      qualityCode: Type.Integer(),
      isResendable: Type.Boolean(),
    }),
    { description: 'Newest first' },
  ),
  nextBeforeId: nullable(Type.Integer({ description: '`beforeId` of the next page; null at the end' })),
  counts: Type.Array(
    Type.Object({
      reason: nullable(Type.String({ description: 'null = all rarer ones' })),
      readings: Type.Integer(),
    }),
  ),
  total: Type.Integer({ description: 'Readings in the quarantine' }),
});
export type QuarantineView = Static<typeof QuarantineSchema>;

/** Readings looked at in one page, and named in one request. */
export const MAX_QUARANTINE_ROWS = 500;

export const QuarantineQuery = Type.Object(
  {
    beforeId: Type.Optional(Type.Integer({ minimum: 1, description: 'Only older ones' })),
    limit: Type.Integer({ minimum: 1, maximum: MAX_QUARANTINE_ROWS, default: 50 }),
  },
  { additionalProperties: false },
);

export const QuarantineSelectionBody = Type.Object(
  {
    ids: Type.Union([
      Type.Array(Type.Integer({ minimum: 1 }), {
        minItems: 1,
        maxItems: MAX_QUARANTINE_ROWS,
        uniqueItems: true,
      }),
      Type.Null({ description: 'All that is there now' }),
    ]),
  },
  { additionalProperties: false },
);

export const ResendResultSchema = Type.Object({
  sentReadings: Type.Integer(),
  keptReadings: Type.Integer({ description: 'Refused again, with their new reason' }),
  failure: nullable(Type.String({ description: 'Why it was broken off; what was not reached stays' })),
});
export type ResendResult = Static<typeof ResendResultSchema>;

export const DiscardResultSchema = Type.Object({ discardedReadings: Type.Integer() });
export type DiscardResult = Static<typeof DiscardResultSchema>;
