/** Stored rows as the objects that they stand for, and pages of them. */
import type { Policy } from '../../config/policy.ts';
import { fromPolicyDoc, type PolicyDoc } from '../../config/policy-doc.ts';
import { NO_MARKS, type Occurrence } from '../../core/alarm.ts';
import { LIMITS } from '../../core/limits.ts';

export interface PageRequest {
  readonly limit: number;
  readonly offset: number;
}

/** At most `LIMITS.pageRows` rows, whatever is asked for. */
export function toPage({ limit, offset }: PageRequest): PageRequest {
  return { limit: toLimit(limit, LIMITS.pageRows), offset: Math.max(0, offset) };
}

export function toLimit(limit: number, maximum: number): number {
  return Math.max(0, Math.min(limit, maximum));
}

/** Fields that have come after version 1 of the schema. */
type Later = 'explainedBy' | 'ticketDueAtMs' | keyof typeof NO_MARKS;

/** Occurrences stored by earlier versions know nothing of causes, shelves, storms. */
export function toOccurrence(doc: string): Occurrence {
  const stored = parse(doc) as Omit<Occurrence, Later> & Partial<Pick<Occurrence, Later>>;
  return { explainedBy: null, ticketDueAtMs: null, ...NO_MARKS, ...stored };
}

/** Frozen, its calendars with their maps. */
export function parsePolicy(doc: string): Policy {
  return fromPolicyDoc(parse(doc) as PolicyDoc);
}

/** The columns hold what this store has written itself, so callers name the type. */
export function parse(doc: string): unknown {
  return JSON.parse(doc);
}
