/**
 * One Modbus endpoint as the rest of the simulators see it: its line (TCP, serial or dial-in), its faults, its ledger.
 * The devices behind it are the simulation's.
 */
import type { FrameLog } from '../frame-log.ts';
import { createDialIn } from './dial-in.ts';
import { FRAME_FORMS, type Framing } from './framing.ts';
import { createLedger, type Ledger } from './ledger.ts';
import type { ModbusLine, ModbusLineOptions } from './line.ts';
import type { Unit } from './respond-read.ts';
import { createSerialLine, type SerialSettings } from './serial-line.ts';
import { createModbusServer } from './server.ts';
import { toMisplacement } from './wire-fault-parse.ts';
import { createWireFaults, type WireFault, type WireFaultEntry, type WireFaultKind } from './wire-faults.ts';

/** How an endpoint is reached. */
export type Transport =
  | { readonly transport: 'tcp' }
  | ({ readonly transport: 'serial' } & SerialSettings)
  | {
      readonly transport: 'dial-in';
      readonly registration: Buffer;
      readonly heartbeat: { readonly bytes: Buffer; readonly everyMs: number } | null;
      readonly reconnectMs: number;
    };

export interface ModbusEndpointOptions {
  readonly id: string;
  readonly line: Transport;
  readonly framing: Framing;
  /** Those that are there. */
  readonly units: readonly number[];
  findUnit(unit: number): Unit | undefined;
  readonly log: FrameLog;
  /** UTC ms. */
  nowMs(): number;
}

export interface ModbusEndpoint extends Pick<ModbusLine, 'listen' | 'close'> {
  readonly units: readonly number[];
  readonly ledger: Ledger;
  /** @returns what would make sense where the fault does not; null = it is set. */
  setFault(unit: number | null, fault: WireFault): string | null;
  /** @param unit undefined = whatever the unit. @param kind undefined = whatever the kind. */
  clearFaults(unit?: number | null, kind?: WireFaultKind): void;
  faults(): readonly WireFaultEntry[];
  /** Enters all units into the ledger as they are now; nothing while it is off. */
  record(): void;
  /** Of the line and of the ledger. */
  counters(): Readonly<Record<string, number>>;
}

export function createModbusEndpoint(options: ModbusEndpointOptions): ModbusEndpoint {
  const { id, framing, units, log } = options;
  const faults = createWireFaults();
  const ledger = createLedger(() => options.nowMs());
  const line = createLine(options.line, {
    endpoint: id,
    form: FRAME_FORMS[framing],
    findUnit(number) {
      const unit = options.findUnit(number);
      return unit === undefined || !ledger.isOn() ? unit : toRecorded(number, unit, ledger);
    },
    faults,
    log,
  });
  return {
    units,
    ledger,
    listen: (port) => line.listen(port),
    close: () => line.close(),
    counters() {
      const { addresses, addressesIgnored } = ledger.counters();
      return {
        ...line.counters(),
        ledgerAddresses: addresses,
        ledgerAddressesIgnored: addressesIgnored,
      };
    },
    setFault(unit, fault) {
      const expected = toMisplacement(fault.kind, { framing, transport: options.line.transport, unit });
      if (expected !== null) return expected;
      faults.set(unit, fault);
      if (fault.kind === 'half-open' || fault.kind === 'refuse') line.strikeOpen();
      return null;
    },
    clearFaults(unit, kind) {
      faults.clear(unit, kind);
      const isOfAll = unit === undefined || unit === null;
      if (isOfAll && (kind ?? 'half-open') === 'half-open') line.revive();
    },
    faults: () => faults.list(),
    record() {
      if (!ledger.isOn()) return;
      for (const unit of units) {
        const found = options.findUnit(unit);
        if (found) ledger.record(unit, found.image);
      }
    },
  };
}

function createLine(line: Transport, options: ModbusLineOptions): ModbusLine {
  switch (line.transport) {
    case 'tcp':
      return createModbusServer(options);
    case 'serial':
      return createSerialLine({ ...options, ...line });
    case 'dial-in':
      return createDialIn({ ...options, ...line });
    default:
      return line satisfies never;
  }
}

/** Whatever is read has been entered before, writes between two rounds included. */
function toRecorded(number: number, unit: Unit, ledger: Ledger): Unit {
  return {
    get image() {
      const { image } = unit;
      ledger.record(number, image);
      return image;
    },
    maxRegisters: unit.maxRegisters,
    isWritable: unit.isWritable,
    write: (table, address, values) => unit.write(table, address, values),
  };
}
