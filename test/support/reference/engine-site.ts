/**
 * The site of a reference script as the engine knows it: one equipment, one point and one rule for each alarm, and the
 * script in words that such rules can be given. What the engine makes of it is engine-subject.ts.
 *
 * | kind       | truth of a sample | levels | errors of evaluation |
 * | threshold  | a reading         | yes    | no: bad readings     |
 * | state      | one of two values | no     | no: bad readings     |
 * | expression | one of two values | no     | yes: division by 0   |
 */
import type { RuleDef, SiteModel } from '../../../src/config/model.ts';
import { defined } from '../../../src/core/assert.ts';
import type { Calendar } from '../../../src/core/calendar.ts';
import { toId } from '../../../src/core/ids.ts';
import { createTestModel, type TestEquipment } from '../model.ts';
import type { ReferenceRule, Script, ScriptInput } from './script.ts';

export const KINDS = ['threshold', 'state', 'expression'] as const;
export type Kind = (typeof KINDS)[number];

/** What edits have made of a rule. */
export interface Variant {
  readonly version: number;
  /** The two values of a sample have changed their meanings. */
  readonly isTurned: boolean;
  /** By how much all limits have moved. */
  readonly movedBy: number;
}

export const FIRST_VARIANT: Variant = { version: 1, isTurned: false, movedBy: 0 };

/** Values of a sample for rules without levels; the third makes an expression fail. */
export const VALUES = { yes: 1, no: 5, failing: 0 } as const;

/**
 * Kinds take turns; an expression, which looks back, is released without a fresh sample and stands upstream only.
 * @param first kind of the first alarm, as an index into KINDS
 */
function toKind({ parent }: ReferenceRule, alarm: number, first: number): Kind {
  const kind = defined(KINDS[(alarm + first) % KINDS.length], 'a kind');
  return kind === 'expression' && parent !== null ? 'state' : kind;
}

const HI = 10;
const HIHI = 20;
/** As far from every limit as a reading of the scripts can be. */
const NORMAL = 5;

interface Fitted {
  movedBy: number;
  lastValue: number | null;
  isRemoved: boolean;
  /** The last sample was neither true nor false. */
  isLost: boolean;
}

/**
 * The script in what rules of these kinds can be told; the reference takes it as well. What the engine has in wall time goes
 * wrong by as much as a clock drifts without being taken as stepped: such steps are left out, and all of them where alarms
 * have causes (when a cause went, and when a reading came, are labels that no step moves).
 */
export function fitToEngine(script: Script, first: number): Script {
  const alarms = script.rules.map(
    (): Fitted => ({ movedBy: 0, lastValue: null, isRemoved: false, isLost: true }),
  );
  const hasStop = script.inputs.some(({ type }) => type === 'restart');
  const hasCauses = script.rules.some(({ parent }) => parent !== null);
  const inputs = script.inputs.flatMap((input) => {
    if (input.type === 'step-wall' && Math.abs(input.byMs) <= script.policy.clockStepMs) return [];
    if (input.type === 'step-wall' && hasCauses) return [];
    if (!('alarm' in input)) return [input];
    const state = defined(alarms[input.alarm], 'alarm');
    const rule = defined(script.rules[input.alarm], 'rule');
    const kind = toKind(rule, input.alarm, first);
    const fitted = fitEdit(fitSample(input, kind, rule, state), state, kind);
    if (isIdle(fitted, kind, state)) return [];
    return [note(hasStop ? besideLimits(fitted) : fitted, state)];
  });
  const apart = script.rules.map(withOwnDelay);
  const rules = hasStop ? apart.map(withoutDeadband) : apart;
  const policy = { ...script.policy, severityDown: 'latch-max' as const };
  return { ...script, rules, policy, inputs };
}

/** Delays that end at one moment raise in any order, and which of them begins a flood decides what is held. */
function withOwnDelay(rule: ReferenceRule, alarm: number): ReferenceRule {
  return rule.onDelayMs === 0 ? rule : { ...rule, onDelayMs: rule.onDelayMs + alarm };
}

/** Over a stop the engine knows the level that people were told, not the one that a dead-band or a limit itself leans on. */
function withoutDeadband(rule: ReferenceRule): ReferenceRule {
  const limits = Object.entries(rule.limits).map(([name, each]) => [name, { ...each, deadband: 0 }]);
  return { ...rule, limits: Object.fromEntries(limits) as ReferenceRule['limits'] };
}

/** Limits are whole numbers. */
function besideLimits(input: ScriptInput): ScriptInput {
  if (input.type !== 'reading' || input.value === null) return input;
  return { ...input, value: Math.floor(input.value) + 0.5 };
}

/**
 * A removed rule is not fed, nor asked anything. An expression looks back, and is not judged by its last good sample while
 * the present one cannot be.
 */
function isIdle(input: ScriptInput, kind: Kind, { isRemoved, isLost }: Fitted): boolean {
  if (input.type === 'suppress') return false;
  if (input.type !== 'edit') return isRemoved && input.type !== 'edit-limits';
  return kind === 'expression' && isLost && input.to !== 'removed';
}

