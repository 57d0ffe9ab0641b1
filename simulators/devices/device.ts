/**
 * The contract of simulated equipment: physics behind, the raw wire in front. What it looks like on the wire is
 * docs/register-maps.md; nothing here is shared with the gateway, so that no mistake can be.
 *
 * A device speaks one protocol and is of one of three shapes: it answers from a register image (Modbus), it holds
 * variables that a server shows (OPC UA), or it publishes messages when they change (MQTT).
 */

/** The four tables of Modbus. */
export const TABLES = ['coil', 'discrete', 'input', 'holding'] as const;
export type Table = (typeof TABLES)[number];

export const PROTOCOLS = ['modbus', 'opcua', 'mqtt'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export interface Text {
  readonly zh: string;
  readonly en: string;
}

export interface FaultDef {
  /** Id of the equipment or of its part. */
  readonly equipment: string;
  readonly fault: string;
  readonly text: Text;
}

/** Whether a fault is active now. */
export type HasFault = (equipment: string, fault: string) => boolean;

/** Raw values by table and address: registers 0–65535, bits 0 or 1. An address that is missing is not mapped. */
export type RegisterImage = Readonly<Record<Table, ReadonlyMap<number, number>>>;

/** A variable as an OPC UA server shows it. Booleans, Int32, Double and String are all that the maps use. */
export interface Variable {
  readonly type: 'Boolean' | 'Int32' | 'Double' | 'String';
  readonly value: boolean | number | string;
  /** Status code by its OPC UA name; default Good. */
  readonly status?: 'Good' | 'UncertainLastUsableValue' | 'BadSensorFailure' | 'BadNoCommunication';
}

/**
 * What a device wants the broker to hold. Retained: a state, sent when it changes and again every `repeatMs`. Not
 * retained with `repeatMs`: telemetry, sent at that beat only. Not retained without: sent when it changes.
 */
export interface Message {
  /** Below the device's own base topic. */
  readonly topic: string;
  /** Sent as JSON; the publisher adds `ts`, UTC ms: of the last change when retained, else of the sending. */
  readonly payload: Readonly<Record<string, unknown>>;
  readonly isRetained: boolean;
  /** null = only on change. */
  readonly repeatMs: number | null;
}

/** What an equipment gives to those downstream of it. A medium that is missing is none of its business. */
export interface Supply {
  /** Voltage is there. */
  readonly power?: boolean;
  /** Level of water above the outlet, m. */
  readonly waterM?: number;
  /** The fire panel has acted: lifts home, doors release, what it switches off is off. */
  readonly linkage?: boolean;
  /** Pressure of the water main that it owns, MPa, for those whose upstream `main` it is. */
  readonly pressureMpa?: number;
}

/** What an equipment draws from those upstream of it (power in kW, water in m³/h); what is missing draws nothing. */
export interface Demand {
  readonly powerKw?: number;
  readonly standbyKw?: number;
  /** What it pumps out of its upstream `water`, m³/h. */
  readonly waterM3h?: number;
  /** What it pumps into the main of its upstream `main`, m³/h. */
  readonly mainM3h?: number;
}

/** What reaches an equipment from upstream, as of the step before, so that the order of devices does not matter. */
export interface Surroundings {
  /** true where the scenario names no upstream. */
  readonly hasPower: boolean;
  /** Voltage at the second source; false where the scenario names no upstream. */
  readonly hasStandby: boolean;
  /** null where the scenario names no upstream. */
  readonly waterM: number | null;
  /** false where the scenario names no upstream. */
  readonly isLinkage: boolean;
  /** Pressure of the main that its upstream `main` owns, MPa; null where the scenario names no upstream. */
  readonly pressureMpa: number | null;
  /** What those downstream pumped out of it as their `water`, m³/h. */
  readonly drawnM3h: number;
  /** What those downstream pumped into its main, m³/h. */
  readonly inflowM3h: number;
  /** What those downstream drew as their power or standby, kW. */
  readonly loadKw: number;
  /** Hour of the day, 0 ≤ h < 24, in simulated time. */
  readonly hour: number;
}

export const NO_UPSTREAM: Surroundings = {
  hasPower: true,
  hasStandby: false,
  waterM: null,
  isLinkage: false,
  pressureMpa: null,
  drawnM3h: 0,
  inflowM3h: 0,
  loadKw: 0,
  hour: 9,
};

export interface DeviceOptions {
  readonly id: string;
  /** Ids of the parts, in the order of their register blocks or numbers. */
  readonly parts: readonly string[];
  readonly seed: number;
  /** Hour of the day at simulated time 0. */
  readonly startHour: number;
  /** Modbus unit; without it 1. */
  readonly unit?: number;
  /** How many addresses of each table, for models without a map of their own. */
  readonly size?: TableSizes;
}

/** Number of addresses by table; a table that is missing has none. */
export type TableSizes = Partial<Readonly<Record<Table, number>>>;

/** One running device. */
export interface Device {
  /** One fixed step of simulated time. */
  step(hasFault: HasFault, dtS: number, surroundings: Surroundings): void;
  /** Lets protections act at once after a fault has come or gone; no time passes. */
  settle(hasFault: HasFault): void;
  /** What it gives to equipment downstream; without it nothing. */
  supply?(hasFault: HasFault): Supply;
  /** What it draws from upstream; without it nothing. */
  demand?(hasFault: HasFault): Demand;
  /** Physical state as plain data, for people and tests. */
  state(): Readonly<Record<string, unknown>>;
}

/** What a device says to a write; `illegal-value` = it does not take this value, or not these values together. */
export type WriteResult = 'done' | 'illegal-address' | 'illegal-value';

export interface ModbusDevice extends Device {
  image(hasFault: HasFault): RegisterImage;
  /**
   * Takes consecutive values, all or none; acts at once. Without it the device is read only.
   * @param values registers 0–65535, bits 0 or 1
   */
  write?(table: Table, address: number, values: readonly number[]): WriteResult;
}

export interface OpcuaDevice extends Device {
  /** Key: identifier below the device's object, e.g. `CarPosition`; the same keys at all times. */
  variables(hasFault: HasFault): ReadonlyMap<string, Variable>;
}

export interface MqttDevice extends Device {
  messages(hasFault: HasFault): readonly Message[];
  /** false = it has no power or its network is gone: the connection is cut, so that the broker sends its will. */
  isConnected(hasFault: HasFault): boolean;
}

interface ModelBase {
  readonly partCount: number;
  faults(id: string, parts: readonly string[]): readonly FaultDef[];
}

export interface ModbusModel extends ModelBase {
  readonly protocol: 'modbus';
  /** Most registers that the device gives in one answer. */
  readonly maxRegisters: number;
  /** Whether a scenario says how many addresses it has. */
  readonly hasSize?: boolean;
  create(options: DeviceOptions): ModbusDevice;
}

export interface OpcuaModel extends ModelBase {
  readonly protocol: 'opcua';
  create(options: DeviceOptions): OpcuaDevice;
}

export interface MqttModel extends ModelBase {
  readonly protocol: 'mqtt';
  create(options: DeviceOptions): MqttDevice;
}

/** A row of the table in index.ts. */
export type DeviceModel = ModbusModel | OpcuaModel | MqttModel;
