/**
 * Evaluates all rules of a site model over the Reading feed: judges (pure, per type), delays (pure, delay.ts), and
 * remembers which rules have changed since the decision loop last took them. Its state follows the readings alone:
 * a failed commit does not touch it, the loop simply takes the same rules again.
 */
import type { RuleDef, SiteModel } from '../config/model.ts';
import { defined } from '../core/assert.ts';
import type { Now } from '../core/clock.ts';
import type { AlarmKey } from '../core/ids.ts';
import { isBad, isGood, QUALITIES } from '../core/quality.ts';
import { type ReadingBatch, toReading } from '../core/reading.ts';
import type { Severity } from '../core/severity.ts';
import { type DelayParams, type DelayState, IDLE_DELAY, stepDelay } from './delay.ts';
import { RULE_TYPES } from './index.ts';
import { FALSE_VERDICT, type RuleType, type Sample, UNKNOWN_VERDICT, type Verdict } from './rule.ts';

/** A rule as the alarm stage needs it. */
export interface RuleOutput {
  readonly rule: RuleDef;
  readonly delay: DelayState;
  /** Last TRUE verdict's level and severity. */
  readonly level: string | null;
  readonly severity: Severity;
  /** The sample that decided: the first point of the rule that is not good, else the first. */
  readonly point: number;
  readonly sample: Sample;
}

export interface RestoredRule {
  readonly isActive: boolean;
  readonly level: string | null;
  readonly onsetAtMs: number | null;
  readonly timer: {
    readonly direction: 'on' | 'off';
    readonly elapsedMs: number;
    readonly goodSamples: number;
  } | null;
}

export interface Evaluator {
  /** Readings in order of reception. */
  apply(batch: ReadingBatch, now: Now): void;
  /** Ends delays that run out between samples. */
  sweep(now: Now): void;
  /** Rules (indexes) whose output may differ from what the alarm stage last took. */
  changed(): readonly number[];
  /** The alarm stage has committed what follows from these. */
  taken(rules: readonly number[]): void;
  output(rule: number): RuleOutput;
  /** Rules with a running delay, for the snapshot. */
  running(
    now: Now,
  ): readonly { readonly rule: RuleDef; readonly delay: DelayState; readonly elapsedMs: number }[];
}

interface RuleState {
  readonly def: RuleDef;
  readonly type: RuleType;
  readonly params: DelayParams;
  /** Last verdict that was TRUE or FALSE; dead-bands lean on it. */
  known: Verdict;
  verdict: Verdict;
  delay: DelayState;
}

const NO_SAMPLE: Sample = {
  value: Number.NaN,
  quality: QUALITIES['no-data'].code,
  receivedMs: Number.NaN,
  sourceMs: Number.NaN,
};

/**
 * @param restored state of rules before the restart; a rule that was active stays so, blind, until fresh readings
 * speak (silent reconcile, design.md §5). Key: alarm key.
 * @param graceMs time after start in which rules about missing data hold still.
 */
