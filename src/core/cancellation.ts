/** How a ticket ends without having been worked on (撤销): why, and on whose word. */
import type { Text } from './text.ts';

export const CANCEL_REASONS = {
  'false-alarm': { zh: '误报', en: 'False alarm' },
  duplicate: { zh: '重复', en: 'Duplicate' },
  withdrawn: { zh: '报修人撤回', en: 'Withdrawn by the reporter' },
} as const satisfies Record<string, Text>;
export type CancelReason = keyof typeof CANCEL_REASONS;
export const CANCEL_REASON_NAMES = Object.keys(CANCEL_REASONS) as readonly CancelReason[];

/** Who of the source has agreed to another appointment; nobody's name. */
export const AGREED_WITH = {
  source: { zh: '报修人本人', en: 'Reporter' },
  representative: { zh: '家属或代理人', en: 'Relative or agent' },
  house: { zh: '本单位使用部门', en: 'Department of the house' },
} as const satisfies Record<string, Text>;
export type AgreedWith = keyof typeof AGREED_WITH;
export const AGREED_WITH_NAMES = Object.keys(AGREED_WITH) as readonly AgreedWith[];

/** By which way somebody of the source has agreed that the matter is over. */
export const AGREED_HOW = {
  phone: { zh: '电话', en: 'By phone' },
  'in-person': { zh: '当面', en: 'In person' },
  writing: { zh: '书面', en: 'In writing' },
  message: { zh: '短信或网上留言', en: 'By message' },
} as const satisfies Record<string, Text>;
export type AgreedHow = keyof typeof AGREED_HOW;
export const AGREED_HOW_NAMES = Object.keys(AGREED_HOW) as readonly AgreedHow[];

/** Times UTC ms. */
export interface Cancellation {
  readonly by: string;
  readonly reason: CancelReason;
  readonly note: string;
  readonly atMs: number;
  /** Withdrawn: who agreed, how and when; left out = nobody was asked, or it was an earlier version. */
  readonly agreedWith?: AgreedWith;
  readonly how?: AgreedHow;
  readonly agreedAtMs?: number;
  /** User name; left out = nobody else was asked. */
  readonly approver?: string;
}
