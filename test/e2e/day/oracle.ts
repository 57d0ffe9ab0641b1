/**
 * What InfluxDB must hold, from the simulator's own words alone: each reply that went over the wire, decoded here, proved
 * by the simulator's ledger. Shares no code with the gateway and never looks into its journal.
 */
import { createHash } from 'node:crypto';
import type { LoggedFrame } from '../../../simulators/frame-log.ts';
import type { RunningInflux } from '../../support/influx.ts';
import type { ModbusRig } from '../../support/modbus-rig.ts';
import type { End } from './gateway.ts';
import { DATABASE, KIND, POINTS, UNITS } from './site.ts';

/** A value that the gateway was given. */
export interface Served {
  /** UTC ms of the machine, whatever the gateway takes for the time. */
  readonly atMs: number;
  readonly value: number;
}

/** Key: `meter-1/p0`; value: oldest first. */
export type ServedByPoint = ReadonlyMap<string, readonly Served[]>;

/** A value as InfluxDB holds it. */
export interface Stored {
  readonly stampMs: number;
  readonly value: number;
}

/** Key: `meter-1/p0`; value: in the order of the stamps. */
export type StoredByPoint = ReadonlyMap<string, readonly Stored[]>;

/** MBAP header, unit included. */
const HEAD_BYTES = 7;
const READ_HOLDING = 3;

/**
 * @param ends of the gateway: within one life a value that is served twice running is one reading (dead-band)
 * @throws Error when a frame is none that these meters answer
 */
export function toServed(frames: readonly LoggedFrame[], ends: readonly End[]): ServedByPoint {
  const served = new Map<string, Served[]>();
  for (const unit of UNITS) for (let point = 0; point < POINTS; point++) served.set(toId(unit, point), []);
  for (const { atMs, request, response } of frames) {
    if (request === '' || response === null) continue;
    const [asked, given] = [Buffer.from(request, 'hex'), Buffer.from(response, 'hex')];
    if (given[HEAD_BYTES] !== READ_HOLDING) throw new Error(`not answered: ${request} ${response}`);
    const unit = asked.readUInt8(HEAD_BYTES - 1);
    const first = asked.readUInt16BE(HEAD_BYTES + 1);
    const count = asked.readUInt16BE(HEAD_BYTES + 3);
    for (let register = first; register < first + count; register += 2) {
      const value = given.readUInt32BE(HEAD_BYTES + 2 + 2 * (register - first));
      const values = served.get(toId(unit, register / 2)) ?? [];
      if (!isRepeated(values.at(-1), { atMs, value }, ends)) values.push({ atMs, value });
    }
  }
  return served;
}

function isRepeated(last: Served | undefined, now: Served, ends: readonly End[]): boolean {
  if (last?.value !== now.value) return false;
  return !ends.some((end) => end.untilMs >= last.atMs && end.atMs <= now.atMs);
}

/** Values on the wire that no register has held; the list must be empty. */
export function findNeverHeld(rig: ModbusRig, served: ServedByPoint): readonly string[] {
  const held = (unit: number, address: number): ReadonlySet<number> =>
    new Set(rig.ledger(unit, 'holding', address).entries.map(({ value }) => value));
  return UNITS.flatMap((unit) =>
    Array.from({ length: POINTS }, (_, point) => toId(unit, point)).flatMap((id, point) => {
      const [high, low] = [held(unit, 2 * point), held(unit, 2 * point + 1)];
      return (served.get(id) ?? [])
        .filter(({ value }) => !high.has(Math.floor(value / 0x1_0000)) || !low.has(value % 0x1_0000))
        .map(({ value }) => `${id} = ${value}`);
    }),
  );
}

function toId(unit: number, point: number): string {
  return `meter-${unit}/p${point}`;
}

export interface StoredDay {
  readonly points: StoredByPoint;
  /** Tags of each series: a series that was split has more than one. */
  readonly series: readonly string[];
}

export async function readStored(influx: RunningInflux): Promise<StoredDay> {
  const points = new Map<string, Stored[]>();
  const rows = await influx.query(DATABASE, `SELECT * FROM "${KIND}" GROUP BY *`);
  for (const { tags, columns, values } of rows) {
    for (const [stampMs, ...fields] of values) {
      for (const [at, value] of fields.entries()) {
        const name = columns[at + 1] ?? '';
        if (value === null || name.endsWith('_quality')) continue;
        const id = `${tags?.['equipment']}/${name}`;
        const list = points.get(id) ?? [];
        if (list.length === 0) points.set(id, list);
        list.push({ stampMs: Number(stampMs), value: Number(value) });
      }
    }
  }
  for (const list of points.values()) list.sort((one, other) => one.stampMs - other.stampMs);
  return { points, series: rows.map(({ tags }) => JSON.stringify(tags)).toSorted() };
}

/** Count and checksum over the values of all points, in their order. */
export function summarise(points: ReadonlyMap<string, readonly { readonly value: number }[]>): string {
  const hash = createHash('sha256');
  let count = 0;
  for (const [id, values] of [...points].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    hash.update(`${id}\n`);
    for (const { value } of values) hash.update(`${value}\n`);
    count += values.length;
  }
  return `${count} × ${hash.digest('hex').slice(0, 16)}`;
}
