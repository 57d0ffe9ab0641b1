/**
 * Options of the configuration with the defaults of their schema, for the drivers. Links are opened again and again
 * while a device is away, with the same options: each is filled in once. Checking them is the loader's business.
 */
import type { TSchema } from 'typebox';
import Value from 'typebox/value';

export type Options = Readonly<Record<string, unknown>>;

/**
 * @returns fills in the defaults; the same object for the same options, so that nobody may change it.
 * Options of the model are frozen: they say the same for as long as they live.
 */
export function createFiller<T>(schema: TSchema): (options: Options) => T {
  const filled = new WeakMap<Options, T>();
  return (options) => {
    const known = filled.get(options);
    if (known !== undefined) return known;
    // Defaults are written in place.
    const made = Value.Default(schema, structuredClone(options)) as T;
    if (Object.isFrozen(options)) filled.set(options, made);
    return made;
  };
}
