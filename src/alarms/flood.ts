/**
 * When many alarms are a flood (ISA-18.2, alarms.md B1 and E): more annunciations within the window than somebody can
 * answer, until a window holds few again. Pure; on monotonic time, and a sliding window. What a flood does to alarms is
 * storm.ts; here also: when each system's digest of what is not told one by one is due.
 *
 *          count > enter                    count < leave
 *   calm ────────────────▶ flood ─────────────────────────▶ calm
 *                            └─ each digestMs, per system: how many since the last digest
 */
import type { AlarmTimes } from '../config/policy.ts';
import type { Now } from '../core/clock.ts';
import type { System } from '../core/kinds.ts';
import type { Severity } from '../core/severity.ts';

export type FloodTimes = AlarmTimes['flood'];

/** One call for people's attention (annunciation.ts `isAnnunciation`). */
export interface Annunciation {
  readonly system: System;
  readonly severity: Severity;
}

/** How many, by severity; those that none have are left out. */
export type Tally = Readonly<Partial<Record<Severity, number>>>;

export interface FloodState {
  /** Since when a flood is on, monotonic; null = there is none. */
  readonly sinceMonoMs: number | null;
  /** Annunciations in the window and some before it, oldest first: monotonic moment, and how many at that moment. */
  readonly runs: readonly (readonly [monoMs: number, count: number])[];
  /** Most annunciations within a window since the flood began. */
  readonly peak: number;
  /** What the next digest of a system will tell, and when. */
  readonly digests: ReadonlyMap<System, PendingDigest>;
  /** Moments that were forgotten because there were too many: from then on the peak may be understated. */
  readonly forgotten: number;
}

export interface PendingDigest {
  readonly dueMonoMs: number;
  readonly tally: Tally;
}

export type FloodEffect =
  | { readonly type: 'began' }
  | { readonly type: 'digest-due'; readonly system: System; readonly tally: Tally }
  | { readonly type: 'ended'; readonly peak: number; readonly lastedMs: number };

export interface FloodStep {
  /** The same object when nothing has changed. */
  readonly state: FloodState;
  readonly effects: readonly FloodEffect[];
}

/**
 * Moments that the window remembers: 10 minutes of rounds four times a second are 2,400. Whether a flood begins or ends
 * takes only the last `enter` + 1 annunciations; older ones count for the peak alone.
 */
export const MAX_FLOOD_RUNS = 4_096;

export const CALM: FloodState = {
  sinceMonoMs: null,
  runs: [],
  peak: 0,
  digests: new Map(),
  forgotten: 0,
};

/** @param annunciations those of this moment; none = time alone has passed */
export function stepFlood(
  state: FloodState,
  annunciations: readonly Annunciation[],
  { monoMs }: Pick<Now, 'monoMs'>,
  times: FloodTimes,
): FloodStep {
  const counted = annunciations.length === 0 ? state : addRun(state, annunciations.length, monoMs, times);
  const count = countFlood(counted, monoMs, times.windowMs);
  const isOn = counted.sinceMonoMs !== null;
  if (isOn && count < toLeave(times)) return end(counted, monoMs);
  if (!isOn && count <= times.enter) return { state: counted, effects: [] };
  const peak = Math.max(counted.peak, count);
  const raised = peak === counted.peak ? counted : { ...counted, peak };
  const begun = isOn ? raised : { ...raised, sinceMonoMs: monoMs };
  const told = takeDigests(withPending(begun, annunciations, monoMs, times), monoMs, times);
  return { state: told.state, effects: isOn ? told.effects : [{ type: 'began' }, ...told.effects] };
}

/** Annunciations of the last `windowMs`; one that is exactly that old has left the window. */
export function countFlood({ runs }: FloodState, monoMs: number, windowMs: number): number {
  let count = 0;
  for (let at = runs.length - 1; at >= 0; at -= 1) {
    const run = runs[at];
    if (run === undefined || run[0] <= monoMs - windowMs) break;
    count += run[1];
  }
  return count;
}

/** What is told one by one however many there are. */
export function isToldSingly(severity: Severity): boolean {
  return severity === 'life-safety' || severity === 'high';
}

function addRun(
  state: FloodState,
  count: number,
  monoMs: number,
  { windowMs, enter }: FloodTimes,
): FloodState {
  const stale = state.runs.findIndex(([atMs]) => atMs > monoMs - windowMs);
  const fresh = stale < 0 ? [] : state.runs.slice(stale);
  const last = fresh.at(-1);
  if (last !== undefined && last[0] >= monoMs) fresh[fresh.length - 1] = [last[0], last[1] + count];
  else fresh.push([monoMs, count]);
  const excess = Math.max(0, fresh.length - Math.max(MAX_FLOOD_RUNS, enter + 1));
  return { ...state, runs: fresh.slice(excess), forgotten: state.forgotten + excess };
}

function withPending(
  state: FloodState,
  annunciations: readonly Annunciation[],
  monoMs: number,
  { digestMs }: FloodTimes,
): FloodState {
  const quiet = annunciations.filter(({ severity }) => !isToldSingly(severity));
  if (quiet.length === 0) return state;
  const digests = new Map(state.digests);
  for (const { system, severity } of quiet) {
    const { dueMonoMs, tally } = digests.get(system) ?? { dueMonoMs: monoMs + digestMs, tally: {} };
    digests.set(system, { dueMonoMs, tally: { ...tally, [severity]: (tally[severity] ?? 0) + 1 } });
  }
  return { ...state, digests };
}

function takeDigests(state: FloodState, monoMs: number, { digestMs }: FloodTimes): FloodStep {
  const due = [...state.digests].filter(([, { dueMonoMs }]) => dueMonoMs <= monoMs);
  if (due.length === 0) return { state, effects: [] };
  const digests = new Map(state.digests);
  const effects: FloodEffect[] = [];
  for (const [system, { tally }] of due) {
    const isEmpty = Object.keys(tally).length === 0;
    // One that told something is followed by the next no sooner than the policy says.
    if (isEmpty) digests.delete(system);
    else {
      digests.set(system, { dueMonoMs: monoMs + digestMs, tally: {} });
      effects.push({ type: 'digest-due', system, tally });
    }
  }
  return { state: { ...state, digests }, effects };
}

/** A flood that ends at what begins it would never come to rest. */
function toLeave({ enter, leave }: FloodTimes): number {
  return Math.min(leave, enter + 1);
}

/** Nothing that waited for a digest is left untold; what comes at this very moment is told by itself again. */
function end(state: FloodState, monoMs: number): FloodStep {
  const digests = [...state.digests].flatMap(([system, { tally }]): FloodEffect[] =>
    Object.keys(tally).length === 0 ? [] : [{ type: 'digest-due', system, tally }],
  );
  const lastedMs = monoMs - (state.sinceMonoMs ?? monoMs);
  return {
    state: { ...CALM, runs: state.runs, forgotten: state.forgotten },
    effects: [...digests, { type: 'ended', peak: state.peak, lastedMs }],
  };
}
