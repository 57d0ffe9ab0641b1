/** `generic-switchboard` on the wire: variables from the physics of physics/power-mains.ts, and its faults. */
import {
  createSwitchboard,
  isSwitchboardLive,
  protectSwitchboard,
  type SwitchboardState,
  stepSwitchboard,
} from '../physics/power-mains.ts';
import type { DeviceOptions, FaultDef, OpcuaDevice, OpcuaModel, Variable } from './device.ts';
import { toCount, toFlag, toMeasured } from './variables.ts';

export const switchboard: OpcuaModel = {
  protocol: 'opcua',
  partCount: 0,
  faults: toFaults,
  create: createSwitchboardDevice,
};

function toFaults(id: string): readonly FaultDef[] {
  return [
    { equipment: id, fault: 'phase-loss', text: { zh: '进线L2缺相', en: 'Phase L2 of the incomer is lost' } },
    { equipment: id, fault: 'incomer-trip', text: { zh: '进线断路器跳闸', en: 'Incomer breaker trips' } },
  ];
}

function createSwitchboardDevice({ id, seed }: DeviceOptions): OpcuaDevice {
  let state = createSwitchboard(seed);
  return {
    step(hasFault, dtS, { hasPower, loadKw, hour }) {
      const isPhaseLost = hasFault(id, 'phase-loss');
      const isIncomerTripped = hasFault(id, 'incomer-trip');
      const inputs = { hasMains: hasPower, isIncomerTripped, isPhaseLost, loadKw, hour };
      state = stepSwitchboard(state, inputs, dtS);
    },
    settle(hasFault) {
      state = protectSwitchboard(state, hasFault(id, 'incomer-trip'));
    },
    // A lost phase 2 leaves phase 1, which is what small consumers and voltage relays hang on.
    supply: () => ({ power: isSwitchboardLive(state) }),
    demand: () => ({ powerKw: state.powerKw }),
    variables: () => toVariables(state),
    state: () => ({ ...state }),
  };
}

function toVariables(state: SwitchboardState): ReadonlyMap<string, Variable> {
  const [l1V, l2V, l3V] = state.phasesV;
  const [l1A, l2A, l3A] = state.phasesA;
  return new Map([
    ['MainsPresent', toFlag(state.hasMains)],
    ['VoltageL1N', toMeasured(l1V, 0.1)],
    ['VoltageL2N', toMeasured(l2V, 0.1)],
    ['VoltageL3N', toMeasured(l3V, 0.1)],
    ['CurrentL1', toMeasured(l1A, 1)],
    ['CurrentL2', toMeasured(l2A, 1)],
    ['CurrentL3', toMeasured(l3A, 1)],
    ['ActivePower', toMeasured(state.powerKw, 0.5)],
    ['PowerFactor', toMeasured(isSwitchboardLive(state) ? state.powerFactor : 1, 0.01)],
    ['Energy', toMeasured(state.energyKwh, 0.1)],
    ['IncomerState', toCount(state.incomer)],
  ]);
}
