/** Ids and references: every id once, with the place of its first use; every reference to something that is there. */
import { didYouMean, type Problems, quote, toFirstUse } from './problems.ts';
import type { Located } from './source.ts';

export interface Register {
  readonly ids: readonly string[];
  /** Takes the id; a second use is reported at its place. @returns whether it was free. */
  take(id: string, at: Located): boolean;
  /** Whether the id was taken at this place, and not at an earlier one. */
  isFirst(id: string, at: Located): boolean;
  /** Reports a reference to an id that nobody has. @returns whether somebody has it. */
  check(id: string, at: Located): boolean;
}

/** @param what `a location`, `a link` …, as the message says it. */
export function createRegister(what: string, problems: Problems): Register {
  const first = new Map<string, Located>();
  return {
    get ids() {
      return [...first.keys()];
    },
    take(id, at) {
      const known = first.get(id);
      if (known === undefined) {
        first.set(id, at);
        return true;
      }
      problems.add(at.source, at.path, 'an id used once', toFirstUse(id, known));
      return false;
    },
    isFirst(id, at) {
      const known = first.get(id);
      return known?.source === at.source && known.path.join('/') === at.path.join('/');
    },
    check(id, at) {
      if (first.has(id)) return true;
      problems.add(
        at.source,
        at.path,
        `the id of ${what}`,
        `${quote(id)}${didYouMean(id, [...first.keys()])}`,
      );
      return false;
    },
  };
}

/** Place of a property of an item. */
export function below(located: Located, key: string): Located {
  return { ...located, path: [...located.path, key] };
}

/** The id as written, before anything else of the item is known to be right. */
export function toRawId({ value }: Located): string | null {
  const id = toRaw(value, 'id');
  return typeof id === 'string' ? id : null;
}

export function toRaw(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}
