/** What the checks of a rule are given, and how they report. */
import type { RuleTypeSchema } from '../config/catalog.ts';
import type { Problems } from '../config/problems.ts';
import type { Located, Path } from '../config/source.ts';
import type { RuleHolder } from './rules.ts';
import type { RuleEntry } from './schema.ts';

export interface RuleToCheck {
  readonly entry: RuleEntry;
  /** The properties of its own type. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly type: RuleTypeSchema;
  readonly holder: RuleHolder;
  readonly at: Located;
  readonly problems: Problems;
  /** Ids of the site's calendars; undefined = not known. */
  readonly calendars: readonly string[] | undefined;
}

/** @param below where in the rule */
export function report(
  { at, problems }: Pick<RuleToCheck, 'at' | 'problems'>,
  below: Path,
  expected: string,
  found: string,
): void {
  problems.add(at.source, [...at.path, ...below], expected, found);
}
