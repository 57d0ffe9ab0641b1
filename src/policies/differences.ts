/**
 * What differs between two versions of a policy, by path: `clocks[arrival].limits[0].limitMs`. Rows that have an id are
 * compared with the row of that id, others with the row of their place, because their order counts. Pure.
 */
import type { Match } from '../config/policy.ts';
import type { PolicyDoc } from '../config/policy-doc.ts';

export interface PolicyDifference {
  readonly path: string;
  /** Plain data; null = not there. */
  readonly before: unknown;
  readonly after: unknown;
  /** Whether it is about emergencies and life safety: whoever approves looks at it first. */
  readonly isSafety: boolean;
}

type Mapping = Readonly<Record<string, unknown>>;

/** In the order of the paths of the first, then what only the second has. The versions themselves are left out. */
export function toDifferences(before: PolicyDoc, after: PolicyDoc): readonly PolicyDifference[] {
  const { version: _before, ...from } = before;
  const { version: _after, ...to } = after;
  const all = compare('', from, to);
  return all.map((one) => ({ ...one, isSafety: isSafety(one, [before, after]) }));
}

/**
 * Parts that say what an emergency is, who is told of it and by when, how it goes, what counts as an incident, and what may hold an
 * alarm back.
 */
const SAFETY =
  /^(priorityOf\.life-safety|priorityFrom|report|deskDispatches|incidents|drills|escalation|falseAlarm|paths|attendanceFrom|offHours|explain|certificates|ownAcceptance|quiet)\b/;
/** Who does what nobody else does in an emergency. */
const HANDS = /^actors\.(confirm-fire|fire-step|entrapment|dispatch|arrive|enter-dwelling)$/;
const CLOCK = /^clocks\[(?<id>[^\]]+)\]/;
const GUARD = /^guards\[(?<at>\d+)\]/;

/** Of the clocks and guards those whose rows name emergencies, or are for all. */
function isSafety({ path }: Compared, docs: readonly PolicyDoc[]): boolean {
  if (SAFETY.test(path) || HANDS.test(path)) return true;
  const id = CLOCK.exec(path)?.groups?.['id'];
  const limits = docs.flatMap(({ clocks }) => clocks.filter((clock) => clock.id === id));
  const at = GUARD.exec(path)?.groups?.['at'];
  const guards = at === undefined ? [] : docs.flatMap((doc) => doc.guards[Number(at)] ?? []);
  return [...limits.flatMap(({ limits: rows }) => rows), ...guards].some(reachesEmergencies);
}

function reachesEmergencies({ match: { priority, attendance } }: { readonly match: Match }): boolean {
  return priority?.includes('emergency') ?? attendance?.includes('emergency') ?? true;
}

type Compared = Omit<PolicyDifference, 'isSafety'>;

function compare(path: string, before: unknown, after: unknown): readonly Compared[] {
  const [from, to] = [toMapping(before), toMapping(after)];
  if (from === null || to === null || from.isList !== to.isList) {
    return JSON.stringify(before) === JSON.stringify(after)
      ? []
      : [{ path, before: before ?? null, after: after ?? null }];
  }
  const keys = [...new Set([...Object.keys(from.held), ...Object.keys(to.held)])];
  return keys.flatMap((key) => {
    const step = from.isList ? `[${key}]` : path === '' ? key : `.${key}`;
    return compare(`${path}${step}`, from.held[key], to.held[key]);
  });
}

/** Lists of words, numbers and the like are values; null = not to be looked into. */
function toMapping(value: unknown): { readonly held: Mapping; readonly isList: boolean } | null {
  if (typeof value !== 'object' || value === null) return null;
  if (!Array.isArray(value)) return { held: value as Mapping, isList: false };
  if (value.some((item) => typeof item !== 'object' || item === null)) return null;
  const entries = value.map((item: Mapping, index) => [toRowKey(item) ?? String(index), item] as const);
  return { held: Object.fromEntries(entries), isList: true };
}

function toRowKey({ id }: Mapping): string | null {
  return typeof id === 'string' ? id : null;
}
