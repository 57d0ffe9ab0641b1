/**
 * Discrepancy rule: the feedback does not show what was commanded: equal values, values of a table, or within a
 * tolerance. For `travelMs` after a change of the command the plant is on its way: agreement counts at once, its absence
 * not yet, and the alarm stays what it was. Feedback that leaves by itself is judged at once.
 *
 * A command that moves on meanwhile gives the plant its time anew, as long as the plant moves: feedback that has neither
 * agreed nor moved (by more than the tolerance) for `travelMs` of time in which both were known does not follow, however
 * often the command changes.
 *
 *   command   __0____1____0____1____0__      each change: travelMs to arrive
 *   feedback  __5_____________________       never moves: TRUE after travelMs
 */
import Type from 'typebox';
import type { RuleIssue, RulePoint } from '../config/catalog.ts';
import { checkDeclared } from '../config/declared.ts';
import type { Now } from '../core/clock.ts';
import {
  FALSE_VERDICT,
  type Judging,
  type RuleType,
  type Sample,
  UNKNOWN_VERDICT,
  type Verdict,
} from './rule.ts';
import { type Saved, toNumber, toSaved } from './windows/saved.ts';
import { countTo, createStopwatch, type Stopwatch, toElapsedAt, toReachedAt } from './windows/stopwatch.ts';

interface Pairing {
  readonly command: number;
  readonly feedback: readonly number[];
}

interface DiscrepancyParams {
  readonly command: string;
  readonly feedback: string;
  readonly travelMs?: number;
  readonly tolerance?: number;
  readonly map?: readonly Pairing[];
}

interface DiscrepancyMemory {
  /** The command that the plant follows; NaN before the first. */
  command: number;
  /** Monotonic time at which the plant has had its time. */
  arrivesAtMs: number;
  isTravelling: boolean;
  /** How long the feedback has disagreed and rested, at `anchor` (NaN = it agrees, or is not known). */
  readonly rest: Stopwatch;
  anchor: number;
  readonly travelMs: number;
}

const TRUE_VERDICT: Verdict = { condition: 'true', level: null, severity: null };
const HOUR_MS = 3_600_000;

const PairingSchema = Type.Object(
  { command: Type.Number(), feedback: Type.Array(Type.Number(), { minItems: 1, maxItems: 256 }) },
  { additionalProperties: false },
);

export const discrepancy: RuleType = {
  type: 'discrepancy',
  badInput: 'remember',
  properties: {
    command: Type.String({ description: 'The point with the command' }),
    feedback: Type.String({ description: 'The point that shows what the plant does' }),
    travelMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: HOUR_MS,
        default: 0,
        description: 'Time that the plant may take to follow',
      }),
    ),
    tolerance: Type.Optional(
      Type.Number({ minimum: 0, description: 'Largest difference, in the unit of the points' }),
    ),
    map: Type.Optional(Type.Array(PairingSchema, { minItems: 1, maxItems: 256 })),
  },
  pointRefs: (params) => {
    const { command, feedback } = params as unknown as DiscrepancyParams;
    return [command, feedback];
  },
  check: (params, points) => checkPairs(params as unknown as DiscrepancyParams, points ?? []),
  isMomentary: (params) => ((params as unknown as DiscrepancyParams).travelMs ?? 0) === 0,
  memory: {
    key: (params) => {
      const { command, feedback } = params as unknown as DiscrepancyParams;
      return [command, feedback];
    },
    create: (params, start) => restore(null, params as unknown as DiscrepancyParams, start),
    dueAtMonoMs: (memory) => {
      const { isTravelling, arrivesAtMs, rest, travelMs } = memory as DiscrepancyMemory;
      return isTravelling ? Math.min(arrivesAtMs, toReachedAt(rest, travelMs)) : Number.POSITIVE_INFINITY;
    },
    save: (memory, { monoMs }) => {
      const { command, arrivesAtMs, isTravelling, rest, anchor } = memory as DiscrepancyMemory;
      if (Number.isNaN(command)) return null;
      const leftMs = isTravelling ? Math.max(0, arrivesAtMs - monoMs) : 0;
      if (Number.isNaN(anchor)) return { command, leftMs };
      return { command, leftMs, anchor, restMs: toElapsedAt(rest, monoMs) };
    },
    restore: (saved, params, start) => restore(toSaved(saved), params as unknown as DiscrepancyParams, start),
  },
  judge: (params, previous, samples, judging) =>
    judge(params as unknown as DiscrepancyParams, previous, samples, judging),
};

