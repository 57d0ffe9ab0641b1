/**
 * Quality: no value travels without it. The code is stored (journal, InfluxDB) and therefore never renumbered.
 *
 * | codes   | level     | a rule sees                          |
 * | 0       | good      | the value                            |
 * | 64–127  | uncertain | the value or UNKNOWN, per rule       |
 * | 128–255 | bad       | UNKNOWN; the value is NaN, never old |
 */
import { assert } from './assert.ts';
import type { Text } from './text.ts';

export type QualityLevel = 'good' | 'uncertain' | 'bad';

export interface QualityInfo {
  readonly code: number;
  readonly level: QualityLevel;
  readonly text: Text;
}

export const QUALITIES = {
  good: { code: 0, level: 'good', text: { zh: '正常', en: 'good' } },
  'source-time': {
    code: 64,
    level: 'uncertain',
    text: { zh: '设备时钟不可信', en: 'implausible device time' },
  },
  'unknown-state': {
    code: 66,
    level: 'uncertain',
    text: { zh: '未定义的状态值', en: 'undeclared state value' },
  },
  'source-uncertain': {
    code: 67,
    level: 'uncertain',
    text: { zh: '设备标为可疑', en: 'marked uncertain by the device' },
  },
  step: { code: 65, level: 'uncertain', text: { zh: '突变超限', en: 'step too large' } },
  stuck: { code: 68, level: 'uncertain', text: { zh: '数值长时间不变', en: 'unchanged for too long' } },
  'no-data': { code: 128, level: 'bad', text: { zh: '尚无数据', en: 'no data yet' } },
  'comm-loss': { code: 129, level: 'bad', text: { zh: '通信中断', en: 'communication lost' } },
  timeout: { code: 130, level: 'bad', text: { zh: '设备无应答', en: 'device does not answer' } },
  'device-error': {
    code: 131,
    level: 'bad',
    text: { zh: '设备返回异常码', en: 'device answered with an exception' },
  },
  stale: { code: 132, level: 'bad', text: { zh: '数据过期', en: 'stale' } },
  sentinel: { code: 133, level: 'bad', text: { zh: '设备报无效值', en: 'device reports no valid value' } },
  'out-of-range': { code: 134, level: 'bad', text: { zh: '超出物理量程', en: 'outside the physical range' } },
  'not-a-number': { code: 135, level: 'bad', text: { zh: '非数值', en: 'not a number' } },
  missing: {
    code: 137,
    level: 'bad',
    text: { zh: '设备在线但未给出该值', en: 'not given by a device that answers' },
  },
  decode: { code: 136, level: 'bad', text: { zh: '报文无法解析', en: 'cannot be decoded' } },
  'wire-break': { code: 138, level: 'bad', text: { zh: '变送器断线', en: 'broken wire of a 4–20 mA loop' } },
  'loop-high': {
    code: 139,
    level: 'bad',
    text: { zh: '变送器电流超上限', en: 'current of a 4–20 mA loop too high' },
  },
  'gateway-down': {
    code: 140,
    level: 'bad',
    text: { zh: '网关停运，期间无数据', en: 'the gateway was not running' },
  },
} as const satisfies Record<string, QualityInfo>;

export type QualityReason = keyof typeof QUALITIES;

const byCode = new Map<number, QualityReason>(
  (Object.keys(QUALITIES) as QualityReason[]).map((reason) => [QUALITIES[reason].code, reason]),
);

export const GOOD = QUALITIES.good.code;

/** Whether a rule may use the value as it is. */
export function isGood(code: number): boolean {
  return code === GOOD;
}

export function isBad(code: number): boolean {
  return code >= 128;
}

/** Whether the reading is missing because nobody answered; the equipment's own `offline` alarm covers these. */
export function isCommLoss(code: number): boolean {
  return (
    code === QUALITIES['comm-loss'].code ||
    code === QUALITIES.timeout.code ||
    code === QUALITIES['no-data'].code ||
    code === QUALITIES.stale.code
  );
}

/** Whether no value came, be it that the device is silent or only this value of it. */
export function isUnanswered(code: number): boolean {
  return isCommLoss(code) || code === QUALITIES.missing.code;
}

export function toQualityLevel(code: number): QualityLevel {
  if (code === GOOD) return 'good';
  return code >= 128 ? 'bad' : 'uncertain';
}

/** The reason behind a code of ours. @throws AssertionFailure for a code that we never write. */
export function toQualityReason(code: number): QualityReason {
  const reason = byCode.get(code);
  assert(reason !== undefined, `quality code ${code} is in the table`);
  return reason;
}
