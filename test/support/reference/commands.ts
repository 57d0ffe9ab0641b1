/**
 * Random scripts for model and engine: plain data, most times at the delays of the script's own rules, ±1 ms. A step is
 * drawn without regard to the rules and fitted to them afterwards, so that rules and steps shrink apart.
 */
import * as fc from 'fast-check';
import type { Severity } from '../../../src/core/severity.ts';
import { REFERENCE_POLICY, REFERENCE_RULE } from './defaults.ts';
import type { ReferencePolicy, ReferenceRule, Script, ScriptInput } from './script.ts';

export interface ScriptSizes {
  readonly maxAlarms: number;
  readonly maxInputs: number;
}

/** Between two of them lies a moment at which something may be due. */
const OFFSETS_MS = [0, 0, -1, 1] as const;
const HOUR_MS = 3_600_000;
const PEOPLE = ['wang', 'li'] as const;

/** Every script keeps the rules of life safety (no delay, no dead-band, no cause) and has causes before their effects. */
export function scripts({ maxAlarms, maxInputs }: ScriptSizes): fc.Arbitrary<Script> {
  return fc
    .record({
      policy: policies,
      rules: fc.array(rules, { minLength: 1, maxLength: maxAlarms }),
      steps: fc.array(steps, { maxLength: maxInputs, size: 'max' }),
    })
    .map((drawn) => {
      const fitted = drawn.rules.map(fitRule);
      const { policy } = drawn;
      return { policy, rules: fitted, inputs: drawn.steps.flatMap((step) => fitStep(step, fitted, policy)) };
    });
}

/** Small figures, so that floods, chatter and re-alarms happen within a short script. */
const policies: fc.Arbitrary<ReferencePolicy> = fc
  .record({
    enter: fc.constantFrom(2, 4, 10),
    settleMs: fc.constantFrom(0, 20_000),
    waitMs: fc.constantFrom(0, 5_000),
    raises: fc.constantFrom(3, 5),
  })
  .map(({ enter, settleMs, waitMs, raises }) => ({
    ...REFERENCE_POLICY,
    alarms: {
      ...REFERENCE_POLICY.alarms,
      shelveMaxMs: { 'life-safety': 0, high: 60_000, medium: 240_000, low: 240_000 },
      shelfReminderMs: 20_000,
      reAlarmMs: { 'life-safety': 90_000, high: 120_000, medium: 240_000, low: null },
      reAlarmEscalateAt: 2,
      flood: {
        enter,
        leave: Math.ceil(enter / 2),
        windowMs: 120_000,
        digestMs: 30_000,
        maxMs: 300_000,
      },
      chatter: { ...REFERENCE_POLICY.alarms.chatter, raises, withinMs: 30_000, capMs: 90_000 },
    },
    explain: { waitMs, settleMs },
  }));

const rules: fc.Arbitrary<ReferenceRule> = fc.record({
  severity: fc.constantFrom<Severity[]>('medium', 'low', 'high', 'life-safety'),
  onDelayMs: fc.constantFrom(0, 0, 3_000, 10_000),
  offDelayMs: fc.constantFrom(0, 0, 4_000),
  minGoodSamples: fc.constantFrom(1, 1, 2, 3),
  unknownHoldMs: fc.constantFrom(6_000, 30_000),
  blindAfterMs: fc.constant(5_000),
  isLatching: fc.constantFrom(false, false, false, true),
  reAlarmMs: fc.constantFrom(null, 60_000),
  uncertain: fc.constantFrom('use', 'unknown'),
  limits: fc.record({
    hi: fc.record({ limit: fc.constant(10), deadband: fc.constantFrom(0, 2) }),
    hihi: fc.record({ limit: fc.constant(20), deadband: fc.constantFrom(0, 2) }),
    lo: fc.record({ limit: fc.constant(0), deadband: fc.constantFrom(0, 2) }),
  }),
  parent: fc.constantFrom(null, 0, 1),
});

function fitRule(rule: ReferenceRule, index: number): ReferenceRule {
  if (rule.severity !== 'life-safety') {
    const parent = rule.parent !== null && rule.parent < index ? rule.parent : null;
    const { hihi } = rule.limits;
    const limits = {
      ...rule.limits,
      ...(hihi !== undefined && { hihi: { ...hihi, severity: 'high' as const } }),
    };
    return { ...rule, parent, limits };
  }
  const limits = Object.fromEntries(
    Object.entries(rule.limits).map(([name, { limit }]) => [name, { limit, deadband: 0 }]),
  );
  return { ...rule, onDelayMs: 0, offDelayMs: 0, minGoodSamples: 1, limits, parent: null };
}

