/** `generic-electricity-meter-mqtt` on the wire: messages from physics/meters-electricity.ts, and its faults. */
import {
  createElectricityMeter,
  ELECTRICITY_METER,
  type ElectricitySample,
  stepElectricityMeter,
} from '../physics/meters-electricity.ts';
import type { DeviceOptions, FaultDef, MqttDevice, MqttModel } from './device.ts';
import { toDecimals } from './payload.ts';

const FAULTS: readonly Omit<FaultDef, 'equipment'>[] = [
  { fault: 'phase-loss', text: { zh: '回路缺相（B相熔断器熔断）', en: 'Phase L2 lost, its fuse has blown' } },
  { fault: 'overload', text: { zh: '回路过负荷', en: 'Feeder is overloaded' } },
  { fault: 'network-lost', text: { zh: '电表网络中断', en: 'Meter loses its network' } },
];

export const electricityMeter: MqttModel = {
  protocol: 'mqtt',
  partCount: 0,
  faults: (id) => FAULTS.map((fault) => ({ equipment: id, ...fault })),
  create: createMeter,
};

function createMeter({ id, seed, startHour }: DeviceOptions): MqttDevice {
  let state = createElectricityMeter(seed, startHour);
  return {
    step(hasFault, dtS, { hasPower, hour }) {
      const inputs = {
        hasPower,
        hour,
        isPhaseLost: hasFault(id, 'phase-loss'),
        isOverloaded: hasFault(id, 'overload'),
      };
      state = stepElectricityMeter(state, inputs, dtS);
    },
    // A fault shows in the next sample.
    settle: () => {},
    messages: () => [
      {
        topic: 'telemetry',
        payload: toPayload(state.sample),
        isRetained: false,
        repeatMs: ELECTRICITY_METER.sampleS * 1000,
      },
    ],
    // It is fed from what it measures.
    isConnected: (hasFault) => state.hasPower && !hasFault(id, 'network-lost'),
    state: () => ({ ...state }),
  };
}

function toPayload(sample: ElectricitySample): Readonly<Record<string, unknown>> {
  return {
    energy: toDecimals(sample.energyKwh, 2),
    power: toDecimals(sample.powerKw, 3),
    voltage: sample.voltageV.map((value) => toDecimals(value, 1)),
    current: sample.currentA.map((value) => toDecimals(value, 2)),
    pf: toDecimals(sample.powerFactor, 3),
  };
}
