/**
 * A Modbus endpoint with test patterns behind it, in this process: real sockets (or a serial port), faults of the wire set
 * by a call, and a ledger that knows what every register has really held. Unlike the gateway's own tests of decoding,
 * nothing here is shared with the gateway.
 */
import { startClock } from '../../simulators/clock.ts';
import type { Table } from '../../simulators/devices/device.ts';
import { createFrameLog, type LoggedFrame } from '../../simulators/frame-log.ts';
import { createModbusEndpoint, type Transport } from '../../simulators/modbus/endpoint.ts';
import type { Framing } from '../../simulators/modbus/framing.ts';
import type { LedgerAnswer } from '../../simulators/modbus/ledger.ts';
import type { WireFault, WireFaultEntry, WireFaultKind } from '../../simulators/modbus/wire-faults.ts';
import type { DeviceDef } from '../../simulators/scenario-parts.ts';
import { createSimulation, type PinResult } from '../../simulators/simulation.ts';

/** How many addresses from 0 on show the pattern; a table that is missing has none. 10000–10007 take writes. */
export interface RigUnit {
  readonly unit: number;
  readonly holding?: number;
  readonly input?: number;
  readonly coils?: number;
  readonly discrete?: number;
}

export interface RigOptions {
  readonly units: readonly RigUnit[];
  /** Default tcp. */
  readonly transport?: 'tcp' | 'serial' | 'dial-in';
  /** Default mbap on tcp, rtu elsewhere. */
  readonly framing?: Framing;
  /** tcp: to listen on, default any free one; dial-in: to dial. */
  readonly port?: number;
  /** serial: of the port; 9600 8E1 unless `serial` says otherwise. */
  readonly path?: string;
  readonly serial?: Partial<Omit<Extract<Transport, { transport: 'serial' }>, 'transport' | 'path'>>;
  /** dial-in: default DTU0001. */
  readonly registration?: string | Buffer;
  /** dial-in: default none. */
  readonly heartbeat?: { readonly bytes: string | Buffer; readonly everyMs: number };
  /** dial-in: default 100. */
  readonly reconnectMs?: number;
  /** Times faster than life; 0 (default): patterns change only by `advance`. */
  readonly speed?: number;
  /** Frames that the log keeps, default 10000. */
  readonly logSize?: number;
  /** Values that the ledger keeps of each address, 16 bytes each, default 300; null = no ledger. */
  readonly ledgerSize?: number | null;
}

export interface ModbusRig extends AsyncDisposable {
  /** 0 on a serial port. */
  readonly port: number;
  /** @param unit null = all. @throws Error with what was expected where the fault makes no sense here. */
  setFault(unit: number | null, fault: WireFault): void;
  /** @param unit undefined = whatever the unit. @param kind undefined = whatever the kind. */
  clearFaults(unit?: number | null, kind?: WireFaultKind): void;
  faults(): readonly WireFaultEntry[];
  /** Oldest first. @param fault only frames that this kind struck. */
  log(fault?: WireFaultKind): readonly LoggedFrame[];
  /** What an address held in a span of UTC ms. @throws Error when it has never been seen. */
  ledger(unit: number, table: Table, address: number, fromMs?: number, toMs?: number): LedgerAnswer;
  /** Whether an address held the value at any moment of a span of UTC ms. */
  held(unit: number, table: Table, address: number, value: number, fromMs: number, toMs: number): boolean;
  /** What an address holds now. @throws Error when it is not mapped. */
  value(unit: number, table: Table, address: number): number;
  /** Holds a value whatever the pattern says; null lets go. */
  pin(unit: number, table: Table, address: number, value: number | null): PinResult;
  /** Simulated time passes; the patterns change every 1000 ms of it. */
  advance(simulatedMs: number): void;
  counters(): Readonly<Record<string, number>>;
  /** Cuts all connections. Idempotent. */
  close(): Promise<void>;
}

const ENDPOINT = 'rig';

