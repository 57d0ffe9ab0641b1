/**
 * What became of a rule between two rounds of decisions: an alarm that came and went, or went and came again, is told
 * although the rule says now what it said before (a round waits for its commit, and a commit may fail for long). Pure.
 *
 *   active ──worst before──▶ normal (dip) ──worst after──▶ what it says now
 *
 * However often it changed, one return and one raise before and after it are told.
 */
import { compareSeverity } from '../core/severity.ts';
import type { RuleOutput } from './rule-state.ts';

/** In this order; null = there was none. */
export interface Trail {
  /** The worst that it was while active, before it was normal. */
  readonly before: RuleOutput | null;
  /** When it became normal. */
  readonly dip: RuleOutput | null;
  /** The worst since then. */
  readonly after: RuleOutput | null;
}

export const NO_TRAIL: Trail = { before: null, dip: null, after: null };

export function addActive(trail: Trail, output: RuleOutput): Trail {
  return trail.dip === null
    ? { ...trail, before: toWorse(trail.before, output) }
    : { ...trail, after: toWorse(trail.after, output) };
}

export function addNormal(trail: Trail, output: RuleOutput): Trail {
  return trail.dip === null ? { ...trail, dip: output } : trail;
}

/** The earlier one could not be stored. */
export function joinTrails(earlier: Trail, later: Trail): Trail {
  const { before, dip, after } = earlier;
  if (dip === null) return { ...later, before: toWorse(before, later.before) };
  return { before, dip, after: toWorse(after, toWorse(later.before, later.after)) };
}

/** The earlier one unless the later one is more severe. */
function toWorse(earlier: RuleOutput | null, later: RuleOutput | null): RuleOutput | null {
  if (earlier === null || later === null) return earlier ?? later;
  return compareSeverity(later.severity, earlier.severity) > 0 ? later : earlier;
}
