/** Words that people write into rosters: a shift by id, by name or by the first character of it; 休 for rest. */
import type { Shift } from '../core/duty.ts';

/** Written for a day without a shift; an empty cell of a table says the same. */
const REST = ['休', '休息', 'rest', 'off', '-', ''];

/** @returns the shift's id, null for rest, undefined when nothing or more than one shift is meant. */
export function toShiftId(
  word: string,
  shifts: readonly Pick<Shift, 'id' | 'name'>[],
): string | null | undefined {
  const text = word.trim();
  const lower = text.toLowerCase();
  const exact = shifts.find(
    ({ id, name }) => id === text || name.zh === text || name.en.toLowerCase() === lower,
  );
  if (exact !== undefined) return exact.id;
  if (REST.includes(lower)) return null;
  const begun = shifts.filter(({ name }) => name.zh.startsWith(text));
  return begun.length === 1 ? begun[0]?.id : undefined;
}

/** For messages. */
export function toShiftWords(shifts: readonly Pick<Shift, 'id' | 'name'>[]): string {
  return [...shifts.map(({ id, name }) => `${id} (${name.zh})`), 'rest (休)'].join(', ');
}
