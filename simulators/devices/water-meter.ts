/**
 * `generic-water-meter-mqtt` and `generic-water-meter-vacant-mqtt` on the wire: messages from the physics of
 * physics/meters-water.ts, and their faults. The meters are the same; behind one of them nobody uses water.
 */
import { createWaterMeter, stepWaterMeter, WATER_METER } from '../physics/meters-water.ts';
import type { DeviceOptions, FaultDef, MqttDevice, MqttModel } from './device.ts';
import { toDecimals } from './payload.ts';

type Fault = Omit<FaultDef, 'equipment'>;

const IN_USE: readonly Fault[] = [
  {
    fault: 'night-flow',
    text: { zh: '长流水，夜间流量偏高', en: 'A branch runs all the time, also by night' },
  },
  { fault: 'reverse', text: { zh: '水表反向流', en: 'Water runs backwards through the meter' } },
];
const VACANT: readonly Fault[] = [
  { fault: 'flow-in-vacant', text: { zh: '空置单元在用水', en: 'Water flows in the vacant unit' } },
];
const ANY: readonly Fault[] = [
  { fault: 'battery-low', text: { zh: '水表电池电量低', en: 'Battery of the meter is low' } },
  { fault: 'network-lost', text: { zh: '水表网络中断', en: 'Meter loses its network' } },
];

/** An id that contains `vacant` stands in an unoccupied unit. */
export const waterMeter: MqttModel = createModel((id) => id.includes('vacant'));
export const vacantWaterMeter: MqttModel = createModel(() => true);

function createModel(isVacant: (id: string) => boolean): MqttModel {
  return {
    protocol: 'mqtt',
    partCount: 0,
    faults: (id) =>
      [...(isVacant(id) ? VACANT : IN_USE), ...ANY].map((fault) => ({ equipment: id, ...fault })),
    create: (options) => createMeter(options, isVacant(options.id)),
  };
}

function createMeter({ id, seed, startHour }: DeviceOptions, isVacant: boolean): MqttDevice {
  let state = createWaterMeter(seed, startHour, isVacant);
  return {
    step(hasFault, dtS, { hour }) {
      const inputs = {
        hour,
        isFlowInVacant: hasFault(id, 'flow-in-vacant'),
        isNightFlow: hasFault(id, 'night-flow'),
        isReverse: hasFault(id, 'reverse'),
        isBatteryLow: hasFault(id, 'battery-low'),
      };
      state = stepWaterMeter(state, inputs, dtS);
    },
    // A fault shows in the next sample.
    settle: () => {},
    messages: () => [
      {
        topic: 'telemetry',
        payload: {
          total: toDecimals(state.sample.totalM3, 3),
          flow: toDecimals(state.sample.flowM3h, 3),
          reverse: state.sample.flowM3h < 0,
          battery: toDecimals(state.sample.batteryV, 2),
        },
        isRetained: false,
        repeatMs: WATER_METER.sampleS * 1000,
      },
    ],
    isConnected: (hasFault) => !hasFault(id, 'network-lost'),
    state: () => ({ ...state }),
  };
}
