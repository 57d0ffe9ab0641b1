/**
 * One golden register: what a manual or standard says that stands on the wire, and what it says that this means.
 * Registers and expectations are typed from the cited page and worked out by hand; the decoder has no part in them.
 */
import type { QualityReason } from '../../../src/core/quality.ts';

export interface GoldenCase {
  /** What it is, and the arithmetic where there is any. */
  readonly name: string;
  /** Manual or standard with page, table or clause. */
  readonly source: string;
  /** Registers as on the wire, in hexadecimal. */
  readonly registers: string;
  /** As a profile declares it; `table` and `address` are given by the test. */
  readonly format: Readonly<Record<string, unknown>>;
  /** Exponent register, in hexadecimal, for a case with a scale register. */
  readonly exponent?: string;
  readonly expected: Expected;
}

export type Expected =
  | number
  /** For a number that the source prints with fewer digits: it and half of its last one. */
  | { readonly about: number; readonly within: number }
  | { readonly text: string }
  | { readonly bad: QualityReason };

const LOW_WORD = { wordOrder: 'low-first' } as const;
const LOW_BYTE = { byteOrder: 'low-first' } as const;

/** How orders are declared, by the bytes of the value as they arrive (A = highest). */
export const ORDERS = {
  ABCD: {},
  CDAB: LOW_WORD,
  BADC: LOW_BYTE,
  DCBA: { ...LOW_WORD, ...LOW_BYTE },
} as const;
