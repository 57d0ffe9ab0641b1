/** Schemas of a file of rule tests and of one case; what the words in it mean is checked by read.ts. */
import Type, { type Static } from 'typebox';
import { closed } from '../config/schema.ts';
import { Duration, Id, Later, orNull, ShortString, TextSchema, Version1 } from '../config/words.ts';

export const RuleTestsSchema = closed({
  version: Version1,
  /** The profile that is tested: the name of the file. */
  profile: Id,
  /** By point: what it gives while nothing is wrong. */
  normal: Later,
  /** By rule: its cases. */
  rules: Later,
});

export const CaseSchema = closed({
  name: Type.Union([ShortString, TextSchema]),
  points: Type.Optional(Later),
  events: Type.Optional(Later),
  expect: Later,
  also: Type.Array(Type.String(), { maxItems: 50, default: [] }),
  every: orNull(Duration, { default: null }),
});
export type CaseEntry = Static<typeof CaseSchema>;

/** Cases of one rule at most. */
export const MAX_CASES = 50;
/** Longest case: a rule may wait for a day. */
export const MAX_CASE_MS = 8 * 86_400_000;
