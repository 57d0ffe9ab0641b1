/** Why a replay differs from history, in words that staff understand. Pure. */
import type { SiteModel } from '../config/model.ts';
import { renderText, type Text } from '../core/text.ts';
import { UNITS } from '../core/units.ts';
import type { Difference, DifferenceReason } from './port.ts';
import type { Stretch } from './stretches.ts';

const WHY: Readonly<Record<DifferenceReason, Text>> = {
  'gateway-down': {
    zh: '当时网关停运，这一段没有读数',
    en: 'the gateway was not running then: there are no readings',
  },
  'out-of-retention': {
    zh: '日志库已不保留这一段读数',
    en: 'the journal has let go of the readings of that time',
  },
  'bad-quality': {
    zh: '测点当时无数据或数据不可信，无法判断',
    en: 'the point had no usable reading then, so that the rule could not be judged',
  },
  restart: {
    zh: '网关刚重启，延时与静默期从头计起',
    en: 'the gateway had just started: delays and its grace began anew',
  },
  deadband: {
    zh: '日志库按死区（{deadband}）精简读数，小幅变化未记录，判断时刻可能不同',
    en: 'the journal leaves out what changes by less than the dead-band ({deadband}), so that small changes are lost',
  },
  'rule-changed': {
    zh: '当时的规则与现在不同（版本 {version}）',
    en: 'the rule was another one then (version {version})',
  },
  'rule-removed': { zh: '该规则现已取消', en: 'there is no such rule any more' },
  'site-changed': { zh: '此后更换过项目配置', en: 'another configuration has been loaded since' },
  shelved: {
    zh: '当时告警已搁置、停用或被抑制，未通知人员',
    en: 'the alarm was shelved, out of service or suppressed then: nobody was told',
  },
  'out-of-service': { zh: '当时告警已停用', en: 'the alarm was out of service then' },
  suppressed: { zh: '当时告警被抑制', en: 'the alarm was suppressed then' },
  drill: { zh: '当时正在演练', en: 'it was a drill' },
  'range-edge': {
    zh: '靠近区间边界，或依赖区间以前的累计值',
    en: 'it lies at an end of the range, or depends on totals from before it',
  },
  unknown: { zh: '原因不明，请核对', en: 'not explained: look into it' },
};

export function toWhy(
  reason: DifferenceReason,
  type: Difference['type'],
  { history, replay }: { readonly history: Stretch | null; readonly replay: Stretch | null },
  model: SiteModel,
): Text {
  const known = history ?? replay;
  const rule = model.rules.find(({ key }) => key === known?.key);
  const point = rule === undefined ? undefined : model.points[rule.points[0] ?? -1];
  const deadband = point === undefined ? '0' : `${point.deadband}${UNITS[point.unit]}`;
  const why = renderText(WHY[reason], { deadband, version: known?.ruleVersion ?? '' });
  if (type !== 'shifted' || history === null || replay === null) return why;
  const seconds = Math.round((replay.fromMs - history.fromMs) / 100) / 10;
  const late: Text =
    seconds > 0
      ? { zh: `回放晚 ${seconds} 秒：`, en: `${seconds} s later in the replay: ` }
      : { zh: `回放早 ${-seconds} 秒：`, en: `${-seconds} s earlier in the replay: ` };
  return { zh: late.zh + why.zh, en: late.en + why.en };
}
