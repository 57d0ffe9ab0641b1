/** `generic-climate-mqtt` on the wire: messages from the physics of physics/climate.ts, and its faults. */
import { CLIMATE, createClimate, stepClimate } from '../physics/climate.ts';
import type { DeviceOptions, FaultDef, MqttDevice, MqttModel } from './device.ts';
import { toDecimals, toNullable } from './payload.ts';

const FAULTS: readonly Omit<FaultDef, 'equipment'>[] = [
  { fault: 'overheat', text: { zh: '机房通风停止，温度升高', en: 'Ventilation fails, the room heats up' } },
  { fault: 'sensor-fault', text: { zh: '温湿度探头故障', en: 'Sensor element fails' } },
  {
    fault: 'frozen',
    text: { zh: '传感器死机，数值不再变化', en: 'Sensor hangs and repeats its last value' },
  },
  { fault: 'network-lost', text: { zh: '传感器网络中断', en: 'Sensor loses its network' } },
];

export const climate: MqttModel = {
  protocol: 'mqtt',
  partCount: 0,
  faults: (id) => FAULTS.map((fault) => ({ equipment: id, ...fault })),
  create: createClimateDevice,
};

function createClimateDevice({ id, seed, startHour }: DeviceOptions): MqttDevice {
  let state = createClimate(seed, startHour);
  return {
    step(hasFault, dtS, { hasPower, hour }) {
      const inputs = {
        hasPower,
        hour,
        isOverheating: hasFault(id, 'overheat'),
        isSensorLost: hasFault(id, 'sensor-fault'),
        isFrozen: hasFault(id, 'frozen'),
      };
      state = stepClimate(state, inputs, dtS);
    },
    // A fault shows in the next sample.
    settle: () => {},
    messages: () => [
      {
        topic: 'telemetry',
        payload: {
          temperature: toNullable(state.sample.temperatureC, 1),
          humidity: toNullable(state.sample.humidityPercent, 1),
          battery: toDecimals(state.sample.batteryV, 2),
        },
        isRetained: false,
        repeatMs: CLIMATE.sampleS * 1000,
      },
    ],
    isConnected: (hasFault) => !hasFault(id, 'network-lost'),
    state: () => ({ ...state }),
  };
}
