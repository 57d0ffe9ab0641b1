/**
 * Three-valued evaluation as small functions over one frame of values: what compile.ts builds from a checked expression.
 * Nothing is thrown and nothing allocated, so that a missing value costs no more than a good one. Knows no syntax.
 *
 *   kind      good       UNKNOWN (a value is missing)   FAULT (it cannot be worked out: division by zero, overflow)
 *   number    finite     NaN                            ±Infinity
 *   truth     0 or 1     2                              3
 *
 * A fault is UNKNOWN too and counts as one in `&&` and `||`; it only has another reason. Where both meet the missing value
 * is the reason: it may be the cause of the other.
 */

export const FALSE = 0;
export const TRUE = 1;
export const UNKNOWN = 2;
export const FAULT = 3;
export type Truth = typeof FALSE | typeof TRUE | typeof UNKNOWN | typeof FAULT;

/** What one evaluation reads. One per rule, set before each. */
export interface Frame {
  /** By the place of the name: finite, or NaN where there is no usable value; truths as 0, 1 and NaN. */
  readonly values: Float64Array;
  /** Why the last number or truth that could not be worked out could not. */
  fault: string;
}

export type NumberNode = (frame: Frame) => number;
export type TruthNode = (frame: Frame) => Truth;
type Calculate = (left: number, right: number) => number;
type Compare = (left: number, right: number) => boolean;

/** What went wrong, in words that name the place in the expression. */
export interface FaultTexts {
  readonly division: string;
  readonly overflow: string;
}

export function readNumber(at: number): NumberNode {
  return ({ values }) => values[at] as number;
}

export function readTruth(at: number): TruthNode {
  return ({ values }) => {
    const value = values[at];
    if (value === 1) return TRUE;
    return value === 0 ? FALSE : UNKNOWN;
  };
}

/** @param isWhole CEL's int: beyond 2⁵³ it is a fault, because numbers here are doubles */
export function calculate(
  how: Calculate,
  [left, right]: readonly [NumberNode, NumberNode],
  isWhole: boolean,
  faults: FaultTexts,
): NumberNode {
  return (frame) => {
    const l = left(frame);
    const r = right(frame);
    if (!Number.isFinite(l) || !Number.isFinite(r)) return toMissing(l, r);
    const result = how(l, r);
    if (isWhole ? Number.isSafeInteger(result) : Number.isFinite(result)) return result;
    frame.fault = how === DIVIDE && r === 0 ? faults.division : faults.overflow;
    return Number.POSITIVE_INFINITY;
  };
}

export const DIVIDE: Calculate = (left, right) => left / right;

/** One operand at least is no number. */
function toMissing(left: number, right: number): number {
  return Number.isNaN(left) || Number.isNaN(right) ? Number.NaN : Number.POSITIVE_INFINITY;
}

export function apply(how: (value: number) => number, operand: NumberNode): NumberNode {
  return (frame) => {
    const value = operand(frame);
    return Number.isFinite(value) ? how(value) : value;
  };
}

export function compare(how: Compare, left: NumberNode, right: NumberNode): TruthNode {
  return (frame) => {
    const l = left(frame);
    const r = right(frame);
    if (Number.isFinite(l) && Number.isFinite(r)) return how(l, r) ? TRUE : FALSE;
    return Number.isNaN(l) || Number.isNaN(r) ? UNKNOWN : FAULT;
  };
}

export function isOneOf(operand: NumberNode, wanted: readonly number[]): TruthNode {
  return (frame) => {
    const value = operand(frame);
    if (Number.isFinite(value)) return wanted.includes(value) ? TRUE : FALSE;
    return Number.isNaN(value) ? UNKNOWN : FAULT;
  };
}

export function and(left: TruthNode, right: TruthNode): TruthNode {
  return (frame) => {
    const l = left(frame);
    if (l === FALSE) return FALSE;
    const r = right(frame);
    return r === FALSE ? FALSE : join(l, r, TRUE);
  };
}

export function or(left: TruthNode, right: TruthNode): TruthNode {
  return (frame) => {
    const l = left(frame);
    if (l === TRUE) return TRUE;
    const r = right(frame);
    return r === TRUE ? TRUE : join(l, r, FALSE);
  };
}

export function not(operand: TruthNode): TruthNode {
  return (frame) => {
    const value = operand(frame);
    if (value === TRUE) return FALSE;
    return value === FALSE ? TRUE : value;
  };
}

/** @param isSame `==`; false = `!=` */
export function equal(left: TruthNode, right: TruthNode, isSame: boolean): TruthNode {
  return (frame) => {
    const l = left(frame);
    const r = right(frame);
    return join(l, r, (l === r) === isSame ? TRUE : FALSE);
  };
}

export function chooseTruth(condition: TruthNode, then: TruthNode, otherwise: TruthNode): TruthNode {
  return (frame) => {
    const chosen = condition(frame);
    if (chosen === TRUE) return then(frame);
    return chosen === FALSE ? otherwise(frame) : chosen;
  };
}

export function chooseNumber(condition: TruthNode, then: NumberNode, otherwise: NumberNode): NumberNode {
  return (frame) => {
    const chosen = condition(frame);
    if (chosen === TRUE) return then(frame);
    if (chosen === FALSE) return otherwise(frame);
    return chosen === UNKNOWN ? Number.NaN : Number.POSITIVE_INFINITY;
  };
}

/** @param known the answer where both are TRUE or FALSE */
function join(left: Truth, right: Truth, known: Truth): Truth {
  if (left <= TRUE && right <= TRUE) return known;
  return left === UNKNOWN || right === UNKNOWN ? UNKNOWN : FAULT;
}
