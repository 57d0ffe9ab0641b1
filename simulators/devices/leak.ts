/** `generic-leak-mqtt` on the wire: messages from the physics of physics/leak.ts, and its faults. */
import { createLeak, stepLeak } from '../physics/leak.ts';
import type { DeviceOptions, FaultDef, MqttDevice, MqttModel } from './device.ts';
import { toDecimals } from './payload.ts';

const REPEAT_MS = 60_000;
/** Sent while dry, and when a broken cable cannot tell the place. */
const NO_POSITION = -1;

const FAULTS: readonly Omit<FaultDef, 'equipment'>[] = [
  { fault: 'leak', text: { zh: '机房地面漏水', en: 'Water under the raised floor' } },
  { fault: 'broken', text: { zh: '漏水检测绳断线', en: 'Leak cable is broken' } },
  { fault: 'network-lost', text: { zh: '漏水检测器网络中断', en: 'Leak detector loses its network' } },
];

export const leak: MqttModel = {
  protocol: 'mqtt',
  partCount: 0,
  faults: (id) => FAULTS.map((fault) => ({ equipment: id, ...fault })),
  create: createLeakDevice,
};

function createLeakDevice({ id, seed }: DeviceOptions): MqttDevice {
  let state = createLeak(seed);
  return {
    step(hasFault, dtS) {
      state = stepLeak(state, { isLeaking: hasFault(id, 'leak'), isBroken: hasFault(id, 'broken') }, dtS);
    },
    // Water needs its time.
    settle: () => {},
    messages: () => [
      {
        topic: 'state',
        payload: {
          leak: state.isLeak,
          broken: state.isBroken,
          position: state.isLeak && !state.isBroken ? toDecimals(state.placeM, 1) : NO_POSITION,
        },
        isRetained: true,
        repeatMs: REPEAT_MS,
      },
    ],
    isConnected: (hasFault) => !hasFault(id, 'network-lost'),
    state: () => ({ ...state }),
  };
}
