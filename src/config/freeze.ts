/** Makes a loaded model unchangeable, maps included: a change at run time is a mistake of ours and throws. */

/** Freezes the value and everything that it holds; returns it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (value instanceof Map) freezeMap(value);
  Object.freeze(value);
  for (const held of value instanceof Map ? value.values() : Object.values(value)) deepFreeze(held);
  return value;
}

function refuse(): never {
  throw new TypeError('the site model cannot be changed');
}

/** `Object.freeze` leaves the entries of a map open. */
function freezeMap(map: Map<unknown, unknown>): void {
  for (const method of ['set', 'delete', 'clear'] as const)
    Object.defineProperty(map, method, { value: refuse });
}
