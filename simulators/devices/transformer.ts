/** `generic-transformer` on the wire: variables from the physics of physics/power-mains.ts, and its faults. */
import {
  createTransformer,
  stepTransformer,
  TRANSFORMER,
  type TransformerState,
} from '../physics/power-mains.ts';
import type { DeviceOptions, FaultDef, OpcuaDevice, OpcuaModel, Variable } from './device.ts';
import { toCount, toFlag, toMeasured } from './variables.ts';

export const transformer: OpcuaModel = {
  protocol: 'opcua',
  partCount: 0,
  faults: toFaults,
  create: createTransformerDevice,
};

function toFaults(id: string): readonly FaultDef[] {
  return [
    { equipment: id, fault: 'mains-lost', text: { zh: '市电停电', en: 'Utility supply fails' } },
    {
      equipment: id,
      fault: 'overheating',
      text: { zh: '变压器散热不良，温度升高', en: 'Cooling blocked, the transformer overheats' },
    },
  ];
}

function createTransformerDevice({ id }: DeviceOptions): OpcuaDevice {
  let state = createTransformer();
  return {
    step(hasFault, dtS, { hasPower, loadKw }) {
      const isMainsLost = !hasPower || hasFault(id, 'mains-lost');
      state = stepTransformer(
        state,
        { isMainsLost, isCoolingBlocked: hasFault(id, 'overheating'), loadKw },
        dtS,
      );
    },
    settle(hasFault) {
      state = { ...state, isLive: !hasFault(id, 'mains-lost') };
    },
    supply: () => ({ power: state.isLive }),
    variables: () => toVariables(state),
    state: () => ({ ...state }),
  };
}

function toVariables(state: TransformerState): ReadonlyMap<string, Variable> {
  return new Map([
    ['OilTemperature', toMeasured(state.oilC, 0.1)],
    ['WindingTemperature', toMeasured(state.windingC, 0.1)],
    ['LoadPercent', toMeasured(state.loadPercent, 0.1)],
    ['TapPosition', toCount(TRANSFORMER.tap)],
    ['FanRunning', toFlag(state.isFanRunning)],
  ]);
}
