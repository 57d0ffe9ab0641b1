/**
 * How requests are cut out of a stream of bytes and answers put into it: the contract and the table of the three
 * forms. Each form is a file of its own; what is answered is respond.ts.
 */
import { ascii } from './framing-ascii.ts';
import { mbap } from './framing-mbap.ts';
import { rtu } from './framing-rtu.ts';

export const FRAMINGS = ['mbap', 'rtu', 'ascii'] as const;
export type Framing = (typeof FRAMINGS)[number];

export interface Request {
  /** 0 where the form has none. */
  readonly transaction: number;
  readonly unit: number;
  /** Function code and data. */
  readonly pdu: Buffer;
  /** The whole frame as it came. */
  readonly bytes: Buffer;
}

export interface Cut {
  /** Complete requests, in order. */
  readonly requests: readonly Request[];
  /** The stream is not Modbus: there is no way to find the next frame, the connection must end. */
  readonly isBroken: boolean;
  /** Bytes thrown away because they are no frame. */
  readonly discardedBytes: number;
}

export interface Framer {
  push(segment: Buffer): Cut;
  /** Nothing has come for a while: what waits for more is a frame now, or nothing. */
  silence(): Cut;
  /** Whether `silence` would change anything. */
  isWaiting(): boolean;
}

/** What an answer consists of before it is put into bytes; faults change single fields of it. */
export interface AnswerParts {
  readonly transaction: number;
  /** 0 for Modbus. */
  readonly protocol: number;
  readonly unit: number;
  readonly pdu: Uint8Array;
  readonly isChecksumWrong: boolean;
}

export interface FrameForm {
  createFramer(): Framer;
  /** Fields that the form does not have are left out. A PDU that is too long is not refused. */
  toBytes(parts: AnswerParts): Buffer;
}

export const FRAME_FORMS: Readonly<Record<Framing, FrameForm>> = { mbap, rtu, ascii };
