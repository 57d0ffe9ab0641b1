/** Physical values → raw 16-bit registers, high word first. Written from docs/register-maps.md alone. */

/** "Not available" of the maps. */
export const NOT_AVAILABLE = 0xffff;

/** Unsigned 16 bit, `value / resolution`, clamped below the sentinel 0xFFFF. */
export function toU16(value: number, resolution: number): number {
  return Math.min(0xfffe, Math.max(0, Math.round(value / resolution)));
}

/** Signed 16 bit in two's complement. */
export function toI16(value: number, resolution: number): number {
  return Math.min(32_767, Math.max(-32_768, Math.round(value / resolution))) & 0xffff;
}

/** Unsigned 32 bit as [high word, low word]; wraps as a counter does. */
export function toU32(value: number, resolution: number): readonly [number, number] {
  // The small addition keeps 0.1 steps from being cut one too low by binary fractions.
  const count = Math.floor(value / resolution + 1e-6) >>> 0;
  return [count >>> 16, count & 0xffff];
}

/** Word with bit `n` set for each true flag. */
export function toBits(flags: Readonly<Record<number, boolean>>): number {
  return Object.entries(flags).reduce((word, [bit, isSet]) => (isSet ? word | (1 << Number(bit)) : word), 0);
}

/** Writes consecutive words into a table. */
export function put(table: Map<number, number>, address: number, words: readonly number[]): void {
  for (const [offset, word] of words.entries()) table.set(address + offset, word);
}
