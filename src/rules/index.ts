/** The table of rule types. A new type is one file here and one line below. */
import { badData } from './bad-data.ts';
import { count } from './count.ts';
import { deviation } from './deviation.ts';
import { discrepancy } from './discrepancy.ts';
import { drift } from './drift.ts';
import { expression } from './expression.ts';
import { offline } from './offline.ts';
import { powerLoss } from './power-loss.ts';
import { rateOfChange } from './rate-of-change.ts';
import type { RuleType } from './rule.ts';
import { runningHours } from './running-hours.ts';
import { shortCircuit } from './short-circuit.ts';
import { stale } from './stale.ts';
import { starts } from './starts.ts';
import { state } from './state.ts';
import { stuck } from './stuck.ts';
import { threshold } from './threshold.ts';

/** Key: rule type as in profiles. */
export const RULE_TYPES: Readonly<Record<string, RuleType>> = {
  threshold,
  state,
  deviation,
  'rate-of-change': rateOfChange,
  stale,
  stuck,
  count,
  discrepancy,
  'running-hours': runningHours,
  starts,
  'power-loss': powerLoss,
  'short-circuit': shortCircuit,
  drift,
  expression,
  offline,
  'bad-data': badData,
};
