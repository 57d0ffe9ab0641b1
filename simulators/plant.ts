/**
 * One device of a scenario with what a tester holds fast on its wire. A plant is of the shape that its model's
 * protocol asks for. Time, faults and what plants give each other are simulation.ts.
 */
import type {
  Device,
  FaultDef,
  HasFault,
  ModbusDevice,
  ModbusModel,
  MqttDevice,
  OpcuaDevice,
  RegisterImage,
  Supply,
  Surroundings,
  Table,
  Variable,
} from './devices/device.ts';
import { NO_UPSTREAM } from './devices/device.ts';
import { DEVICE_MODELS } from './devices/index.ts';
import { deriveSeed } from './physics/noise.ts';
import type { DeviceDef } from './scenario-parts.ts';

interface PlantBase {
  readonly def: DeviceDef;
  readonly faults: readonly FaultDef[];
  readonly device: Device;
  /** Of the step before. */
  supply: Supply;
}

export interface ModbusPlant extends PlantBase {
  readonly protocol: 'modbus';
  readonly device: ModbusDevice;
  readonly model: ModbusModel;
  /** Key: `table/address`. */
  readonly pins: Map<string, RegisterPin>;
  /** Made on demand, dropped when anything changes. */
  image: RegisterImage | null;
}

export interface OpcuaPlant extends PlantBase {
  readonly protocol: 'opcua';
  readonly device: OpcuaDevice;
  /** Key: name of the variable. */
  readonly pins: Map<string, Variable>;
}

export interface MqttPlant extends PlantBase {
  readonly protocol: 'mqtt';
  readonly device: MqttDevice;
}

export type Plant = ModbusPlant | OpcuaPlant | MqttPlant;

interface RegisterPin {
  readonly table: Table;
  readonly address: number;
  readonly value: number;
}

const NO_FAULT: HasFault = () => false;

/** @param seed of the whole scenario. */
export function createPlant(def: DeviceDef, seed: number, startHour: number): Plant {
  const model = DEVICE_MODELS.get(def.model);
  if (!model) throw new Error(`model ${def.model} was checked when the scenario was read`);
  const options = {
    id: def.id,
    parts: def.parts,
    seed: deriveSeed(seed, def.id),
    startHour,
    ...(def.unit === null ? {} : { unit: def.unit }),
    ...(def.size === undefined ? {} : { size: def.size }),
  };
  const faults = model.faults(def.id, def.parts);
  const base = (device: Device) => ({ def, faults, supply: device.supply?.(NO_FAULT) ?? {} });
  switch (model.protocol) {
    case 'modbus': {
      const device = model.create(options);
      return { ...base(device), protocol: 'modbus', model, device, pins: new Map(), image: null };
    }
    case 'opcua': {
      const device = model.create(options);
      return { ...base(device), protocol: 'opcua', device, pins: new Map() };
    }
    case 'mqtt': {
      const device = model.create(options);
      return { ...base(device), protocol: 'mqtt', device };
    }
    default:
      return model satisfies never;
  }
}

/** The registers of a device with what is pinned; kept until `plant.image` is dropped. */
export function toRegisters(plant: ModbusPlant, hasFault: HasFault): RegisterImage {
  plant.image ??= applyPins(plant.device.image(hasFault), plant);
  return plant.image;
}

/** The variables of a device with what is pinned. */
export function toVariables(plant: OpcuaPlant, hasFault: HasFault): ReadonlyMap<string, Variable> {
  const variables = plant.device.variables(hasFault);
  return plant.pins.size === 0 ? variables : new Map([...variables, ...plant.pins]);
}

/** @returns false when the register is not mapped. */
export function pinRegister(
  plant: ModbusPlant,
  hasFault: HasFault,
  pin: { readonly table: Table; readonly address: number; readonly value: number | null },
): boolean {
  const { table, address, value } = pin;
  if (!plant.device.image(hasFault)[table].has(address)) return false;
  if (value === null) plant.pins.delete(`${table}/${address}`);
  else plant.pins.set(`${table}/${address}`, { table, address, value });
  plant.image = null;
  return true;
}

/** @returns false when the device has no such variable. */
export function pinVariable(
  plant: OpcuaPlant,
  hasFault: HasFault,
  name: string,
  pinned: Variable | null,
): boolean {
  if (!plant.device.variables(hasFault).has(name)) return false;
  if (pinned === null) plant.pins.delete(name);
  else plant.pins.set(name, pinned);
  return true;
}

/** What those downstream of a device took from it or put into it in the step before. */
export type Draws = Pick<Surroundings, 'loadKw' | 'drawnM3h' | 'inflowM3h'>;

const NO_DRAWS: Draws = { loadKw: 0, drawnM3h: 0, inflowM3h: 0 };

/** What reaches a device, from what the others gave and drew in the step before. Keys: device ids. */
export function toSurroundings(
  { id, upstream }: DeviceDef,
  supplies: ReadonlyMap<string, Supply>,
  draws: ReadonlyMap<string, Draws>,
  hour: number,
): Surroundings {
  const of = (source: string | undefined): Supply | undefined =>
    source === undefined ? undefined : supplies.get(source);
  return {
    ...NO_UPSTREAM,
    ...(draws.get(id) ?? NO_DRAWS),
    hasPower: upstream.power === undefined || of(upstream.power)?.power === true,
    hasStandby: of(upstream.standby)?.power === true,
    waterM: of(upstream.water)?.waterM ?? null,
    pressureMpa: of(upstream.main)?.pressureMpa ?? null,
    isLinkage: of(upstream.linkage)?.linkage === true,
    hour,
  };
}

/** What each device's downstream draws from it, by id. */
export function toDraws(plants: readonly Plant[], hasFault: HasFault): ReadonlyMap<string, Draws> {
  const draws = new Map<string, Draws>();
  const add = (id: string | undefined, key: keyof Draws, amount: number | undefined): void => {
    if (id === undefined || amount === undefined) return;
    const before = draws.get(id) ?? NO_DRAWS;
    draws.set(id, { ...before, [key]: before[key] + amount });
  };
  for (const { def, device } of plants) {
    const demand = device.demand?.(hasFault);
    add(def.upstream.power, 'loadKw', demand?.powerKw);
    add(def.upstream.standby, 'loadKw', demand?.standbyKw);
    add(def.upstream.water, 'drawnM3h', demand?.waterM3h);
    add(def.upstream.main, 'inflowM3h', demand?.mainM3h);
  }
  return draws;
}

function applyPins(image: RegisterImage, plant: ModbusPlant): RegisterImage {
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
