/** Whether the values that a rule or a guard lists are values that its point can have. */
import type { RuleIssue, RulePoint } from './catalog.ts';

/** @param key property that lists the values @param point undefined = not known, then nothing is said */
export function checkDeclared(
  key: string,
  values: readonly number[],
  point: RulePoint | undefined,
): RuleIssue[] {
  const declared = toDeclared(point);
  if (declared === null) return [];
  const expected = `a value of the point (${declared.join(', ')})`;
  return values.flatMap((value, at) =>
    declared.includes(value) ? [] : [{ path: `${key}[${at}]`, expected, found: String(value) }],
  );
}

/** Values that the point can have; null = any number. */
function toDeclared(point: RulePoint | undefined): readonly number[] | null {
  if (point === undefined) return null;
  if (point.states.size > 0) return [...point.states.keys()];
  return point.type === 'boolean' ? [0, 1] : null;
}
