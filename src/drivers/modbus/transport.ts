/**
 * What carries Modbus requests: one exchange of protocol data units (function code and data) with a unit, however the
 * frames look and whatever they travel on. connection.ts turns points into units of this kind, and answers into samples.
 *
 *              wire (bytes)                    framing
 *   tcp        socket to host or its backup    mbap (default), rtu, ascii
 *   serial     serial port                     rtu (default), ascii
 *   dial-in    socket that a modem opened      rtu (default), mbap, ascii
 *
 * mbap knows transactions, so several exchanges may be under way; rtu and ascii know only the unit, so there is one at a
 * time and, after a time-out, a silence in which what comes late is thrown away.
 */
import type { Duplex } from 'node:stream';
import type { DeviceError } from '../../core/errors.ts';

export interface Exchange {
  readonly unit: number;
  /** Function code and data. */
  readonly pdu: Buffer;
  /**
   * Bytes of the answer's PDU when it is accepted: what tells a whole RTU answer from a torn one, and an answer to this
   * request from one to another.
   */
  readonly answerBytes: number;
  readonly timeoutMs: number;
  /** For messages: `unit 1 holding 0–19`. */
  readonly label: string;
}

export interface Transport {
  /** @throws DeviceError `connect-failed`, `connect-timeout`, `stopped`; then everything is freed. */
  connect(signal: AbortSignal): Promise<void>;
  /**
   * Sends a request and waits for its answer: the PDU of the same unit and function, or its exception (function + 0x80).
   * The buffer is valid only until the next turn of the event loop: what comes next is read into the same bytes.
   * Everything else that arrives is discarded and counted. An answer of another length is handed over as it is where
   * framing allows it (mbap).
   * @throws DeviceError `timeout`, `connection-lost`, `bad-frame`, `stopped`
   */
  exchange(exchange: Exchange, signal: AbortSignal): Promise<Buffer>;
  /** Set by the owner before `connect`; called once when the open transport ends by itself (not after `close`). */
  onLost?: (error: DeviceError) => void;
  /** Exchanges that may be under way at once; 1 without transaction ids. */
  readonly maxInFlight: number;
  /** Idempotent; frees socket, port and timers at once; pending exchanges end with `stopped`. */
  close(): void;
  /** Counters since opening; names of TRANSPORT_COUNTERS. */
  stats(): Readonly<Record<string, number>>;
}

/** Stable names. What each transport cannot have stays 0. */
export const TRANSPORT_COUNTERS = [
  'late_replies',
  'wrong_unit',
  'wrong_function',
  'unsolicited',
  'crc_errors',
  'bad_frames',
  'discarded_bytes',
  'heartbeats',
  'duplicate_dial_ins',
  'failovers',
  'bytes_in',
  'bytes_out',
] as const;

/**
 * Takes the first `size` bytes of `buffer`. They stay as they are while this call and what awaits its outcome run; the
 * next read overwrites them.
 */
export type OnBytes = (buffer: Buffer, size: number) => void;

/** A stream of bytes to a device or a bus. */
export interface Wire {
  /**
   * The stream is open, without listeners, and belongs to the caller, who destroys it.
   * @throws DeviceError `connect-failed`, `connect-timeout`, `stopped`
   */
  open(signal: AbortSignal): Promise<Duplex>;
  /**
   * The same, where the wire can hand over what arrives without the reading side of a stream: `onBytes` is called from
   * the turn of the event loop after the promise has resolved, and the stream has no `data`.
   */
  openReading?(signal: AbortSignal, onBytes: OnBytes): Promise<Duplex>;
  /** For messages: `127.0.0.1:502`, `/dev/serial/by-id/usb-…`, `dial-in DTU0001`. */
  readonly name: string;
  /** Names of TRANSPORT_COUNTERS. */
  stats(): Readonly<Record<string, number>>;
}
