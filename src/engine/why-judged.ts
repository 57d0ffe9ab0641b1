/** The layers that judge: the condition, and the delay behind it. */
import { LAYERS, type Layer, type LayerVerdict } from '../alarms/explanation.ts';
import { assert } from '../core/assert.ts';
import type { Now } from '../core/clock.ts';
import { isBad } from '../core/quality.ts';
import type { Text } from '../core/text.ts';
import { toElapsedMs } from '../rules/delay.ts';
import type { FailingRule } from '../rules/evaluator.ts';
import { judgeGuard, type RuleState } from '../rules/rule-state.ts';

type Detail = LayerVerdict['detail'];

export function say(layer: Layer, verdict: string, text: Text, detail: Detail = {}): LayerVerdict {
  assert(layer in LAYERS, `layer ${layer} is in the table`);
  return { layer, verdict, text, detail };
}

/** Failing rules that are named; how many there are in all is the reading. */
const MAX_NAMED = 10;

/** @param failing for the rule that is about them; null for all others */
export function explainCondition(
  state: Readonly<RuleState>,
  failing: readonly FailingRule[] | null,
): LayerVerdict {
  const { def, delay, known, failures, failure, lastFalseMs } = state;
  const detail: Detail = {
    params: def.params,
    level: known.condition === 'true' ? known.level : null,
    blindSinceMs: delay.blindSinceMs,
    lastFalseMs: Number.isNaN(lastFalseMs) ? null : lastFalseMs,
  };
  const verdict = toConditionVerdict(state);
  if (verdict === 'error') {
    const text = { zh: `条件计算出错：${failure ?? ''}`, en: `cannot be worked out: ${failure ?? ''}` };
    return say('condition', verdict, text, { ...detail, failures, failure });
  }
  const because = toReason(state);
  const reason = { ...detail, because };
  if (because === 'memory') return say('condition', verdict, REBUILDING_TEXT, reason);
  if (failing === null || failing.length === 0)
    return say('condition', verdict, CONDITION_TEXTS[verdict], reason);
  return say('condition', verdict, toFailingText(failing), {
    ...reason,
    failing: failing.slice(0, MAX_NAMED).map(toFailing),
  });
}

function toFailing({ rule, failure }: FailingRule): object {
  return { equipment: rule.equipment, rule: rule.id, failure };
}

function toFailingText(failing: readonly FailingRule[]): Text {
  const named = failing.slice(0, MAX_NAMED).map(({ rule, failure }) => `${rule.key} (${failure})`);
  const more = failing.length - named.length;
  return {
    zh: `计算出错的规则：${named.join('、')}${more > 0 ? `，另有 ${more} 条` : ''}`,
    en: `rules that fail: ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
  };
}

const CONDITION_TEXTS = {
  true: { zh: '条件成立', en: 'the condition holds' },
  false: { zh: '条件不成立', en: 'the condition does not hold' },
  unknown: {
    zh: '无法判断：数据不可用，既不报警也不恢复',
    en: 'cannot be judged: neither raises nor returns',
  },
  disabled: { zh: '规则已停用，不判断', en: 'the rule is disabled and not judged' },
} as const satisfies Record<string, Text>;

const REBUILDING_TEXT = {
  zh: '数据积累中：尚未重新观察满一个时间窗，既不报警也不恢复',
  en: 'cannot be judged before its window has been seen: neither raises nor returns',
} as const satisfies Text;

function toConditionVerdict({
  isDisabled,
  failures,
  delay,
}: Readonly<RuleState>): keyof typeof CONDITION_TEXTS | 'error' {
  if (isDisabled) return 'disabled';
  return failures > 0 ? 'error' : delay.condition;
}

/** Which of the readings decided: a bad one, a guard that does not hold, or what has to be seen (again) before anything can be said. */
function toReason({ def, own, guards, delay, memory }: Readonly<RuleState>): string {
  const bad = own.findIndex(({ quality }) => isBad(quality));
  if (bad >= 0) return `reading ${bad}`;
  const closed = guards.findIndex((guard) => judgeGuard(guard, def) !== 'true');
  if (closed >= 0) return `guard ${closed}`;
  return delay.condition === 'unknown' && memory !== null ? 'memory' : 'readings';
}

export function explainDelay({ delay, params }: Readonly<RuleState>, now: Now): LayerVerdict {
  const { timer, condition, isActive, onsetAtMs } = delay;
  if (timer === null) {
    const text = isActive
      ? { zh: '延时已满足', en: 'the delay has passed' }
      : { zh: '没有延时在计时', en: 'no delay is running' };
    return say('delay', isActive ? 'passed' : 'none', text, { onsetAtMs });
  }
  const isOn = timer.direction === 'on';
  const elapsedMs = toElapsedMs(delay, now) ?? 0;
  const neededMs = isOn ? params.onDelayMs : params.offDelayMs;
  const detail: Detail = {
    elapsedMs,
    neededMs,
    onsetAtMs,
    goodSamples: timer.goodSamples,
    ...(isOn && { neededSamples: params.minGoodSamples }),
  };
  if (condition === 'unknown') {
    return say('delay', 'paused', { zh: '数据不可用，延时暂停', en: 'stands still: no usable data' }, detail);
  }
  return say('delay', isOn ? 'pending' : 'returning', toDelayText(isOn, elapsedMs, neededMs), detail);
}

function toDelayText(isOn: boolean, elapsedMs: number, neededMs: number): Text {
  const [past, needed] = [elapsedMs, neededMs].map((ms) => (ms / 1_000).toFixed(0));
  return isOn
    ? { zh: `报警延时中：已 ${past} 秒，需 ${needed} 秒`, en: `waits to raise: ${past} of ${needed} s` }
    : { zh: `恢复延时中：已 ${past} 秒，需 ${needed} 秒`, en: `waits to return: ${past} of ${needed} s` };
}
