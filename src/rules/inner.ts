/**
 * A condition on one point inside a rule type that counts or times it: listed values, any other than those, or one side
 * of a limit with a dead-band. Three-valued like everything else; what is counted is the type's business.
 */
import Type from 'typebox';
import type { RuleIssue, RulePoint } from '../config/catalog.ts';
import { checkDeclared } from '../config/declared.ts';
import { QUALITIES } from '../core/quality.ts';
import type { Condition, JsonValue, Sample } from './rule.ts';
import { toKey } from './windows/saved.ts';

export interface Inner {
  readonly in?: readonly number[];
  readonly notIn?: readonly number[];
  readonly above?: number;
  readonly below?: number;
  readonly deadband?: number;
}

/** An inner condition with a point of its own. */
export interface InnerOfPoint extends Inner {
  readonly point: string;
}

const Values = Type.Array(Type.Number(), { minItems: 1, maxItems: 256 });

/** Properties of an inner condition, beside others of the rule. */
export const innerProperties = {
  in: Type.Optional(Values),
  notIn: Type.Optional(Values),
  above: Type.Optional(Type.Number({ description: 'TRUE above it; in the unit of the point' })),
  below: Type.Optional(Type.Number({ description: 'TRUE below it; in the unit of the point' })),
  deadband: Type.Optional(Type.Number({ minimum: 0, default: 0, description: 'In the unit of the point' })),
};

export const InnerOfPointSchema = Type.Object(
  { point: Type.String(), ...innerProperties },
  { additionalProperties: false },
);

const SIDES = ['in', 'notIn', 'above', 'below'] as const;

/** @param at path of the condition inside the rule, with its dot: `while.` @param point undefined = not known */
export function checkInner(inner: Inner, point: RulePoint | undefined, at = ''): RuleIssue[] {
  const given = SIDES.filter((key) => inner[key] !== undefined);
  if (given.length !== 1) {
    const found = given.join(', ') || 'none';
    return [{ path: at.replace(/\.$/, ''), expected: 'exactly one of in, notIn, above, below', found }];
  }
  if (inner.above !== undefined || inner.below !== undefined) return [];
  if ((inner.deadband ?? 0) !== 0) {
    return [{ path: `${at}deadband`, expected: 'none beside in or notIn', found: String(inner.deadband) }];
  }
  const key = inner.in === undefined ? 'notIn' : 'in';
  return checkDeclared(`${at}${key}`, inner[key] ?? [], point);
}

/** What a memory of entries to the condition, or of time in it, is of. */
export function toInnerKey(inner: Inner & { readonly point?: string }): JsonValue {
  const { point, in: values, notIn, above, below, deadband } = inner;
  return toKey([point, values, notIn, above, below, deadband]);
}

/** Whether the rule says anything about the point's value. */
export function hasInner(inner: Inner): boolean {
  return SIDES.some((key) => inner[key] !== undefined);
}

/** @param isUsable whether the sample can be used at all @param was whether the condition was TRUE before (dead-band) */
export function judgeInner(inner: Inner, sample: Sample, isUsable: boolean, was: boolean): Condition {
  if (!isUsable) return 'unknown';
  const { value } = sample;
  const { above, below, deadband = 0 } = inner;
  if (above !== undefined) return toCondition(value > above || (was && value >= above - deadband));
  if (below !== undefined) return toCondition(value < below || (was && value <= below + deadband));
  if (inner.notIn !== undefined) return toCondition(!inner.notIn.includes(value));
  if (inner.in?.includes(value) === true) return 'true';
  // A value without a declared meaning may be one of those that are meant.
  return sample.quality === QUALITIES['unknown-state'].code ? 'unknown' : 'false';
}

function toCondition(isTrue: boolean): Condition {
  return isTrue ? 'true' : 'false';
}
