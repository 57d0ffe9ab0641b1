/**
 * ASCII frames (Modbus over Serial Line V1.02, §2.5.2): two hexadecimal characters a byte.
 *
 *   ':' · unit · PDU · LRC · CR · LF
 */
import { toLrc } from './checksums.ts';
import type { AnswerParts, FrameForm, Framer, Request } from './framing.ts';

/** Colon, 255 bytes in two characters each, CR and LF. */
const MAX_FRAME_CHARS = 513;
const COLON = 0x3a;
const LINE_FEED = 0x0a;
const FRAME = /^:((?:[0-9A-Fa-f]{2}){3,255})\r\n$/;

export const ascii: FrameForm = { createFramer, toBytes };

/** Keeps at most one incomplete frame, so never more than 513 characters. A colon always begins a new one. */
function createFramer(): Framer {
  let rest: number[] = [];
  return {
    push(segment) {
      const requests: Request[] = [];
      let discardedBytes = 0;
      for (const byte of segment) {
        if (byte === COLON || rest.length >= MAX_FRAME_CHARS) {
          discardedBytes += rest.length;
          rest = [];
        }
        rest.push(byte);
        if (byte !== LINE_FEED) continue;
        const request = toRequest(Buffer.from(rest));
        if (request === null) discardedBytes += rest.length;
        else requests.push(request);
        rest = [];
      }
      return { requests, isBroken: false, discardedBytes };
    },
    silence: () => ({ requests: [], isBroken: false, discardedBytes: 0 }),
    // One second may pass between two characters.
    isWaiting: () => false,
  };
}

/** null = not a frame, or its LRC is wrong. */
function toRequest(bytes: Buffer): Request | null {
  const digits = FRAME.exec(bytes.toString('latin1'))?.[1];
  if (digits === undefined) return null;
  const content = Buffer.from(digits, 'hex');
  if (toLrc(content.subarray(0, -1)) !== content.at(-1)) return null;
  return { transaction: 0, unit: content[0] ?? 0, pdu: content.subarray(1, -1), bytes };
}

function toBytes({ unit, pdu, isChecksumWrong }: AnswerParts): Buffer {
  const content = Buffer.from([unit, ...pdu]);
  const lrc = toLrc(content);
  const whole = Buffer.concat([content, Buffer.from([isChecksumWrong ? lrc ^ 0xff : lrc])]);
  return Buffer.from(`:${whole.toString('hex').toUpperCase()}\r\n`, 'latin1');
}
