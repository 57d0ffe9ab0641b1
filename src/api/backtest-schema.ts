/** Shape of backtests: changed rules beside those in force over the same readings, and the self-check. */
import Type, { type Static } from 'typebox';
import { DIFFERENCE_REASONS, GAP_REASONS, INCIDENT_OUTCOMES, INCIDENT_VERDICTS } from '../backtest/port.ts';
import { SEVERITY_NAMES } from '../core/severity.ts';
import { Ms, nullable, strings, TextSchema } from './schemas.ts';

const CoverageSchema = Type.Object({
  fromMs: Ms,
  toMs: Ms,
  heldFromMs: nullable(Ms),
  readings: Type.Integer(),
  elapsedMs: Type.Number(),
  readingsPerS: Type.Number(),
  gaps: Type.Array(Type.Object({ fromMs: Ms, toMs: Ms, reason: strings(GAP_REASONS) })),
  notes: Type.Array(TextSchema),
});

const tally = {
  raises: Type.Integer(),
  nightRaises: Type.Integer({ description: 'Between 22:00 and 06:00 at the site' }),
  tickets: Type.Integer(),
  nightTickets: Type.Integer(),
  activeMs: Type.Number(),
  notEvaluableMs: Type.Number({ description: 'A gap is never quiet' }),
  notEvaluableRatio: Type.Number(),
  notEvaluableBy: Type.Record(Type.String(), Type.Number(), { description: 'Milliseconds by reason' }),
};
const TallySchema = Type.Object(tally);
const SideTallySchema = Type.Object({ ...tally, floods: Type.Integer(), floodMs: Type.Number() });

const rule = {
  key: Type.String(),
  equipment: Type.String(),
  rule: Type.String(),
  severity: strings(SEVERITY_NAMES),
  equipmentName: TextSchema,
  text: TextSchema,
};

const IncidentSchema = Type.Object({
  ...rule,
  verdict: strings(INCIDENT_VERDICTS, { description: 'What people said of it in its ticket' }),
  outcome: strings(INCIDENT_OUTCOMES),
  occurrence: nullable(Type.String()),
  ticketNumber: nullable(Type.String()),
  historyAtMs: nullable(Ms),
  beforeAtMs: nullable(Ms),
  afterAtMs: nullable(Ms),
  deltaMs: nullable(Type.Number({ description: 'Negative = the changed rules raise it earlier' })),
});

export const ComparisonSchema = Type.Object({
  coverage: CoverageSchema,
  before: SideTallySchema,
  after: SideTallySchema,
  rules: Type.Array(
    Type.Object({
      ...rule,
      isChanged: Type.Boolean(),
      versionBefore: nullable(Type.String()),
      versionAfter: nullable(Type.String()),
      before: nullable(TallySchema),
      after: nullable(TallySchema),
    }),
  ),
  incidents: Type.Array(IncidentSchema),
  incidentsLeftOut: Type.Integer(),
  outcomes: Type.Record(Type.String(), Type.Integer(), {
    description: 'How many of all incidents, by outcome',
  }),
  missed: Type.Array(IncidentSchema, {
    description: 'Confirmed incidents that the changed rules would miss',
  }),
  needsSecondApprover: Type.Boolean(),
  disturbance: Type.Object(
    { tickets: Type.Integer(), nightRaises: Type.Integer(), raises: Type.Integer() },
    { description: 'Changed minus present; negative = quieter' },
  ),
});

export const SelfCheckSchema = Type.Object({
  coverage: CoverageSchema,
  tally: SideTallySchema,
  compared: Type.Integer(),
  agreed: Type.Integer(),
  agreementPercent: Type.Number(),
  differences: Type.Array(
    Type.Object({
      type: strings(['missing', 'extra', 'shifted', 'hidden']),
      key: Type.String(),
      equipment: Type.String(),
      rule: Type.String(),
      occurrence: nullable(Type.String()),
      text: TextSchema,
      historyAtMs: nullable(Ms),
      replayAtMs: nullable(Ms),
      historyEndMs: nullable(Ms),
      replayEndMs: nullable(Ms),
      reasons: Type.Array(strings(DIFFERENCE_REASONS), { description: 'Most likely first' }),
      why: TextSchema,
    }),
  ),
  differencesLeftOut: Type.Integer(),
});

export const BacktestViewSchema = Type.Object({
  id: Type.String(),
  type: strings(['compare', 'self-check']),
  fromMs: Ms,
  toMs: Ms,
  overrides: Type.Array(
    Type.Object({
      equipment: Type.String(),
      rule: Type.String(),
      override: nullable(Type.Record(Type.String(), Type.Unknown())),
    }),
  ),
  by: Type.String(),
  state: strings(['queued', 'running', 'done', 'failed', 'cancelled']),
  askedAtMs: Ms,
  startedAtMs: nullable(Ms),
  endedAtMs: nullable(Ms),
  progress: Type.Object({
    ratio: Type.Number(),
    readings: Type.Integer(),
    reachedMs: nullable(Ms),
  }),
  comparison: nullable(ComparisonSchema),
  selfCheck: nullable(SelfCheckSchema),
  error: nullable(Type.Object({ code: Type.String(), text: TextSchema })),
});
export type BacktestView = Static<typeof BacktestViewSchema>;