/** `alarm` and `which` are fitted to what there is, by remainder. */
type Step =
  | { readonly type: 'pause'; readonly alarm: number; readonly which: number; readonly offsetMs: number }
  | { readonly type: 'shelf'; readonly alarm: number; readonly which: number; readonly isOneShot: boolean }
  | { readonly type: 'raise-severity'; readonly alarm: number }
  /** Raises and returns as fast as its delays allow; the first `length` inputs of that. */
  | { readonly type: 'flap'; readonly alarm: number; readonly length: number }
  /** All that it takes to end it; the first `length` inputs of that. */
  | { readonly type: 'finish'; readonly alarm: number; readonly length: number }
  /** A sample of what explains the alarm. */
  | { readonly type: 'upstream'; readonly alarm: number; readonly truth: 'true' | 'false' }
  | ScriptInput;

const alarm = fc.nat({ max: 5 });
const which = fc.nat({ max: 20 });
const by = fc.constantFrom(...PEOPLE);

const pause: fc.Arbitrary<Step> = fc.record({
  type: fc.constant('pause'),
  alarm,
  which,
  offsetMs: fc.constantFrom(...OFFSETS_MS),
});
const moment: fc.Arbitrary<Step> = fc.record({
  type: fc.constant('wait'),
  ms: fc.oneof(fc.nat({ max: 2_000 }), fc.constantFrom(1, 500, 10_000, 30_000, 30_000, 120_000, HOUR_MS)),
});
const sample: fc.Arbitrary<Step> = fc.record({
  type: fc.constant('sample'),
  alarm,
  truth: fc.constantFrom('true', 'true', 'true', 'true', 'false', 'false', 'false', 'unknown', 'error'),
});
const upstream: fc.Arbitrary<Step> = fc.record({
  type: fc.constant('upstream'),
  alarm,
  truth: fc.constantFrom('true', 'false'),
});
const reading: fc.Arbitrary<Step> = fc.record({
  type: fc.constant('reading'),
  alarm,
  value: fc.constantFrom(5, 8, 9, 10, 11, 18, 20, 21, 0, -1, 2, null),
  quality: fc.constantFrom('good', 'good', 'good', 'uncertain', 'bad'),
});
const word: fc.Arbitrary<Step> = fc.record({
  type: fc.oneof(
    { weight: 4, arbitrary: fc.constant('acknowledge' as const) },
    { weight: 4, arbitrary: fc.constantFrom('unshelve', 'return-to-service', 'reset', 'comment') },
  ),
  alarm,
  by,
});
const shelf: fc.Arbitrary<Step> = fc.record({
  type: fc.constant('shelf'),
  alarm,
  which,
  isOneShot: fc.boolean(),
});
const permit: fc.Arbitrary<Step> = fc.record({
  type: fc.constant('take-out-of-service'),
  alarm,
  by,
  permit: fc.constantFrom('GP-1', 'GP-1', ''),
  approver: fc.constantFrom('zhao', 'zhao', ...PEOPLE),
  forMs: fc.constantFrom(20_000, 60_000, 1, 0),
});
const suppression: fc.Arbitrary<Step> = fc.record({
  type: fc.constant('suppress'),
  alarm,
  reason: fc.constantFrom('schedule', 'expected'),
  isOn: fc.constantFrom(false, false, true),
});
const stop: fc.Arbitrary<Step> = fc.record({
  type: fc.constant('restart'),
  downMs: fc.constantFrom(0, 1, 4_000, 60_000, 24 * HOUR_MS),
});
const jump: fc.Arbitrary<Step> = fc.record({
  type: fc.constant('step-wall'),
  byMs: fc.constantFrom(2_000, 2_001, -2_001, HOUR_MS, -HOUR_MS, 24 * HOUR_MS),
});
const change: fc.Arbitrary<Step> = fc.record({
  type: fc.constant('edit'),
  alarm,
  to: fc.oneof(
    { weight: 5, arbitrary: fc.constant('true' as const) },
    { weight: 3, arbitrary: fc.constant('false' as const) },
    { weight: 1, arbitrary: fc.constantFrom('removed', 'source-removed') },
  ),
});
const limitChange: fc.Arbitrary<Step> = fc.record({
  type: fc.constant('edit-limits'),
  alarm,
  by: fc.constantFrom(-3, -1, 1, 3),
});

