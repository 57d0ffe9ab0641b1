/**
 * The contract of the two framings of a serial line. They know what a frame looks like and when its checksum is right;
 * whose frame it is, and whether anybody waits for it, is receiver.ts.
 */

/** The answer that is waited for. */
export interface Wanted {
  readonly unit: number;
  /** Function code and data of the request. */
  readonly pdu: Buffer;
  /** Bytes of the answer's PDU when it is accepted. */
  readonly answerBytes: number;
}

/** What the oldest bytes are. */
export type Cut =
  /** A whole frame with a right checksum. `pdu` is a view of the bytes looked at. */
  | { readonly kind: 'frame'; readonly size: number; readonly unit: number; readonly pdu: Buffer }
  /** They may become a frame with more bytes. `isOwn`: it may be the one that is waited for. */
  | { readonly kind: 'open'; readonly isOwn: boolean }
  /** `size` of them begin no frame. `isChecksum`: they look like one but for the checksum. */
  | { readonly kind: 'none'; readonly size: number; readonly isChecksum: boolean };

export interface LineFraming {
  encode(unit: number, pdu: Buffer): Buffer;
  /** Largest frame there can be, in bytes on the line. */
  readonly maxFrameBytes: number;
  /**
   * @param bytes at least one
   * @param wanted what `isOwn` means, and a length that may not be known otherwise
   */
  cut(bytes: Buffer, wanted: Wanted | null): Cut;
}
