/** One rule type on a fake clock: samples, silence, clock steps and restarts, and what the rule says of them. */
import { isBad, QUALITIES, type QualityReason } from '../../src/core/quality.ts';
import {
  FALSE_VERDICT,
  type Judging,
  type RuleType,
  type Sample,
  UNKNOWN_VERDICT,
  type Verdict,
} from '../../src/rules/rule.ts';
import { createJudging } from './judging.ts';

/** A good value, an uncertain one, or a quality without one; null = the point says nothing this time. */
export type Given =
  | number
  | QualityReason
  | { readonly value: number; readonly quality: QualityReason }
  | null;

export interface Rig {
  /** Time passes, then all points of the rule are sampled at once. @returns condition, with `:level` where it has one */
  sample(afterMs: number, ...given: readonly Given[]): string;
  /** Time passes and nothing arrives; the rule is asked when it wants to be, as the sweep does. */
  wait(ms: number): string;
  /** The process ends and another one begins; its monotonic clock begins at 0. @param wallMs as the wall clock shows it */
  restart(wallMs: number): void;
  /** The same with a memory that somebody has written. */
  restartWith(saved: unknown): void;
  /** The wall clock is set; the monotonic one is not. */
  stepClock(ms: number): void;
  /** What would be saved now. */
  saved(): unknown;
  readonly dueInMs: number;
}

/** How often what is due is looked for. */
const SWEEP_MS = 250;
const START_WALL_MS = Date.UTC(2026, 10, 22, 0, 0);

export function createRig(
  type: RuleType,
  params: object,
  wallMs = START_WALL_MS,
  timeZone = 'Asia/Shanghai',
): Rig {
  const rule = params as Readonly<Record<string, unknown>>;
  let now = { wallMs, monoMs: 5_000, bootId: 'a' };
  let previous: Verdict = FALSE_VERDICT;
  let samples: Sample[] = type.pointRefs(rule).map(() => toSample('no-data', Number.NaN));
  let memory: unknown = type.memory?.create(rule, now) ?? null;

  const pass = (ms: number): void => {
    now = { ...now, wallMs: now.wallMs + ms, monoMs: now.monoMs + ms };
  };
  const isUsable = (at: number): boolean => {
    const { value, quality } = samples[at] as Sample;
    return !isBad(quality) && Number.isFinite(value);
  };
  const judge = (isSample: boolean): string => {
    const environment: Judging['environment'] = { timeZone, isWithin: () => true };
    const judging = createJudging({ now, isSample, isUsable, memory, environment });
    const isJudged = type.badInput !== 'unknown' || samples.every((_, at) => isUsable(at));
    const verdict = isJudged ? type.judge(rule, previous, samples, judging) : UNKNOWN_VERDICT;
    if (verdict.condition !== 'unknown') previous = verdict;
    return toText(verdict);
  };
  const dueMs = (): number => type.memory?.dueAtMonoMs(memory) ?? Number.POSITIVE_INFINITY;
  const restartWith = (saved: unknown): void => {
    now = { wallMs: now.wallMs, monoMs: 0, bootId: `${now.bootId}a` };
    samples = samples.map(() => toSample('no-data', Number.NaN));
    memory =
      saved === null ? type.memory?.create(rule, now) : type.memory?.restore(saved as never, rule, now);
  };
  let said = 'unknown';
  return {
    sample(afterMs, ...given) {
      pass(afterMs);
      samples = samples.map((old, at) => {
        const next = given[at] ?? null;
        return next === null ? old : toSample(next, now.wallMs);
      });
      said = judge(true);
      return said;
    },
    wait(ms) {
      for (let left = ms; left > 0; ) {
        const sweeps = Math.max(1, Math.ceil((dueMs() - now.monoMs) / SWEEP_MS));
        const nextMs = Math.min(left, sweeps * SWEEP_MS);
        pass(nextMs);
        left -= nextMs;
        if (dueMs() <= now.monoMs) said = judge(false);
      }
      return said;
    },
    restart(atMs) {
      const saved = JSON.parse(JSON.stringify(type.memory?.save(memory, now) ?? null)) as unknown;
      now = { ...now, wallMs: atMs };
      restartWith(saved);
    },
    restartWith,
    stepClock(ms) {
      now = { ...now, wallMs: now.wallMs + ms };
    },
    saved: () => JSON.parse(JSON.stringify(type.memory?.save(memory, now) ?? null)) as unknown,
    get dueInMs() {
      return dueMs() - now.monoMs;
    },
  };
}

function toText({ condition, level }: Verdict): string {
  return level === null ? condition : `${condition}:${level}`;
}

function toSample(given: Exclude<Given, null>, receivedMs: number): Sample {
  const { value, quality } =
    typeof given === 'object'
      ? given
      : typeof given === 'number'
        ? { value: given, quality: 'good' as const }
        : { value: Number.NaN, quality: given };
  return { value, quality: QUALITIES[quality].code, receivedMs, sourceMs: Number.NaN };
}
