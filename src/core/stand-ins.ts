/** Who is told in place of those of whom nobody can be told: nothing is told to nobody. */
import type { Role } from './roles.ts';

/** In this order, the first of whom anybody can be told. */
export const STAND_INS = ['desk', 'duty', 'supervisor', 'admin'] as const satisfies readonly Role[];

export interface Told {
  /** User names; empty = there is nobody at all. */
  readonly people: readonly string[];
  /** Role, user or group that they were found by; null = none. */
  readonly by: string | null;
}

/** @param anyOf in their order, before the stand-ins @param recipientsOf user names to tell for a role, user or group */
export function findTold(anyOf: readonly string[], recipientsOf: (name: string) => readonly string[]): Told {
  for (const name of [...anyOf, ...STAND_INS]) {
    const people = recipientsOf(name);
    if (people.length > 0) return { people, by: name };
  }
  return { people: [], by: null };
}
