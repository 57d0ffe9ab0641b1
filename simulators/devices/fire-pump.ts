/**
 * `generic-fire-pump` on the wire: registers from the physics of physics/fire-water-pump.ts, and its faults. The jockey
 * pump has the same registers.
 */
import { CODE_NONE, type Motor } from '../physics/fire-water-motor.ts';
import {
  createFirePump,
  type FirePumpInputs,
  type FirePumpState,
  protectFirePump,
  stepFirePump,
} from '../physics/fire-water-pump.ts';
import {
  type DeviceModel,
  type DeviceOptions,
  type FaultDef,
  type HasFault,
  type ModbusDevice,
  NO_UPSTREAM,
  type RegisterImage,
} from './device.ts';
import { NOT_AVAILABLE, put, toBits, toU16, toU32 } from './encode.ts';

export const firePump: DeviceModel = {
  protocol: 'modbus',
  partCount: 0,
  maxRegisters: 125,
  faults: toFaults,
  create: createFirePumpDevice,
};

/** What both pumps show. */
export interface FirePumpView {
  readonly motor: Motor;
  readonly faultCode: number;
  readonly isCalling: boolean;
  readonly hasPower: boolean;
  readonly isAutomatic: boolean;
  readonly isCommanded: boolean;
  readonly isValveOpen: boolean;
  /** null = the sensor is not available. */
  readonly pressureMpa: number | null;
}

export function toFirePumpImage(view: FirePumpView): RegisterImage {
  const holding = new Map<number, number>();
  put(holding, 0, [
    toBits({
      0: view.hasPower,
      1: view.motor.isRunning,
      2: view.isAutomatic,
      3: view.faultCode !== CODE_NONE,
      4: view.isCommanded,
      5: view.isValveOpen,
      6: view.isCalling,
    }),
    view.faultCode,
    view.pressureMpa === null ? NOT_AVAILABLE : toU16(view.pressureMpa, 0.001),
    toU16(view.motor.currentA, 0.1),
    ...toU32(view.motor.runningHours, 0.1),
    ...toU32(view.motor.starts, 1),
  ]);
  return { coil: new Map(), discrete: new Map(), input: new Map(), holding };
}

function toFaults(equipment: string): readonly FaultDef[] {
  return [
    {
      equipment,
      fault: 'left-manual',
      text: { zh: '消防泵控制柜未投自动', en: 'Fire pump selector is not in automatic' },
    },
    {
      equipment,
      fault: 'valve-closed',
      text: { zh: '消防泵出水阀被关闭', en: 'Discharge valve of the fire pump is left closed' },
    },
    {
      equipment,
      fault: 'phase-missing',
      text: { zh: '消防泵电源缺相', en: 'Fire pump loses a phase of its supply' },
    },
    {
      equipment,
      fault: 'start-failure',
      text: { zh: '消防泵接到启动信号后启动失败', en: 'Fire pump does not start when called' },
    },
    {
      equipment,
      fault: 'pipe-burst',
      text: { zh: '消防管网爆管，压力骤降', en: 'Fire water main bursts, pressure falls' },
    },
  ];
}

function createFirePumpDevice({ id, seed }: DeviceOptions): ModbusDevice {
  let state = createFirePump(seed);
  let around = NO_UPSTREAM;
  const toInputs = (hasFault: HasFault): FirePumpInputs => ({
    hasPower: around.hasPower,
    waterM: around.waterM,
    isLinkage: around.isLinkage,
    inflowM3h: around.inflowM3h,
    isManual: hasFault(id, 'left-manual'),
    isValveClosed: hasFault(id, 'valve-closed'),
    isPhaseMissing: hasFault(id, 'phase-missing'),
    isStartFailing: hasFault(id, 'start-failure'),
    isBurst: hasFault(id, 'pipe-burst'),
  });
  return {
    step(hasFault, dtS, surroundings) {
      around = surroundings;
      state = stepFirePump(state, toInputs(hasFault), dtS);
    },
    settle(hasFault) {
      state = protectFirePump(state, toInputs(hasFault));
    },
    image: (hasFault) => toFirePumpImage(toView(state, toInputs(hasFault))),
    supply: () => ({ pressureMpa: state.main.pressureMpa }),
    demand: () => ({
      powerKw: state.motor.powerKw,
      waterM3h: state.motor.flowM3h - state.main.reliefM3h,
    }),
    state: () => ({ ...state }),
  };
}

function toView(state: FirePumpState, inputs: FirePumpInputs): FirePumpView {
  return {
    motor: state.motor,
    faultCode: state.faultCode,
    isCalling: state.isCalling,
    hasPower: inputs.hasPower,
    isAutomatic: !inputs.isManual,
    isCommanded: inputs.isLinkage,
    isValveOpen: !inputs.isValveClosed,
    pressureMpa: state.main.pressureMpa,
  };
}
