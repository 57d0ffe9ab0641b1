/** `generic-booster-2p` on the wire: registers from the physics of physics/booster.ts, and its faults. */
import {
  BOOSTER,
  type BoosterInputs,
  type BoosterPump,
  type BoosterState,
  createBooster,
  protectBooster,
  stepBooster,
  withSetPoint,
} from '../physics/booster.ts';
import type {
  DeviceModel,
  DeviceOptions,
  FaultDef,
  HasFault,
  ModbusDevice,
  RegisterImage,
  WriteResult,
} from './device.ts';
import { NOT_AVAILABLE, put, toBits, toI16, toU16, toU32 } from './encode.ts';

const MODE_AUTOMATIC = 2;
const PUMP_BASES = [20, 40] as const;
/** The only register that takes writes, and what it takes, 0.001 MPa: what both pumps together can keep up. */
const SET_POINT = { address: 1, min: 200, max: 550 } as const;
/** Motor temperature from which a pump reports a warning. */
const WARNING_C = 90;

export const boosterSet: DeviceModel = {
  protocol: 'modbus',
  partCount: 2,
  maxRegisters: 60,
  faults: toFaults,
  create: createBoosterSet,
};

function toFaults(id: string, parts: readonly string[]): readonly FaultDef[] {
  return [
    {
      equipment: id,
      fault: 'dry-running',
      text: { zh: '水箱缺水，水泵缺水保护停机', en: 'Suction tank runs empty, pumps stop on dry running' },
    },
    {
      equipment: id,
      fault: 'sensor-fault',
      text: { zh: '出口压力变送器故障', en: 'Outlet pressure transmitter fails' },
    },
    ...parts.map((equipment) => ({
      equipment,
      fault: 'trip',
      text: { zh: '水泵过流跳闸', en: 'Pump trips on overcurrent' },
    })),
  ];
}

function createBoosterSet(options: DeviceOptions): ModbusDevice {
  let state = createBooster(options.seed, options.startHour);
  let isPowerLost = false;
  const toInputs = (hasFault: HasFault): BoosterInputs => ({
    isDraining: hasFault(options.id, 'dry-running'),
    isSensorLost: hasFault(options.id, 'sensor-fault'),
    isTripped: [hasFault(options.parts[0] ?? '', 'trip'), hasFault(options.parts[1] ?? '', 'trip')],
    isPowerLost,
  });
  return {
    step(hasFault, dtS, surroundings) {
      isPowerLost = !surroundings.hasPower;
      state = stepBooster(state, toInputs(hasFault), dtS);
    },
    settle(hasFault) {
      state = protectBooster(state, toInputs(hasFault));
    },
    image: (hasFault) => toImage(state, toInputs(hasFault)),
    write(table, address, values) {
      const result = checkWrite(table, address, values);
      if (result === 'done') state = withSetPoint(state, (values[0] ?? 0) / 1000);
      return result;
    },
    demand: () => ({ powerKw: toPowerKw(state) }),
    state: () => ({ ...state }),
  };
}

function checkWrite(table: string, address: number, values: readonly number[]): WriteResult {
  const [value = 0, ...more] = values;
  if (table !== 'holding' || address !== SET_POINT.address || more.length > 0) return 'illegal-address';
  return value >= SET_POINT.min && value <= SET_POINT.max ? 'done' : 'illegal-value';
}

function toImage(state: BoosterState, { isSensorLost, isPowerLost }: BoosterInputs): RegisterImage {
  const holding = new Map<number, number>();
  const hasTrip = state.pumps.some((pump) => pump.tripCode !== 0);
  put(holding, 0, [
    isSensorLost ? NOT_AVAILABLE : toU16(state.pressureMpa, 0.001),
    toU16(state.setPointMpa, 0.001),
    toU16(state.tankLevelM, 0.001),
    toU16(state.flowM3h, 0.1),
    MODE_AUTOMATIC,
    toBits({ 0: state.isShort, 1: hasTrip || state.isShort || isSensorLost, 2: isSensorLost }),
    ...toU32(state.energyKwh, 0.1),
  ]);
  for (const [index, pump] of state.pumps.entries()) {
    put(holding, PUMP_BASES[index] ?? 0, toPumpBlock(pump, isPowerLost));
  }
  return { coil: new Map(), discrete: new Map(), input: new Map(), holding };
}

function toPumpBlock(pump: BoosterPump, isPowerLost: boolean): readonly number[] {
  const isTripped = pump.tripCode !== 0;
  const isWarm = pump.temperatureC >= WARNING_C;
  return [
    toBits({ 0: !isTripped && !isPowerLost, 1: pump.speedHz > 0, 3: isTripped, 7: isWarm, 9: true }),
    pump.tripCode,
    toU16(pump.speedHz, 0.01),
    toU16(pump.currentA, 0.1),
    MODE_AUTOMATIC,
    toI16(pump.temperatureC, 0.1),
    ...toU32(pump.runningHours, 0.1),
    ...toU32(pump.starts, 1),
  ];
}

function toPowerKw({ pumps }: BoosterState): number {
  return (pumps[0].shaftKw + pumps[1].shaftKw) / BOOSTER.motorEfficiency;
}
