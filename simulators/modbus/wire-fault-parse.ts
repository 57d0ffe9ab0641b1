/**
 * Reads a wire fault as a scenario or a request to the control interface writes it:
 * `{kind: late, ms: 3000, every: 5}`. Says what was expected where it is wrong, and where a fault makes no sense.
 */
import { TABLES } from '../devices/device.ts';
import type { Framing } from './framing.ts';
import {
  EXCEPTION_CODES,
  POSITIONS,
  type WireFault,
  type WireFaultKind,
  type WireFaultParameters,
} from './wire-faults.ts';

export type ParsedWireFault =
  | { readonly isGood: true; readonly fault: WireFault }
  | { readonly isGood: false; readonly expected: string };

interface Parameter {
  readonly min?: number;
  readonly max?: number;
  readonly among?: readonly (string | number)[];
  /** Without it the parameter must be there. */
  readonly byDefault?: string | number;
}

type ParametersOf<K extends WireFaultKind> = { readonly [P in keyof WireFaultParameters[K]]: Parameter };

const MS: Parameter = { min: 1, max: 600_000 };
const ADDRESS: Parameter = { min: 0, max: 0xffff };
const COUNT: Parameter = { min: 1, max: 1_000_000 };

const PARAMETERS: { readonly [K in WireFaultKind]: ParametersOf<K> } = {
  slow: { ms: MS },
  silent: {},
  exception: { code: { among: EXCEPTION_CODES } },
  'wrong-unit': {},
  'wrong-transaction': {},
  'wrong-function': {},
  'wrong-address-count': {},
  truncated: {},
  oversized: {},
  'bad-protocol': {},
  crc: {},
  unsolicited: { position: { among: POSITIONS, byDefault: 'before' } },
  late: { ms: MS },
  duplicate: {},
  split: { bytes: { min: 1, max: 256, byDefault: 1 }, ms: { min: 0, max: 10_000, byDefault: 20 } },
  'half-open': {},
  refuse: {},
  reset: {},
  'connection-limit': { n: { min: 0, max: 16 } },
  'max-registers': { n: { min: 1, max: 125 } },
  holes: { table: { among: TABLES }, from: ADDRESS, to: ADDRESS },
};

export const WIRE_FAULT_KINDS = Object.keys(PARAMETERS) as readonly WireFaultKind[];

export function isWireFaultKind(value: unknown): value is WireFaultKind {
  return WIRE_FAULT_KINDS.some((kind) => kind === value);
}

/** @param value as it came out of YAML or JSON. */
export function parseWireFault(value: unknown): ParsedWireFault {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return bad('a map with a kind');
  const fields = value as Readonly<Record<string, unknown>>;
  const { kind } = fields;
  if (!isWireFaultKind(kind)) return bad(`kind: one of ${WIRE_FAULT_KINDS.join(', ')}`);
  const own: Readonly<Record<string, Parameter>> = PARAMETERS[kind];
  const known = { ...own, every: COUNT, times: COUNT };
  const unknown = Object.keys(fields).find((name) => name !== 'kind' && !Object.hasOwn(known, name));
  if (unknown !== undefined) return bad(`nothing but kind, ${Object.keys(known).join(', ')} with ${kind}`);
  const fault: Record<string, unknown> = { kind };
  for (const [name, parameter] of Object.entries(known)) {
    const found = fields[name] ?? parameter.byDefault;
    if (found === undefined && !Object.hasOwn(own, name)) continue;
    if (!fits(found, parameter)) return bad(`${name} of ${kind}: ${toExpected(parameter)}`);
    fault[name] = found;
  }
  if (kind === 'holes' && Number(fault['from']) > Number(fault['to'])) return bad('holes: from not above to');
  return { isGood: true, fault: fault as unknown as WireFault };
}

/** Where a fault is to be set. */
export interface FaultPlace {
  readonly framing: Framing;
  readonly transport: 'tcp' | 'serial' | 'dial-in';
  /** null = the whole endpoint. */
  readonly unit: number | null;
}

const OF_CONNECTIONS: readonly WireFaultKind[] = ['half-open', 'refuse', 'connection-limit'];
const NOT_SERIAL: readonly WireFaultKind[] = ['refuse', 'reset', 'connection-limit'];
const MBAP_ONLY: readonly WireFaultKind[] = ['wrong-transaction', 'bad-protocol'];

/** What would make sense instead; null = it makes sense. */
export function toMisplacement(kind: WireFaultKind, { framing, transport, unit }: FaultPlace): string | null {
  if (OF_CONNECTIONS.includes(kind) && unit !== null) return `no unit: ${kind} is of connections`;
  if (transport === 'serial' && NOT_SERIAL.includes(kind)) return `an endpoint with connections for ${kind}`;
  if (transport === 'dial-in' && kind === 'connection-limit') return `an endpoint that listens for ${kind}`;
  if (framing !== 'mbap' && MBAP_ONLY.includes(kind)) return `framing mbap for ${kind}`;
  if (framing === 'mbap' && kind === 'crc') return 'framing rtu or ascii for crc';
  return null;
}

function bad(expected: string): ParsedWireFault {
  return { isGood: false, expected };
}

function fits(value: unknown, { min = 0, max = 0, among }: Parameter): boolean {
  if (among !== undefined) return among.some((each) => each === value);
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
}

function toExpected({ min = 0, max = 0, among }: Parameter): string {
  return among === undefined ? `a whole number ${min}–${max}` : `one of ${among.join(', ')}`;
}
