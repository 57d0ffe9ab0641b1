/**
 * Registers → text, pure: UTF-8, two bytes a register, NULs and spaces at its end cut. Which of them are a text is the
 * format's word (decoders.ts).
 */
import { defined } from '../core/assert.ts';
import { GOOD, QUALITIES } from '../core/quality.ts';
import type { RegisterDecoder, RegisterFormat } from './decoders.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** Controls, unassigned, private and format characters; line and paragraph separators. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/u;
const NUL = 0;
const SPACE = 0x20;

/** A decoder for texts of this format. */
export function compileString({ length, byteOrder }: RegisterFormat): RegisterDecoder {
  const bytes = new Uint8Array(2 * length);
  const view = new DataView(bytes.buffer);
  const isSwapped = byteOrder === 'low-first';
  return (block, at, to, row) => {
    for (let offset = 0; offset < bytes.length; offset += 2) {
      view.setUint16(offset, block.getUint16(at + offset, isSwapped));
    }
    const end = bytes.findLastIndex((byte) => byte !== NUL && byte !== SPACE) + 1;
    const text = toText(bytes.subarray(0, end));
    defined(to.text, 'place for texts')[row] = text ?? undefined;
    to.value[row] = Number.NaN;
    to.quality[row] = text === null ? QUALITIES.decode.code : GOOD;
  };
}

/** null when it is not text: bytes that are not UTF-8, or characters that nobody can see. */
function toText(bytes: Uint8Array): string | null {
  try {
    const text = utf8.decode(bytes);
    return UNPRINTABLE.test(text) ? null : text;
  } catch {
    return null;
  }
}
