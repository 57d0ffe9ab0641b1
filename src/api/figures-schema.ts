/** Shape of the alarm figures (alarms.md E): of the site, an equipment or a rule over whole local days. */
import Type, { type Static } from 'typebox';
import { SEVERITY_NAMES } from '../core/severity.ts';
import { Ms, nullable, strings, TextSchema } from './schemas.ts';

/** Never a mean without how many, the median, the 90th percentile and the greatest. */
const SummarySchema = Type.Object({
  n: Type.Integer(),
  mean: nullable(Type.Number()),
  median: nullable(Type.Number()),
  p90: nullable(Type.Number()),
  max: nullable(Type.Number()),
});

const FloodsSchema = Type.Object({
  n: Type.Integer({ description: 'Began in the period' }),
  perDay: Type.Number(),
  timeRatio: nullable(Type.Number({ description: 'Share of the period in flood' })),
  durationMs: SummarySchema,
  alarms: SummarySchema,
  peak: nullable(Type.Integer({ description: 'Most within 10 minutes' })),
  latest: Type.Array(
    Type.Object({
      beganAtMs: Ms,
      endedAtMs: nullable(Ms),
      alarms: Type.Integer(),
      peak: Type.Integer(),
    }),
    { description: 'Newest first' },
  ),
});

/** What a number is of, with the names that people know; empty names = the site does not have it any more. */
const named = {
  id: Type.String({ description: 'Alarm key, or equipment' }),
  equipment: Type.String(),
  equipmentName: TextSchema,
  rule: nullable(Type.String({ description: 'null = the whole equipment' })),
  text: nullable(TextSchema),
};
const Ranking = Type.Array(Type.Object({ ...named, n: Type.Integer(), share: Type.Number() }));

const OpcUaSchema = Type.Object(
  {
    AlarmCount: Type.Integer(),
    StartTime: Ms,
    CurrentAlarmRate: nullable(Type.Number()),
    MaximumAlarmRate: Type.Number(),
    AverageAlarmRate: Type.Number(),
    MaximumActiveState: Type.Number(),
    MaximumUnAck: Type.Number(),
    MaximumReAlarmCount: Type.Integer(),
  },
  { description: 'AlarmMetricsType of OPC UA Part 9; rates are alarms per 10 minutes, times milliseconds' },
);

export const AlarmFiguresSchema = Type.Object({
  period: Type.Object(
    { fromMs: Ms, toMs: Ms, hours: Type.Number() },
    { description: 'What is counted: from the first figure that there is to now, within the days asked for' },
  ),
  annunciated: Type.Object({
    n: Type.Integer(),
    perHour: nullable(Type.Number()),
    per10Min: SummarySchema,
    intervalsOver10Ratio: nullable(Type.Number()),
  }),
  floods: Type.Object({
    fixed: FloodsSchema,
    sliding: Type.Union([FloodsSchema, Type.Null()], { description: 'Of the whole site only' }),
  }),
  chattering: Type.Object({
    index: nullable(Type.Number({ description: 'Ψ, alarms/s' })),
    runs: Type.Integer(),
    bursts: Type.Integer(),
    alarms: Type.Integer(),
    worst: Type.Array(Type.Object({ ...named, index: Type.Number(), runs: Type.Integer() })),
  }),
  fleeting: Type.Integer(),
  stale: Type.Object({ alarms: Type.Integer(), mostOnOneDay: Type.Integer() }),
  standing: Type.Object({
    n: Type.Integer(),
    stale: Type.Integer(),
    oldest: Type.Array(Type.Object({ ...named, sinceMs: Ms })),
  }),
  topTen: Type.Object({ share: nullable(Type.Number()), alarms: Ranking, equipment: Ranking }),
  priorities: Type.Array(
    Type.Object({
      severity: strings(SEVERITY_NAMES),
      n: Type.Integer(),
      share: nullable(Type.Number()),
      target: Type.Number(),
    }),
  ),
  acknowledgement: Type.Object({
    asked: Type.Integer(),
    acknowledged: Type.Integer(),
    acknowledgedActive: Type.Integer(),
    ratio: nullable(Type.Number()),
    ms: SummarySchema,
  }),
  shelving: Type.Object({ n: Type.Integer(), hours: Type.Number(), reShelves: Type.Integer() }),
  hidden: Type.Object({ suppressed: Type.Integer(), shelved: Type.Integer() }),
  falseAlarms: Type.Integer(),
  outOfServiceHours: Type.Number(),
  blind: Type.Object({ ms: Type.Number(), scheduledMs: Type.Number(), ratio: nullable(Type.Number()) }),
  opcUa: OpcUaSchema,
  uncounted: Type.Object({ changes: Type.Integer(), events: Type.Integer() }),
});
export type AlarmFiguresView = Static<typeof AlarmFiguresSchema>;

export const AlarmReportSchema = Type.Object({
  from: Type.String({ description: 'Local date' }),
  to: Type.String({ description: 'Local date, included' }),
  by: strings(['site', 'equipment', 'rule']),
  items: Type.Array(
    Type.Object({
      equipment: nullable(Type.String()),
      rule: nullable(Type.String()),
      text: TextSchema,
      equipmentName: Type.Union([TextSchema, Type.Null()], { description: 'null = the site' }),
      figures: AlarmFiguresSchema,
    }),
    { description: 'The site alone; or the ten with the most alarms; or the one that was asked for' },
  ),
});
export type AlarmReportView = Static<typeof AlarmReportSchema>;
