/** Small files of every kind, by their first bytes as the standards have them. */
import { Readable } from 'node:stream';

const heic = (major: string, ...brands: readonly string[]) =>
  Buffer.concat([
    Buffer.from([0, 0, 0, 16 + 4 * brands.length]),
    Buffer.from(`ftyp${major}\0\0\0\0${brands.join('')}`),
  ]);

/** Key: media type. */
export const HEADS = {
  'image/jpeg': Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46]),
  'image/png': Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  'image/webp': Buffer.from('RIFF\x24\0\0\0WEBPVP8 ', 'latin1'),
  'image/heic': heic('heic', 'mif1', 'heic'),
  'application/pdf': Buffer.from('%PDF-1.7\n'),
} as const;

export const HEIF_OF_HEVC = heic('mif1', 'mif1', 'miaf', 'heic');
export const HEIF_OF_AV1 = heic('mif1', 'mif1', 'miaf', 'avif');

/** A JPEG of that many bytes; the rest counts up, so that a piece in the wrong place is seen. */
export function makePhoto(bytes: number): Buffer {
  const body = Buffer.from(Uint8Array.from({ length: bytes }, (_, at) => at % 251));
  HEADS['image/jpeg'].copy(body);
  return body;
}

/** In pieces, as a connection delivers it. */
export function toSource(bytes: Buffer, chunkBytes = 7_000): Readable {
  const pieces = Math.max(1, Math.ceil(bytes.length / chunkBytes));
  return Readable.from(
    Array.from({ length: pieces }, (_, at) => bytes.subarray(at * chunkBytes, (at + 1) * chunkBytes)),
    { objectMode: false },
  );
}
