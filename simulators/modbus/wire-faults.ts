/**
 * What goes wrong on the wire of one Modbus endpoint: which faults are set, and what they do to each request and each
 * connection. Decides only; how it is done to the bytes is spoil.ts, to a stream conversation.ts, to connections
 * server.ts. What they look like in a scenario or over HTTP is wire-fault-parse.ts.
 */
import type { Table } from '../devices/device.ts';
import { isBitTable, type Span } from './request.ts';

/** Code of an exception; the meaning is in Modbus Application Protocol V1.1b3, §7. */
export const EXCEPTION_CODES = [1, 2, 3, 4, 5, 6, 0x0a, 0x0b] as const;
export const POSITIONS = ['before', 'after', 'both'] as const;

/** What a kind says beside itself. Times in ms. */
export interface WireFaultParameters {
  /** The device takes so long for every answer; what is asked meanwhile waits. */
  readonly slow: { readonly ms: number };
  /** The request is neither carried out nor answered. */
  readonly silent: object;
  readonly exception: { readonly code: (typeof EXCEPTION_CODES)[number] };
  /** The answer names the next unit. */
  readonly 'wrong-unit': object;
  readonly 'wrong-transaction': object;
  /** The answer names the function of the sister table: 3 for 4, 1 for 2, 5 for 6 and so on. */
  readonly 'wrong-function': object;
  /** Reads: the byte count promises two bytes more than there are. Writes: the address is the next one. */
  readonly 'wrong-address-count': object;
  /** The frame ends early; what follows is the next frame. */
  readonly truncated: object;
  /** The frame is longer than any frame may be, and says so where it can. */
  readonly oversized: object;
  readonly 'bad-protocol': object;
  readonly crc: object;
  /** A frame that nobody asked for: another unit and transaction, all data 0xDEAD. */
  readonly unsolicited: { readonly position: (typeof POSITIONS)[number] };
  /** Carried out at once, answered after so long; others are answered meanwhile. */
  readonly late: { readonly ms: number };
  readonly duplicate: object;
  /** Pieces of so many bytes, a pause between them. */
  readonly split: { readonly bytes: number; readonly ms: number };
  /**
   * Connections stay, but nothing is read or answered any more; new ones are taken and mute too. When it ends by
   * `times`, those that it has struck stay mute; when it is cleared, they are reset.
   */
  readonly 'half-open': object;
  /** Every connection is closed at once. */
  readonly refuse: object;
  /** The connection is reset instead of an answer. */
  readonly reset: object;
  /** Connections beyond so many are closed at once. */
  readonly 'connection-limit': { readonly n: number };
  /** Exception 3 for more registers at once. */
  readonly 'max-registers': { readonly n: number };
  /** Exception 2 for every request that touches the range. */
  readonly holes: { readonly table: Table; readonly from: number; readonly to: number };
}

export type WireFaultKind = keyof WireFaultParameters;

/** `every`: only each n-th occasion; `times`: after so many it has ended. */
interface Repeat {
  readonly every?: number;
  readonly times?: number;
}

export type FaultOf<K extends WireFaultKind> = { readonly kind: K } & WireFaultParameters[K] & Repeat;
export type WireFault = { readonly [K in WireFaultKind]: FaultOf<K> }[WireFaultKind];

export interface WireFaultEntry {
  /** null = all units of the endpoint. */
  readonly unit: number | null;
  readonly fault: WireFault;
  /** How often it has struck. */
  readonly hits: number;
}

/** The faults that strike one request, in the order in which they were asked. */
export interface Decision {
  readonly kinds: readonly WireFaultKind[];
  get<K extends WireFaultKind>(kind: K): FaultOf<K> | undefined;
}

export interface WireFaults {
  /** Begins anew where unit and kind are set already. @param unit null = all units. */
  set(unit: number | null, fault: WireFault): void;
  /** @param unit undefined = whatever the unit. @param kind undefined = whatever the kind. */
  clear(unit?: number | null, kind?: WireFaultKind): void;
  list(): readonly WireFaultEntry[];
  /** Counts the request. A fault of the unit goes before the same kind of the whole endpoint. */
  decide(unit: number, spans: readonly Span[]): Decision;
  /** Counts the connection. @param open connections that are there already. */
  decideConnection(open: number): ConnectionFault | null;
  /** Counts a connection that is there already. */
  decideOpenConnection(): ConnectionFault | null;
}

