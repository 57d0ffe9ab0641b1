/** What the page knows of one point at this moment, and what its quality code means. Pure. */

export interface PointState {
  /** null when bad: an old value is never shown as the present one. */
  readonly value: number | null;
  /** Of a point of type `text` in place of the value; null of any other, and when bad. */
  readonly text: string | null;
  /** core/quality.ts: 0 good, 64–127 uncertain, from 128 bad. */
  readonly qualityCode: number;
  readonly receivedMs: number | null;
  /** `receivedMs` is null while only the stream has told of the change; the next snapshot knows it. */
  readonly lastGood: { readonly value: number; readonly receivedMs: number | null } | null;
  readonly epoch: number;
}

const FIRST_BAD_CODE = 128;
/** core/quality.ts `no-data`. */
export const NO_DATA_CODE = 128;
/** core/quality.ts `sentinel`: the device itself says that it has no value, as for a zone that is not programmed. */
const SENTINEL_CODE = 133;
const FIRST_UNCERTAIN_CODE = 64;

export function isBadCode(code: number): boolean {
  return code >= FIRST_BAD_CODE;
}

export function isUncertainCode(code: number): boolean {
  return code >= FIRST_UNCERTAIN_CODE && code < FIRST_BAD_CODE;
}

/** Lacks a value that it should have. */
export function isMissing(state: PointState | undefined): boolean {
  return state === undefined || isMissingCode(state.qualityCode);
}

/** As `isMissing`, of what has been heard. */
export function isMissingCode(code: number): boolean {
  return isBadCode(code) && code !== SENTINEL_CODE;
}
