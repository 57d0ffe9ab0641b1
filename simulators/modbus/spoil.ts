/**
 * An answer → the bytes that go over the wire, with the faults that strike it. Pure. Which faults those are is
 * wire-faults.ts; when the bytes go is conversation.ts.
 */
import type { AnswerParts, FrameForm, Request } from './framing.ts';
import { ILLEGAL_ADDRESS, ILLEGAL_VALUE, toException } from './respond-read.ts';
import type { Decision } from './wire-faults.ts';

/** Bytes of an oversized PDU; 253 are the most that there may be. */
const OVERSIZED_BYTES = 300;
/** Says "foreign" to whoever reads a log; a test pattern has it once in 65,536. */
const FOREIGN = [0xde, 0xad] as const;
const LAST_UNIT = 247;
/** Key: function code → that of its sister. */
const SISTERS: ReadonlyMap<number, number> = new Map([
  [1, 2],
  [2, 1],
  [3, 4],
  [4, 3],
  [5, 6],
  [6, 5],
  [15, 16],
  [16, 15],
  [22, 23],
  [23, 22],
]);
/** Functions whose answer has a byte count behind the function code. */
const COUNTED: readonly number[] = [1, 2, 3, 4, 23];

/** The exception that a fault gives instead of what the device would answer; null = none does. */
export function toFaultException(request: Request, decision: Decision): Uint8Array | null {
  const functionCode = request.pdu[0] ?? 0;
  if (decision.get('holes') !== undefined) return toException(functionCode, ILLEGAL_ADDRESS);
  if (decision.get('max-registers') !== undefined) return toException(functionCode, ILLEGAL_VALUE);
  const exception = decision.get('exception');
  return exception === undefined ? null : toException(functionCode, exception.code);
}

/** Everything that is sent because of one request. */
export function toWireBytes(form: FrameForm, request: Request, pdu: Uint8Array, decision: Decision): Buffer {
  const parts = spoilParts(toParts(request, pdu), decision);
  const whole = form.toBytes(parts);
  const frame = decision.get('truncated') === undefined ? whole : whole.subarray(0, toTornLength(whole));
  const frames = decision.get('duplicate') === undefined ? [frame] : [frame, frame];
  const position = decision.get('unsolicited')?.position;
  if (position === undefined) return frames.length === 1 ? frame : Buffer.concat(frames);
  const foreign = form.toBytes(toForeign(request, pdu));
  return Buffer.concat([
    ...(position === 'after' ? [] : [foreign]),
    ...frames,
    ...(position === 'before' ? [] : [foreign]),
  ]);
}

function toParts({ transaction, unit }: Request, pdu: Uint8Array): AnswerParts {
  return { transaction, protocol: 0, unit, pdu, isChecksumWrong: false };
}

function spoilParts(parts: AnswerParts, { kinds }: Decision): AnswerParts {
  let spoilt = parts;
  for (const kind of kinds) {
    if (kind === 'wrong-unit') spoilt = { ...spoilt, unit: toNextUnit(parts.unit) };
    if (kind === 'wrong-transaction') {
      spoilt = { ...spoilt, transaction: (parts.transaction + 1) & 0xffff };
    }
    if (kind === 'bad-protocol') spoilt = { ...spoilt, protocol: 7 };
    if (kind === 'crc') spoilt = { ...spoilt, isChecksumWrong: true };
    if (kind === 'wrong-function') spoilt = { ...spoilt, pdu: withWrongFunction(spoilt.pdu) };
    if (kind === 'wrong-address-count') spoilt = { ...spoilt, pdu: withWrongCount(spoilt.pdu) };
    if (kind === 'oversized') spoilt = { ...spoilt, pdu: toOversized(spoilt.pdu) };
  }
  return spoilt;
}

/** An exception stays one: its highest bit is kept. */
function withWrongFunction(pdu: Uint8Array): Uint8Array {
  const spoilt = Uint8Array.from(pdu);
  const functionCode = (pdu[0] ?? 0) & 0x7f;
  spoilt[0] = ((pdu[0] ?? 0) & 0x80) | (SISTERS.get(functionCode) ?? functionCode ^ 1);
  return spoilt;
}

/** An exception has neither count nor address; it becomes one byte too long. */
function withWrongCount(pdu: Uint8Array): Uint8Array {
  if (((pdu[0] ?? 0) & 0x80) !== 0) return Uint8Array.from([...pdu, 0]);
  const spoilt = Uint8Array.from(pdu);
  if (COUNTED.includes((pdu[0] ?? 0) & 0x7f)) spoilt[1] = (pdu[1] ?? 0) + 2;
  else spoilt[2] = (pdu[2] ?? 0) + 1;
  return spoilt;
}

function toOversized(pdu: Uint8Array): Uint8Array {
  const spoilt = new Uint8Array(OVERSIZED_BYTES).fill(0x55);
  spoilt.set(pdu);
  return spoilt;
}

/** About two thirds, and at least one byte less. */
function toTornLength({ length }: Buffer): number {
  return length - Math.max(1, Math.floor(length / 3));
}

/** Looks like an answer to the same question, so that only unit and transaction tell it apart. */
function toForeign({ transaction, unit }: Request, pdu: Uint8Array): AnswerParts {
  const foreign = Uint8Array.from(pdu, (byte, at) => (at < 2 ? byte : (FOREIGN[at & 1] ?? 0)));
  return {
    transaction: transaction ^ 0x8000,
    protocol: 0,
    unit: unit === LAST_UNIT ? LAST_UNIT - 1 : LAST_UNIT,
    pdu: foreign,
    isChecksumWrong: false,
  };
}

function toNextUnit(unit: number): number {
  return unit >= LAST_UNIT ? 1 : unit + 1;
}
