/** `generic-sump-2p` on the wire: registers and bits from the physics of physics/sump.ts, and its faults. */
import {
  createSump,
  protectSump,
  SUMP,
  type SumpInputs,
  type SumpPump,
  type SumpState,
  stepSump,
} from '../physics/sump.ts';
import type {
  DeviceModel,
  DeviceOptions,
  FaultDef,
  HasFault,
  ModbusDevice,
  RegisterImage,
} from './device.ts';
import { NOT_AVAILABLE, put, toBits, toU16, toU32 } from './encode.ts';

const PUMP_BASES = [40, 50] as const;

export const sump: DeviceModel = {
  protocol: 'modbus',
  partCount: 2,
  maxRegisters: 125,
  faults: toFaults,
  create: createSumpDevice,
};

function toFaults(id: string, parts: readonly string[]): readonly FaultDef[] {
  return [
    {
      equipment: id,
      fault: 'overflow',
      text: { zh: '来水超过排水能力，集水坑溢水', en: 'Inflow exceeds both pumps, the sump overflows' },
    },
    {
      equipment: id,
      fault: 'sensor-fault',
      text: { zh: '液位变送器故障', en: 'Level transmitter fails' },
    },
    ...parts.map((equipment) => ({
      equipment,
      fault: 'trip',
      text: { zh: '潜污泵过载跳闸', en: 'Drainage pump trips on overload' },
    })),
  ];
}

function createSumpDevice(options: DeviceOptions): ModbusDevice {
  let state = createSump(options.seed, options.startHour);
  let isPowerLost = false;
  const toInputs = (hasFault: HasFault): SumpInputs => ({
    isOverflowing: hasFault(options.id, 'overflow'),
    isTripped: [hasFault(options.parts[0] ?? '', 'trip'), hasFault(options.parts[1] ?? '', 'trip')],
    isPowerLost,
  });
  return {
    step(hasFault, dtS, surroundings) {
      isPowerLost = !surroundings.hasPower;
      state = stepSump(state, toInputs(hasFault), dtS);
    },
    settle(hasFault) {
      state = protectSump(state, toInputs(hasFault));
    },
    image: (hasFault) => toImage(state, hasFault(options.id, 'sensor-fault')),
    demand: () => ({ powerKw: (state.pumps[0].currentA + state.pumps[1].currentA) * SUMP.kwPerA }),
    state: () => ({ ...state }),
  };
}

function toImage(state: SumpState, isSensorLost: boolean): RegisterImage {
  const { stop, startFirst, startSecond, highWater } = state.floats;
  const holding = new Map<number, number>();
  for (const [index, pump] of state.pumps.entries()) {
    put(holding, PUMP_BASES[index] ?? 0, toPumpBlock(pump));
  }
  const bits = [stop, startFirst, startSecond, highWater];
  return {
    coil: new Map([[0, 1]]),
    discrete: new Map(bits.map((isClosed, address) => [address, isClosed ? 1 : 0])),
    input: new Map([[0, isSensorLost ? NOT_AVAILABLE : toU16(state.levelM, 0.001)]]),
    holding,
  };
}

function toPumpBlock(pump: SumpPump): readonly number[] {
  return [
    toBits({ 0: true, 1: pump.isRunning, 3: pump.tripCode !== 0 }),
    pump.tripCode,
    toU16(pump.currentA, 0.1),
    ...toU32(pump.runningHours, 0.1),
    ...toU32(pump.starts, 1),
  ];
}