const series: fc.Arbitrary<Step> = fc.record({
  type: fc.constantFrom('finish', 'flap'),
  alarm,
  length: fc.integer({ min: 1, max: 20 }),
});

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 18, arbitrary: sample },
  { weight: 6, arbitrary: upstream },
  { weight: 10, arbitrary: pause },
  { weight: 3, arbitrary: moment },
  { weight: 4, arbitrary: reading },
  { weight: 6, arbitrary: word },
  { weight: 3, arbitrary: shelf },
  { weight: 2, arbitrary: permit },
  { weight: 3, arbitrary: suppression },
  { weight: 2, arbitrary: stop },
  { weight: 1, arbitrary: jump },
  { weight: 2, arbitrary: change },
  { weight: 1, arbitrary: limitChange },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('raise-severity'), alarm }) },
  { weight: 1, arbitrary: series },
);

function fitStep(
  step: Step,
  fitted: readonly ReferenceRule[],
  policy: ReferencePolicy,
): readonly ScriptInput[] {
  if (!('alarm' in step)) return [step];
  const at = step.alarm % fitted.length;
  const rule = fitted[at] ?? REFERENCE_RULE;
  if (step.type === 'finish') return toFinish(rule, at).slice(0, step.length);
  if (step.type === 'flap')
    return Array.from({ length: step.length }, () => toFlap(rule, at))
      .flat()
      .slice(0, step.length);
  return [fitOne(step, rule, at, policy)];
}

function fitOne(
  step: Exclude<Extract<Step, { readonly alarm: number }>, { readonly type: 'flap' | 'finish' }>,
  rule: ReferenceRule,
  at: number,
  policy: ReferencePolicy,
): ScriptInput {
  switch (step.type) {
    case 'pause':
      return { type: 'wait', ms: Math.max(0, pick(toTimes(rule, policy), step.which) + step.offsetMs) };
    case 'shelf': {
      const forMs = pick(toShelfTimes(rule, policy), step.which);
      return { type: 'shelve', alarm: at, by: 'wang', forMs, isOneShot: step.isOneShot };
    }
    case 'upstream':
      return { type: 'sample', alarm: rule.parent ?? at, truth: step.truth };
    case 'raise-severity': {
      const severity = rule.severity === 'life-safety' ? rule.severity : 'high';
      return { type: 'sample', alarm: at, truth: 'true', severity };
    }
    default:
      return { ...step, alarm: at };
  }
}

function toFlap({ onDelayMs, offDelayMs, minGoodSamples }: ReferenceRule, at: number): ScriptInput[] {
  const yes = Array.from({ length: minGoodSamples }, () => toSample(at, 'true'));
  return [
    ...yes,
    { type: 'wait', ms: onDelayMs },
    toSample(at, 'false'),
    { type: 'wait', ms: offDelayMs + 1 },
  ];
}

function toFinish({ offDelayMs }: ReferenceRule, at: number): ScriptInput[] {
  const by = 'li';
  return [
    { type: 'acknowledge', alarm: at, by },
    toSample(at, 'false'),
    { type: 'wait', ms: offDelayMs },
    { type: 'reset', alarm: at, by },
  ];
}

function toSample(at: number, truth: 'true' | 'false'): ScriptInput {
  return { type: 'sample', alarm: at, truth };
}

function pick(from: readonly number[], at: number): number {
  return from[at % from.length] ?? 0;
}

/** Everything that a rule or the policy waits for. */
function toTimes(rule: ReferenceRule, { alarms, explain, bootGraceMs }: ReferencePolicy): readonly number[] {
  const { onDelayMs, offDelayMs, unknownHoldMs, blindAfterMs } = rule;
  const reAlarmMs = rule.reAlarmMs ?? alarms.reAlarmMs[rule.severity] ?? 0;
  return [
    onDelayMs,
    offDelayMs,
    onDelayMs / 2,
    onDelayMs,
    offDelayMs,
    unknownHoldMs,
    blindAfterMs,
    reAlarmMs,
    explain.waitMs,
    explain.settleMs,
    bootGraceMs,
    alarms.chatter.withinMs,
    alarms.flood.digestMs,
  ];
}

function toShelfTimes({ severity }: ReferenceRule, { alarms }: ReferencePolicy): readonly number[] {
  const maxMs = alarms.shelveMaxMs[severity];
  return [30_000, maxMs, maxMs + 1, alarms.shelfReminderMs, alarms.shelfReminderMs + 1, 5_000, 1, 0];
}
