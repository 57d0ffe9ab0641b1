/**
 * The running plant of a scenario: all devices in fixed steps of simulated time, what they give each other, their
 * faults and the timeline. Knows no wall clock, no sockets: clock.ts drives it; modbus/, opcua/, mqtt/ and control/
 * show it.
 */
import type {
  FaultDef,
  HasFault,
  Message,
  RegisterImage,
  Supply,
  Table,
  Variable,
  WriteResult,
} from './devices/device.ts';
import {
  createPlant,
  type ModbusPlant,
  type MqttPlant,
  type OpcuaPlant,
  type Plant,
  pinRegister,
  pinVariable,
  toDraws,
  toRegisters,
  toSurroundings,
  toVariables,
} from './plant.ts';
import type { Scenario } from './scenario.ts';

/** Simulated time of one step; the physics is stable up to five times that. */
export const STEP_MS = 100;
const HOUR_MS = 3_600_000;

export interface ActiveFault extends FaultDef {
  readonly isActive: boolean;
}

/** What a Modbus server needs of one unit. */
export interface Unit {
  /** As it is at this moment. */
  readonly image: RegisterImage;
  readonly maxRegisters: number;
  /** Otherwise the device knows no function that writes. */
  readonly isWritable: boolean;
  /** All or nothing; acts at once. */
  write(table: Table, address: number, values: readonly number[]): WriteResult;
}

/** What an OPC UA server needs of one device. */
export interface OpcuaObject {
  readonly id: string;
  /** Key: name below the object. */
  readonly variables: ReadonlyMap<string, Variable>;
}

/** What an MQTT client needs of its device. */
export interface MqttObject {
  readonly id: string;
  readonly isConnected: boolean;
  readonly messages: readonly Message[];
}

export interface Simulation {
  /** Lets simulated time pass in whole steps; the rest is kept for the next call. */
  advance(simulatedMs: number): void;
  faults(): readonly ActiveFault[];
  /** Begins or ends a fault; its protections act at once. @returns false when there is no such fault. */
  setFault(equipment: string, fault: string, isActive: boolean): boolean;
  /** undefined when no such unit is on that endpoint; else the same object at every call. */
  unit(endpoint: string, unit: number): Unit | undefined;
  /** The devices of an OPC UA endpoint, in the order of the scenario. */
  objects(endpoint: string): readonly OpcuaObject[];
  /** The devices of an MQTT endpoint, in the order of the scenario. */
  clients(endpoint: string): readonly MqttObject[];
  /**
   * Holds one raw value whatever the physics says; null lets go.
   * @param equipment id of a device or of a part; the address is the device's in either case
   */
  pin(equipment: string, table: Table, address: number, value: number | null): PinResult;
  /** The same for a variable of an OPC UA device, which may also change its type: servers do that. */
  pinVariable(equipment: string, name: string, pinned: Variable | null): PinResult;
  /** Type of a variable as its device declares it; undefined = no such variable. */
  variableType(equipment: string, name: string): Variable['type'] | undefined;
  state(): Readonly<Record<string, unknown>>;
}

export type PinResult = 'done' | 'unknown-equipment' | 'unknown-register' | 'unknown-variable';

/** @param seed overrides the scenario's. */
export function createSimulation(scenario: Scenario, seed: number = scenario.seed): Simulation {
  const plants = scenario.devices.map((def) => createPlant(def, seed, scenario.startHour));
  const known = plants.flatMap(({ faults }) => faults);
  /** Keys `equipment/fault` of the active faults. */
  const active = new Set<string>();
  const hasFault = (equipment: string, fault: string): boolean =>
    active.size > 0 && active.has(`${equipment}/${fault}`);
  const timeline = [...scenario.timeline];
  let timeMs = 0;
  let restMs = 0;

  const setFault = (equipment: string, fault: string, isActive: boolean): boolean => {
    if (!known.some((each) => each.equipment === equipment && each.fault === fault)) return false;
    if (isActive) active.add(`${equipment}/${fault}`);
    else active.delete(`${equipment}/${fault}`);
    for (const plant of plants) {
      plant.device.settle(hasFault);
      if (plant.protocol === 'modbus') plant.image = null;
    }
    return true;
  };
  const step = (): void => {
    timeMs += STEP_MS;
    while (timeline[0] !== undefined && timeline[0].afterMs <= timeMs) {
      const entry = timeline.shift();
      if (entry) setFault(entry.equipment, entry.fault, entry.action === 'inject');
    }
    stepPlants(plants, hasFault, (scenario.startHour + timeMs / HOUR_MS) % 24);
  };
  return {
    advance(simulatedMs) {
      restMs += simulatedMs;
      for (; restMs >= STEP_MS; restMs -= STEP_MS) step();
    },
    faults: () => known.map((each) => ({ ...each, isActive: hasFault(each.equipment, each.fault) })),
    setFault,
    ...createWires(plants, hasFault),
    ...createPins(plants, hasFault),
    state: () => ({
      timeMs,
      activeFaults: [...active],
      devices: Object.fromEntries(plants.map(({ def, device }) => [def.id, device.state()])),
    }),
  };
}

