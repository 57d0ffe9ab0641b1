/**
 * What a file is, by its first bytes and never by its name. Only what a browser shows without running anything.
 *
 *   FF D8 FF                      JPEG   (ISO/IEC 10918-1 B.1.1.3)
 *   89 'PNG' 0D 0A 1A 0A          PNG    (W3C PNG 5.2)
 *   'RIFF' length 'WEBP'          WebP   (RFC 9649, 2.4)
 *   length 'ftyp' brand 0 brands  HEIC   (ISO/IEC 23008-12 B.4), from telephones
 *   '%PDF-'                       PDF    (ISO 32000-2, 7.5.2)
 */

export const MEDIA_TYPES = [
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/heic',
  'application/pdf',
] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];

const HEIC_BRANDS: readonly string[] = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx'];
/** Of every HEIF; what it holds is said by the brands that follow. */
const HEIF_BRANDS: readonly string[] = ['mif1', 'msf1'];
const JPEG = Buffer.from([0xff, 0xd8, 0xff]);
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** @param head the first bytes, as many as there are up to 64. @returns null = none of the kinds that are taken */
export function recogniseMedia(head: Buffer): MediaType | null {
  if (startsWith(head, JPEG)) return 'image/jpeg';
  if (startsWith(head, PNG)) return 'image/png';
  if (textAt(head, 0) === 'RIFF' && textAt(head, 8) === 'WEBP') return 'image/webp';
  if (isHeic(head)) return 'image/heic';
  if (head.subarray(0, 5).toString('latin1') === '%PDF-') return 'application/pdf';
  return null;
}

function startsWith(head: Buffer, magic: Buffer): boolean {
  return head.subarray(0, magic.length).equals(magic);
}

function isHeic(head: Buffer): boolean {
  if (textAt(head, 4) !== 'ftyp') return false;
  const major = textAt(head, 8);
  if (HEIC_BRANDS.includes(major)) return true;
  if (!HEIF_BRANDS.includes(major)) return false;
  const end = Math.min(head.length, head.readUInt32BE(0));
  for (let at = 16; at + 4 <= end; at += 4) if (HEIC_BRANDS.includes(textAt(head, at))) return true;
  return false;
}

/** Four characters; fewer where the file ends. */
function textAt(head: Buffer, at: number): string {
  return head.subarray(at, at + 4).toString('latin1');
}
