/** What the gateway refuses of a proposal, put to the field that it is about. Pure. */
import type { Field } from './override.ts';

export interface Mistake {
  /** Of the property: `hi.limit`, `when[0].point`; a whole sentence of another rule's where that breaks. */
  readonly path: string;
  readonly expected: string;
  readonly found?: string;
}

export interface SortedMistakes {
  /** Key: that of the field. */
  readonly ofField: ReadonlyMap<string, readonly Mistake[]>;
  /** About what the form does not have. */
  readonly others: readonly Mistake[];
}

export function sortMistakes(mistakes: readonly Mistake[], fields: readonly Field[]): SortedMistakes {
  const placed = mistakes.map((mistake) => ({ mistake, field: findField(mistake.path, fields) }));
  const ofField = new Map<string, readonly Mistake[]>();
  for (const { mistake, field } of placed)
    if (field !== null) ofField.set(field, [...(ofField.get(field) ?? []), mistake]);
  return { ofField, others: placed.flatMap(({ mistake, field }) => (field === null ? [mistake] : [])) };
}

/** The field whose property holds the path, or is the first within it: `guidance` is about both languages. */
function findField(path: string, fields: readonly Field[]): string | null {
  const steps = toSteps(path);
  const within = fields.filter((field) => isPrefix(field.path, steps));
  const [longest] = within.toSorted((a, b) => b.path.length - a.path.length);
  const inside = fields.find((field) => steps.length > 0 && isPrefix(steps, field.path));
  return (longest ?? inside)?.key ?? null;
}

function toSteps(path: string): readonly string[] {
  return path.split(/[.[\]"]+/).filter((step) => step !== '');
}

function isPrefix(short: readonly string[], long: readonly string[]): boolean {
  return short.length <= long.length && short.every((step, at) => step === long[at]);
}
