/** A simulated device on the bench: faults switched by name, surroundings by hand, time in steps of 0.1 s. */
import type {
  Device,
  DeviceOptions,
  MqttDevice,
  OpcuaDevice,
  Surroundings,
} from '../../simulators/devices/device.ts';
import { NO_UPSTREAM } from '../../simulators/devices/device.ts';

export const STEP_S = 0.1;

export interface Rig<D extends Device> {
  readonly device: D;
  /** Keys `equipment/fault` of the active faults. */
  readonly faults: Set<string>;
  readonly hasFault: (equipment: string, fault: string) => boolean;
  /** What reaches it from now on; the hour goes on with time. */
  surround(change: Partial<Surroundings>): void;
  /** `look` sees every step, with the seconds since the rig was made. */
  run(seconds: number, look?: (atS: number) => void): void;
}

export function createRig<D extends Device>(
  model: { create(options: DeviceOptions): D },
  options: Partial<DeviceOptions> = {},
): Rig<D> {
  const whole: DeviceOptions = { id: 'device', parts: [], seed: 20_261_121, startHour: 9, ...options };
  const device = model.create(whole);
  const faults = new Set<string>();
  // Asked many times in each of millions of steps: most of the time there is none.
  const hasFault = (equipment: string, fault: string): boolean =>
    faults.size > 0 && faults.has(`${equipment}/${fault}`);
  let around: Surroundings = NO_UPSTREAM;
  let steps = 0;
  return {
    device,
    faults,
    hasFault,
    surround(change) {
      around = { ...around, ...change };
    },
    run(seconds, look = () => {}) {
      for (let left = Math.round(seconds / STEP_S); left > 0; left--) {
        steps++;
        const atS = steps * STEP_S;
        device.step(hasFault, STEP_S, { ...around, hour: (whole.startHour + atS / 3600) % 24 });
        look(atS);
      }
    },
  };
}

/** The payload that the device wants on a topic now. @throws Error when it has no such topic. */
export function payloadOf(rig: Rig<MqttDevice>, topic: string): Readonly<Record<string, unknown>> {
  const message = rig.device.messages(rig.hasFault).find((each) => each.topic === topic);
  if (!message) throw new Error(`no message on ${topic}`);
  return message.payload;
}

/** A variable's value now. @throws Error when there is no such variable. */
export function valueOf(rig: Rig<OpcuaDevice>, name: string): boolean | number | string {
  const variable = rig.device.variables(rig.hasFault).get(name);
  if (!variable) throw new Error(`no variable ${name}`);
  return variable.value;
}

/** Seconds until `isTrue`, or Infinity after `limitS`; stops looking there. */
export function secondsUntil(rig: Rig<Device>, limitS: number, isTrue: () => boolean): number {
  for (let steps = 0; steps <= limitS / STEP_S; steps++) {
    if (isTrue()) return steps * STEP_S;
    rig.run(STEP_S);
  }
  return Number.POSITIVE_INFINITY;
}

/** Whether JSON can carry a value as it is: JSON.stringify would drop undefined and turn NaN into null. */
export function isJson(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value === 'object' && Object.values(value).every(isJson);
}
