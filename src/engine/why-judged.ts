/** The layers that judge: the condition, and the delay behind it. */
import { LAYERS, type Layer, type LayerVerdict } from '../alarms/explanation.ts';
import { assert } from '../core/assert.ts';
import type { Now } from '../core/clock.ts';
import { isBad } from '../core/quality.ts';
import type { Text } from '../core/text.ts';
import { toElapsedMs } from '../rules/delay.ts';
import { judgeGuard, type RuleState } from '../rules/rule-state.ts';

type Detail = LayerVerdict['detail'];

export function say(layer: Layer, verdict: string, text: Text, detail: Detail = {}): LayerVerdict {
  assert(layer in LAYERS, `layer ${layer} is in the table`);
  return { layer, verdict, text, detail };
}

export function explainCondition(state: Readonly<RuleState>): LayerVerdict {
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
  return say('condition', verdict, CONDITION_TEXTS[verdict], { ...detail, because: toReason(state) });
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

function toConditionVerdict({
  isDisabled,
  failures,
  delay,
}: Readonly<RuleState>): keyof typeof CONDITION_TEXTS | 'error' {
  if (isDisabled) return 'disabled';
  return failures > 0 ? 'error' : delay.condition;
}

/** Which of the readings decided: a bad one, or a guard that does not hold. */
function toReason({ def, own, guards }: Readonly<RuleState>): string {
  const bad = own.findIndex(({ quality }) => isBad(quality));
  if (bad >= 0) return `reading ${bad}`;
  const closed = guards.findIndex((guard) => judgeGuard(guard, def) !== 'true');
  return closed >= 0 ? `guard ${closed}` : 'readings';
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
