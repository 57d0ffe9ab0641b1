/** `generic-fire-tank` on the wire: registers and bits from the physics of physics/fire-water-tank.ts, and its faults. */
import {
  createTank,
  NO_TANK_FAULT,
  stepTank,
  type TankInputs,
  type TankState,
  toWaterM,
} from '../physics/fire-water-tank.ts';
import type {
  DeviceModel,
  DeviceOptions,
  FaultDef,
  HasFault,
  ModbusDevice,
  RegisterImage,
} from './device.ts';
import { NOT_AVAILABLE, toI16, toU16 } from './encode.ts';

export const fireTank: DeviceModel = {
  protocol: 'modbus',
  partCount: 0,
  maxRegisters: 125,
  faults: toFaults,
  create: createFireTank,
};

function toFaults(equipment: string): readonly FaultDef[] {
  return [
    {
      equipment,
      fault: 'leak',
      text: { zh: '消防水池漏水，水位降至超低', en: 'Tank leaks, level falls to low-low' },
    },
    {
      equipment,
      fault: 'make-up-stuck-open',
      text: { zh: '补水阀关不严，水池溢流', en: 'Make-up valve stays open, the tank overflows' },
    },
    {
      equipment,
      fault: 'sensor-fault',
      text: { zh: '液位变送器故障', en: 'Level transmitter fails' },
    },
    {
      equipment,
      fault: 'outlet-valve-closed',
      text: { zh: '出水阀被关闭', en: 'Outlet valve is left closed' },
    },
  ];
}

function createFireTank({ id, seed }: DeviceOptions): ModbusDevice {
  let state = createTank(seed);
  const toInputs = (hasFault: HasFault): Pick<TankInputs, 'isLeaking' | 'isMakeUpStuck'> => ({
    isLeaking: hasFault(id, 'leak'),
    isMakeUpStuck: hasFault(id, 'make-up-stuck-open'),
  });
  return {
    step(hasFault, dtS, { hour, drawnM3h }) {
      const inputs = { ...NO_TANK_FAULT, ...toInputs(hasFault), hour, drawnM3h };
      state = stepTank(state, inputs, dtS);
    },
    // Nothing in a tank happens at once: the bits of faults are read when the image is made.
    settle: () => {},
    image: (hasFault) => toImage(state, id, hasFault),
    supply: (hasFault) => ({ waterM: hasFault(id, 'outlet-valve-closed') ? 0 : toWaterM(state) }),
    state: () => ({ ...state }),
  };
}

function toImage(state: TankState, id: string, hasFault: HasFault): RegisterImage {
  const bits = [state.isLow, state.isHigh, state.isMakingUp, !hasFault(id, 'outlet-valve-closed')];
  const words = [
    hasFault(id, 'sensor-fault') ? NOT_AVAILABLE : toU16(state.levelM, 0.001),
    toU16(state.makeUpM3h, 0.1),
    toI16(state.temperatureC, 0.1),
  ];
  return {
    coil: new Map(),
    discrete: new Map(bits.map((isSet, address) => [address, isSet ? 1 : 0])),
    input: new Map(words.entries()),
    holding: new Map(),
  };
}
