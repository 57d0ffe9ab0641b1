/** Words for codes that come as plain strings; a code that this page does not know yet is shown as it is. */
import type { TFunction } from 'i18next';
import { zh } from '../locales/zh.ts';

type Group =
  | 'alarmEvent'
  | 'layer'
  | 'ruleType'
  | 'ticketEvent'
  | 'endReason'
  | 'field'
  | 'option'
  | 'messageKind'
  | 'class'
  | 'channel'
  | 'flow'
  | 'attendance'
  | 'role'
  | 'stage'
  | 'priority'
  | 'speciality'
  | 'certificate'
  | 'contactWay'
  | 'messageChannel'
  | 'channelAnswer'
  | 'group';

export function toEventText(t: TFunction, group: Group, code: string): string {
  if (!Object.hasOwn(zh[group], code)) return code;
  return t(`${group}.${code}` as 'alarmEvent.raised');
}
