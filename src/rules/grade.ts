/**
 * Which level of a rule counts, while its condition is TRUE: a graver one has the rule's on-delay too, so that one wild
 * sample above HiHi makes no graver alarm of one that is on. Life safety waits for nothing, and neither does a level that is
 * no graver than the one that counts: what becomes of it is the alarm's matter (alarms/step.ts). Pure; delays are delay.ts.
 *
 *   on-delay 10 s      Hi────────HiHi──Hi────HiHi──────────────
 *   what counts        Hi────────────────────────────HiHi──────
 *                                            └─10 s──┘
 *
 * Time counts while the condition is known, and at least `minGoodSamples` samples have to say so, as for the raise.
 */
import { compareSeverity, type Severity } from '../core/severity.ts';
import type { DelayParams } from './delay.ts';
import { FALSE_VERDICT, type Verdict } from './rule.ts';

/** A graver level on its way. */
interface Step {
  readonly verdict: Verdict;
  readonly severity: Severity;
  /** On the watch of `Rising`: since when it has been as grave as this. */
  readonly sinceMs: number;
  readonly goodSamples: number;
}

interface Rising {
  /** The least grave first. */
  readonly steps: readonly Step[];
  /** Time that was known, up to `countedToMonoMs`. */
  readonly knownMs: number;
  readonly countedToMonoMs: number;
  /** Stands still while the condition is UNKNOWN. */
  readonly isRunning: boolean;
}

export interface Grade {
  /** The level that counts; FALSE before the first one. */
  readonly said: Verdict;
  /** null when none is graver than what counts, which is nearly always. */
  readonly rising: Rising | null;
}

/** Shared by all rules that are not TRUE. */
export const NO_GRADE: Grade = { said: FALSE_VERDICT, rising: null };

/**
 * Takes a judgement. Returns `grade` itself when nothing changes.
 * @param own severity of a level that has none of its own
 * @param isOwn a sample has come; what else asks (a guard, time) lets the one before speak, once
 */
export function takeGrade(
  params: DelayParams,
  own: Severity,
  grade: Grade,
  verdict: Verdict,
  isOwn: boolean,
  nowMonoMs: number,
): Grade {
  const { said, rising } = grade;
  if (verdict.condition === 'unknown')
    return rising === null ? grade : { said, rising: pause(rising, nowMonoMs) };
  // What counted stays while a return is under way.
  if (verdict.condition === 'false') return rising === null ? grade : { said, rising: null };
  const severity = verdict.severity ?? own;
  const isGraver = said.condition === 'true' && compareSeverity(severity, said.severity ?? own) > 0;
  if (!isGraver || severity === 'life-safety' || params.onDelayMs === 0) {
    const isSame = rising === null && isEqual(said, verdict);
    return isSame ? grade : { said: verdict, rising: null };
  }
  const resumed = resume(params, rising, nowMonoMs);
  const next = { ...resumed, steps: take(resumed, verdict, severity, isOwn) };
  return passGrade(params, { said, rising: next }, nowMonoMs);
}

/** Levels whose delay has run out count. Returns `grade` itself when none is due. */
export function passGrade(params: DelayParams, grade: Grade, nowMonoMs: number): Grade {
  const { rising } = grade;
  if (rising === null) return grade;
  const counted = toKnownMs(rising, nowMonoMs);
  const at = rising.steps.findLastIndex(
    ({ sinceMs, goodSamples }) =>
      counted - sinceMs >= params.onDelayMs && goodSamples >= params.minGoodSamples,
  );
  const done = rising.steps[at];
  if (done === undefined) return grade;
  const steps = rising.steps.slice(at + 1);
  return { said: done.verdict, rising: steps.length === 0 ? null : { ...rising, steps } };
}

/** Monotonic time from which on `passGrade` changes something; Infinity = never without a sample. */
export function toGradeDueMonoMs(params: DelayParams, { rising }: Grade): number {
  if (rising?.isRunning !== true) return Number.POSITIVE_INFINITY;
  const { countedToMonoMs, knownMs, steps } = rising;
  const dues = steps.map(({ sinceMs, goodSamples }) =>
    goodSamples < params.minGoodSamples
      ? Number.POSITIVE_INFINITY
      : countedToMonoMs + params.onDelayMs - (knownMs - sinceMs),
  );
  return Math.min(...dues);
}

function isEqual(one: Verdict, other: Verdict): boolean {
  return one.condition === other.condition && one.level === other.level && one.severity === other.severity;
}

function toKnownMs({ knownMs, countedToMonoMs, isRunning }: Rising, nowMonoMs: number): number {
  return knownMs + (isRunning ? nowMonoMs - countedToMonoMs : 0);
}

function pause(rising: Rising, nowMonoMs: number): Rising {
  if (!rising.isRunning) return rising;
  const knownMs = toKnownMs(rising, nowMonoMs);
  return { ...rising, knownMs, countedToMonoMs: nowMonoMs, isRunning: false };
}

/** What was seen before a long blind stretch proves nothing after it. */
function resume({ unknownHoldMs }: DelayParams, rising: Rising | null, nowMonoMs: number): Rising {
  const isForgotten =
    rising === null || (!rising.isRunning && nowMonoMs - rising.countedToMonoMs > unknownHoldMs);
  if (isForgotten) return { steps: [], knownMs: 0, countedToMonoMs: nowMonoMs, isRunning: true };
  const knownMs = toKnownMs(rising, nowMonoMs);
  return { ...rising, knownMs, countedToMonoMs: nowMonoMs, isRunning: true };
}

/** Whoever has been graver has been as grave as this, too. */
function take(
  { steps, knownMs }: Rising,
  verdict: Verdict,
  severity: Severity,
  isOwn: boolean,
): readonly Step[] {
  const graver = steps.find((step) => compareSeverity(step.severity, severity) >= 0);
  const { sinceMs, goodSamples } = graver ?? { sinceMs: knownMs, goodSamples: isOwn ? 0 : 1 };
  const below = steps.filter((step) => compareSeverity(step.severity, severity) < 0);
  return [...below, { verdict, severity, sinceMs, goodSamples }].map((step) =>
    isOwn ? { ...step, goodSamples: step.goodSamples + 1 } : step,
  );
}
