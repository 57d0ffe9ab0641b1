/**
 * The closed list of equipment kinds. It says which system a kind belongs to and what is life safety:
 * neither a profile nor a site file can change that.
 */
import type { Text } from './text.ts';

export const SYSTEMS = {
  water: { zh: '生活给水', en: 'Domestic water' },
  drainage: { zh: '排水', en: 'Drainage' },
  'fire-water': { zh: '消防水', en: 'Fire water' },
  fire: { zh: '消防报警', en: 'Fire alarm' },
  lift: { zh: '电梯', en: 'Lifts' },
  access: { zh: '门禁', en: 'Access control' },
  power: { zh: '变配电', en: 'Power' },
  meter: { zh: '计量', en: 'Metering' },
  climate: { zh: '机房环境', en: 'Plant-room climate' },
  gateway: { zh: '监控系统', en: 'Monitoring system' },
} as const satisfies Record<string, Text>;
export type System = keyof typeof SYSTEMS;

export interface KindInfo {
  readonly system: System;
  readonly text: Text;
  /** Alarms of such equipment may be life-safety; remote writing is refused for it. */
  readonly isLifeSafety: boolean;
}

export const KINDS = {
  'booster-set': { system: 'water', text: { zh: '变频供水设备', en: 'Booster set' }, isLifeSafety: false },
  pump: { system: 'water', text: { zh: '水泵', en: 'Pump' }, isLifeSafety: false },
  tank: { system: 'water', text: { zh: '水箱', en: 'Tank' }, isLifeSafety: false },
  sump: { system: 'drainage', text: { zh: '集水坑', en: 'Sump' }, isLifeSafety: false },
  'drainage-pump': { system: 'drainage', text: { zh: '潜污泵', en: 'Drainage pump' }, isLifeSafety: false },
  'fire-tank': { system: 'fire-water', text: { zh: '消防水池', en: 'Fire water tank' }, isLifeSafety: true },
  'fire-pump': { system: 'fire-water', text: { zh: '消防泵', en: 'Fire pump' }, isLifeSafety: true },
  'jockey-pump': { system: 'fire-water', text: { zh: '稳压泵', en: 'Jockey pump' }, isLifeSafety: true },
  'fire-panel': { system: 'fire', text: { zh: '火灾报警控制器', en: 'Fire panel' }, isLifeSafety: true },
  'fire-zone': { system: 'fire', text: { zh: '防火分区', en: 'Fire zone' }, isLifeSafety: true },
  lift: { system: 'lift', text: { zh: '电梯', en: 'Lift' }, isLifeSafety: true },
  'access-controller': {
    system: 'access',
    text: { zh: '门禁控制器', en: 'Access controller' },
    isLifeSafety: false,
  },
  door: { system: 'access', text: { zh: '门', en: 'Door' }, isLifeSafety: false },
  switchboard: { system: 'power', text: { zh: '配电柜', en: 'Switchboard' }, isLifeSafety: false },
  transformer: { system: 'power', text: { zh: '变压器', en: 'Transformer' }, isLifeSafety: false },
  generator: { system: 'power', text: { zh: '柴油发电机', en: 'Generator' }, isLifeSafety: false },
  ups: { system: 'power', text: { zh: '不间断电源', en: 'UPS' }, isLifeSafety: false },
  'water-meter': { system: 'meter', text: { zh: '水表', en: 'Water meter' }, isLifeSafety: false },
  'electricity-meter': {
    system: 'meter',
    text: { zh: '电表', en: 'Electricity meter' },
    isLifeSafety: false,
  },
  'climate-sensor': {
    system: 'climate',
    text: { zh: '温湿度传感器', en: 'Climate sensor' },
    isLifeSafety: false,
  },
  'leak-detector': { system: 'climate', text: { zh: '漏水检测', en: 'Leak detector' }, isLifeSafety: false },
  gateway: { system: 'gateway', text: { zh: '监控网关', en: 'Gateway' }, isLifeSafety: false },
} as const satisfies Record<string, KindInfo>;

export type Kind = keyof typeof KINDS;
export const KIND_NAMES = Object.keys(KINDS) as readonly Kind[];
