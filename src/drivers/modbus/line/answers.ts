/** Which PDU answers which, for frames that carry no transaction. Pure. */
import { EXCEPTION_FLAG } from '../framing.ts';
import type { Wanted } from './line-framing.ts';

/** Functions that only read: asking them twice changes nothing, and either answer is right. */
export function isRead(pdu: Buffer): boolean {
  const functionCode = pdu[0] ?? 0;
  return functionCode >= 1 && functionCode <= 4;
}

export function isExceptionTo(wanted: Wanted, pdu: Buffer): boolean {
  return pdu.length === 2 && pdu[0] === ((wanted.pdu[0] ?? 0) | EXCEPTION_FLAG);
}

/**
 * Whether a PDU of the unit that was asked can be the accepted answer: function, length, byte count; for writes also
 * the address that is confirmed. What was written there is for the caller to compare.
 */
export function isAnswerTo(wanted: Wanted, pdu: Buffer): boolean {
  if (pdu[0] !== wanted.pdu[0] || pdu.length !== wanted.answerBytes) return false;
  const carriesData = isRead(pdu) || pdu[0] === 23;
  if (carriesData) return pdu[1] === pdu.length - 2;
  const confirmsAddress = [5, 6, 15, 16, 22].includes(pdu[0] ?? 0);
  return !confirmsAddress || (pdu[1] === wanted.pdu[1] && pdu[2] === wanted.pdu[2]);
}

/**
 * Bytes of the answer's PDU to a read request of another master; null when the PDU is no such request. An answer of
 * three bytes of bits has the same shape and is taken for an answer.
 */
export function answerBytesOfRead(pdu: Buffer): number | null {
  if (pdu.length !== 5 || !isRead(pdu)) return null;
  const isBits = pdu[0] === 1 || pdu[0] === 2;
  if (isBits && pdu[1] === 3) return null;
  const count = pdu.readUInt16BE(3);
  return 2 + (isBits ? Math.ceil(count / 8) : count * 2);
}
