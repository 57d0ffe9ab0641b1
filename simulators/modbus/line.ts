/** What server.ts, serial-line.ts and dial-in.ts have in common: one Modbus endpoint's way to its clients. */
import type { FrameLog } from '../frame-log.ts';
import type { FrameForm } from './framing.ts';
import type { Unit } from './respond-read.ts';
import type { WireFaults } from './wire-faults.ts';

export interface ModbusLine {
  /**
   * Is ready when it resolves.
   * @param port tcp: to listen on, 0 = any free one; dial-in: to dial, 0 = it does not; serial: of no meaning.
   * @returns the port. Rejects with the system's error, e.g. EADDRINUSE.
   */
  listen(port: number): Promise<number>;
  /** A fault of connections has been set: it strikes those that are there already. */
  strikeOpen(): void;
  /** `half-open` has been cleared: connections that it left mute are reset, so that their clients begin anew. */
  revive(): void;
  /** Cuts all connections. Idempotent. */
  close(): Promise<void>;
  counters(): Readonly<Record<ModbusCounter, number>>;
}

/** Stable names; what a line cannot have stays 0. */
const COUNTERS = [
  'framesServed',
  'framesUnanswered',
  'bytesDiscarded',
  'requestsDropped',
  'answersDropped',
  'faultsStruck',
  'connectionsMade',
  'connectionsRefused',
  'connectionsCutBadFrame',
  'connectionsCutUnread',
  'connectionsCutIdle',
  'connectionsFailed',
] as const;
export type ModbusCounter = (typeof COUNTERS)[number];
export type ModbusCounters = Record<ModbusCounter, number>;

export interface ModbusLineOptions {
  readonly endpoint: string;
  findUnit(unit: number): Unit | undefined;
  readonly log: FrameLog;
  readonly form: FrameForm;
  readonly faults: WireFaults;
}

export const MODBUS_LIMITS = {
  /** Connections at once; real controllers have 1 to 8. */
  connections: 16,
  /** Connections that `half-open` has left mute; beyond that the oldest is reset: its client has long gone. */
  muteConnections: 32,
  /** Answers that a client may leave unread before it is cut off, bytes. */
  unsentBytes: 64 * 1024,
  /** A connection without a request for so long is closed, ms. */
  idleMs: 600_000,
  /** Requests of one connection that wait while the device is slow; more are dropped. */
  waitingRequests: 256,
  /** Late answers of one connection on their way; more are dropped. */
  lateAnswers: 256,
  /**
   * Silence after which RTU bytes that are no frame yet are judged, ms. The standard's 3.5 characters are 4 ms at 9,600
   * baud; a system without hard real time may hold bytes back for longer.
   */
  silenceMs: 20,
} as const;

export function createCounters(): ModbusCounters {
  return Object.fromEntries(COUNTERS.map((name) => [name, 0])) as ModbusCounters;
}
