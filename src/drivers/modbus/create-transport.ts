/** Picks the wire and the framing that a link names, each for one connection. */
import { never } from '../../core/assert.ts';
import type { OwedAnswers } from './line/owed-answers.ts';
import { createLineTransport } from './line/transport.ts';
import { MbapTransport } from './mbap/transport.ts';
import { framingOf, type ModbusLink } from './schema.ts';
import type { TransactionIds } from './transaction-ids.ts';
import type { Transport, Wire } from './transport.ts';
import { createDialInWire, type DialInListeners } from './wires/dial-in.ts';
import { createSerialWire } from './wires/serial.ts';
import { createTcpWire, type TcpPath } from './wires/tcp.ts';

/** What stays of a link from one connection to the next. */
export interface LinkMemory {
  readonly path: TcpPath;
  readonly transactions: TransactionIds;
  readonly owed: OwedAnswers;
}

export function createWire(link: ModbusLink, { path }: LinkMemory, listeners: DialInListeners): Wire {
  switch (link.transport) {
    case 'tcp':
      return createTcpWire(link, path);
    case 'serial':
      return createSerialWire(link);
    case 'dial-in':
      return createDialInWire(link, listeners);
    default:
      return never(link.transport);
  }
}

/** @param wire belongs to the transport from now on */
export function createTransport(link: ModbusLink, wire: Wire, memory: LinkMemory): Transport {
  return framingOf(link) === 'mbap'
    ? new MbapTransport(wire, memory.transactions)
    : createLineTransport(link, wire, memory.owed);
}
