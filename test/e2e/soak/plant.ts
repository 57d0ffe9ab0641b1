/**
 * What is soaked: six endpoints with test patterns, one for each way in which Modbus travels (a serial port apart, whose
 * pseudo-terminals keep their own time), and the site that reads them once a second.
 */

import type { WireFaultKind } from '../../../simulators/modbus/wire-faults.ts';
import type { LinkDef } from '../../../src/config/model.ts';
import { type ModbusRig, type RigOptions, startModbusRig } from '../../support/modbus-rig.ts';
import { createTestLink, createTestModel, type TestPoint } from '../../support/model.ts';
import { freePort } from '../../support/ports.ts';

export const POLL_MS = 1_000;
export const TIMEOUT_MS = 300;
const STALE_MS = 3_500;

export interface SoakEndpoint {
  readonly id: string;
  readonly units: readonly number[];
  readonly isLine: boolean;
  readonly transport: 'tcp' | 'dial-in';
  readonly framing: 'mbap' | 'rtu' | 'ascii';
  /** Of the link, beside host and port. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Of its equipment. */
  readonly device: Readonly<Record<string, unknown>>;
  /** It never takes more connections. */
  readonly maxConnections: number | null;
  /** Faults that never strike it. */
  readonly without: readonly WireFaultKind[];
}

const base = {
  isLine: false,
  transport: 'tcp',
  framing: 'mbap',
  options: {},
  device: {},
  maxConnections: null,
  without: [],
} as const;

export const ENDPOINTS: readonly SoakEndpoint[] = [
  { ...base, id: 'tcp', units: [1, 2, 3, 4] },
  // The wrong transaction is the next one, which is another request's that is under way: nothing can tell them apart.
  { ...base, id: 'pipelined', units: [1, 2], device: { maxInFlight: 4 }, without: ['wrong-transaction'] },
  {
    ...base,
    id: 'single',
    units: [1, 2],
    options: { releaseAfterMs: 100 },
    maxConnections: 1,
    without: ['connection-limit'],
  },
  { ...base, id: 'rtu', units: [1, 2, 3, 4], isLine: true, framing: 'rtu' },
  { ...base, id: 'ascii', units: [1, 2], isLine: true, framing: 'ascii' },
  { ...base, id: 'dial-in', units: [1, 2], isLine: true, transport: 'dial-in', framing: 'rtu' },
];

/** A point and the registers that it is made of, worked out by hand. */
export interface SoakPoint {
  readonly name: string;
  readonly table: 'holding' | 'input' | 'coil' | 'discrete';
  readonly address: number;
  readonly type: 'u16' | 'i16' | 'u32';
}

/** Two requests of the same shape (holding 0–4 and 60–64) and two tables of bits: whatever can be mistaken. */
export const POINTS: readonly SoakPoint[] = [
  { name: 'a0', table: 'holding', address: 0, type: 'u16' },
  { name: 'a1', table: 'holding', address: 1, type: 'i16' },
  { name: 'a3', table: 'holding', address: 3, type: 'u32' },
  { name: 'b0', table: 'holding', address: 60, type: 'u16' },
  { name: 'b1', table: 'holding', address: 61, type: 'u16' },
  { name: 'b3', table: 'holding', address: 63, type: 'u32' },
  { name: 'c0', table: 'input', address: 0, type: 'u16' },
  { name: 'c1', table: 'input', address: 1, type: 'u16' },
  { name: 'd0', table: 'coil', address: 0, type: 'u16' },
  { name: 'd3', table: 'coil', address: 3, type: 'u16' },
  { name: 'e0', table: 'discrete', address: 0, type: 'u16' },
  { name: 'e3', table: 'discrete', address: 3, type: 'u16' },
];

export interface Running {
  readonly endpoint: SoakEndpoint;
  readonly rig: ModbusRig;
  readonly link: LinkDef;
}

/** @param before `single` takes one connection from the beginning */
export async function startEndpoint(endpoint: SoakEndpoint): Promise<Running> {
  const { id, transport, framing, units, maxConnections } = endpoint;
  const port = transport === 'dial-in' ? await freePort() : 0;
  const dialling: Partial<RigOptions> =
    transport === 'dial-in' ? { registration: id, heartbeat: { bytes: 'beat', everyMs: 700 } } : {};
  const rig = await startModbusRig({
    units: units.map((unit) => ({ unit, holding: 65, input: 2, coils: 4, discrete: 4 })),
    transport,
    framing,
    port,
    logSize: 300,
    ledgerSize: 24,
    ...dialling,
  });
  if (maxConnections !== null) rig.setFault(null, { kind: 'connection-limit', n: maxConnections });
  const where =
    transport === 'dial-in'
      ? { listen: { host: '127.0.0.1', port }, registration: { text: id }, heartbeat: { text: 'beat' } }
      : { port: rig.port };
  const options = { transport, framing, timeoutMs: TIMEOUT_MS, ...where, ...endpoint.options };
  return { endpoint, rig, link: createTestLink(id, options) };
}

export function toModel(running: readonly Running[]) {
  return createTestModel({
    links: running.map(({ link }) => link),
    equipment: running.flatMap(({ endpoint }) =>
      endpoint.units.map((unit) => ({
        id: toEquipmentId(endpoint, unit),
        link: endpoint.id,
        device: { unit, ...endpoint.device },
        points: POINTS.map(toPoint),
      })),
    ),
  });
}

export function toEquipmentId({ id }: SoakEndpoint, unit: number): string {
  return `${id}-${unit}`;
}

function toPoint({ name, table, address, type }: SoakPoint): TestPoint {
  const isBit = table === 'coil' || table === 'discrete';
  const where = { table, address, ...(!isBit && { type }) };
  return { name, pollMs: POLL_MS, staleMs: STALE_MS, type: isBit ? 'boolean' : 'number', address: where };
}