export function createEvaluator(
  model: SiteModel,
  restored: ReadonlyMap<AlarmKey, RestoredRule>,
  start: Now,
  graceMs: number,
): Evaluator {
  const samples: Sample[] = model.points.map(() => NO_SAMPLE);
  const states = model.rules.map((def) => createRuleState(def, restored.get(def.key), start));
  const rulesOfPoint = indexRules(model);
  const changed = new Set<number>();
  const running = new Set<number>(states.flatMap((state, index) => (state.delay.timer ? [index] : [])));
  let isInGrace = true;

  const step = (index: number, isSample: boolean, now: Now): void => {
    const state = defined(states[index], 'rule state');
    const verdict = judge(state, samples, isInGrace);
    const before = { delay: state.delay, level: state.known.level };
    if (verdict.condition !== 'unknown') state.known = verdict;
    state.verdict = verdict;
    state.delay = stepDelay(state.params, state.delay, verdict.condition, isSample, now);
    if (state.delay !== before.delay || state.known.level !== before.level) changed.add(index);
    // A blind active rule stays in the sweep too: its hold and its banner depend on time.
    if (state.delay.timer !== null || state.delay.unknownSinceMonoMs !== null) running.add(index);
    else running.delete(index);
  };

  return {
    apply(batch, now) {
      if (batch.epoch !== model.epoch) return;
      const affected = new Set<number>();
      for (let at = 0; at < batch.count; at++) {
        const { point, ...sample } = toReading(batch, at);
        samples[point] = sample;
        for (const rule of rulesOfPoint[point] ?? []) affected.add(rule);
      }
      for (const rule of affected) step(rule, true, now);
    },
    sweep(now) {
      if (isInGrace && now.monoMs - start.monoMs >= graceMs) {
        isInGrace = false;
        for (let index = 0; index < states.length; index++) step(index, false, now);
      }
      for (const index of running) {
        step(index, false, now);
        changed.add(index);
      }
    },
    changed: () => [...changed],
    taken(rules) {
      for (const rule of rules) changed.delete(rule);
    },
    output: (index) => toOutput(defined(states[index], 'rule state'), samples),
    running: (now) =>
      [...running].flatMap((index) => {
        const { def, delay } = defined(states[index], 'rule state');
        if (delay.timer === null) return [];
        const open = delay.condition === 'unknown' ? 0 : now.monoMs - delay.timer.countedToMonoMs;
        return [{ rule: def, delay, elapsedMs: delay.timer.elapsedMs + open }];
      }),
  };
}

function createRuleState(def: RuleDef, restored: RestoredRule | undefined, start: Now): RuleState {
  const type = defined(RULE_TYPES[def.type], `rule type ${def.type}`);
  const known: Verdict = restored?.isActive
    ? { condition: 'true', level: restored.level, severity: null }
    : FALSE_VERDICT;
  const timer = restored?.timer ?? null;
  const { onDelayMs, offDelayMs, unknownHoldMs } = def;
  return {
    def,
    type,
    // Rules about quality are fed by changes of state, not by a stream of samples.
    params: {
      onDelayMs,
      offDelayMs,
      unknownHoldMs,
      minGoodSamples: type.badInput === 'judge' ? 0 : def.minGoodSamples,
    },
    known,
    verdict: UNKNOWN_VERDICT,
    delay: {
      ...IDLE_DELAY,
      isActive: restored?.isActive ?? false,
      onsetAtMs: restored?.onsetAtMs ?? null,
      timer: timer && { ...timer, countedToMonoMs: start.monoMs },
    },
  };
}

function judge(state: RuleState, samples: readonly Sample[], isInGrace: boolean): Verdict {
  const inputs = state.def.points.map((point) => samples[point] ?? NO_SAMPLE);
  if (state.type.badInput === 'judge') {
    const isSilent = isInGrace && !inputs.some((sample) => !isBad(sample.quality));
    return isSilent ? UNKNOWN_VERDICT : state.type.judge(state.def.params, state.known, inputs);
  }
  const isUsable = (sample: Sample): boolean =>
    isGood(sample.quality) || (!isBad(sample.quality) && state.def.uncertain === 'use');
  if (!inputs.every((sample) => isUsable(sample) && Number.isFinite(sample.value))) return UNKNOWN_VERDICT;
  return state.type.judge(state.def.params, state.known, inputs);
}

function toOutput(state: RuleState, samples: readonly Sample[]): RuleOutput {
  const { def, delay, known } = state;
  const point =
    def.points.find((index) => isBad((samples[index] ?? NO_SAMPLE).quality)) ??
    defined(def.points[0], 'a point');
  return {
    rule: def,
    delay,
    level: known.condition === 'true' ? known.level : null,
    severity: (known.condition === 'true' ? known.severity : null) ?? def.severity,
    point,
    sample: samples[point] ?? NO_SAMPLE,
  };
}

function indexRules(model: SiteModel): readonly (readonly number[])[] {
  const index: number[][] = model.points.map(() => []);
  for (const rule of model.rules) {
    for (const point of rule.points) index[point]?.push(rule.index);
  }
  return index;
}
