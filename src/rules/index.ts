/** The table of rule types. A new type is one file here and one line below. */
import { badData } from './bad-data.ts';
import { offline } from './offline.ts';
import type { RuleType } from './rule.ts';
import { state } from './state.ts';
import { threshold } from './threshold.ts';

/** Key: rule type as in profiles. */
export const RULE_TYPES: Readonly<Record<string, RuleType>> = {
  threshold,
  state,
  offline,
  'bad-data': badData,
};