export type ConnectionFault = 'refuse' | 'connection-limit' | 'half-open';

interface Active {
  readonly unit: number | null;
  readonly fault: WireFault;
  seen: number;
  hits: number;
}

/** Without an answer the rest does not matter. */
const ENDING = ['reset', 'silent'] as const;
const SPOILING = [
  'wrong-unit',
  'wrong-transaction',
  'wrong-function',
  'wrong-address-count',
  'bad-protocol',
  'oversized',
  'crc',
  'truncated',
  'duplicate',
  'unsolicited',
  'split',
] as const;

const NOTHING: Decision = { kinds: [], get: () => undefined };

export function createWireFaults(): WireFaults {
  /** Key: `unit kind`, `all` for the whole endpoint. */
  const active = new Map<string, Active>();
  const toKey = (unit: number | null, kind: WireFaultKind): string => `${unit ?? 'all'} ${kind}`;
  const strike = (unit: number | null, kind: WireFaultKind, isMet: IsMet = always): WireFault | null => {
    const own = unit === null ? undefined : active.get(toKey(unit, kind));
    const found = own ?? active.get(toKey(null, kind));
    if (found === undefined || !isMet(found.fault) || !isDue(found)) return null;
    if (found.hits === found.fault.times) active.delete(toKey(found.unit, kind));
    return found.fault;
  };
  return {
    set: (unit, fault) => void active.set(toKey(unit, fault.kind), { unit, fault, seen: 0, hits: 0 }),
    clear(unit, kind) {
      for (const [key, each] of active) {
        const isMeant =
          (unit === undefined || each.unit === unit) && (kind ?? each.fault.kind) === each.fault.kind;
        if (isMeant) active.delete(key);
      }
    },
    list: () => Array.from(active.values(), ({ unit, fault, hits }) => ({ unit, fault, hits })),
    decide: (unit, spans) =>
      active.size === 0 ? NOTHING : decide((kind, isMet) => strike(unit, kind, isMet), spans),
    decideConnection(open) {
      if (active.size === 0) return null;
      if (strike(null, 'refuse')) return 'refuse';
      if (strike(null, 'connection-limit', (fault) => fault.kind === 'connection-limit' && open >= fault.n)) {
        return 'connection-limit';
      }
      return strike(null, 'half-open') ? 'half-open' : null;
    },
    decideOpenConnection() {
      if (strike(null, 'refuse')) return 'refuse';
      return strike(null, 'half-open') ? 'half-open' : null;
    },
  };
}

type IsMet = (fault: WireFault) => boolean;
type Strike = (kind: WireFaultKind, isMet?: IsMet) => WireFault | null;

const always: IsMet = () => true;

/** Counts an occasion. */
function isDue(each: Active): boolean {
  each.seen++;
  if (each.seen % (each.fault.every ?? 1) !== 0) return false;
  each.hits++;
  return true;
}

function decide(strike: Strike, spans: readonly Span[]): Decision {
  const struck = new Map<WireFaultKind, WireFault>();
  const ask = (kind: WireFaultKind, isMet?: IsMet): boolean => {
    const fault = strike(kind, isMet);
    if (fault !== null) struck.set(kind, fault);
    return fault !== null;
  };
  if (!ENDING.some((kind) => ask(kind))) {
    for (const kind of ['slow', 'late'] as const) ask(kind);
    // One exception at most: the device's own habits go before.
    const isRefused = ask('holes', (fault) => spans.some((span) => touches(fault, span)));
    if (!isRefused && !ask('max-registers', (fault) => spans.some((span) => exceeds(fault, span)))) {
      ask('exception');
    }
    for (const kind of SPOILING) ask(kind);
  }
  return {
    kinds: [...struck.keys()],
    get: <K extends WireFaultKind>(kind: K) => struck.get(kind) as FaultOf<K> | undefined,
  };
}

function touches(fault: WireFault, { table, address, count }: Span): boolean {
  if (fault.kind !== 'holes' || fault.table !== table) return false;
  return address <= fault.to && address + count > fault.from;
}

function exceeds(fault: WireFault, { table, count }: Span): boolean {
  return fault.kind === 'max-registers' && !isBitTable(table) && count > fault.n;
}
