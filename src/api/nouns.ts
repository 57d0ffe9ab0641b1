/** What a `not-found` says is missing, in both languages. */
import type { Text } from '../core/text.ts';

export const NOUNS = {
  alarm: { zh: '告警', en: 'alarm' },
  apiPath: { zh: '接口', en: 'API path' },
  attachment: { zh: '附件', en: 'attachment' },
  backtest: { zh: '回测', en: 'backtest' },
  commissioning: { zh: '调试记录', en: 'commissioning' },
  contact: { zh: '联系人', en: 'contact' },
  equipment: { zh: '设备', en: 'equipment' },
  feedback: { zh: '反馈', en: 'feedback' },
  incident: { zh: '突发事件', en: 'incident' },
  link: { zh: '链路', en: 'link' },
  location: { zh: '位置', en: 'location' },
  message: { zh: '消息', en: 'message' },
  personal: { zh: '个人信息', en: 'personal data' },
  point: { zh: '点位', en: 'point' },
  quarantine: { zh: '隔离区', en: 'quarantine' },
  record: { zh: '工单记录', en: 'entry of the record' },
  rule: { zh: '告警规则', en: 'rule' },
  slip: { zh: '纸质单', en: 'slip' },
  storm: { zh: '告警风暴', en: 'alarm storm' },
  ticket: { zh: '工单', en: 'ticket' },
} as const satisfies Record<string, Text>;
