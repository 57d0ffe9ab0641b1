/** Assertions for our own mistakes. What the world does wrong is a typed error (errors.ts), never an assertion. */

/** A broken assertion: the process logs it, flushes and exits 1; the supervisor restarts it. */
export class AssertionFailure extends Error {
  override readonly name = 'AssertionFailure';
}

/** @throws AssertionFailure when `condition` is false. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(message);
}

/** Closes a switch over a union: the compiler refuses a missing case, the run refuses an impossible one. */
export function never(value: never): never {
  throw new AssertionFailure(`impossible case ${JSON.stringify(value)}`);
}

/** The value, which our own construction guarantees to be there. */
export function defined<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new AssertionFailure(`${what} must be there`);
  return value;
}
