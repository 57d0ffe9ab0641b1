/** What the demo building holds and what people say of its faults, in both languages. Data only. */

export const LANGUAGES = ['zh', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Systems with the number of equipment in each; the gateway is one too (config/demo.yaml, src/core/kinds.ts). */
export const SYSTEMS = [
  { id: 'fire', zh: '消防报警', units: 1 },
  { id: 'lift', zh: '电梯', units: 2 },
  { id: 'fire-water', zh: '消防水', units: 3 },
  { id: 'power', zh: '变配电', units: 5 },
  { id: 'water', zh: '生活给水', units: 1 },
  { id: 'drainage', zh: '排水', units: 1 },
  { id: 'access', zh: '门禁', units: 1 },
  { id: 'climate', zh: '机房环境', units: 3 },
  { id: 'meter', zh: '计量', units: 4 },
  { id: 'gateway', zh: '监控系统', units: 1 },
] as const;

/** A fault on the panel. */
export interface PanelFault {
  /** What is written into the search of the panel. */
  readonly search: string;
  /** All that it finds, `equipment-fault`; null = not looked at. */
  readonly found: readonly string[] | null;
  /** `equipment-fault`, as in the test id. */
  readonly fault: string;
}

/** A fault with its alarm and the ticket of that, in one language. */
export interface Incident extends PanelFault {
  readonly system: string;
  /** Selector of its part on the overview; null = it is no part. */
  readonly tile: string | null;
  /** As on the rows of its alarms. */
  readonly where: string;
  /** Texts of its alarms, that which leads to the ticket first. */
  readonly alarms: readonly [string, ...string[]];
  /** Who has the trade, and the certificate where the work asks for one. */
  readonly worker: 'engineer' | 'security' | 'lift-safety';
  /** What is written on the ticket. */
  readonly readBack: string;
  readonly diagnosis: string;
  readonly plan: string;
  readonly result: string;
  readonly opinion: string;
}

/**
 * Each by Modbus, MQTT and OPC UA. The Chinese ones are those of the demo's time line; the English ones are others,
 * because a fault that comes back soon opens its ticket again, with all that was written on it.
 */
export const INCIDENTS: Readonly<Record<Language, readonly Incident[]>> = {
  zh: [
    {
      fault: 'dws-1-pump-1-trip',
      worker: 'engineer',
      search: 'dws-1-pump-1',
      found: ['dws-1-pump-1-trip'],
      system: 'water',
      tile: '[data-testid="equipment-dws-1-pump-1"][data-tone="high"]',
      where: '1号水泵',
      alarms: ['水泵故障跳闸'],
      readBack: '1号水泵过流跳闸',
      diagnosis: '过电流，泵轴卡滞',
      plan: '断电后盘车清理，复位变频器',
      result: '已清理异物，试运行正常',
      opinion: '压力正常，同意验收',
    },
    {
      fault: 'acs-1-door-3-held-open',
      worker: 'security',
      search: '3号门',
      found: ['acs-1-door-3-forced', 'acs-1-door-3-held-open', 'acs-1-door-3-reader-offline'],
      system: 'access',
      tile: '[data-testid="equipment-acs-1-door-3"][data-tone="medium"]',
      where: '3号门',
      alarms: ['门长时间未关'],
      readBack: '大堂3号门长时间未关',
      diagnosis: '货物顶住门扇',
      plan: '移开货物，检查闭门器和门磁',
      result: '门已关好，闭门器正常',
      opinion: '现场查看已关门，同意验收',
    },
    {
      fault: 'lift-2-door-fault',
      worker: 'lift-safety',
      search: '2#客梯',
      found: null,
      system: 'lift',
      tile: null,
      where: '2#客梯',
      alarms: ['电梯门故障', '电梯故障'],
      readBack: '2#客梯关不上门，轿内无人',
      diagnosis: '地坎内有异物',
      plan: '停用设围挡，清理地坎，试运行',
      result: '已清理，往返试运行正常',
      opinion: '维保人员确认，同意投用',
    },
  ],
  en: [
    {
      fault: 'sump-1-pump-1-trip',
      worker: 'engineer',
      search: 'sump-1-pump-1',
      found: ['sump-1-pump-1-trip'],
      system: 'drainage',
      tile: '[data-testid="equipment-sump-1-pump-1"][data-tone="high"]',
      where: 'Pump 1',
      alarms: ['Drainage pump fault'],
      readBack: 'Pump 1 of the sump has tripped',
      diagnosis: 'Overload, impeller blocked',
      plan: 'Isolate, clear the impeller, reset',
      result: 'Cleared, runs again',
      opinion: 'Runs well',
    },
    {
      fault: 'acs-1-door-4-forced',
      worker: 'security',
      search: 'Door 4',
      found: ['acs-1-door-4-forced', 'acs-1-door-4-held-open', 'acs-1-door-4-reader-offline'],
      system: 'access',
      tile: '[data-testid="equipment-acs-1-door-4"][data-tone="high"]',
      where: 'Door 4',
      alarms: ['Door forced open'],
      readBack: 'Door 4 of the lobby was forced open',
      diagnosis: 'Nobody has entered; the lock is worn',
      plan: 'Look at the camera, replace the lock',
      result: 'Lock replaced, door shut',
      opinion: 'Seen shut and locked',
    },
    {
      fault: 'lift-1-alarm-button-stuck',
      worker: 'lift-safety',
      search: 'Passenger lift 1',
      found: null,
      system: 'lift',
      tile: null,
      where: 'Passenger lift 1',
      alarms: ['Passenger alarm button pressed'],
      readBack: 'Alarm button of lift 1, nobody answers',
      diagnosis: 'Button stuck, nobody inside',
      plan: 'Out of service, free the button, test the intercom',
      result: 'Button replaced, intercom works',
      opinion: 'Confirmed by the maintainer',
    },
  ],
};
