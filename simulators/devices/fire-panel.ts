/** `generic-fire-panel-8z` on the wire: point words from the behaviour of physics/fire-panel.ts, and its faults. */
import {
  createPanel,
  isFire,
  type PanelInputs,
  type PanelState,
  settlePanel,
  stepPanel,
  type ZoneState,
} from '../physics/fire-panel.ts';
import {
  type DeviceModel,
  type DeviceOptions,
  type FaultDef,
  type HasFault,
  type ModbusDevice,
  NO_UPSTREAM,
  type RegisterImage,
  type Text,
} from './device.ts';
import { put, toBits } from './encode.ts';

const ZONE_COUNT = 8;
/** The last two zones are empty places. */
const PROGRAMMED_COUNT = 6;
const NOT_PROGRAMMED = 0x00ff;
const ZONE_BASE = 100;
const ALL_COMMANDS = 0b1_1111;

const PANEL_FAULTS: Readonly<Record<string, Text>> = {
  'mains-lost': { zh: '控制器主电故障，备电工作', en: 'Panel loses its mains supply and runs on battery' },
  'battery-fault': { zh: '控制器备电故障', en: 'Standby battery of the panel fails' },
  'linkage-manual': {
    zh: '联动转为手动，不自动发出联动命令',
    en: 'Linkage set to manual, no commands are sent',
  },
  'pre-alarm': { zh: '1 区烟感预警', en: 'Zone 1 reports a pre-alarm' },
};

const ZONE_FAULTS: Readonly<Record<string, Text>> = {
  fire: { zh: '感烟探测器报火警', en: 'Smoke detector reports fire' },
  'manual-call-point': { zh: '手动报警按钮按下', en: 'Manual call point is operated' },
  'detector-fault': { zh: '探测器故障', en: 'Detector fails' },
  disabled: { zh: '防火分区被屏蔽', en: 'Zone is disabled' },
  test: { zh: '防火分区处于测试状态', en: 'Zone is put in test' },
};

export const firePanel: DeviceModel = {
  protocol: 'modbus',
  partCount: ZONE_COUNT,
  maxRegisters: 32,
  faults: toFaults,
  create: createFirePanel,
};

function toFaults(id: string, parts: readonly string[]): readonly FaultDef[] {
  const of = (equipment: string, texts: Readonly<Record<string, Text>>): readonly FaultDef[] =>
    Object.entries(texts).map(([fault, text]) => ({ equipment, fault, text }));
  return [
    ...of(id, PANEL_FAULTS),
    ...parts.slice(0, PROGRAMMED_COUNT).flatMap((part) => of(part, ZONE_FAULTS)),
  ];
}

function createFirePanel({ id, parts }: DeviceOptions): ModbusDevice {
  const zones = parts.slice(0, PROGRAMMED_COUNT);
  let state = createPanel(PROGRAMMED_COUNT);
  let hasPower = NO_UPSTREAM.hasPower;
  const toInputs = (hasFault: HasFault): PanelInputs => ({
    zones: zones.map((zone, at) => ({
      isSmoke: hasFault(zone, 'fire'),
      isCallPoint: hasFault(zone, 'manual-call-point'),
      isThinSmoke: at === 0 && hasFault(id, 'pre-alarm'),
      isIgnored: hasFault(zone, 'disabled') || hasFault(zone, 'test'),
    })),
    isLinkageManual: hasFault(id, 'linkage-manual'),
  });
  return {
    step(hasFault, dtS, surroundings) {
      ({ hasPower } = surroundings);
      state = stepPanel(state, toInputs(hasFault), dtS);
    },
    settle(hasFault) {
      state = settlePanel(state, toInputs(hasFault));
    },
    image: (hasFault) => toImage(state, { id, zones, hasPower, hasFault }),
    supply: () => ({ linkage: state.isLinked }),
    demand: () => ({ powerKw: hasPower ? 0.2 : 0 }),
    state: () => ({ ...state, hasPower }),
  };
}

interface PanelView {
  readonly id: string;
  readonly zones: readonly string[];
  readonly hasPower: boolean;
  readonly hasFault: HasFault;
}

function toImage(state: PanelState, view: PanelView): RegisterImage {
  const holding = new Map<number, number>();
  put(holding, 0, [
    toPanelWord(state, view),
    state.isLinked ? ALL_COMMANDS : 0,
    toBits(Object.fromEntries(state.feedback.entries())),
    state.zones.filter(isFire).length,
    state.resets,
  ]);
  const empty = Array.from({ length: ZONE_COUNT - PROGRAMMED_COUNT }, () => NOT_PROGRAMMED);
  const words = state.zones.map((zone, at) => toZoneWord(zone, view.zones[at] ?? '', view.hasFault));
  put(holding, ZONE_BASE, [...words, ...empty]);
  return { coil: new Map(), discrete: new Map(), input: new Map(), holding };
}

/** Bit 2 stands for faults of the zones: those of the supply have bits 7 and 8 of their own. */
function toPanelWord(state: PanelState, { id, zones, hasPower, hasFault }: PanelView): number {
  const any = (fault: string): boolean => zones.some((zone) => hasFault(zone, fault));
  return toBits({
    0: state.zones.some(isFire),
    1: state.zones.some((zone) => zone.isPreAlarm),
    2: any('detector-fault'),
    3: any('disabled'),
    5: any('test'),
    6: state.isSilenced,
    7: !hasPower || hasFault(id, 'mains-lost'),
    8: hasFault(id, 'battery-fault'),
    9: !hasFault(id, 'linkage-manual'),
  });
}

function toZoneWord(zone: ZoneState, part: string, hasFault: HasFault): number {
  const isDisabled = hasFault(part, 'disabled');
  const bits = toBits({
    8: zone.isAcknowledged,
    9: isDisabled,
    10: !isDisabled && !hasFault(part, 'test'),
    11: isFire(zone),
    13: hasFault(part, 'detector-fault'),
    14: zone.isPreAlarm,
  });
  return bits | zone.event;
}
