/** Properties of an expression rule: their schema, their order, and what the schema cannot say. */
import Type, { type Static } from 'typebox';
import type { Properties, RuleIssue } from '../../config/catalog.ts';
import { didYouMean, quote } from '../../config/problems.ts';
import { Id, oneOf } from '../../config/words.ts';
import { type Compiled, compileCondition } from './compile.ts';
import { isIdentifier, MAX_EXPRESSION_CHARS, type Names } from './language.ts';

/** Points of one rule: more make an alarm that nobody can explain. */
const MAX_POINTS = 16;
/** Windows of one rule; each may keep up to 50 KB (windows/window.ts). */
const MAX_WINDOWS = 8;
const MAX_CALENDARS = 4;
/** Shortest and longest look back. */
const MIN_WINDOW_MS = 1_000;
const MAX_WINDOW_MS = 7 * 86_400_000;
/** Part of a window in which a value must have been known; a lost poll or two must not blind a rule for its length. */
export const MIN_KNOWN_PERCENT = 75;

/**
 * Figure of a window: time-weighted mean, least, greatest and latest value, `count` of changes from zero to anything
 * else, `change` from its beginning to now, `rate` of change per second (least squares).
 */
const FIGURES = ['mean', 'min', 'max', 'count', 'last', 'change', 'rate'] as const;
export type Figure = (typeof FIGURES)[number];

const WindowSchema = Type.Object(
  {
    point: Type.String({ description: 'Name of one of `points`' }),
    over: Type.Integer({
      minimum: MIN_WINDOW_MS,
      maximum: MAX_WINDOW_MS,
      description: 'Length, milliseconds',
    }),
    of: oneOf(FIGURES),
    minKnownPercent: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 100,
        description: `Part of it in which a value was known, below that it is UNKNOWN; default ${MIN_KNOWN_PERCENT}`,
      }),
    ),
  },
  { additionalProperties: false },
);
export type WindowParams = Static<typeof WindowSchema>;

export const properties: Properties = {
  points: Type.Record(Type.String(), Type.String(), {
    minProperties: 1,
    maxProperties: MAX_POINTS,
    expected: `a mapping of 1 to ${MAX_POINTS} names to points`,
  }),
  windows: Type.Record(Type.String(), WindowSchema, {
    maxProperties: MAX_WINDOWS,
    default: {},
    expected: `a mapping of up to ${MAX_WINDOWS} names to {point, over, of}`,
  }),
  working: Type.Record(Type.String(), Id, {
    maxProperties: MAX_CALENDARS,
    default: {},
    expected: `a mapping of up to ${MAX_CALENDARS} names to calendars`,
  }),
  condition: Type.String({ minLength: 1, maxLength: MAX_EXPRESSION_CHARS }),
};

export interface ExpressionParams {
  /** Name in the expression → point. */
  readonly points: Readonly<Record<string, string>>;
  readonly windows: Readonly<Record<string, WindowParams>>;
  /** Name in the expression → calendar: whether its hours run. */
  readonly working: Readonly<Record<string, string>>;
  readonly condition: string;
}

/** Order of the values in the frame: points, windows, working. */
export function toNames({ points, windows, working }: ExpressionParams): Names {
  return { numbers: [...Object.keys(points), ...Object.keys(windows)], truths: Object.keys(working) };
}

export function checkParams(params: ExpressionParams): readonly RuleIssue[] {
  const issues = [...checkNames(params), ...checkWindows(params)];
  // With wrong names every use of them would be told again.
  if (issues.length > 0) return issues;
  const compiled = compileCondition(params.condition, toNames(params));
  if ('found' in compiled) return [{ path: 'condition', ...compiled }];
  return checkUse(params, compiled);
}

const GROUPS = ['points', 'windows', 'working'] as const;

function checkNames(params: ExpressionParams): readonly RuleIssue[] {
  const first = new Map<string, string>();
  return GROUPS.flatMap((group) =>
    Object.keys(params[group]).flatMap((name): RuleIssue[] => {
      const path = `${group}.${name}`;
      const known = first.get(name);
      if (known === undefined) first.set(name, path);
      else return [{ path, expected: 'a name used once', found: `${quote(name)}, also ${known}` }];
      if (isIdentifier(name)) return [];
      const expected = 'a name of letters, digits and "_", a letter first, and no word of CEL';
      const hint = name.includes('-') ? ' (in an expression "-" is a subtraction)' : '';
      return [{ path, expected, found: `${quote(name)}${hint}` }];
    }),
  );
}

function checkWindows({ points, windows }: ExpressionParams): readonly RuleIssue[] {
  return Object.entries(windows).flatMap(([name, { point }]) => {
    if (Object.hasOwn(points, point)) return [];
    const found = `${quote(point)}${didYouMean(point, Object.keys(points))}`;
    return [{ path: `windows.${name}.point`, expected: 'a name of points', found }];
  });
}

/** A name that decides nothing is a mistake: it would still make the rule wait for its point. */
function checkUse(params: ExpressionParams, { used }: Compiled): readonly RuleIssue[] {
  const windowed = new Set(Object.values(params.windows).map(({ point }) => point));
  return GROUPS.flatMap((group) =>
    Object.keys(params[group])
      .filter((name) => !used.has(name) && !(group === 'points' && windowed.has(name)))
      .map((name) => ({
        path: `${group}.${name}`,
        expected: 'a name that the condition uses',
        found: quote(name),
      })),
  );
}
