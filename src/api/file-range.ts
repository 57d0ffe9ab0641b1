/** The part of a file that a request asks for (RFC 9110 §14): one range, counted from the beginning. */

export interface FileRange {
  readonly from: number;
  /** Included; null = to the end. */
  readonly to: number | null;
}

/**
 * @param header `bytes=0-99`, `bytes=100-`
 * @returns null = all of it: no header, or one that is none of these, which a server may leave unheeded
 */
export function toRange(header: string | undefined): FileRange | null {
  const match = /^bytes=(\d{1,15})-(\d{0,15})$/.exec(header?.trim() ?? '');
  if (match === null) return null;
  const from = Number(match[1]);
  const to = match[2] === '' ? null : Number(match[2]);
  return to !== null && to < from ? null : { from, to };
}