/** Everybody sees what the others gave in the step before, so that the order of the devices does not matter. */
function stepPlants(plants: readonly Plant[], hasFault: HasFault, hour: number): void {
  const supplies = new Map<string, Supply>(plants.map(({ def, supply }) => [def.id, supply]));
  const draws = toDraws(plants, hasFault);
  for (const plant of plants) {
    const surroundings = toSurroundings(plant.def, supplies, draws, hour);
    plant.device.step(hasFault, STEP_MS / 1000, surroundings);
    plant.supply = plant.device.supply?.(hasFault) ?? {};
    if (plant.protocol === 'modbus') plant.image = null;
  }
}

function createWires(
  plants: readonly Plant[],
  hasFault: HasFault,
): Pick<Simulation, 'unit' | 'objects' | 'clients'> {
  /** Key: `endpoint unit`. */
  const units = new Map(
    plants
      .filter(isModbus)
      .map((plant) => [`${plant.def.endpoint} ${plant.def.unit}`, toUnit(plant, hasFault)]),
  );
  const opcua = plants.filter(isOpcua);
  const mqtt = plants.filter(isMqtt);
  return {
    unit: (endpoint, unit) => units.get(`${endpoint} ${unit}`),
    objects: (endpoint) =>
      opcua
        .filter(({ def }) => def.endpoint === endpoint)
        .map((plant) => ({ id: plant.def.id, variables: toVariables(plant, hasFault) })),
    clients: (endpoint) =>
      mqtt
        .filter(({ def }) => def.endpoint === endpoint)
        .map(({ def, device }) => ({
          id: def.id,
          isConnected: device.isConnected(hasFault),
          messages: device.messages(hasFault),
        })),
  };
}

function toUnit(plant: ModbusPlant, hasFault: HasFault): Unit {
  const { device, model } = plant;
  return {
    get image() {
      return toRegisters(plant, hasFault);
    },
    maxRegisters: model.maxRegisters,
    isWritable: device.write !== undefined,
    write(table, address, values) {
      plant.image = null;
      return device.write?.(table, address, values) ?? 'illegal-address';
    },
  };
}

function createPins(
  plants: readonly Plant[],
  hasFault: HasFault,
): Pick<Simulation, 'pin' | 'pinVariable' | 'variableType'> {
  const find = (equipment: string): Plant | undefined =>
    plants.find(({ def }) => def.id === equipment || def.parts.includes(equipment));
  return {
    pin(equipment, table, address, value) {
      const plant = find(equipment);
      if (!plant) return 'unknown-equipment';
      const isDone = plant.protocol === 'modbus' && pinRegister(plant, hasFault, { table, address, value });
      return isDone ? 'done' : 'unknown-register';
    },
    pinVariable(equipment, name, pinned) {
      const plant = find(equipment);
      if (!plant) return 'unknown-equipment';
      const isDone = plant.protocol === 'opcua' && pinVariable(plant, hasFault, name, pinned);
      return isDone ? 'done' : 'unknown-variable';
    },
    variableType(equipment, name) {
      const plant = find(equipment);
      return plant?.protocol === 'opcua' ? plant.device.variables(hasFault).get(name)?.type : undefined;
    },
  };
}

function isModbus(plant: Plant): plant is ModbusPlant {
  return plant.protocol === 'modbus';
}

function isOpcua(plant: Plant): plant is OpcuaPlant {
  return plant.protocol === 'opcua';
}

function isMqtt(plant: Plant): plant is MqttPlant {
  return plant.protocol === 'mqtt';
}
