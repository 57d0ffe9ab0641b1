/** `generic-lift` on the wire: variables from the physics of physics/lift.ts, and its faults. */
import {
  createLift,
  LIFT,
  type LiftInputs,
  type LiftMode,
  type LiftState,
  stepLift,
} from '../physics/lift.ts';
import type { DoorPhase } from '../physics/lift-door.ts';
import { type Drive, FLOORS, isAtLanding, toIndex } from '../physics/lift-motion.ts';
import type {
  DeviceOptions,
  FaultDef,
  HasFault,
  OpcuaDevice,
  OpcuaModel,
  Surroundings,
  Variable,
} from './device.ts';
import { toCount, toFlag, toMeasured } from './variables.ts';

/** Codes of docs/register-maps.md. */
const DIRECTION = { none: 1, stopped: 2, up: 3, down: 4 } as const;
const DOOR_CODES: Readonly<Record<DoorPhase, number>> = {
  closed: 0,
  open: 1,
  fault: 3,
  closing: 6,
  opening: 7,
};
const MODE_CODES: Readonly<Record<LiftMode, number>> = {
  normal: 1,
  homing: 3,
  rescue: 7,
  inspection: 8,
  recalled: 11,
};
const DRIVE_CODES: Readonly<Record<Drive, number>> = {
  stationary: 1,
  braking: 2,
  accelerating: 3,
  decelerating: 4,
  steady: 5,
};
const FAULT_CODES = {
  none: -1,
  supply: 4,
  doorClosing: 6,
  betweenFloors: 8,
  positionLost: 14,
  driveHot: 15,
} as const;

const FAULTS: readonly Omit<FaultDef, 'equipment'>[] = [
  {
    fault: 'entrapment',
    text: {
      zh: '电梯困人：轿厢停在层间，门未开',
      en: 'Entrapment: the car stops between floors, doors shut',
    },
  },
  { fault: 'door-fault', text: { zh: '电梯门关不上', en: 'Doors do not close' } },
  {
    fault: 'drive-overheat',
    text: { zh: '曳引机变频器过热，机房温度升高', en: 'Drive overheats, machine room gets hot' },
  },
  { fault: 'inspection', text: { zh: '维保人员检修运行', en: 'Maintainer runs the lift on inspection' } },
  {
    fault: 'alarm-button-stuck',
    text: { zh: '轿内警铃按钮卡住', en: 'Alarm button in the car is stuck' },
  },
  { fault: 'position-lost', text: { zh: '楼层位置丢失', en: 'Controller has lost the car position' } },
  {
    fault: 'sensor-fault',
    text: { zh: '机房温度传感器故障', en: 'Machine-room temperature sensor fails' },
  },
  {
    fault: 'controller-silent',
    text: { zh: '电梯控制柜通信中断', en: 'Lift controller does not answer its server' },
  },
];

export const lift: OpcuaModel = {
  protocol: 'opcua',
  partCount: 0,
  faults: (id) => FAULTS.map((fault) => ({ equipment: id, ...fault })),
  create: createLiftDevice,
};

type Has = (fault: string) => boolean;
type Variables = ReadonlyMap<string, Variable>;

function createLiftDevice({ id, seed, startHour }: DeviceOptions): OpcuaDevice {
  let state = createLift(seed, startHour);
  /** What the server had heard when the controller fell silent; null while it answers. */
  let frozen: Variables | null = null;
  const toHas =
    (hasFault: HasFault): Has =>
    (fault) =>
      hasFault(id, fault);
  const listen = (has: Has): void => {
    frozen = has('controller-silent') ? (frozen ?? toSilent(toVariables(state, has))) : null;
  };
  return {
    step(hasFault, dtS, surroundings) {
      const has = toHas(hasFault);
      listen(has);
      state = stepLift(state, toInputs(surroundings, has), dtS);
    },
    // Nothing mechanical acts without time.
    settle: (hasFault) => listen(toHas(hasFault)),
    variables: (hasFault) => frozen ?? toVariables(state, toHas(hasFault)),
    state: () => ({ ...state }),
  };
}

function toInputs(surroundings: Surroundings, has: Has): LiftInputs {
  return {
    hasPower: surroundings.hasPower,
    isLinkage: surroundings.isLinkage,
    hour: surroundings.hour,
    isEntrapping: has('entrapment'),
    isDoorBlocked: has('door-fault'),
    isOverheating: has('drive-overheat'),
    isInspected: has('inspection'),
    isPositionLost: has('position-lost'),
  };
}

function toVariables(state: LiftState, has: Has): Variables {
  const { car, door } = state;
  const position = toCount(FLOORS[toIndex(car)] ?? 0);
  const room = toMeasured(state.roomC, 0.1);
  return new Map<string, Variable>([
    ['CarPosition', has('position-lost') ? { ...position, status: 'UncertainLastUsableValue' } : position],
    ['Direction', toCount(toDirection(state))],
    ['DoorStatus', toCount(DOOR_CODES[door.phase])],
    ['Mode', toCount(MODE_CODES[state.mode])],
    ['DriveStatus', toCount(DRIVE_CODES[car.drive])],
    ['Load', toMeasured(state.loadPercent, 1)],
    ['Speed', toMeasured(Math.abs(car.velocityMs), 0.01)],
    ['AtLanding', toFlag(isAtLanding(car))],
    ['PassengerAlarm', toFlag(has('alarm-button-stuck') || state.stuckForS >= LIFT.alarmAfterS)],
    ['FaultCode', toCount(toFaultCode(state, has))],
    ['PowerPresent', toFlag(state.hasPower)],
    ['MachineRoomTemperature', has('sensor-fault') ? { ...room, status: 'BadSensorFailure' } : room],
    ['Trips', toCount(state.starts)],
    ['RunningHours', toMeasured(state.runningHours, 0.01)],
  ]);
}

function toSilent(variables: Variables): Variables {
  return new Map([...variables].map(([name, each]) => [name, { ...each, status: 'BadNoCommunication' }]));
}

function toDirection(state: LiftState): number {
  if (state.car.velocityMs > 0) return DIRECTION.up;
  if (state.car.velocityMs < 0) return DIRECTION.down;
  return state.trip !== null || state.isStuck || state.mode === 'homing' ? DIRECTION.stopped : DIRECTION.none;
}

/** The gravest first; the controller shows one. */
function toFaultCode(state: LiftState, has: Has): number {
  if (state.stuckForS > 0 && !isAtLanding(state.car)) return FAULT_CODES.betweenFloors;
  if (!state.hasPower) return FAULT_CODES.supply;
  if (state.door.phase === 'fault') return FAULT_CODES.doorClosing;
  if (has('position-lost')) return FAULT_CODES.positionLost;
  return state.isOverheated ? FAULT_CODES.driveHot : FAULT_CODES.none;
}
