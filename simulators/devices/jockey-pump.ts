/**
 * `generic-jockey-pump` on the wire: registers from the physics of physics/fire-water-jockey.ts, and its faults. The main
 * whose pressure it holds belongs to the fire pump: upstream `main`.
 */
import {
  createJockey,
  type JockeyInputs,
  type JockeyState,
  protectJockey,
  stepJockey,
} from '../physics/fire-water-jockey.ts';
import { MAIN } from '../physics/fire-water-main.ts';
import {
  type DeviceModel,
  type DeviceOptions,
  type FaultDef,
  type HasFault,
  type ModbusDevice,
  NO_UPSTREAM,
  type Surroundings,
} from './device.ts';
import { type FirePumpView, toFirePumpImage } from './fire-pump.ts';

export const jockeyPump: DeviceModel = {
  protocol: 'modbus',
  partCount: 0,
  maxRegisters: 125,
  faults: toFaults,
  create: createJockeyPump,
};

function toFaults(equipment: string): readonly FaultDef[] {
  return [
    {
      equipment,
      fault: 'trip',
      text: { zh: '稳压泵过载跳闸', en: 'Jockey pump trips on overload' },
    },
    {
      equipment,
      fault: 'left-manual',
      text: { zh: '稳压泵未投自动', en: 'Jockey pump selector is not in automatic' },
    },
    {
      equipment,
      fault: 'sensor-fault',
      text: { zh: '管网压力变送器故障', en: 'Pressure transmitter of the main fails' },
    },
    {
      equipment,
      fault: 'frequent-starts',
      text: { zh: '止回阀内漏，稳压泵频繁启动', en: 'Check valve leaks, jockey pump starts too often' },
    },
  ];
}

function createJockeyPump({ id }: DeviceOptions): ModbusDevice {
  let state = createJockey();
  // Until the first step the transmitter shows what the main starts with, not a failed sensor.
  let around: Surroundings = { ...NO_UPSTREAM, pressureMpa: MAIN.startMpa };
  const toInputs = (hasFault: HasFault): JockeyInputs => ({
    hasPower: around.hasPower,
    waterM: around.waterM,
    pressureMpa: around.pressureMpa,
    isTripped: hasFault(id, 'trip'),
    isManual: hasFault(id, 'left-manual'),
    isCheckValveLeaky: hasFault(id, 'frequent-starts'),
  });
  return {
    step(hasFault, dtS, surroundings) {
      around = surroundings;
      state = stepJockey(state, toInputs(hasFault), dtS);
    },
    settle(hasFault) {
      state = protectJockey(state, toInputs(hasFault));
    },
    image: (hasFault) => toFirePumpImage(toView(state, toInputs(hasFault), hasFault(id, 'sensor-fault'))),
    demand: () => ({
      powerKw: state.motor.powerKw,
      waterM3h: state.deliveredM3h,
      mainM3h: state.deliveredM3h,
    }),
    state: () => ({ ...state }),
  };
}

/** The pressure switch is a device of its own: a failed transmitter blinds those who look, not the pump. */
function toView(state: JockeyState, inputs: JockeyInputs, isSensorLost: boolean): FirePumpView {
  return {
    motor: state.motor,
    faultCode: state.faultCode,
    isCalling: state.isCalling,
    hasPower: inputs.hasPower,
    isAutomatic: !inputs.isManual,
    isCommanded: false,
    isValveOpen: true,
    pressureMpa: isSensorLost ? null : inputs.pressureMpa,
  };
}
