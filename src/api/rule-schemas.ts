/** Shapes of rules in the public API: their definition, where it comes from, and the changes that people propose. */
import Type, { type Static } from 'typebox';
import { SEVERITY_NAMES } from '../core/severity.ts';
import { UPSTREAM_NAMES } from '../core/upstream.ts';
import { Ms, nullable, strings, TextSchema } from './schemas.ts';

const GuardSchema = Type.Object({
  point: Type.String(),
  in: nullable(Type.Array(Type.Number())),
  notIn: nullable(Type.Array(Type.Number())),
});

const RuleSourceSchema = Type.Object({
  profile: Type.String({ description: 'Profile of the equipment' }),
  file: nullable(Type.String({ description: 'File name of the profile, where it is known' })),
  change: nullable(
    Type.Object(
      {
        id: Type.String(),
        by: Type.String(),
        reviewedBy: nullable(Type.String()),
        reviewedAtMs: nullable(Ms),
        reason: Type.String(),
      },
      { description: 'The approved change in force; null = as the files say' },
    ),
  ),
});

export const RuleViewSchema = Type.Object({
  key: Type.String(),
  equipment: Type.String(),
  equipmentName: TextSchema,
  rule: Type.String(),
  type: Type.String(),
  version: Type.String(),
  isEnabled: Type.Boolean({ description: 'false = a change has switched it off' }),
  severity: strings(SEVERITY_NAMES),
  text: TextSchema,
  guidance: nullable(TextSchema),
  points: Type.Array(Type.String()),
  params: Type.Record(Type.String(), Type.Unknown()),
  onDelayMs: Type.Number(),
  offDelayMs: Type.Number(),
  minGoodSamples: Type.Integer(),
  uncertain: strings(['use', 'unknown']),
  unknownHoldMs: Type.Number(),
  when: Type.Array(GuardSchema, { description: 'All must hold' }),
  expectedWhen: nullable(Type.Object({ guards: Type.Array(GuardSchema), text: TextSchema })),
  calendar: nullable(
    Type.Object(
      { id: Type.String(), name: TextSchema },
      { description: 'Outside these hours it is suppressed' },
    ),
  ),
  isLatching: Type.Boolean(),
  reAlarmMs: nullable(Type.Number({ description: 'null = by the policy' })),
  explains: nullable(strings(UPSTREAM_NAMES)),
  explainedBy: Type.Array(strings(UPSTREAM_NAMES)),
  opensTicket: Type.Boolean(),
  class: Type.String(),
  faultKind: Type.String(),
  source: RuleSourceSchema,
});
export type RuleView = Static<typeof RuleViewSchema>;

export const RuleChangeViewSchema = Type.Object({
  id: Type.String(),
  equipment: Type.String(),
  rule: Type.String(),
  override: nullable(
    Type.Record(Type.String(), Type.Unknown(), {
      description: 'Properties as in a profile that replace those of the rule; null = as the files say',
    }),
  ),
  baseVersion: Type.String({ description: 'Version of the rule that it was written against' }),
  state: strings(['proposed', 'approved', 'refused', 'withdrawn', 'superseded']),
  by: Type.String(),
  atMs: Ms,
  reason: Type.String(),
  reviewedBy: nullable(Type.String()),
  reviewedAtMs: nullable(Ms),
  reviewNote: Type.String(),
  approvals: Type.Array(
    Type.Object({
      by: Type.String(),
      atMs: Ms,
      note: Type.String(),
      isUntested: Type.Boolean({ description: 'Given without a backtest' }),
    }),
  ),
  needsApprovals: Type.Integer({ description: '2 where the backtest misses a confirmed incident, else 1' }),
  backtest: nullable(
    Type.Object({
      id: Type.String(),
      atMs: Ms,
      verdict: nullable(
        Type.Object({
          fromMs: Ms,
          toMs: Ms,
          missed: Type.Integer({ description: 'Confirmed incidents that it would have missed' }),
          needsSecondApprover: Type.Boolean(),
        }),
      ),
    }),
  ),
  problems: Type.Array(Type.Object({ path: Type.String(), expected: Type.String(), found: Type.String() }), {
    description: 'Why an approved change is not in force: it does not fit the files any more',
  }),
});
export type RuleChangeView = Static<typeof RuleChangeViewSchema>;

/** A change with what it makes of the rule. */
export const ProposedChangeSchema = Type.Object({
  change: nullable(RuleChangeViewSchema),
  rule: Type.Union([RuleViewSchema, Type.Null()], { description: 'As it would be; null = switched off' }),
});
export type ProposedChangeView = Static<typeof ProposedChangeSchema>;
