/** `generic-access-6d` on the wire: messages from the physics of physics/access.ts, and its faults. */
import {
  ACCESS,
  type AccessDoor,
  type AccessInputs,
  type AccessState,
  createAccess,
  stepAccess,
} from '../physics/access.ts';
import type {
  DeviceOptions,
  FaultDef,
  HasFault,
  Message,
  MqttDevice,
  MqttModel,
  Surroundings,
} from './device.ts';
import { toDecimals } from './payload.ts';

const STATE_REPEAT_MS = 30_000;
/** What a controller with a worn battery reports. */
const WORN_PERCENT = 12;

const CONTROLLER_FAULTS: readonly Omit<FaultDef, 'equipment'>[] = [
  {
    fault: 'tamper',
    text: { zh: '控制器箱门被撬（防拆动作）', en: 'Somebody opens the controller cabinet' },
  },
  { fault: 'mains-lost', text: { zh: '门禁控制器主电失电', en: 'Controller loses its mains supply' } },
  { fault: 'battery-low', text: { zh: '备用电池电量低', en: 'Backup battery is worn' } },
  { fault: 'network-lost', text: { zh: '控制器网络中断', en: 'Controller loses its network' } },
];

const DOOR_FAULTS: readonly Omit<FaultDef, 'equipment'>[] = [
  { fault: 'forced', text: { zh: '门被强行打开', en: 'Door is forced open' } },
  { fault: 'held-open', text: { zh: '门被顶住，长时间未关', en: 'Door is wedged and stays open' } },
  { fault: 'reader-offline', text: { zh: '读卡器离线', en: 'Card reader does not answer' } },
];

export const accessController: MqttModel = {
  protocol: 'mqtt',
  partCount: ACCESS.doors,
  faults: (id, parts) => [
    ...CONTROLLER_FAULTS.map((fault) => ({ equipment: id, ...fault })),
    ...parts.flatMap((equipment) => DOOR_FAULTS.map((fault) => ({ equipment, ...fault }))),
  ],
  create: createAccessController,
};

function createAccessController(options: DeviceOptions): MqttDevice {
  let state = createAccess(options.seed);
  return {
    step(hasFault, dtS, surroundings) {
      state = stepAccess(state, toInputs(options, hasFault, surroundings), dtS);
    },
    // Contacts and readers are scanned in steps.
    settle: () => {},
    messages: (hasFault) => [
      toStateMessage(state, options.id, hasFault),
      ...state.doors.map((door, index) => toDoorMessage(door, index + 1)),
    ],
    isConnected: (hasFault) => !state.isDead && !hasFault(options.id, 'network-lost'),
    state: () => ({ ...state }),
  };
}

function toInputs(options: DeviceOptions, hasFault: HasFault, surroundings: Surroundings): AccessInputs {
  return {
    hasPower: surroundings.hasPower && !hasFault(options.id, 'mains-lost'),
    isLinkage: surroundings.isLinkage,
    hour: surroundings.hour,
    doors: options.parts.map((part) => ({
      isForced: hasFault(part, 'forced'),
      isHeldOpen: hasFault(part, 'held-open'),
      isReaderLost: hasFault(part, 'reader-offline'),
    })),
  };
}

function toStateMessage(state: AccessState, id: string, hasFault: HasFault): Message {
  const isWorn = hasFault(id, 'battery-low');
  const batteryPercent = isWorn ? Math.min(WORN_PERCENT, state.batteryPercent) : state.batteryPercent;
  return {
    topic: 'state',
    payload: {
      mains: state.hasMains ? 'ok' : 'lost',
      battery: batteryPercent < ACCESS.lowPercent ? 'low' : 'ok',
      tamper: hasFault(id, 'tamper'),
      fireInput: state.hasFireInput,
      batteryPercent: toDecimals(batteryPercent, 1),
      readersOnline: state.doors.filter((door) => door.isReaderOnline).length,
    },
    isRetained: true,
    repeatMs: STATE_REPEAT_MS,
  };
}

/** @param number from 1, as on the wire. */
function toDoorMessage(door: AccessDoor, number: number): Message {
  return {
    topic: `door/${number}`,
    payload: {
      contact: door.isOpen ? 'open' : 'closed',
      lock: door.lock,
      alarm: door.alarm,
      reader: door.isReaderOnline ? 'online' : 'offline',
      granted: door.granted,
      denied: door.denied,
      last: door.last,
    },
    isRetained: true,
    repeatMs: null,
  };
}
