/** What a `not-found` says is missing, in both languages. */
import type { Text } from '../core/text.ts';

export const NOUNS = {
  alarm: { zh: '告警', en: 'alarm' },
  apiPath: { zh: '接口', en: 'API path' },
  backtest: { zh: '回测', en: 'backtest' },
  equipment: { zh: '设备', en: 'equipment' },
  link: { zh: '链路', en: 'link' },
  location: { zh: '位置', en: 'location' },
  point: { zh: '点位', en: 'point' },
  quarantine: { zh: '隔离区', en: 'quarantine' },
  rule: { zh: '告警规则', en: 'rule' },
  storm: { zh: '告警风暴', en: 'alarm storm' },
  ticket: { zh: '工单', en: 'ticket' },
} as const satisfies Record<string, Text>;
