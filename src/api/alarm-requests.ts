/** What clients send about alarms, rules, drills and backtests. Closed, like all of request-schemas.ts. */
import Type, { type Static } from 'typebox';
import { ID_PATTERN, MAX_ID_LENGTH } from '../core/ids.ts';
import { SYSTEMS } from '../core/kinds.ts';
import { LIMITS } from '../core/limits.ts';
import { SEVERITY_NAMES } from '../core/severity.ts';
import { closed, Id, LAST_MS, LongText, oneOf, paging } from './request-schemas.ts';

const SYSTEM_NAMES = Object.keys(SYSTEMS) as readonly (keyof typeof SYSTEMS)[];
/** Ids that the gateway gives. */
const GivenId = Type.String({ minLength: 1, maxLength: 100 });
const IdOf = (description: string) =>
  Type.String({ pattern: ID_PATTERN, maxLength: MAX_ID_LENGTH, description });
const equipment = Type.Optional(Id);
const severity = Type.Optional(oneOf(SEVERITY_NAMES));
const system = Type.Optional(oneOf(SYSTEM_NAMES));
const searchText = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 100,
    description: 'In texts, names and places of both languages, and in ids; case does not matter',
  }),
);

// --- lists --------------------------------------------------------------------------------------------------------

const RaisedMs = (description: string) =>
  Type.Optional(
    Type.Integer({ minimum: 0, maximum: LAST_MS, description: `${description}, UTC milliseconds` }),
  );

export const AlarmsQuery = closed({
  state: oneOf(['open', 'all'], { default: 'open' }),
  equipment,
  letters: Type.Optional(
    Type.String({
      pattern: '^[A-G]{1,7}$',
      description:
        'States A to G, any of these, e.g. `BC`; what has ended is A, unless something hid it at its end',
    }),
  ),
  severity,
  system,
  location: Type.Optional(IdOf('With what lies in it')),
  storm: Type.Optional(GivenId),
  active: Type.Optional(oneOf(['true', 'false'])),
  rule: Type.Optional(IdOf('Of any equipment, unless one is named')),
  raisedFrom: RaisedMs('Raised then or later'),
  raisedTo: RaisedMs('Raised before'),
  text: searchText,
  ...paging,
});
export type AlarmsFilter = Omit<Static<typeof AlarmsQuery>, 'limit' | 'offset'>;

export const RulesQuery = closed({
  equipment,
  severity,
  system,
  type: Type.Optional(Type.String({ maxLength: MAX_ID_LENGTH })),
  changed: Type.Optional(oneOf(['true', 'false'], { description: 'Whether an approved change is in force' })),
  text: searchText,
  ...paging,
});
export type RulesFilter = Static<typeof RulesQuery>;

export const RuleChangesQuery = closed({
  equipment,
  state: Type.Optional(oneOf(['proposed', 'approved', 'refused', 'withdrawn', 'superseded'])),
  ...paging,
});

const LocalDate = (description: string) =>
  Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description }));
export const AlarmReportQuery = closed({
  from: LocalDate('local date, included; default: six days before `to`'),
  to: LocalDate('local date, included; default: today'),
  by: oneOf(['site', 'equipment', 'rule'], { default: 'site' }),
  equipment,
  rule: equipment,
});

// --- people and alarms --------------------------------------------------------------------------------------------

/** May be left out. */
export const NoteBody = Type.Union([closed({ note: Type.Optional(LongText) }), Type.Null()]);
/** Whether there is a note is judged in alarms/: `missing-fields` tells people more. */
export const CommentBody = closed({ note: LongText });

/** Occurrences that one request names. */
const MAX_IDS = 2_000;

export const AcknowledgeManyBody = closed({
  ids: Type.Optional(Type.Array(GivenId, { minItems: 1, maxItems: MAX_IDS, uniqueItems: true })),
  filter: Type.Optional(
    closed({
      equipment: Type.Optional(IdOf('With its parts')),
      severity,
      system,
      storm: Type.Optional(GivenId),
      location: Type.Optional(IdOf('With what lies in it')),
      olderThanMs: Type.Optional(
        Type.Number({ minimum: 0, description: 'Raised at least so long ago, milliseconds' }),
      ),
    }),
  ),
  includeLifeSafety: Type.Boolean({
    default: false,
    description: 'By filter, life safety is left out unless this says otherwise',
  }),
  note: Type.Optional(LongText),
});
export type AcknowledgeManyInput = Static<typeof AcknowledgeManyBody>;
export type AcknowledgeFilter = NonNullable<AcknowledgeManyInput['filter']>;

const reason = LongText;
const untilMs = Type.Integer({ minimum: 0, maximum: LAST_MS, description: 'UTC milliseconds' });

export const ShelveBody = closed({
  reason,
  forMs: Type.Integer({
    minimum: 1_000,
    maximum: 30 * 86_400_000,
    description: 'Time that it stays shelved, milliseconds; the policy says how long it may be',
  }),
  isOneShot: Type.Boolean({
    default: false,
    description: 'Ends with the present active stretch, or with the next one when the alarm is normal now',
  }),
  approver: Type.Optional(
    Type.String({
      maxLength: LIMITS.shortTextChars,
      description:
        'User name of another person who may take alarms out of service: until the end a ticket may be accepted over it',
    }),
  ),
});
export const OutOfServiceBody = closed({
  reason,
  permit: Type.String({ maxLength: LIMITS.shortTextChars, description: 'Number of the work permit' }),
  approver: Type.String({
    maxLength: LIMITS.shortTextChars,
    description: 'User name of another person who may take alarms out of service',
  }),
  untilMs,
});

export const DrillBody = closed({
  equipment: Id,
  reason,
  untilMs: Type.Union([untilMs, Type.Null()], { description: 'null ends the drill' }),
  isWhole: Type.Optional(
    Type.Boolean({
      description:
        'Also what depends on the equipment (a mains failure), life safety there excepted; default: with a fault',
    }),
  ),
  fault: Type.Optional(
    Type.String({
      pattern: ID_PATTERN,
      maxLength: MAX_ID_LENGTH,
      description: 'On simulators: a fault of the equipment that happens with the drill and ends with it',
    }),
  ),
});

// --- rules --------------------------------------------------------------------------------------------------------

const override = Type.Union(
  [Type.Record(Type.String(), Type.Unknown(), { maxProperties: 50 }), Type.Null()],
  {
    description:
      'Properties as in a profile, merged by property, null takes one away; `enabled: false` switches the rule off; null = as the files say',
  },
);
export const ProposalBody = closed({
  override,
  reason: Type.Optional(LongText),
  isTrial: Type.Boolean({ default: false, description: 'Only checked: nothing is stored' }),
});
export const ApproveBody = closed({
  note: Type.String({ maxLength: LIMITS.textChars, default: '' }),
  withoutBacktest: Type.Boolean({
    default: false,
    description: 'Approves although no backtest has been made',
  }),
});
export const RefuseBody = closed({ note: LongText });

/** Changes that one backtest tries together. */
const MAX_CHANGES = 20;
export const BacktestBody = closed({
  type: oneOf(['compare', 'self-check'], {
    default: 'compare',
    description:
      'compare: with these changes against the rules in force; self-check: the rules in force against what happened',
  }),
  fromMs: untilMs,
  toMs: untilMs,
  change: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 100,
      description: 'A proposed change: the result counts for its review',
    }),
  ),
  overrides: Type.Optional(
    Type.Array(closed({ equipment: Id, rule: Id, override }), { minItems: 1, maxItems: MAX_CHANGES }),
  ),
});
