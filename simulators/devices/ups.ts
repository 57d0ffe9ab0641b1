/** `generic-ups` on the wire: variables from the physics of physics/power-ups.ts, and its faults. */
import {
  createUps,
  isUpsLive,
  protectUps,
  stepUps,
  toRuntimeMinutes,
  UPS,
  type UpsInputs,
  type UpsMode,
  type UpsState,
} from '../physics/power-ups.ts';
import type { DeviceOptions, FaultDef, HasFault, OpcuaDevice, OpcuaModel, Variable } from './device.ts';
import { toCount, toFlag, toMeasured } from './variables.ts';

export const ups: OpcuaModel = {
  protocol: 'opcua',
  partCount: 0,
  faults: toFaults,
  create: createUpsDevice,
};

const MODES = { 'on-line': 1, 'on-battery': 2, bypass: 3, off: 4 } as const satisfies Record<UpsMode, number>;

function toFaults(id: string): readonly FaultDef[] {
  return [
    { equipment: id, fault: 'battery-fault', text: { zh: 'UPS蓄电池故障', en: 'UPS battery fails' } },
    { equipment: id, fault: 'bypass', text: { zh: 'UPS转旁路运行', en: 'UPS runs on bypass' } },
  ];
}

function createUpsDevice({ id, seed }: DeviceOptions): OpcuaDevice {
  let state = createUps(seed);
  const toFaultInputs = (hasFault: HasFault): Pick<UpsInputs, 'isBatteryFaulty' | 'isBypassed'> => ({
    isBatteryFaulty: hasFault(id, 'battery-fault'),
    isBypassed: hasFault(id, 'bypass'),
  });
  return {
    step(hasFault, dtS, { hasPower, loadKw }) {
      state = stepUps(state, { ...toFaultInputs(hasFault), hasInput: hasPower, loadKw }, dtS);
    },
    settle(hasFault) {
      state = protectUps(state, toFaultInputs(hasFault));
    },
    supply: () => ({ power: isUpsLive(state) }),
    demand: () => ({ powerKw: toDemandKw(state) }),
    variables: (hasFault) => toVariables(state, hasFault(id, 'battery-fault')),
    state: () => ({ ...state }),
  };
}

function toDemandKw(state: UpsState): number {
  if (!state.hasInput) return 0;
  return state.loadKw + (state.batteryPercent < 100 ? UPS.chargeKw : 0);
}

function toVariables(state: UpsState, isBatteryFaulty: boolean): ReadonlyMap<string, Variable> {
  return new Map([
    ['State', toCount(MODES[state.mode])],
    ['InputPresent', toFlag(state.hasInput)],
    ['OutputLive', toFlag(isUpsLive(state))],
    ['BatteryPercent', toMeasured(state.batteryPercent, 0.1)],
    ['LoadPercent', toMeasured((state.loadKw / UPS.ratedKw) * 100, 0.1)],
    ['RuntimeMinutes', toMeasured(toRuntimeMinutes(state, isBatteryFaulty), 0.5)],
    ['BatteryTemperature', toMeasured(state.batteryC, 0.1)],
    ['BatteryFault', toFlag(isBatteryFaulty)],
  ]);
}
