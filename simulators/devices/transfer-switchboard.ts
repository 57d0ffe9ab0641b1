/** `generic-transfer-switchboard` on the wire: variables from physics/power-transfer.ts, and its faults. */
import {
  createTransfer,
  type Source,
  stepTransfer,
  TRANSFER,
  type TransferState,
  toSource,
} from '../physics/power-transfer.ts';
import type { DeviceOptions, FaultDef, OpcuaDevice, OpcuaModel, Variable } from './device.ts';
import { toCount, toFlag, toMeasured } from './variables.ts';

export const transferSwitchboard: OpcuaModel = {
  protocol: 'opcua',
  partCount: 0,
  faults: toFaults,
  create: createTransferDevice,
};

const SOURCES = { none: 0, mains: 1, generator: 2 } as const satisfies Record<Source, number>;

function toFaults(id: string): readonly FaultDef[] {
  return [
    {
      equipment: id,
      fault: 'transfer-failure',
      text: { zh: '双电源切换失败', en: 'Transfer switch does not change over' },
    },
  ];
}

function createTransferDevice({ id, seed }: DeviceOptions): OpcuaDevice {
  let state = createTransfer(seed);
  return {
    step(hasFault, dtS, { hasPower, hasStandby, loadKw, hour }) {
      const isStuck = hasFault(id, 'transfer-failure');
      const inputs = { hasMains: hasPower, hasGenerator: hasStandby, isStuck, loadKw, hour };
      state = stepTransfer(state, inputs, dtS);
    },
    settle() {
      // It acts only when a source comes or goes, which is what a step is for.
    },
    supply: () => ({ power: state.isLive }),
    demand: () =>
      state.position === 'generator' ? { standbyKw: state.powerKw } : { powerKw: state.powerKw },
    variables: () => toVariables(state),
    state: () => ({ ...state }),
  };
}

function toVariables(state: TransferState): ReadonlyMap<string, Variable> {
  const { open, closed } = TRANSFER.breaker;
  const toBreaker = (source: Source): Variable => toCount(state.position === source ? closed : open);
  return new Map([
    ['BusLive', toFlag(state.isLive)],
    ['Source', toCount(SOURCES[toSource(state)])],
    ['MainsBreaker', toBreaker('mains')],
    ['GeneratorBreaker', toBreaker('generator')],
    ['VoltageL1N', toMeasured(state.voltageV, 0.1)],
    ['ActivePower', toMeasured(state.powerKw, 0.5)],
  ]);
}
