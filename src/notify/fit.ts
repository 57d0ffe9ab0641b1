/** Text that fits a channel: cut by bytes, never within a character; what was cut is said, with the link to the whole. */

const ELLIPSIS = '…';

/** Length in UTF-8 bytes. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/**
 * The text itself where it fits, else its beginning and `…` with the tail behind it.
 * @param tail e.g. a link, kept whole; left out where even it does not fit
 * @returns at most `maxBytes` bytes of UTF-8
 */
export function fitText(text: string, maxBytes: number, tail = ''): string {
  if (byteLength(text) <= maxBytes) return text;
  const end = byteLength(ELLIPSIS + tail) <= maxBytes ? ELLIPSIS + tail : '';
  return cutText(text, maxBytes - byteLength(end)) + end;
}

/** At most `maxBytes` bytes, whole characters; a character and the marks that belong to it stay together. */
export function cutText(text: string, maxBytes: number): string {
  if (byteLength(text) <= maxBytes) return text;
  let bytes = 0;
  let end = 0;
  for (const { segment, index } of segmenter.segment(text.slice(0, Math.max(0, maxBytes) + 1))) {
    bytes += byteLength(segment);
    if (bytes > maxBytes) break;
    end = index + segment.length;
  }
  return text.slice(0, end);
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