/** The caller closes it, or uses `await using`. Rejects with the system's error, e.g. EADDRINUSE. */
export async function startModbusRig(options: RigOptions): Promise<ModbusRig> {
  const transport = options.transport ?? 'tcp';
  const nowMs = (): number => Date.now();
  const log = createFrameLog(nowMs, options.logSize ?? 10_000);
  const simulation = createSimulation({
    seed: 1,
    startHour: 9,
    controlPort: 0,
    endpoints: [],
    devices: options.units.map(toDevice),
    timeline: [],
    wireFaults: [],
    logSize: 1,
  });
  const endpoint = createModbusEndpoint({
    id: ENDPOINT,
    line: toLine(transport, options),
    framing: options.framing ?? (transport === 'tcp' ? 'mbap' : 'rtu'),
    units: options.units.map(({ unit }) => unit),
    findUnit: (unit) => simulation.unit(ENDPOINT, unit),
    log,
    nowMs,
  });
  endpoint.ledger.switch(options.ledgerSize === undefined ? 300 : options.ledgerSize);
  endpoint.record();
  const advance = (simulatedMs: number): void => {
    simulation.advance(simulatedMs);
    endpoint.record();
  };
  const port = await endpoint.listen(options.port ?? 0);
  const { speed = 0 } = options;
  const clock = speed > 0 ? startClock({ advance }, speed, () => performance.now()) : null;
  const close = async (): Promise<void> => {
    clock?.stop();
    await endpoint.close();
  };
  const ledger: ModbusRig['ledger'] = (unit, table, address, fromMs = 0, toMs = Infinity) => {
    const answer = endpoint.ledger.read({ unit, table, address }, fromMs, toMs);
    if (answer === null) throw new Error(`the ledger has never seen unit ${unit} ${table} ${address}`);
    return answer;
  };
  return {
    port,
    advance,
    close,
    ledger,
    [Symbol.asyncDispose]: close,
    faults: () => endpoint.faults(),
    counters: () => endpoint.counters(),
    setFault(unit, fault) {
      const expected = endpoint.setFault(unit, fault);
      if (expected !== null) throw new Error(`${fault.kind}: expected ${expected}`);
    },
    clearFaults: (unit, kind) => endpoint.clearFaults(unit, kind),
    log: (fault) =>
      log
        .list()
        .filter(isFrame)
        .filter((entry) => hasFault(entry, fault)),
    held: (unit, table, address, value, fromMs, toMs) =>
      ledger(unit, table, address, fromMs, toMs).entries.some((entry) => entry.value === value),
    value(unit, table, address) {
      const found = simulation.unit(ENDPOINT, unit)?.image[table].get(address);
      if (found === undefined) throw new Error(`unit ${unit} has no ${table} ${address}`);
      return found;
    },
    pin: (unit, table, address, value) => simulation.pin(toId(unit), table, address, value),
  };
}

function toId(unit: number): string {
  return `unit-${unit}`;
}

function toDevice({ unit, holding = 0, input = 0, coils = 0, discrete = 0 }: RigUnit): DeviceDef {
  return {
    id: toId(unit),
    model: 'test-pattern',
    endpoint: ENDPOINT,
    unit,
    parts: [],
    size: { holding, input, coil: coils, discrete },
    upstream: {},
  };
}

function toLine(transport: 'tcp' | 'serial' | 'dial-in', options: RigOptions): Transport {
  const { registration = 'DTU0001', heartbeat } = options;
  switch (transport) {
    case 'tcp':
      return { transport };
    case 'serial':
      return {
        transport,
        path: options.path ?? '',
        baudRate: 9_600,
        parity: 'even',
        dataBits: 8,
        stopBits: 1,
        ...options.serial,
      };
    case 'dial-in':
      return {
        transport,
        registration: Buffer.from(registration),
        heartbeat:
          heartbeat === undefined
            ? null
            : { bytes: Buffer.from(heartbeat.bytes), everyMs: heartbeat.everyMs },
        reconnectMs: options.reconnectMs ?? 100,
      };
    default:
      return transport satisfies never;
  }
}

function isFrame(entry: object): entry is LoggedFrame {
  return 'request' in entry;
}

function hasFault({ fault }: LoggedFrame, kind: WireFaultKind | undefined): boolean {
  return kind === undefined || fault?.split('+').includes(kind) === true;
}