function note(input: ScriptInput, state: Fitted): ScriptInput {
  if (input.type === 'reading' && input.value !== null && input.quality !== 'bad')
    state.lastValue = input.value;
  if (input.type === 'sample') state.isLost = input.truth === 'unknown' || input.truth === 'error';
  if (input.type === 'edit-limits') state.movedBy += input.by;
  if (input.type === 'edit' || input.type === 'edit-limits')
    state.isRemoved = input.type === 'edit' && input.to === 'removed';
  return input;
}

function fitSample(input: ScriptInput, kind: Kind, rule: ReferenceRule, state: Fitted): ScriptInput {
  const { movedBy } = state;
  if (input.type === 'sample' && kind === 'threshold') {
    const { alarm, truth, severity } = input;
    const limit = severity === undefined || severity === rule.severity ? HI : HIHI;
    const value = truth === 'true' ? limit + 1 + movedBy : truth === 'false' ? NORMAL + movedBy : null;
    return { type: 'reading', alarm, value, quality: 'good' };
  }
  if (input.type === 'sample') {
    const { type, alarm, truth } = input;
    return { type, alarm, truth: truth === 'error' && kind === 'state' ? 'unknown' : truth };
  }
  if (input.type === 'reading' && input.quality === 'uncertain' && rule.uncertain === 'unknown')
    return fitSample({ ...input, quality: 'bad' }, kind, rule, state);
  if (input.type !== 'reading' || kind === 'threshold') return input;
  const { alarm, value, quality } = input;
  const isLost = quality === 'bad' || value === null;
  return { type: 'sample', alarm, truth: isLost ? 'unknown' : value > HI || value < 0 ? 'true' : 'false' };
}

function fitEdit(input: ScriptInput, { movedBy, lastValue }: Fitted, kind: Kind): ScriptInput {
  if (input.type === 'edit-limits' && kind !== 'threshold')
    return { type: 'edit', alarm: input.alarm, to: input.by > 0 ? 'false' : 'true' };
  if (input.type !== 'edit') return input;
  const { alarm, to } = input;
  if (to === 'removed' || to === 'source-removed') return { type: 'edit', alarm, to: 'removed' };
  if (kind !== 'threshold') return input;
  const at = Math.floor(lastValue ?? NORMAL + movedBy);
  return { type: 'edit-limits', alarm, by: at - movedBy - (to === 'true' ? HI + 1 : NORMAL) };
}

/** @param calendars of each alarm, by its index */
export function toSite(
  { rules, policy }: Script,
  first: number,
  variants: readonly Variant[],
  calendars: ReadonlyMap<string, Calendar>,
): SiteModel {
  return createTestModel({
    equipment: rules.map((rule, alarm) =>
      toEquipment(rule, alarm, toKind(rule, alarm, first), defined(variants[alarm], 'variant')),
    ),
    policy: { alarms: policy.alarms, explain: policy.explain },
    overrides: { calendars: calendars as SiteModel['calendars'] },
  });
}

function toEquipment(rule: ReferenceRule, alarm: number, kind: Kind, variant: Variant): TestEquipment {
  const { severity, parent } = rule;
  return {
    id: `e${alarm}`,
    upstream: parent === null ? {} : { power: toId(`e${parent}`) },
    points: [{ name: 'v' }, { name: 'mode' }],
    rules: [
      {
        id: 'r',
        points: ['v', 'mode'],
        ...toJudgement(rule, kind, variant),
        severity,
        onDelayMs: rule.onDelayMs,
        offDelayMs: rule.offDelayMs,
        minGoodSamples: rule.minGoodSamples,
        uncertain: rule.uncertain,
        unknownHoldMs: rule.unknownHoldMs,
        calendar: toId(`c${alarm}`),
        expectedWhen: {
          guards: [{ point: 'mode', in: [1], notIn: null }],
          text: { zh: '清洗中', en: 'cleaning' },
        },
        isLatching: rule.isLatching,
        reAlarmMs: rule.reAlarmMs,
        explains: 'power',
        explainedBy: parent === null ? [] : ['power'],
        version: `v${variant.version}`,
      },
    ],
  };
}

function toJudgement(
  rule: ReferenceRule,
  kind: Kind,
  { isTurned, movedBy }: Variant,
): Pick<RuleDef, 'type' | 'params'> {
  if (kind === 'state')
    return { type: kind, params: { point: 'v', in: [isTurned ? VALUES.no : VALUES.yes] } };
  if (kind === 'expression') {
    const condition = `10 / v ${isTurned ? '<' : '>'} 5`;
    return { type: kind, params: { points: { v: 'v' }, windows: {}, working: {}, condition } };
  }
  const limits = Object.entries(rule.limits).map(([name, each]) => [
    name,
    { ...each, limit: each.limit + movedBy },
  ]);
  return { type: kind, params: { point: 'v', ...Object.fromEntries(limits) } };
}
