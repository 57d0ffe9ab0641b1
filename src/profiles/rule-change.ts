/** One change of a rule of one equipment, as the site file or a person has written it. What becomes of it: changed-rules.ts. */
import { type Problems, quote, toFound } from '../config/problems.ts';
import type { Located } from '../config/source.ts';
import { isData } from './merge.ts';
import type { ProfileContext } from './profile.ts';
import type { SiteUnit, SiteUnits } from './site-points.ts';

export interface RuleChange {
  /** Part of the equipment that the rule belongs to; null = the equipment itself. */
  readonly part: string | null;
  /** Id of a rule of the profile, or of a new one. */
  readonly rule: string;
  /** Its value holds the changed properties, without references; null takes one away. What is wrong is reported there. */
  readonly at: Located;
}

export interface ChangeContext extends ProfileContext {
  readonly owner: SiteUnit['owner'];
  readonly units: SiteUnits;
}

export interface SplitChange {
  readonly properties: Readonly<Record<string, unknown>>;
  /** null = not said. */
  readonly isOn: boolean | null;
}

/** `id` and `enabled` are no properties of a rule. @returns null when something is wrong; it is reported. */
export function splitChange({ rule, at }: RuleChange, problems: Problems): SplitChange | null {
  const { source, path, value } = at;
  if (!isData(value)) {
    problems.add(source, path, 'a mapping', toFound(value, path));
    return null;
  }
  const { id, enabled, ...properties } = value;
  if (enabled !== undefined && typeof enabled !== 'boolean') {
    problems.add(source, [...path, 'enabled'], 'true or false', toFound(enabled, [...path, 'enabled']));
    return null;
  }
  if (id !== undefined && typeof id === 'string' && id !== rule && !id.endsWith(`/${rule}`)) {
    problems.add(source, [...path, 'id'], quote(rule), quote(id));
    return null;
  }
  return { properties, isOn: enabled ?? null };
}
