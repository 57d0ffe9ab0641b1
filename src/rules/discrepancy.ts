/**
 * Discrepancy rule: the feedback does not show what was commanded: equal values, values of a table, or within a
 * tolerance. For `travelMs` after a change of the command the plant is on its way: agreement counts at once, its absence
 * not yet, and the alarm stays what it was. A command that moves on meanwhile starts the travel anew. Feedback that
 * leaves by itself is judged at once.
 */
import Type from 'typebox';
import type { RuleIssue, RulePoint } from '../config/catalog.ts';
import { checkDeclared } from '../config/declared.ts';
import {
  FALSE_VERDICT,
  type Judging,
  type RuleType,
  type Sample,
  UNKNOWN_VERDICT,
  type Verdict,
} from './rule.ts';
import { toNumber, toSaved } from './windows/saved.ts';

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
  memory: {
    create: () => createMemory(),
    dueAtMonoMs: (memory) => {
      const { isTravelling, arrivesAtMs } = memory as DiscrepancyMemory;
      return isTravelling ? arrivesAtMs : Number.POSITIVE_INFINITY;
    },
    save: (memory, { monoMs }) => {
      const { command, arrivesAtMs, isTravelling } = memory as DiscrepancyMemory;
      if (Number.isNaN(command)) return null;
      return { command, leftMs: isTravelling ? Math.max(0, arrivesAtMs - monoMs) : 0 };
    },
    restore: (saved, params, { monoMs }) => {
      const object = toSaved(saved);
      const command = toNumber(object?.['command']);
      if (command === null) return createMemory();
      const { travelMs = 0 } = params as unknown as DiscrepancyParams;
      const leftMs = toNumber(object?.['leftMs'], 0, travelMs) ?? travelMs;
      return { command, arrivesAtMs: monoMs + leftMs, isTravelling: leftMs > 0 } satisfies DiscrepancyMemory;
    },
  },
  judge: (params, previous, samples, judging) =>
    judge(params as unknown as DiscrepancyParams, previous, samples, judging),
};

function createMemory(): DiscrepancyMemory {
  return { command: Number.NaN, arrivesAtMs: 0, isTravelling: false };
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
  if (agrees) return FALSE_VERDICT;
  return memory.isTravelling ? previous : TRUE_VERDICT;
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
