/**
 * A Modbus endpoint on a serial port, one bus with all its units. Opens the port again when it has gone (an adapter that
 * was pulled out). What is said on the bus is conversation.ts.
 */
import { realpathSync } from 'node:fs';
import type { SerialPort } from 'serialport';
import { type Conversation, createConversation } from './conversation.ts';
import { createCounters, type ModbusLine, type ModbusLineOptions } from './line.ts';

export interface SerialSettings {
  readonly path: string;
  readonly baudRate: number;
  readonly parity: 'none' | 'even' | 'odd';
  readonly dataBits: 7 | 8;
  readonly stopBits: 1 | 2;
}

/** From a lost port to the next attempt to open it, ms. */
const REOPEN_MS = 500;
/**
 * How often is looked whether the name still leads to the open port, ms. The library does not always report a loss: a port
 * that has gone may give 0 bytes for ever, and the library then reads in a circle (seen in one of ten pulls).
 */
const WATCH_MS = 500;

/** `listen` rejects with the system's words when the port cannot be opened the first time. */
export function createSerialLine(options: ModbusLineOptions & SerialSettings): ModbusLine {
  const { path, baudRate, parity, dataBits, stopBits, faults, log, endpoint } = options;
  const counters = createCounters();
  let port: SerialPort | null = null;
  let conversation: Conversation | null = null;
  let isClosed = false;
  let timer: NodeJS.Timeout | null = null;

  const mute = (): void => {
    counters.faultsStruck++;
    log.add(endpoint, new Uint8Array(0), null, ['half-open']);
    conversation?.end();
    conversation = null;
  };
  const converse = (on: SerialPort): void => {
    conversation = createConversation(toStream(on), options, counters);
  };
  const lose = (): void => {
    conversation?.end();
    conversation = null;
    port = null;
    if (isClosed) return;
    timer = setTimeout(() => {
      open().catch(() => {
        counters.connectionsFailed++;
        lose();
      });
    }, REOPEN_MS);
  };
  const open = async (): Promise<void> => {
    const { SerialPort } = await import('serialport');
    const target = findTarget(path);
    const opened = new SerialPort({ path, baudRate, parity, dataBits, stopBits, autoOpen: false });
    opened.on('error', () => {});
    await new Promise<void>((resolve, reject) => {
      opened.open((error) => (error ? reject(error) : resolve()));
    });
    counters.connectionsMade++;
    port = opened;
    if (isClosed) {
      opened.close(() => {});
      return;
    }
    opened.on('close', lose);
    closeWhenGone(opened, () => findTarget(path) !== target);
    opened.on('data', (segment: Buffer) => conversation?.receive(segment));
    if (faults.decideConnection(0) === null) converse(opened);
    else mute();
  };
  return {
    async listen() {
      await open();
      return 0;
    },
    strikeOpen() {
      if (conversation !== null && faults.decideOpenConnection() !== null) mute();
    },
    revive() {
      if (port !== null && conversation === null) converse(port);
    },
    async close() {
      isClosed = true;
      if (timer !== null) clearTimeout(timer);
      conversation?.end();
      const closing = port;
      if (closing?.isOpen) await new Promise<void>((resolve) => closing.close(() => resolve()));
    },
    counters: () => ({ ...counters }),
  };
}

function closeWhenGone(port: SerialPort, isGone: () => boolean): void {
  const watch = setInterval(() => {
    if (isGone()) port.close(() => {});
  }, WATCH_MS);
  port.on('close', () => clearInterval(watch));
}

/** Where the name leads, with links resolved; null = nowhere. */
function findTarget(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

function toStream(port: SerialPort): Parameters<typeof createConversation>[0] {
  const close = (): void => port.close(() => {});
  return {
    write: (bytes) => void port.write(bytes),
    unsentBytes: () => port.writableLength,
    close,
    reset: close,
  };
}
