/** Physical values → OPC UA variables. A meter shows steps, not a physicist's real numbers: doubles are rounded. */
import type { Variable } from './device.ts';

export function toFlag(value: boolean): Variable {
  return { type: 'Boolean', value };
}

export function toCount(value: number): Variable {
  return { type: 'Int32', value: Math.trunc(value) };
}

/** @param resolution smallest step that the instrument shows, e.g. 0.1. */
export function toMeasured(value: number, resolution: number): Variable {
  // The second rounding takes away what the binary fraction adds, so that 23.4 is sent as 23.4.
  const rounded = Math.round(value / resolution) * resolution;
  return { type: 'Double', value: Number(rounded.toFixed(6)) };
}
