/** `generic-generator` on the wire: variables from the physics of physics/power-generator.ts, and its faults. */
import {
  createGenerator,
  GENERATOR,
  type GeneratorInputs,
  type GeneratorState,
  hasGeneratorVoltage,
  protectGenerator,
  stepGenerator,
} from '../physics/power-generator.ts';
import type { DeviceOptions, FaultDef, HasFault, OpcuaDevice, OpcuaModel, Variable } from './device.ts';
import { toCount, toFlag, toMeasured } from './variables.ts';

export const generator: OpcuaModel = {
  protocol: 'opcua',
  partCount: 0,
  faults: toFaults,
  create: createGeneratorDevice,
};

const MODE_MANUAL = 1;
const MODE_AUTOMATIC = 2;

function toFaults(id: string): readonly FaultDef[] {
  return [
    {
      equipment: id,
      fault: 'start-failure',
      text: { zh: '柴油发电机启动失败', en: 'Generator does not start' },
    },
    {
      equipment: id,
      fault: 'no-cool-down-stop',
      text: { zh: '市电恢复后发电机不停机', en: 'Generator runs on after the mains are back' },
    },
    {
      equipment: id,
      fault: 'low-fuel',
      text: { zh: '日用油箱漏油，油位低', en: 'Day tank leaks, fuel is low' },
    },
    { equipment: id, fault: 'battery-low', text: { zh: '启动电池电压低', en: 'Starter battery is low' } },
    {
      equipment: id,
      fault: 'left-manual',
      text: { zh: '控制屏误置手动', en: 'Controller was left in manual' },
    },
  ];
}

function createGeneratorDevice({ id, seed }: DeviceOptions): OpcuaDevice {
  let state = createGenerator(seed);
  return {
    step(hasFault, dtS, { hasPower, loadKw }) {
      state = stepGenerator(state, { ...toFaultInputs(id, hasFault), hasMains: hasPower, loadKw }, dtS);
    },
    settle(hasFault) {
      state = protectGenerator(state, toFaultInputs(id, hasFault));
    },
    supply: () => ({ power: hasGeneratorVoltage(state) }),
    variables: () => toVariables(state),
    state: () => ({ ...state }),
  };
}

function toFaultInputs(id: string, hasFault: HasFault): Omit<GeneratorInputs, 'hasMains' | 'loadKw'> {
  return {
    isStartBlocked: hasFault(id, 'start-failure'),
    isRunningOn: hasFault(id, 'no-cool-down-stop'),
    isFuelLost: hasFault(id, 'low-fuel'),
    isBatteryLow: hasFault(id, 'battery-low'),
    isManual: hasFault(id, 'left-manual'),
  };
}

/** As register-maps.md numbers them; 5, a test run, is never made here. */
function toStateCode({ phase, hasMains, loadKw }: GeneratorState): number {
  switch (phase) {
    case 'standby':
      return 0;
    case 'starting':
      return 1;
    case 'running':
      return loadKw > 0 ? 3 : hasMains ? 4 : 2;
    case 'failed':
      return 6;
    case 'shut-down':
      return 7;
    default:
      return phase satisfies never;
  }
}

function toVariables(state: GeneratorState): ReadonlyMap<string, Variable> {
  const speedRatio = state.speedRpm / GENERATOR.ratedRpm;
  const isExcited = speedRatio > 0.8;
  const loadRatio = state.loadKw / GENERATOR.ratedKw;
  const wobble = isExcited ? state.noise.value : 0;
  return new Map([
    ['State', toCount(toStateCode(state))],
    ['Mode', toCount(state.isManual ? MODE_MANUAL : MODE_AUTOMATIC)],
    ['MainsPresent', toFlag(state.hasMains)],
    ['Speed', toMeasured(state.speedRpm * (1 + 0.001 * wobble), 1)],
    ['Voltage', toMeasured(isExcited ? GENERATOR.phaseV * (speedRatio + 0.002 * wobble) : 0, 0.1)],
    ['Frequency', toMeasured(isExcited ? 50 * speedRatio * (1.01 - 0.02 * loadRatio) : 0, 0.01)],
    ['ActivePower', toMeasured(state.loadKw, 0.5)],
    ['FuelLevel', toMeasured(state.fuelPercent, 0.1)],
    ['BatteryVoltage', toMeasured(state.batteryV, 0.1)],
    ['CoolantTemperature', toMeasured(state.coolantC, 0.1)],
    ['RunningHours', toMeasured(state.runningHours, 0.01)],
    ['Starts', toCount(state.starts)],
  ]);
}
