/**
 * The running plant of a scenario: all devices in fixed steps of simulated time, their faults, the timeline, and
 * values pinned by a tester. Knows no wall clock, no sockets: clock.ts drives it, modbus/ and control/ show it.
 */
import type { Device, DeviceModel, FaultDef, RegisterImage, Table } from './devices/device.ts';
import { DEVICE_MODELS } from './devices/index.ts';
import { deriveSeed } from './physics/noise.ts';
import type { DeviceDef, Scenario } from './scenario.ts';

/** Simulated time of one step; the physics is stable up to five times that. */
export const STEP_MS = 100;

export interface ActiveFault extends FaultDef {
  readonly isActive: boolean;
}

/** What a Modbus server needs of one unit. */
export interface Unit {
  readonly image: RegisterImage;
  readonly maxRegisters: number;
}

export interface Simulation {
  /** Lets simulated time pass in whole steps; the rest is kept for the next call. */
  advance(simulatedMs: number): void;
  faults(): readonly ActiveFault[];
  /** Begins or ends a fault; its protections act at once. @returns false when there is no such fault. */
  setFault(equipment: string, fault: string, isActive: boolean): boolean;
  /** undefined when no such unit is on that endpoint. */
  unit(endpoint: string, unit: number): Unit | undefined;
  /**
   * Holds one raw value whatever the physics says; null lets go.
   * @param equipment id of a device or of a part; the address is the device's in either case
   */
  pin(equipment: string, table: Table, address: number, value: number | null): PinResult;
  state(): Readonly<Record<string, unknown>>;
}

export type PinResult = 'done' | 'unknown-equipment' | 'unknown-register';

interface Plant {
  readonly def: DeviceDef;
  readonly model: DeviceModel;
  readonly device: Device;
  /** Key: `table/address`. */
  readonly pins: Map<string, { readonly table: Table; readonly address: number; readonly value: number }>;
  /** Made on demand, dropped when anything changes. */
  image: RegisterImage | null;
}

/** @param seed overrides the scenario's. */
export function createSimulation(scenario: Scenario, seed: number = scenario.seed): Simulation {
  const plants = scenario.devices.map((def) => createPlant(def, seed, scenario.startHour));
  const known = plants.flatMap(({ def, model }) => model.faults(def.id, def.parts));
  /** Keys `equipment/fault` of the active faults. */
  const active = new Set<string>();
  const hasFault = (equipment: string, fault: string): boolean => active.has(`${equipment}/${fault}`);
  const timeline = [...scenario.timeline];
  let timeMs = 0;
  let restMs = 0;

  const setFault = (equipment: string, fault: string, isActive: boolean): boolean => {
    if (!known.some((each) => each.equipment === equipment && each.fault === fault)) return false;
    if (isActive) active.add(`${equipment}/${fault}`);
    else active.delete(`${equipment}/${fault}`);
    for (const plant of plants) {
      plant.device.settle(hasFault);
      plant.image = null;
    }
    return true;
  };
  const step = (): void => {
    timeMs += STEP_MS;
    while (timeline[0] !== undefined && timeline[0].afterMs <= timeMs) {
      const entry = timeline.shift();
      if (entry) setFault(entry.equipment, entry.fault, entry.action === 'inject');
    }
    for (const plant of plants) {
      plant.device.step(hasFault, STEP_MS / 1000);
      plant.image = null;
    }
  };
  return {
    advance(simulatedMs) {
      restMs += simulatedMs;
      for (; restMs >= STEP_MS; restMs -= STEP_MS) step();
    },
    faults: () => known.map((each) => ({ ...each, isActive: hasFault(each.equipment, each.fault) })),
    setFault,
    unit(endpoint, unit) {
      const plant = plants.find(({ def }) => def.endpoint === endpoint && def.unit === unit);
      if (!plant) return undefined;
      plant.image ??= applyPins(plant.device.image(hasFault), plant);
      return { image: plant.image, maxRegisters: plant.model.maxRegisters };
    },
    pin(equipment, table, address, value) {
      const plant = plants.find(({ def }) => def.id === equipment || def.parts.includes(equipment));
      return plant
        ? setPin(plant, plant.device.image(hasFault), { table, address, value })
        : 'unknown-equipment';
    },
    state: () => ({
      timeMs,
      activeFaults: [...active],
      devices: Object.fromEntries(plants.map(({ def, device }) => [def.id, device.state()])),
    }),
  };
}

function createPlant(def: DeviceDef, seed: number, startHour: number): Plant {
  const model = DEVICE_MODELS.get(def.model);
  if (!model) throw new Error(`model ${def.model} was checked when the scenario was read`);
  const device = model.create({ id: def.id, parts: def.parts, seed: deriveSeed(seed, def.id), startHour });
  return { def, model, device, pins: new Map(), image: null };
}

function applyPins(image: RegisterImage, plant: Plant): RegisterImage {
  if (plant.pins.size === 0) return image;
  const pinned: Record<Table, Map<number, number>> = {
    coil: new Map(image.coil),
    discrete: new Map(image.discrete),
    input: new Map(image.input),
    holding: new Map(image.holding),
  };
  for (const { table, address, value } of plant.pins.values()) pinned[table].set(address, value);
  return pinned;
}

function setPin(
  plant: Plant,
  image: RegisterImage,
  pin: { readonly table: Table; readonly address: number; readonly value: number | null },
): PinResult {
  const { table, address, value } = pin;
  if (!image[table].has(address)) return 'unknown-register';
  if (value === null) plant.pins.delete(`${table}/${address}`);
  else plant.pins.set(`${table}/${address}`, { table, address, value });
  plant.image = null;
  return 'done';
}
