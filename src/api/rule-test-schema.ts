/** Shape of the tests of a rule in the public API: the cases with their time lines, and what came of the last run. */
import Type, { type Static } from 'typebox';
import { SEVERITY_NAMES } from '../core/severity.ts';
import { ISA_STATES } from './alarm-schemas.ts';
import { Ms, nullable, strings, TextSchema } from './schemas.ts';

const AtMs = Type.Number({ description: 'Milliseconds since the beginning of the case' });

const StepSchema = Type.Object({
  atMs: AtMs,
  type: strings(['silent', 'held', 'ramp', 'alternate'], {
    description: 'silent: no reading comes; ramp: from one value to another; alternate: values in turn',
  }),
  values: Type.Array(Type.Number(), { description: 'held: one, or none = the last one' }),
  quality: nullable(Type.Integer({ description: 'Code; null = as the point itself would have it' })),
  ms: Type.Number({
    description: 'held: how late each value comes; ramp: how long it takes; alternate: how long each lasts',
  }),
});

const EventSchema = Type.Object({
  atMs: AtMs,
  type: Type.String({ description: '`restart`, `clock`, `acknowledge`, `shelve` …' }),
  ms: nullable(Type.Number({ description: 'How long, or by how much; negative = back' })),
  refused: nullable(Type.String({ description: 'Code of the error with which it must be refused' })),
});

const ExpectedSchema = Type.Object(
  {
    atMs: AtMs,
    isNothing: Type.Boolean({ description: 'Nothing is open, and nothing has been announced' }),
    state: nullable(strings(ISA_STATES)),
    level: nullable(Type.String()),
    severity: nullable(strings(SEVERITY_NAMES)),
    isBlind: nullable(Type.Boolean()),
    ticket: nullable(Type.String({ description: '`none`, `opened` or `class/priority`' })),
    messages: nullable(
      Type.Array(Type.String(), { description: 'Announced since the expectation before, all of it' }),
    ),
  },
  { description: 'null = not looked at' },
);

const OutcomeSchema = Type.Object({
  isPassed: Type.Boolean(),
  failures: Type.Array(
    Type.Object({
      atMs: nullable(Type.Number({ description: 'null = at the end' })),
      expected: Type.String({ description: 'In the words of the tests (docs/rule-tests.md)' }),
      found: Type.String(),
    }),
  ),
  timeline: Type.Array(Type.String(), { description: 'What happened, one line each' }),
});

export const RuleTestsSchema = Type.Object({
  equipment: Type.String(),
  rule: Type.String(),
  file: nullable(
    Type.String({ description: 'Where the cases are written; null = only those that every profile gets' }),
  ),
  isRuleChanged: Type.Boolean({
    description: 'The tests are those of the profile, and an approved change of this equipment is in force',
  }),
  lastRun: nullable(
    Type.Object(
      { atMs: Ms, tookMs: Type.Number(), passed: Type.Integer(), failed: Type.Integer() },
      {
        description:
          'null = not run since the gateway was started, or profile or tests have been changed since',
      },
    ),
  ),
  cases: Type.Array(
    Type.Object({
      name: TextSchema,
      points: Type.Array(
        Type.Object({
          point: Type.String({ description: 'Of this equipment' }),
          steps: Type.Array(StepSchema, {
            description: 'Until the first the point is as when nothing is wrong',
          }),
        }),
      ),
      events: Type.Array(EventSchema),
      expect: Type.Array(ExpectedSchema),
      also: Type.Array(Type.String({ description: 'Another rule that it raises' })),
      everyMs: nullable(
        Type.Number({ description: 'How often points are read; null = as the profile says' }),
      ),
      outcome: Type.Union([OutcomeSchema, Type.Null()], { description: 'Of the last run' }),
    }),
  ),
});
export type RuleTestsView = Static<typeof RuleTestsSchema>;
