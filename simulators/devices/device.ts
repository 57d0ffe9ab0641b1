/**
 * The contract of simulated equipment: physics behind, raw registers in front. What it looks like on the wire is
 * docs/register-maps.md; nothing here is shared with the gateway, so that no mistake can be.
 */

/** The four tables of Modbus. */
export const TABLES = ['coil', 'discrete', 'input', 'holding'] as const;
export type Table = (typeof TABLES)[number];

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

export interface DeviceOptions {
  readonly id: string;
  /** Ids of the parts, in the order of their register blocks. */
  readonly parts: readonly string[];
  readonly seed: number;
  /** Hour of the day at simulated time 0. */
  readonly startHour: number;
}

/** One running device. */
export interface Device {
  /** One fixed step of simulated time. */
  step(hasFault: HasFault, dtS: number): void;
  /** Lets protections act at once after a fault has come or gone; no time passes. */
  settle(hasFault: HasFault): void;
  image(hasFault: HasFault): RegisterImage;
  /** Physical state as plain data, for people and tests. */
  state(): Readonly<Record<string, unknown>>;
}

/** A row of the table in index.ts. */
export interface DeviceModel {
  readonly partCount: number;
  /** Most registers that the device gives in one answer. */
  readonly maxRegisters: number;
  faults(id: string, parts: readonly string[]): readonly FaultDef[];
  create(options: DeviceOptions): Device;
}