function restore(
  saved: Saved | null,
  { travelMs = 0 }: DiscrepancyParams,
  { monoMs }: Now,
): DiscrepancyMemory {
  const command = toNumber(saved?.['command']);
  const leftMs = command === null ? 0 : (toNumber(saved?.['leftMs'], 0, travelMs) ?? travelMs);
  const anchor = toNumber(saved?.['anchor']) ?? Number.NaN;
  const restMs = Number.isNaN(anchor) ? 0 : (toNumber(saved?.['restMs'], 0) ?? 0);
  return {
    command: command ?? Number.NaN,
    arrivesAtMs: monoMs + leftMs,
    isTravelling: leftMs > 0,
    rest: createStopwatch(monoMs, restMs),
    anchor,
    travelMs,
  };
}

function judge(
  params: DiscrepancyParams,
  previous: Verdict,
  samples: readonly Sample[],
  judging: Judging,
): Verdict {
  const { monoMs } = judging.now;
  const memory = judging.memory as DiscrepancyMemory;
  const [command, feedback] = [samples[0] as Sample, samples[1] as Sample];
  const { rest } = memory;
  countTo(rest, monoMs);
  rest.isRunning = false;
  if (memory.isTravelling && monoMs >= memory.arrivesAtMs) memory.isTravelling = false;
  if (!judging.isUsable(0)) return UNKNOWN_VERDICT;
  // NaN before the first command: how long it has stood is not known.
  if (!(Math.abs(command.value - memory.command) <= (params.tolerance ?? 0))) {
    memory.command = command.value;
    memory.arrivesAtMs = monoMs + (params.travelMs ?? 0);
    memory.isTravelling = memory.arrivesAtMs > monoMs;
  }
  if (!judging.isUsable(1)) return UNKNOWN_VERDICT;
  const agrees = isAgreed(params, command.value, feedback.value);
  if (agrees === null) return UNKNOWN_VERDICT;
  if (agrees) {
    memory.anchor = Number.NaN;
    return FALSE_VERDICT;
  }
  watchRest(memory, params, feedback.value);
  return memory.isTravelling && rest.elapsedMs < memory.travelMs ? previous : TRUE_VERDICT;
}

/** A plant that moves follows, wherever it is. */
function watchRest(memory: DiscrepancyMemory, { tolerance = 0 }: DiscrepancyParams, feedback: number): void {
  const { rest } = memory;
  if (!(Math.abs(feedback - memory.anchor) <= tolerance)) {
    memory.anchor = feedback;
    rest.elapsedMs = 0;
  }
  rest.isRunning = true;
}

/** null for a command that the table does not list. */
function isAgreed(
  { map, tolerance = 0 }: DiscrepancyParams,
  command: number,
  feedback: number,
): boolean | null {
  if (map === undefined) return Math.abs(command - feedback) <= tolerance;
  const pairing = map.find((each) => each.command === command);
  return pairing === undefined ? null : pairing.feedback.includes(feedback);
}

function checkPairs(params: DiscrepancyParams, points: readonly RulePoint[]): readonly RuleIssue[] {
  const { command, feedback, map, tolerance } = params;
  const issues: RuleIssue[] = [];
  if (command === feedback) issues.push({ path: 'feedback', expected: 'another point', found: feedback });
  if (map === undefined) return issues;
  if (tolerance !== undefined)
    issues.push({ path: '', expected: 'at most one of tolerance, map', found: 'both' });
  for (const [at, pairing] of map.entries()) {
    if (map.findIndex((each) => each.command === pairing.command) !== at) {
      issues.push({
        path: `map[${at}].command`,
        expected: 'a command listed once',
        found: String(pairing.command),
      });
    }
    const [ofCommand] = checkDeclared('command', [pairing.command], points[0]);
    if (ofCommand !== undefined) issues.push({ ...ofCommand, path: `map[${at}].command` });
    issues.push(...checkDeclared(`map[${at}].feedback`, pairing.feedback, points[1]));
  }
  return issues;
}
