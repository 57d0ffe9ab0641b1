/** One rule type on a fake clock: samples, silence, clock steps and restarts, and what the rule says of them. */
import { isBad, QUALITIES, type QualityReason } from '../../src/core/quality.ts';
import {
  FALSE_VERDICT,
  type Judging,
  type Past,
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
  /** The process is killed; what was saved last is `saved`. @param saved null = nothing @param past default `torn` */
  kill(saved: unknown, past?: Past): void;
  /** The same with a memory that somebody has written. */
  restartWith(saved: unknown): void;
  /** The rule goes on with other parameters. @param past what is known where the memory is of something else */
  edit(params: object, past?: Past): void;
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
  let rule = params as Readonly<Record<string, unknown>>;
  let now = { wallMs, monoMs: 5_000, bootId: 'a' };
  let previous: Verdict = FALSE_VERDICT;
  let samples: Sample[] = type.pointRefs(rule).map(() => toSample('no-data', Number.NaN));
  let memory: unknown = type.memory?.create(rule, now, 'whole') ?? null;

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
  const remember = (saved: unknown, past: Past): void => {
    memory =
      saved === null
        ? type.memory?.create(rule, now, past)
        : type.memory?.restore(saved as never, rule, now, past);
  };
  const boot = (saved: unknown, past: Past): void => {
    now = { wallMs: now.wallMs, monoMs: 0, bootId: `${now.bootId}a` };
    samples = samples.map(() => toSample('no-data', Number.NaN));
    remember(saved, past);
  };
  const toSaved = (): unknown =>
    JSON.parse(JSON.stringify(type.memory?.save(memory, now) ?? null)) as unknown;
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
      const saved = toSaved();
      now = { ...now, wallMs: atMs };
      boot(saved, 'whole');
    },
    kill: (saved, past = 'torn') => boot(saved, past),
    restartWith: (saved) => boot(saved, 'whole'),
    edit(params, past = 'lost') {
      const saved = toSaved();
      const before = JSON.stringify(type.memory?.key(rule));
      rule = params as typeof rule;
      const isKept = before === JSON.stringify(type.memory?.key(rule));
      remember(isKept ? saved : null, isKept ? 'whole' : past);
    },
    stepClock(ms) {
      now = { ...now, wallMs: now.wallMs + ms };
    },
    saved: toSaved,
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
